"""The process of its own in which Parquet files are read, run as a script with the file already open.

Parquet is decoded by native code; bytes made to break it can then break only this process, which has a
bound on its memory and hands on nothing but plain text columns. It knows nothing of registers.

Protocol: the one argument is JSON, ``{"file": descriptor, "columns": [...], "memory": bytes}``. Out come
one line of JSON, ``{"names": [...], "nested": {column: type}}``, then an Arrow stream. Exit status 3 is a
damaged file, 4 a lack of memory.
"""

from __future__ import annotations

import importlib.util
import json
import os
import resource
import sys
from pathlib import Path
from types import ModuleType
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

DAMAGED = 3
TOO_LARGE = 4
MARKED = b"marked"
_BATCH_ROWS = 65_536


def _beside(name: str) -> ModuleType:
    """A module of this folder by itself, without the package around it, which would take long to import."""
    spec = importlib.util.spec_from_file_location(name, Path(__file__).with_name(f"{name}.py"))
    if spec is None or spec.loader is None:
        raise ImportError(name)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _readable(column: pa.Array) -> tuple[pa.Array, bool]:
    """The column with sound text, and whether marks had to stand in for bytes that are none."""
    if pa.types.is_dictionary(column.type):
        words, marked = _readable(column.dictionary)
        column.indices.validate(full=True)
        return words.take(column.indices), marked
    kind = column.type
    texts = pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind)
    raw = pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_fixed_size_binary(kind)
    if not (texts or raw):
        column.validate(full=True)
        return column, False
    try:
        column = column.cast(pa.string())
        column.validate(full=True)
        return column, False
    except pa.ArrowInvalid:
        values = column.cast(pa.binary()).to_pylist()
        return pa.array([None if v is None else v.decode("utf-8", "replace") for v in values], pa.string()), True


def serve(request: dict[str, object], out: IO[bytes]) -> None:
    """Answer one request."""
    plain = _beside("plain")
    columns = [str(c) for c in request["columns"]]  # type: ignore[attr-defined]
    file = pq.ParquetFile(os.fdopen(int(str(request["file"])), "rb"), buffer_size=1 << 20, pre_buffer=False)
    schema = file.schema_arrow
    kinds = {c: schema.field(c).type for c in columns if schema.names.count(c) == 1}
    nested = {c: str(k)[:60] for c, k in kinds.items() if pa.types.is_nested(k)}
    out.write(json.dumps({"names": schema.names, "nested": nested}).encode() + b"\n")
    out.flush()
    if nested or len(kinds) < len(columns):
        return
    target = pa.schema([pa.field(c, pa.string()) for c in columns])
    with pa.ipc.new_stream(out, target) as stream:
        for batch in file.iter_batches(_BATCH_ROWS, columns=columns, use_threads=False):
            read = [_readable(batch.column(c)) for c in columns]
            texts = [plain.as_text(column) for column, _ in read]
            marked = {MARKED: b"1"} if any(bad for _, bad in read) else None
            stream.write_batch(pa.record_batch(texts, schema=target), custom_metadata=marked)
            out.flush()


def main() -> int:
    """Serve the request of the command line."""
    request = json.loads(sys.argv[1])
    memory = int(request["memory"])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        with os.fdopen(1, "wb") as out:
            serve(request, out)
    except BrokenPipeError:
        return 0
    except MemoryError:
        return TOO_LARGE
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError, OverflowError):
        return DAMAGED
    return 0


if __name__ == "__main__":
    status = main()
    os._exit(status)
