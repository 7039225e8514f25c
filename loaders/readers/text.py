"""Text as it should have been written: one Unicode form, no hidden characters, no empty values."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from linkage.tables import TEXT

_SPACES = r"[\t\n\v\f\r\x{85}\x{A0}\x{1680}\x{2000}-\x{200A}\x{2028}\x{2029}\x{202F}\x{205F}\x{3000} ]+"
_HIDDEN = r"[\x{00}-\x{08}\x{0E}-\x{1F}\x{7F}-\x{84}\x{86}-\x{9F}\x{AD}\p{Cf}\x{FFFE}\x{FFFF}]+"
_SUSPECT = r"[^\x{21}-\x{7E} ]|  |^ | $"


def clean_text(values: pa.Array) -> pa.Array:
    """Normalised texts: NFC, runs of white space one space, ends trimmed, hidden characters gone, "" null.

    Hidden are control and format characters (zero width, direction marks, soft hyphen): two texts
    that look alike should be alike. Most columns are plain ASCII and only looked at.

    >>> clean_text(pa.array(["  Ka\u0301ri\u00a0 Bech\u200b", "", None])).to_pylist()
    ['Kári Bech', None, None]
    """
    values = values.cast(TEXT)
    if not pc.any(pc.match_substring_regex(values, _SUSPECT)).as_py():
        return pc.if_else(pc.equal(values, ""), pa.scalar(None, TEXT), values)
    coded = pc.dictionary_encode(values)
    texts = pc.replace_substring_regex(coded.dictionary, _HIDDEN, "")  # First: they part letters and spaces.
    texts = pc.utf8_normalize(texts, form="NFC")
    texts = pc.replace_substring_regex(texts, _SPACES, " ")
    texts = pc.utf8_trim(texts, " ")
    texts = pc.if_else(pc.equal(texts, ""), pa.scalar(None, TEXT), texts)
    return texts.take(coded.indices)
