"""Whether a run's stated probabilities are true, and what they promise where nobody knows."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from kintrace.evaluation.truth import Truth
from kintrace.pipeline.runs import Run
from linkage.calibration import expectation, link_reliability, pair_reliability

MOST_PAIRS = 4_000_000
"""Stored pairs that are judged; of more, every so many-th in the order of the file."""


def calibration(run: Run, truth: Truth) -> dict[str, Any]:
    """Reliability of the run's links and of the scored pairs behind them.

    ``links``: each mention against the record of its entity that it agrees with best, the probability that
    users see. ``pairs``: stored pair weights, competition and kin included. ``expectation``: what the
    latter promise about the decisions, without the truth.
    """
    records = truth.tables["records"]
    links = run.read("resolve", "links", ["record_id", "anchor_id", "probability"])
    pairs = run.read("resolve", "pairs", ["left", "right", "probability"])
    step = -(-pairs.num_rows // MOST_PAIRS) or 1
    if step > 1:
        pairs = pairs.take(pa.array(np.arange(0, pairs.num_rows, step)))
    return {
        "links": link_reliability(links, records).to_json(),
        "pairs": pair_reliability(pairs, records).to_json() | {"every": step},
        "expectation": expectation(pairs, run.read("resolve", "entities")).to_json() | {"every": step},
    }
