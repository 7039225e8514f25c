"""A generator that runs ahead in a thread of its own, so that making and using values overlap."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from typing import TypeVar

T = TypeVar("T")


class _Stopped(Exception):  # noqa: N818 - a signal between two threads, no error
    """The values are wanted no more."""


@contextmanager
def ahead(values: Generator[T, None, None], *, depth: int = 2) -> Iterator[Iterator[T]]:
    """The same values in the same order, up to ``depth`` of them made before they are asked for.

    What the generator raises is raised where its next value would have come. On leaving, the
    generator is closed and its thread has ended.
    """
    waiting: queue.Queue[tuple[T | None, BaseException | None, bool]] = queue.Queue(depth)
    stop = threading.Event()

    def put(one: tuple[T | None, BaseException | None, bool]) -> None:
        while True:
            if stop.is_set():
                raise _Stopped
            try:
                waiting.put(one, timeout=0.05)
            except queue.Full:
                continue
            return

    def run() -> None:
        try:
            for value in values:
                put((value, None, False))
            put((None, None, True))
        except _Stopped:
            pass
        except BaseException as error:
            with suppress(_Stopped):
                put((None, error, True))
        finally:
            values.close()

    def ask() -> Iterator[T]:
        while True:
            value, error, last = waiting.get()
            if error is not None:
                raise error
            if last:
                return
            yield value  # type: ignore[misc]

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        yield ask()
    finally:
        stop.set()
        thread.join()
