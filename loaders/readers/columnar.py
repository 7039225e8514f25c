"""Parquet files as batches of text columns, decoded in a process of its own that hostile bytes may break."""

from __future__ import annotations

import io
import json
import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

import numpy as np
import pyarrow as pa

from loaders.errors import RegisterError
from loaders.readers import parquet_child
from loaders.readers.batches import Batch, Wanted, find_columns, sound_batch
from loaders.regular import RegisterFile

_MEMORY_BYTES = 4 << 30
_SILENCE_SECONDS = 300
"""A reader that says nothing for so long is taken to hang."""
_MAX_HEAD_BYTES = 64 << 20
_AGAIN = "copy or export the file again"


class _Patient(io.RawIOBase):
    """A pipe that is read with an end to patience."""

    def __init__(self, descriptor: int, name: str) -> None:
        self._descriptor = descriptor
        self._name = name

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        ready, _, _ = select.select([self._descriptor], [], [], _SILENCE_SECONDS)
        if not ready:
            raise RegisterError("the Parquet file cannot be read in reasonable time", where=self._name, hint=_AGAIN)
        found = os.read(self._descriptor, len(buffer))
        buffer[: len(found)] = found
        return len(found)


def _environment() -> dict[str, str]:
    """Where packages are found, and one thread with a plain allocator, so that the bound on memory is meant."""
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(p for p in sys.path if p),
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "ARROW_IO_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


@contextmanager
def _reading(file: RegisterFile, wanted: Wanted) -> Iterator[BinaryIO]:
    """What the reading process says; it never outlives the block, and its end is judged."""
    descriptor = file.handle.fileno()
    request = json.dumps({"file": descriptor, "columns": wanted.columns, "memory": _MEMORY_BYTES})
    script = str(Path(parquet_child.__file__))
    process = subprocess.Popen(  # noqa: S603
        [sys.executable, "-P", script, request],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=_environment(),
        pass_fds=(descriptor,),
    )
    pipe = process.stdout
    if pipe is None:
        raise RegisterError("the Parquet file cannot be read", where=wanted.name)
    ended = False
    try:
        with io.BufferedReader(_Patient(pipe.fileno(), wanted.name), 1 << 20) as stream:
            yield cast("BinaryIO", stream)
            ended = not stream.read(1)
    except (pa.ArrowInvalid, json.JSONDecodeError, EOFError):
        ended = True
        if process.wait(_SILENCE_SECONDS) == 0:
            raise _damaged(wanted) from None
    finally:
        if not ended:
            process.kill()
        pipe.close()
        status = process.wait()
    file.check_unchanged()
    if status:
        raise _damaged(wanted, status)


def _damaged(wanted: Wanted, status: int = 0) -> RegisterError:
    if status == parquet_child.TOO_LARGE:
        problem = f"the Parquet file needs more than {_MEMORY_BYTES >> 30} GiB to read"
        return RegisterError(problem, where=wanted.name, hint="write it with smaller row groups")
    how = ", so much that its reader broke" if status < 0 else ""
    return RegisterError(f"the Parquet file is empty or damaged{how}", where=wanted.name, hint=_AGAIN)


def read_parquet(wanted: Wanted) -> Iterator[Batch]:
    """The wanted columns of a Parquet file, batch by batch; rows are numbered from 1.

    Raises:
        RegisterError: The file is missing, damaged, lacks a column, or a column holds lists or structs.
    """
    with RegisterFile(wanted.path, wanted.name) as file, _reading(file, wanted) as stream:
        line = stream.readline(_MAX_HEAD_BYTES)
        head = json.loads(line)
        find_columns(head["names"], wanted)
        for name, kind in head["nested"].items():
            where = f"{wanted.name}, column {name}"
            raise RegisterError(f"the column holds {kind}", where=where, hint="one plain value per row")
        done = 0
        with pa.ipc.open_stream(stream) as batches:
            for batch, metadata in batches.iter_batches_with_custom_metadata():
                rows = np.arange(done + 1, done + batch.num_rows + 1, dtype=np.int64)
                done += batch.num_rows
                marked = bool(metadata and metadata.get(parquet_child.MARKED))
                yield sound_batch(pa.Table.from_batches([batch]), rows, marked=marked)
