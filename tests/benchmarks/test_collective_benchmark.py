from __future__ import annotations

import numpy as np
import pytest

from benchmarks.collective import WRONG, at_levels


def test_recall_at_a_level_of_mistakes_takes_the_strongest_attachments_that_keep_it() -> None:
    right = np.array([True] * 9_999 + [False] + [True] * 2_000 + [False] * 10)
    told = at_levels(right, wanted=20_000)
    assert told["recall"] == pytest.approx(11_999 / 20_000)
    assert told["recall_at_0.5_wrong"] == pytest.approx(9_999 / 20_000)
    assert told["recall_at_1.0_wrong"] == pytest.approx(11_999 / 20_000)


def test_a_country_without_attachments_has_no_recall_and_no_mistakes() -> None:
    told = at_levels(np.zeros(0, bool), wanted=5)
    assert told == {"recall": 0.0, "wrong_per_10000": 0.0} | {f"recall_at_{level}_wrong": 0.0 for level in WRONG}
