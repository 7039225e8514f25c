"""Parquet files as batches of text columns, so that one mapping serves both kinds of file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from linkage.tables import TEXT
from loaders.errors import RegisterError
from loaders.readers.batches import Batch, Wanted, find_columns, sound_batch

_BATCH_ROWS = 65_536


def as_text(column: pa.Array) -> pa.Array:
    """Any plain column as text: dates as ISO days, whole floats without a fraction.

    >>> as_text(pa.array([1.0, None])).to_pylist()
    ['1', None]
    """
    kind = column.type
    if pa.types.is_dictionary(kind):
        return as_text(column.dictionary_decode())
    if pa.types.is_temporal(kind) and not pa.types.is_time(kind):
        return column.cast(pa.date32(), safe=False).cast(TEXT)
    if pa.types.is_floating(kind) and pc.all(pc.equal(pc.floor(column), column), min_count=0).as_py():
        return column.cast(pa.int64(), safe=False).cast(TEXT)
    return column.cast(TEXT)


def read_parquet(wanted: Wanted) -> Iterator[Batch]:
    """The wanted columns of a Parquet file, batch by batch; rows are numbered from 1.

    Raises:
        RegisterError: The file is missing, damaged, lacks a column, or a column holds lists or structs.
    """
    try:
        file = pq.ParquetFile(wanted.path)
        find_columns(file.schema_arrow.names, wanted)
        done = 0
        for batch in file.iter_batches(_BATCH_ROWS, columns=list(wanted.columns)):
            table = pa.table([_plain(batch.column(c), c, wanted) for c in wanted.columns], names=list(wanted.columns))
            rows = np.arange(done + 1, done + batch.num_rows + 1, dtype=np.int64)
            done += batch.num_rows
            yield sound_batch(table, rows, marked=False)
    except FileNotFoundError:
        raise RegisterError("no such file", where=wanted.path.name, hint="check [register.files]") from None
    except (pa.ArrowInvalid, OSError):
        hint = "copy or export the file again"
        raise RegisterError("the Parquet file is empty or damaged", where=wanted.path.name, hint=hint) from None


def _plain(column: pa.Array, name: str, wanted: Wanted) -> pa.Array:
    if pa.types.is_nested(column.type):
        where = f"{wanted.path.name}, column {name}"
        raise RegisterError(f"the column holds {column.type}", where=where, hint="one plain value per row")
    return as_text(column)
