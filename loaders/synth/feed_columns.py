"""Columns of the population feed as Arrow arrays, and the files made of them.

A register of a million persons has ten million addresses and dates and few different texts, so texts
are indices into lists of the different ones, and dates stay numbers until they are written.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from linkage.intervals import LAST
from loaders.errors import SynthesisError
from loaders.synth.sampling import Ints, Texts

_BLOCK = 1 << 18


def looked_up(texts: Texts, index: Ints) -> pa.DictionaryArray:
    """The text with each index; negative indices are empty.

    >>> looked_up(np.array(["a", "b"], dtype=object), np.array([1, -1])).to_pylist()
    ['b', None]
    """
    rows = pa.array(np.asarray(index, dtype=np.int32), mask=np.asarray(index) < 0)
    return pa.DictionaryArray.from_arrays(rows, pa.array(texts, pa.string()))


def constant(text: str, n: int) -> pa.DictionaryArray:
    """One text ``n`` times."""
    return pa.DictionaryArray.from_arrays(pa.array(np.zeros(n, dtype=np.int32)), pa.array([text]))


def days_column(days: Ints) -> pa.Array:
    """Dates; the last of all is empty, because an open spell has no end."""
    return pa.array(np.asarray(np.minimum(days, LAST), dtype=np.int32), pa.date32(), mask=np.asarray(days >= LAST))


def write_feed_file(path: Path, columns: dict[str, Any], order: Ints) -> int:
    """Write columns in an order of rows, separated by semicolons under a header; the number of rows.

    Raises:
        SynthesisError: A text holds the separator, a quote or a line break.
    """
    table = pa.table(columns)
    for name, column in zip(table.column_names, table.columns, strict=True):
        _check(name, column, path.name)
    path.parent.mkdir(parents=True, exist_ok=True)
    options = pa.csv.WriteOptions(include_header=False, delimiter=";", quoting_style="none")
    with path.open("wb") as file:
        file.write((";".join(table.column_names) + "\n").encode())
        for start in range(0, len(order), _BLOCK):
            pa.csv.write_csv(table.take(pa.array(order[start : start + _BLOCK])), file, options)
    return len(order)


def _check(name: str, column: pa.ChunkedArray, file: str) -> None:
    texts = [c.dictionary for c in column.chunks] if pa.types.is_dictionary(column.type) else column.chunks
    for text in texts:
        if pa.types.is_string(text.type) and pc.any(pc.match_substring_regex(text, '[;"\n\r]')).as_py():
            raise SynthesisError(f"column {name} holds a separator", where=file)
