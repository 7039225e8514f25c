"""Counts of what was planted in the lives of a synthetic Denmark, for its manifest."""

from __future__ import annotations

import numpy as np

from linkage.intervals import LAST
from loaders.synth.feed import Lives
from loaders.synth.personal_numbers import REASONS
from loaders.synth.places import HOME
from loaders.synth.relatives import foster_parents, parents


def planted_lives(lives: Lives) -> dict[str, int]:
    """How often each thing happened that makes a life hard to follow."""
    country, places = lives.people.country, lives.people.country.places
    journeys = country.journeys.columns()["kind"]
    rows = parents(country)
    adopted = rows["adoptive"] == 1
    children, kinds = np.unique(rows["child"][adopted], return_counts=True)
    del children
    reasons = np.asarray(country.renumbered.columns()["reason"], dtype=np.int64)
    kind = places.unit_kind[lives.people.stays.columns["unit"]]
    special = lives.protections.columns["special"]
    return {
        "emigrations": int((journeys == "out").sum()),
        "returns": int((journeys == "back").sum()),
        "immigrants": int((journeys == "in").sum()),
        "adoptions_by_strangers": int((kinds == 2).sum()),
        "adoptions_by_step_parents": int((kinds == 1).sum()),
        "placements_with_families": len(foster_parents(country)["child"]),
        "second_homes": len(lives.seconds.person),
        **{f"new_numbers_{name}": int((reasons == i).sum()) for i, name in enumerate(REASONS)},
        "flights_to_shelters": len(country.flights.columns()["mother"]),
        "stays_in_hubs": int((kind != HOME).sum()),
        "protections_ordinary": int((~special).sum()),
        "protections_special": int(special.sum()),
        "streets_renamed": int((places.street_renamed < LAST).sum()),
    }
