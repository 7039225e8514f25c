"""How wide a text is on paper, near enough to keep labels apart without asking a font.

Widths are in parts of the font size, after the metrics of the common sans-serif faces (Helvetica,
Arial, Liberation Sans share theirs); what is not in the table counts as a wide letter, so an estimate
errs towards more room.
"""

from __future__ import annotations

import unicodedata

_NARROW = dict.fromkeys("iljI.,:;'|!()[]- ’·", 0.31) | dict.fromkeys('ftr/\\"*', 0.36)
_WIDE = dict.fromkeys("mwMW%@–—…", 0.9) | dict.fromkeys("ABCDEFGHKNOPQRSTUVXYZÆØÅ&", 0.72)
_WIDTHS = _NARROW | _WIDE
LETTER = 0.57
FULL = 1.05
BOLD = 1.06
"""How much wider a bold face is."""


def text_width(text: str, size: float, *, bold: bool = False) -> float:
    """Width of a line of text in the units of its font size.

    >>> text_width("vold", 10) < text_width("VOLD", 10)
    True
    """
    return round(size * (BOLD if bold else 1.0) * sum(_width(letter) for letter in text), 2)


def _width(letter: str) -> float:
    if letter in _WIDTHS:
        return _WIDTHS[letter]
    if letter < "\u0250":
        return LETTER
    if unicodedata.combining(letter):
        return 0.0
    return FULL if unicodedata.east_asian_width(letter) in "WFA" else 0.75


def fitting(text: str, size: float, room: float) -> str:
    """The text, cut with an ellipsis where it is wider than the room.

    >>> fitting("Søndergade 114, 2. th", 10, 75)
    'Søndergade 1…'
    """
    if len(text) <= 400 and text_width(text, size) <= room:
        return text
    used, kept = text_width("…", size), ""
    for letter in text:
        used += text_width(letter, size)
        if used > room:
            break
        kept += letter
    return kept.rstrip(" ,.") + "…"
