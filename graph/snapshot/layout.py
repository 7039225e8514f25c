"""What lies where in a snapshot folder, and what the integers in it mean.

::

    manifest.json                 version, counts, sizes and digests of all other files
    tables/<Label or TYPE>.arrow  the graph tables in order, Arrow IPC, uncompressed
    nodes/Person.npy              int32 (persons, 4): birth, deceased, adult_from, held
    nodes/Incident.npy            int32 (incidents, 3): date, flags, place (address code or -1)
    nodes/Mention.npy             int32 (mentions,): code of the mention's person
    out/<TYPE>.npy                int32 (rows, 6 + attributes), sorted by start; see the columns below
    out/<TYPE>.offsets.npy        int64 (starts + 1): rows of node ``i`` are ``offsets[i]:offsets[i + 1]``
    in/...                        the same, sorted by end; in/PLACE: incidents by their place_id

A node's *code* is its row in its own table, which is sorted by id. Days are integers since
1970-01-01. Types without validity or belief carry the sentinels, so that no reader needs a special case.
"""

from __future__ import annotations

from linkage.intervals import FIRST, LAST
from linkage.vocabulary import Role

VERSION = 1

OTHER, ROW, VALID_FROM, VALID_TO, KNOWN_FROM, KNOWN_TO, EXTRA, EXTRA2 = range(8)
"""Columns of an adjacency row: code of the node at the other end, row in the table, intervals, attributes."""

EXTRAS: dict[str, tuple[str, ...]] = {
    "CHILD_OF": ("kind", "hidden_from"),
    "PARTNER_OF": ("kind",),
    "LIVED_WITH": ("certain",),
    "LIVED_AT": ("home",),
    "INVOLVED_IN": ("role",),
}
"""Attribute columns by type. ``home`` is 1 for a stay at a unit that is neither hub nor sealed."""

BIRTH, DECEASED, ADULT_FROM, HELD = range(4)
"""Columns of nodes/Person.npy; a missing date is :data:`NO_DAY`."""
DATE, FLAGS, PLACE = range(3)
"""Columns of nodes/Incident.npy."""
COUNTS, DOMESTIC = 1, 2
"""Bits of an incident's flags."""

NO_DAY = FIRST - 1
NO_CODE = -1
NEWEST = LAST - 1
"""The day of belief that stands for the newest belief: only rows never withdrawn hold then."""

KINDS: dict[str, tuple[str, ...]] = {
    "CHILD_OF": ("parent", "adoptive_parent", "custody", "foster_parent"),
    "PARTNER_OF": ("spouse", "partner"),
}
"""Codes of ``kind`` by type: the place in the tuple."""
PARENT_KINDS = 2
"""Kinds of ``CHILD_OF`` below this code make a parent in law."""
FOSTER_PARENT = 3
SPOUSE = 0

ROLES: tuple[str, ...] = tuple(role.value for role in Role)
"""Codes of roles: the place in the tuple."""
