# SPDX-License-Identifier: BSD-3-Clause
# Copyright (c) 2026, The ckp Authors
"""NumPy, where it is wanted: the package works without it for all but arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray


def numpy() -> Any:
    """The module.

    Raises:
        ImportError: when it is not installed.
    """
    try:
        import numpy
    except ImportError:
        raise ImportError(
            "Arrays need NumPy, which is not installed. What is called view() and everything that gives "
            "lists does without."
        ) from None
    return numpy


def array(view: memoryview) -> NDArray[Any]:
    """A view as an array over the same memory."""
    return numpy().asarray(view)
