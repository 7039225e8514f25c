"""Order and identity by sorted integers: the same as the slow ways give."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from linkage.ordering import distinct, numbered, ordered_by, ranks

numbers = st.lists(st.integers(0, 2**40), max_size=30)


@given(numbers)
def test_distinct_keys_are_sorted_and_each_row_finds_its_own(values: list[int]) -> None:
    keys = np.array(values, np.int64)
    found, number = numbered(keys)
    assert found.tolist() == distinct(keys).tolist() == sorted(set(values))
    assert found[number].tolist() == values


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2**60), st.integers(0, 2**30)), max_size=30))
def test_columns_that_share_a_sort_key_order_as_if_apart(rows: list[tuple[int, int, int]]) -> None:
    columns = [np.array(column, np.int64) for column in zip(*rows, strict=True)] or [np.empty(0, np.int64)]
    assert [rows[i] for i in ordered_by(*columns)] == sorted(rows)


@given(st.lists(st.one_of(st.none(), st.text(max_size=3)), max_size=30))
def test_ranks_order_texts_by_their_bytes_with_null_last(texts: list[str | None]) -> None:
    found = ranks(pa.chunked_array([texts], pa.string())).tolist()
    distinct_texts = sorted({text for text in texts if text is not None})
    assert found == [len(distinct_texts) if text is None else distinct_texts.index(text) for text in texts]
