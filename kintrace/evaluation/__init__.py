"""How right a run is, against a truth that it never saw."""

from kintrace.evaluation.evaluate import evaluate

__all__ = ["evaluate"]
