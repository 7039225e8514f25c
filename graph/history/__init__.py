"""A child's family and what the registers hold about it, by the sixteen rules of ``docs/architecture.md``.

The exact meaning, in terms of the graph tables (:mod:`graph.model`), for this package and for every
twin of it (``graph/queries/family_history.cypher``):

Parameters. ``as_of`` is a day; ``H`` (the horizon) is the day after it. ``known_at`` is the day of
belief; ``None`` stands for the newest belief, 9999-12-30. A relationship row is *believed* if
``known_from <= known_at < known_to``; rows not believed do not exist. Person and Incident nodes have
no belief of their own: an incident exists if one of its ``RECORDED_IN`` rows is believed; its date,
category, district and place are those of the node. Every interval below is cut at ``H`` (``valid_to``
becomes the smaller of the two) and dropped if empty after that.

Focal. The answer is empty (no member, no row) unless ``birth_date`` is known, ``birth_date <=
as_of < adult_from``, ``deceased`` is null or ``>= as_of``, and ``held`` is true.

Pieces, for the child ``c``:

* *shown relation* of a person ``p`` to a parent: a ``CHILD_OF`` row of kind ``parent`` or
  ``adoptive_parent`` with ``as_of < hidden_from``. A *hidden parent* of ``c`` is the end of a row of
  these kinds with ``as_of >= hidden_from`` who is not also the end of a shown relation of ``c``.
  A hidden parent is nobody: no member under any rule and not possible.
* *certain time* with ``x``: the union of the believed, certain ``LIVED_WITH`` intervals of ``c`` and
  ``x`` (either direction), each from no earlier than ``c``'s birth; intervals that overlap or touch
  are one (*maximal*). *Uncertain time*: the same for rows that are not certain.

Members. A person stands under the first rule that gives it an interval:

* ``a``: ``c``, ``[birth, H)``.
* ``b``: the end ``p`` of a shown relation: the union of ``[max(valid_from, c.birth), min(valid_to,
  p.deceased, H))``.
* ``c``: another person ``s`` with a shown relation to an end of a shown relation of ``c``: for each
  pair of such rows the intersection of both ``[valid_from, valid_to)``, from no earlier than the birth
  of either (an unknown birth of ``s`` does not bound), before ``s.deceased``; the union of them all.
  (The shared parent's death does not end it.)
* ``d``: a person ``x`` with a ``PARTNER_OF`` row (either direction) to somebody who stands under ``b``.
  For each row of kind ``spouse``: its interval intersected with the maximal certain times, whatever
  the length. For each row of kind ``partner`` that has begun (``valid_from <= as_of``, and not empty):
  the maximal certain times of at least 30 days. The union of them all.
* ``e``: any other person ``x``: the maximal certain times, first cut to begin no earlier than
  ``x.adult_from`` (not cut if unknown, nor if ``x`` has a shown relation, begun by ``as_of`` and not
  empty, to somebody who stands under ``d``: a step-sibling), each of at least 30 days after the cut.

Possible members: persons with uncertain time, or with whom the child is placed (a believed ``CHILD_OF`` row
of kind ``foster_parent``, its interval from no earlier than the child's birth), who are neither members nor
hidden; their intervals are the union of both. A placement alone makes nobody a member.

Rows. An event is *counted* if the incident exists, ``counts`` is true and ``date <= as_of``. It is *at
home* if ``place_id`` is not null and ``c`` has a believed ``LIVED_AT`` row to that address that is unit,
neither hub nor sealed, with ``max(valid_from, c.birth) <= date < valid_to``. An ``INVOLVED_IN`` row is
*barred* if its role is an own role (``OWN_ROLES``), the person's ``adult_from`` is known and ``date <
adult_from``, unless the grant gives ``own_roles_of_children``; barred rows do not exist.

* Class ``A``: rows of members in counted events with the date inside one of the member's intervals
  (call these *inside*), and a role in ``COUNTED_ROLES``; or a role in ``ONLOOKER_ROLES`` where another
  member has an inside row of the same event with a counted or onlooker role, or the event is at home.
* Class ``B``: rows with a role in ``OWN_ROLES`` of members under ``b``, ``d``, ``e`` in counted events
  that have no row of class A, where the date lies in none of the member's intervals, before the start
  of its last one, and not before the day ten years before ``as_of`` (``add_years(as_of, -10)``:
  1 March for a 29 February).
* Class ``C``: one row with null person, role, record and rule for each counted event at home whose
  ``domestic`` is true and that has no row of class A or B.

A row is (event_id, klass, person_id, role, record_id, rule, date); rule is the letter of the member's
rule. Equal rows count once; they are sorted with null first.

Concerns are the believed involvements, in any role, of members in events with ``counts = false`` and
the date inside one of the member's intervals: shown on a track of their own, never an event.
"""

from graph.history.answer import family_history, history_rows
from graph.history.bulk import BULK_ROWS, bulk_rows
from graph.history.grounds import Ground, grounds_of
from graph.history.values import (
    Concern,
    Entry,
    FamilyHistory,
    HistoryRow,
    Member,
    Move,
    Part,
    PossibleMember,
    Source,
    Stay,
)

__all__ = [
    "BULK_ROWS",
    "Concern",
    "Entry",
    "FamilyHistory",
    "Ground",
    "HistoryRow",
    "Member",
    "Move",
    "Part",
    "PossibleMember",
    "Source",
    "Stay",
    "bulk_rows",
    "family_history",
    "grounds_of",
    "history_rows",
]
