"""Independent pieces of work on several cores, with results in the order of the pieces.

Compiled kernels, Arrow and numpy sorts let go of the interpreter, so threads are enough. The pieces
never depend on how many threads there are; that is what keeps results the same on every machine.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Piece = TypeVar("Piece")
Result = TypeVar("Result")


def usable_cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def in_order(work: Callable[[Piece], Result], pieces: Iterable[Piece], *, threads: int) -> list[Result]:
    """``work`` on every piece, at most ``threads`` at a time.

    >>> in_order(abs, [-2, 1, -3], threads=2)
    [2, 1, 3]
    """
    listed = list(pieces)
    if threads <= 1 or len(listed) <= 1:
        return [work(piece) for piece in listed]
    with ThreadPoolExecutor(min(threads, len(listed))) as pool:
        return list(pool.map(work, listed))
