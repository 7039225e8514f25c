"""Ids for many new entities at once, compiled: the ids of :func:`linkage.partition.entity_id`.

BLAKE2b (RFC 7693) of one block, because a record id is seldom longer than 128 bytes, and base 32 after
it. Hashing a million ids one call at a time would take as long as linking their records.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from numba import njit, types

from linkage.parallel import in_order

Words = npt.NDArray[np.uint64]

DIGEST_BYTES, PERSON = 10, b"entity"
"""Length of the digest, and what tells these digests from others of the same bytes."""
LONGEST = 128
"""Bytes of a record id that one block holds."""
ID_LENGTH = 13
LANES = 8
_PART = 1 << 16
"""Ids made in one piece."""

_VECTOR = np.array(
    [
        0x6A09E667F3BCC908,
        0xBB67AE8584CAA73B,
        0x3C6EF372FE94F82B,
        0xA54FF53A5F1D36F1,
        0x510E527FADE682D1,
        0x9B05688C2B3E6C1F,
        0x1F83D9ABFB41BD6B,
        0x5BE0CD19137E2179,
    ],
    dtype=np.uint64,
)
_SIGMA = np.array(
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
        [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
        [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
        [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
        [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
        [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
        [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
        [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
        [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
    ],
    dtype=np.int64,
)
_MIXED = np.array(
    [
        [0, 4, 8, 12],
        [1, 5, 9, 13],
        [2, 6, 10, 14],
        [3, 7, 11, 15],
        [0, 5, 10, 15],
        [1, 6, 11, 12],
        [2, 7, 8, 13],
        [3, 4, 9, 14],
    ],
    dtype=np.int64,
)
"""Start values, message schedule and the four words of each mixing step, as the RFC has them."""
_ALPHABET = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", dtype=np.uint8)

_BYTES = types.Array(types.uint8, 1, "C", readonly=True)
_ENDS = types.Array(types.int32, 1, "C", readonly=True)


@njit(inline="always")
def _turned(x, by):  # type: ignore[no-untyped-def]
    return (x >> np.uint64(by)) | (x << np.uint64(64 - by))


@njit(inline="always")
def _mix(v, first, second, step):  # type: ignore[no-untyped-def]
    """One mixing step of every lane."""
    a, b, c, d = v[_MIXED[step, 0]], v[_MIXED[step, 1]], v[_MIXED[step, 2]], v[_MIXED[step, 3]]
    for i in range(LANES):
        p, q, r, s = a[i], b[i], c[i], d[i]
        p += q + first[i]
        s = _turned(s ^ p, 32)
        r += s
        q = _turned(q ^ r, 24)
        p += q + second[i]
        s = _turned(s ^ p, 16)
        r += s
        a[i], b[i], c[i], d[i] = p, _turned(q ^ r, 63), r, s


@njit(
    types.void(_BYTES, _ENDS, types.Array(types.uint64, 1, "C", readonly=True), types.uint64[::1]),
    cache=True,
    nogil=True,
)
def _digests(data, offsets, start, out):  # type: ignore[no-untyped-def]
    """First 64 bits, in the order of the bytes, of the digest of every text of at most 128 bytes.

    Texts are worked on some at a time, side by side, which lets the compiler use wide registers.
    """
    block, v = np.zeros((16, LANES), np.uint64), np.zeros((16, LANES), np.uint64)
    rows = len(offsets) - 1
    for base in range(0, rows, LANES):
        block[:] = 0
        for i in range(LANES):
            row = min(base + i, rows - 1)
            length = min(offsets[row + 1] - offsets[row], LONGEST)
            for at in range(length):
                block[at >> 3, i] |= np.uint64(data[offsets[row] + at]) << np.uint64(8 * (at & 7))
            for word in range(8):
                v[word, i], v[8 + word, i] = start[word], _VECTOR[word]
            v[12, i] ^= np.uint64(length)
            v[14, i] = ~v[14, i]
        for turn in range(12):
            for step in range(8):
                first, second = _SIGMA[turn % 10, 2 * step], _SIGMA[turn % 10, 2 * step + 1]
                _mix(v, block[first], block[second], step)
        for i in range(min(LANES, rows - base)):
            out[base + i] = start[0] ^ v[0, i] ^ v[8, i]


@njit(types.void(types.Array(types.uint64, 1, "C"), _BYTES, types.Array(types.uint8, 2, "C")), cache=True, nogil=True)
def _spell(digests, alphabet, out):  # type: ignore[no-untyped-def]
    """An E and the signs of each digest."""
    for row in range(len(digests)):
        out[row, 0] = 69
        left = digests[row]
        for place in range(ID_LENGTH - 1, 0, -1):
            out[row, place] = alphabet[left & np.uint64(31)]
            left >>= np.uint64(5)


def _start() -> Words:
    """The chaining value that the parameters of the digest give."""
    parameters = np.zeros(8, dtype=np.uint64)
    parameters[0] = np.uint64(DIGEST_BYTES | 1 << 16 | 1 << 24)
    parameters[6] = np.uint64(int.from_bytes(PERSON.ljust(16, b"\0")[:8], "little"))
    return _VECTOR ^ parameters


def new_ids(record_ids: pa.Array, *, threads: int = 1) -> tuple[pa.Array, bool]:
    """The id that each record id gives, and whether they can be used.

    They cannot where two are the same, or where a record id is longer than one block.

    >>> new_ids(pa.array(["cpr:17"]))[0].to_pylist()
    ['E5DIA2DIAE5SG']
    """
    rows = len(record_ids)
    if not rows:
        return pa.array([], pa.string()), True
    _, offsets, data = record_ids.buffers()
    ends = np.frombuffer(offsets, dtype=np.int32)[record_ids.offset : record_ids.offset + rows + 1]
    digests = np.empty(rows, dtype=np.uint64)
    text = np.empty((rows, ID_LENGTH), dtype=np.uint8)
    signs = np.frombuffer(data or b"", dtype=np.uint8)

    def name(part: slice) -> None:
        _digests(signs, ends[part.start : part.stop + 1], _start(), digests[part])
        digests[part] = digests[part].byteswap() >> np.uint64(64 - 5 * (ID_LENGTH - 1))
        _spell(digests[part], _ALPHABET, text[part])

    in_order(name, [slice(at, min(at + _PART, rows)) for at in range(0, rows, _PART)], threads=threads)
    digests.sort()
    usable = not (np.diff(ends).max() > LONGEST or (digests[1:] == digests[:-1]).any())
    starts = np.arange(0, (rows + 1) * ID_LENGTH, ID_LENGTH, dtype=np.int32)
    names = pa.Array.from_buffers(pa.string(), rows, [None, pa.py_buffer(starts), pa.py_buffer(text)])
    return names, usable
