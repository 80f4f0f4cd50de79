# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
"""Tcl text for what Python has. Whatever a value holds, it is one word to Tcl and nothing in it is run."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping

_PLAIN = re.compile(r"[A-Za-z0-9_./:@%+=,-]+")


def word(value: str | os.PathLike[str] | float) -> str:
    """One word, in ASCII without spaces, braces, brackets, quotes, semicolons or line ends."""
    text = repr(value) if isinstance(value, float) else str(value)
    if _PLAIN.fullmatch(text):
        return text
    if "\0" in text:
        raise ValueError("A value cannot hold a NUL.")
    units = text.encode("utf-16-be", "surrogatepass")
    codes = (int.from_bytes(units[i : i + 2], "big") for i in range(0, len(units), 2))
    escaped = (chr(code) if code < 128 and _PLAIN.fullmatch(chr(code)) else f"\\u{code:04x}" for code in codes)
    return '"' + "".join(escaped) + '"'


def words(values: Iterable[str | os.PathLike[str]]) -> str:
    """One word that is a list."""
    return "[list" + "".join(f" {word(value)}" for value in values) + "]"


def pairs(values: Mapping[str, str | os.PathLike[str]]) -> str:
    """One word that is a list of keys and values."""
    return words(item for pair in values.items() for item in pair)
