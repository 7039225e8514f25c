"""Blocking rules proposed from the data: none is written by hand for a file.

A key that is rare enough blocks alone; the others block in pairs of different fields, as coarse as the
budget of pairs per record allows, because a coarse key forgives errors that a fine one does not.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from linkage.blocking.options import Option, grouped_options, key_ladders
from linkage.blocking.rules import NO_KEY, BlockingRule, Keys, combined_keys
from linkage.standardise import Fields


def _pairs_per_record(keys: Keys, cap: int) -> float:
    """Pairs that a key makes, per record, blocks above the cap counted as split to the cap."""
    held = np.sort(keys[keys != NO_KEY])
    if not len(held):
        return 0.0
    starts = np.flatnonzero(np.append(True, held[1:] != held[:-1]))
    sizes = np.diff(np.append(starts, len(held))).astype(np.float64)
    return float((sizes * (np.minimum(sizes, cap) - 1) / 2).sum() / len(keys))


def _implied(option: Option, others: Sequence[Option]) -> bool:
    """Whether a coarser option of the same fields is there already."""
    return any(
        other is not option
        and all(
            key.label == part.label or part.label in key.parts
            for key, part in zip(option.parts, other.parts, strict=True)
        )
        for other in others
    )


def propose_rules(fields: Fields, *, cap: int, budget: float, total: float) -> tuple[BlockingRule, ...]:
    """Rules whose pairs per record stay within ``budget`` each and ``total`` together, cheapest first.

    Args:
        fields: The standard fields.
        cap: Largest block, as for :func:`linkage.blocking.candidate_pairs`.
        budget: Pairs per record that one rule may make.
        total: Pairs per record that all rules may make, overlaps counted twice.

    Returns:
        At most 64 rules, the cheapest first; at least one where any field can block.
    """
    ladders = key_ladders(fields)
    keys = {key.label: key.keys() for ladder in ladders for key in ladder}
    chosen: list[tuple[float, Option]] = []
    alone: set[str] = set()
    for group in grouped_options(ladders):
        costs = [_pairs_per_record(combined_keys(*(keys[key.label] for key in o.parts)), cap) for o in group]
        within = [o for o, cost in zip(group, costs, strict=True) if 0 < cost <= budget]
        for option, cost in zip(group, costs, strict=True):
            single = any(key.label in alone or key.parts & alone for key in option.parts)
            if 0 < cost <= budget and not single and not _implied(option, within):
                chosen.append((cost, option))
                alone |= {option.parts[0].label} if len(option.parts) == 1 else set()
    chosen.sort(key=lambda one: (one[0], one[1].name))
    spent = np.cumsum([cost for cost, _ in chosen])
    finest = [ladder[-1] for ladder in ladders]
    return tuple(option.rule(finest) for i, (_, option) in enumerate(chosen[:64]) if i == 0 or spent[i] <= total)
