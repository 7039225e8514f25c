"""What differs between two runs: settings, register rows, who is who, and children's histories with the reason."""

from kintrace.differences.compare import compare_runs
from kintrace.differences.values import (
    ChildChange,
    EntityChanges,
    EventChange,
    Group,
    MovedMention,
    Reason,
    RegisterChange,
    RunDifferences,
    SettingChange,
)

__all__ = [
    "ChildChange",
    "EntityChanges",
    "EventChange",
    "Group",
    "MovedMention",
    "Reason",
    "RegisterChange",
    "RunDifferences",
    "SettingChange",
    "compare_runs",
]
