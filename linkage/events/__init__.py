"""Events: several registers write the same night down; here their records become one."""

from linkage.events.join import LONGEST_EVENT, join_events

__all__ = ["LONGEST_EVENT", "join_events"]
