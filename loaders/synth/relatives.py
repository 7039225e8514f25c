"""What the register says of kin: parents in law over time, custody, and foster parents."""

from __future__ import annotations

from typing import Any

import numpy as np

from linkage.intervals import LAST
from loaders.synth.country import NEVER, Country
from loaders.synth.dates import eighteenth
from loaders.synth.sampling import Ints


def parents(country: Country) -> dict[str, Ints]:
    """Rows of child, parent, ``father`` (1 for a father), ``adoptive``, ``from``, ``to``, ``custody_to``.

    By child, mothers first; ``custody_to`` lies before ``from`` where the parent never held custody.
    A relation ends by adoption alone.
    """
    ended = country.parents.columns()
    blocks = [{k: np.asarray(v, dtype=np.int64) for k, v in ended.items()}]
    for number, side in enumerate(("mother", "father")):
        child = np.flatnonzero(country[side] >= 0)
        since = country[f"{side}_from"][child]
        held = np.full(len(child), LAST)
        if number:
            held = np.where(country["father_custody"][child], country["father_custody_to"][child], NEVER)
        blocks.append(
            {
                "child": child,
                "parent": country[side][child],
                "father": np.full(len(child), number),
                "adoptive": country[f"adopted_by_{side}"][child].astype(np.int64),
                "from": np.where(since == NEVER, country["birth"][child], since),
                "to": np.full(len(child), LAST),
                "custody_to": held,
            }
        )
    rows: dict[str, Any] = {k: np.concatenate([b[k] for b in blocks]) for k in blocks[0]}
    kept = (rows["from"] < rows["to"]) & (rows["from"] < country.end)
    order = np.flatnonzero(kept)[np.lexsort((rows["father"][kept], rows["from"][kept], rows["child"][kept]))]
    return {k: v[order] for k, v in rows.items()}


def custody(country: Country) -> dict[str, Ints]:
    """Holders of custody until the child is 18, one of them dies, or a separation or an adoption ends it.

    Only what was still in force when the simulation began.
    """
    rows = parents(country)
    child, holder = rows["child"], rows["parent"]
    end = np.minimum(eighteenth(country["birth"][child]), country["death"][holder])
    end = np.minimum.reduce([end, rows["custody_to"], rows["to"], country["death"][child]])
    kept = (end > country.start) & (end > rows["from"])
    end = np.where(end >= country.end, LAST, end)
    return {"child": child[kept], "holder": holder[kept], "from": rows["from"][kept], "to": end[kept]}


def foster_parents(country: Country) -> dict[str, Ints]:
    """Placements with foster families: child, foster parent, first day, day after the last."""
    log = country.placements.columns()
    open_ = np.flatnonzero((country["foster"] >= 0) & (country["foster_from"] < LAST))
    child = np.r_[np.asarray(log["child"], dtype=np.int64), open_]
    foster = np.r_[np.asarray(log["foster"], dtype=np.int64), country["foster"][open_]]
    start = np.r_[np.asarray(log["from"], dtype=np.int64), country["foster_from"][open_]]
    end = np.r_[np.asarray(log["to"], dtype=np.int64), np.full(len(open_), LAST)]
    end = np.minimum.reduce(
        [end, country["death"][child], country["death"][foster], eighteenth(country["birth"][child])]
    )
    kept = (start < end) & (start < country.end)
    end = np.where(end >= country.end, LAST, end)
    order = np.flatnonzero(kept)[np.lexsort((start[kept], child[kept]))]
    return {"child": child[order], "foster": foster[order], "from": start[order], "to": end[order]}
