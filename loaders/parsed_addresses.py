"""Address texts parsed once, though they come again in later batches of a register."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from linkage.addresses import parse_texts
from linkage.tables import TEXT

MOST = 1 << 17
"""Texts that are remembered: those of the last batches."""


class ParsedAddresses:
    """Parses address texts and remembers the latest ones.

    Parsing an address takes as long as everything else that is done to its row; people and places
    come again and again in a case register.

    >>> parsed = ParsedAddresses()
    >>> texts = pa.array(["Nygade 4, 9000 Aalborg", None])
    >>> parsed.parse(texts).equals(parsed.parse(texts)), parsed.parse(texts)[0].as_py()["street"]
    (True, 'Nygade')
    """

    def __init__(self) -> None:
        self._texts = pa.array([], TEXT)
        self._parts = parse_texts(self._texts)

    def parse(self, texts: pa.Array) -> pa.StructArray:
        """The parts of every text, as :func:`linkage.addresses.parse_texts` gives them."""
        coded = pc.dictionary_encode(texts)
        stated = coded.dictionary
        at = pc.index_in(stated, value_set=self._texts)
        new = stated.filter(pc.is_null(at))
        known = pa.concat_arrays([self._parts, parse_texts(new)])
        fresh = np.cumsum(np.asarray(pc.is_null(at).to_numpy(zero_copy_only=False))) - 1 + len(self._parts)
        parts = known.take(pc.coalesce(at.cast(pa.int64()), pa.array(fresh, pa.int64())))
        self._remember(stated, parts)
        return parts.take(coded.indices)

    def _remember(self, texts: pa.Array, parts: pa.StructArray) -> None:
        """Keep these and as many of the ones before as there is room for."""
        others = pc.invert(pc.is_in(self._texts, value_set=texts))
        self._texts = pa.concat_arrays([texts, self._texts.filter(others)])[:MOST]
        self._parts = pa.concat_arrays([parts, self._parts.filter(others)])[:MOST]
