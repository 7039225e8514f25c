"""Stays, shared homes, households, kin and couples of resolved persons."""

from linkage.households.coresidence import build_coresidence
from linkage.households.episodes import build_episodes
from linkage.households.households import build_households
from linkage.households.relations import Relations, resolve_relations

__all__ = ["Relations", "build_coresidence", "build_episodes", "build_households", "resolve_relations"]
