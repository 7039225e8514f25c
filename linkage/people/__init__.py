"""Who is who among the mentions of all registers, on top of the general engine.

What registers know beyond a table of persons: stays with dates, numbers that prove identity,
registers that hold each person once, and incidents whose parties are different persons.
"""

from linkage.people.resolve import People, PeopleSettings, resolve_people

__all__ = ["People", "PeopleSettings", "resolve_people"]
