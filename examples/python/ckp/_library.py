# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
"""The shared library: where it is, what its functions take, and how they are called."""

from __future__ import annotations

import ctypes
import ctypes.util
import functools
import os
import weakref
from ctypes import POINTER, c_char_p, c_double, c_float, c_size_t, c_uint8, c_uint32, c_uint64, c_void_p
from pathlib import Path
from typing import Any

from .errors import LibraryMissing, failure

# CKP_ABI_VERSION of include/ckp.h that this package was written for.
ABI_VERSION = 1

_u32, _u64, _text = c_uint32, c_uint64, c_char_p
_out = POINTER(c_void_p)  # Receives a handle.
_out_u32, _out_u64 = POINTER(c_uint32), POINTER(c_uint64)
_out_f32, _out_f64 = POINTER(c_float), POINTER(c_double)

# Functions that return a status: their arguments before `out_error`.
CALLS: dict[str, list[Any]] = {
    "ckp_store_open": [_text, _u32, _out],
    "ckp_store_report": [c_void_p, _u32, _out],
    "ckp_store_report_stage": [c_void_p, _text, _u32, _out],
    "ckp_store_verify": [c_void_p, _u32, _u32, _out_u64, _out],
    "ckp_store_head": [c_void_p, _out],
    "ckp_diff_query_new": [_out],
    "ckp_diff_query_set_text": [c_void_p, _u32, _text],
    "ckp_diff_query_set_u64": [c_void_p, _u32, _u64],
    "ckp_diff_query_set_f64": [c_void_p, _u32, c_double],
    "ckp_store_report_diff": [c_void_p, _text, _text, c_void_p, _u32, _out_u32, _out],
    "ckp_store_report_history": [c_void_p, POINTER(c_char_p), _u32, _u32, _text, _u32, _out],
    "ckp_path_query_new": [_out],
    "ckp_path_query_set_text": [c_void_p, _u32, _text],
    "ckp_path_query_set_u64": [c_void_p, _u32, _u64],
    "ckp_stage_report_paths": [c_void_p, c_void_p, _u32, _out],
    "ckp_stage_open": [c_void_p, _text, _out],
    "ckp_stage_text": [c_void_p, _u32, _out],
    "ckp_stage_tolerance": [c_void_p, _out_f64],
    "ckp_stage_item_count": [c_void_p, _u32, _out_u32],
    "ckp_stage_item": [c_void_p, _u32, _u32, _out],
    "ckp_stage_number": [c_void_p, _u32, _out_u64],
    "ckp_stage_summary": [c_void_p, _u32, _u32, _out_f32, _out_f32, _out_u32],
    "ckp_stage_find_column": [c_void_p, _u32, _u32, _u32, _u32, _out_u32],
    "ckp_stage_find_plane": [c_void_p, _u32, _u32, _out_u32],
    "ckp_stage_column_key": [c_void_p, _u32, *[_out_u32] * 5],
    "ckp_stage_lend_column": [c_void_p, _u32, _out],
    "ckp_stage_lend_rows": [c_void_p, _u32, _out],
    "ckp_stage_find_vertex": [c_void_p, _text, _u32, _out_u32],
    "ckp_stage_read_endpoints": [c_void_p, _u32, _u32, *[_out_u32] * 4, _out_f32],
    "ckp_stage_extract": [c_void_p, _text, _out_u32],
    "ckp_stage_verify": [c_void_p, _u32],
}

# The others: what they return, and their arguments.
PLAIN: dict[str, tuple[Any, list[Any]]] = {
    "ckp_abi_version": (_u32, []),
    "ckp_version": (_text, []),
    "ckp_error_message": (_text, [c_void_p]),
    "ckp_error_free": (None, [c_void_p]),
    "ckp_text_data": (c_void_p, [c_void_p]),
    "ckp_text_size": (c_size_t, [c_void_p]),
    "ckp_text_free": (None, [c_void_p]),
    "ckp_diff_query_free": (None, [c_void_p]),
    "ckp_path_query_free": (None, [c_void_p]),
    "ckp_store_free": (None, [c_void_p]),
    "ckp_stage_free": (None, [c_void_p]),
    "ckp_array_data": (c_void_p, [c_void_p]),
    "ckp_array_count": (c_size_t, [c_void_p]),
    "ckp_array_free": (None, [c_void_p]),
}


def _candidates() -> list[str]:
    """Where the library may be, in the order in which it is looked for."""
    chosen = os.environ.get("CKP_LIBRARY")
    if chosen:
        return [chosen]
    package = Path(__file__).resolve().parent
    # Beside the package, in the build tree of the sources that it lies in, and on the system.
    places = [package / "libckp.so", *(p / "build" / "lib" / "libckp.so" for p in package.parents)]
    found = [str(place) for place in places if place.is_file()]
    system = ctypes.util.find_library("ckp")
    return [*found, *([system] if system else []), "libckp.so"]


@functools.lru_cache(maxsize=None)
def library() -> ctypes.CDLL:
    """The library, loaded at the first call.

    Raises:
        LibraryMissing: when there is none, or one of another version.
    """
    reasons = []
    for path in _candidates():
        try:
            loaded = ctypes.CDLL(path)
        except OSError as error:
            reasons.append(str(error))
            continue
        return _declare(loaded, path)
    raise LibraryMissing(
        "libckp.so was not found: build ckp, or name the library with CKP_LIBRARY. Tried: " + "; ".join(reasons)
    )


def _declare(loaded: ctypes.CDLL, path: str) -> ctypes.CDLL:
    try:
        for name, arguments in CALLS.items():
            function = getattr(loaded, name)
            function.restype, function.argtypes = c_uint32, [*arguments, _out]
        for name, (result, arguments) in PLAIN.items():
            function = getattr(loaded, name)
            function.restype, function.argtypes = result, arguments
    except AttributeError as error:
        raise LibraryMissing(f"{path} is not the library of this package: {error}.") from None
    version = loaded.ckp_abi_version()
    if version != ABI_VERSION:
        raise LibraryMissing(f"{path} has ABI version {version}, this package is for version {ABI_VERSION}.")
    return loaded


def call(name: str, *arguments: Any) -> None:
    """Call a function; its failure becomes an exception."""
    functions = library()
    error = c_void_p()
    status = getattr(functions, name)(*arguments, ctypes.byref(error))
    if status == 0:
        return
    try:
        message = (functions.ckp_error_message(error) or b"No reason given.").decode("utf-8", "replace")
    finally:
        functions.ckp_error_free(error)
    raise failure(status, message)


class Handle:
    """Owns what the library handed out, and frees it once: by ``close()`` or with the last reference."""

    def __init__(self, pointer: c_void_p, free: str) -> None:
        self._pointer: c_void_p | None = pointer
        # At the end of the process the system frees.
        self._finalizer = weakref.finalize(self, getattr(library(), free), pointer)
        self._finalizer.atexit = False

    @property
    def pointer(self) -> c_void_p:
        """For a call.

        Raises:
            ValueError: after ``close()``.
        """
        if self._pointer is None:
            raise ValueError("This store or stage was closed.")
        return self._pointer

    def close(self) -> None:
        self._pointer = None
        self._finalizer()


def make(free: str, name: str, *arguments: Any) -> Handle:
    """Call a function whose last output is a handle."""
    pointer = c_void_p()
    call(name, *arguments, ctypes.byref(pointer))
    return Handle(pointer, free)


def text_bytes(name: str, *arguments: Any) -> bytes:
    """Call a function whose last output is a text."""
    handle = make("ckp_text_free", name, *arguments)
    functions = library()
    size = functions.ckp_text_size(handle.pointer)
    data = ctypes.string_at(functions.ckp_text_data(handle.pointer), size)
    handle.close()
    return data


def text(name: str, *arguments: Any) -> str:
    """The same, decoded. What is no UTF-8 comes as surrogates, as file names do in Python."""
    return text_bytes(name, *arguments).decode("utf-8", "surrogateescape")


def number(kind: Any, name: str, *arguments: Any) -> Any:
    """Call a function whose last output is one number."""
    out = kind()
    call(name, *arguments, ctypes.byref(out))
    return out.value


# Element types of lent arrays, by the letter that memoryview and NumPy know them by.
_ELEMENTS = {"f": c_float, "I": c_uint32, "B": c_uint8}


def lend(letter: str, name: str, *arguments: Any) -> memoryview:
    """Call a function that lends an array: a read-only view of the library's own memory.

    The view, and whatever is made from it without a copy, keeps the memory alive.
    """
    handle = make("ckp_array_free", name, *arguments)
    functions = library()
    count = functions.ckp_array_count(handle.pointer)
    if count == 0:
        return memoryview(b"").cast(letter)
    memory = (_ELEMENTS[letter] * count).from_address(functions.ckp_array_data(handle.pointer))
    memory._ckp_owner = handle
    return memoryview(memory).cast("B").cast(letter).toreadonly()


def encode(value: str | os.PathLike[str]) -> bytes:
    """A text for the library."""
    data = os.fsencode(value)
    if b"\0" in data:
        raise ValueError("A name cannot hold a NUL.")
    return data
