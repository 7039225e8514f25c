"""The SQL that measures canonical tables; every statement gives counts by register, none gives a value."""

from __future__ import annotations

IDENTIFIERS = """
with stated as (
    select register, unnest(identifiers) as one, birth_date,
        if(coalesce(given, middle, surname) is null, null, hash(lower(concat_ws(' ', given, middle, surname)))) as name
    from persons where len(identifiers) > 0),
numbers as (
    select register, one.type as type, one.value as number,
        coalesce(min(name) <> max(name), false) as names,
        coalesce(min(birth_date) <> max(birth_date), false) as births
    from stated group by all)
select register, type, count(*), count(*) filter (names), count(*) filter (births), count(*) filter (names or births)
from numbers group by all order by all
"""
"""By register and type: numbers, numbers with several names, with several birth dates, with either.

Least and greatest are compared instead of counting what is different, so that memory follows the
number of identifiers and not the number of mentions; names by their digests, because only their
difference counts.
"""

STATING = """
select register, type, count(*) from (
    select register, unnest(list_distinct([one.type for one in identifiers])) as type
    from persons where len(identifiers) > 0)
group by all
"""
"""By register and type: mentions that state at least one."""

MODULUS = """
with numbers as (
    select distinct register, one.value as number
    from (select register, unnest(identifiers) as one from persons where len(identifiers) > 0)
    where one.type = 'CPR' and regexp_full_match(one.value, '[0-9]{10}')),
checkable as (
    select register, number from numbers where substr(number, 3, 2)::int <= 12)
select register, count(*), count(*) filter (
    (4 * substr(number, 1, 1)::int + 3 * substr(number, 2, 1)::int + 2 * substr(number, 3, 1)::int
    + 7 * substr(number, 4, 1)::int + 6 * substr(number, 5, 1)::int + 5 * substr(number, 6, 1)::int
    + 4 * substr(number, 7, 1)::int + 3 * substr(number, 8, 1)::int + 2 * substr(number, 9, 1)::int
    + substr(number, 10, 1)::int) % 11 <> 0)
from checkable group by all
"""
"""By register: different CPR numbers with a real month, and those that fail modulus 11 (4 3 2 7 6 5 4 3 2 1)."""

BIRTHS = """
select register, count(*), count(*) filter (month(birth_date) = 1 and day(birth_date) = 1)
from persons where birth_date is not null and coalesce(birth_precision, 'day') = 'day'
group by all
"""

EXTRACTS = """
select register, max(try_cast(extract as date)) from (
    select register, extract from persons union all select register, extract from incidents
    union all select register, extract from residences)
group by all
"""

REFUSED = """
select register, file, "column", reason, count(*), min("row", 5)
from refused group by all order by register, count(*) desc, file, "column" nulls first, reason
"""

CODES = """
select register, 'incidents', 'category', category, count(*) from incidents group by all
union all
select register, 'involvements', 'role', role, count(*) from involvements group by all
union all
select register, 'persons', 'sex', sex, count(*) from persons where sex is not null group by all
union all
select register, 'relations', 'kind', kind, count(*) from relations group by all
union all
select register, 'protections', 'kind', kind, count(*) from protections group by all
union all
select register, 'residences', 'uncertainty', uncertainty, count(*) from residences group by all
order by all
"""
"""Words of closed lists alone: a free text might hold anything, a name too, where columns were shifted."""

ENTERED = """
with entered as (
    select register, known_from as day, extract, true as incident from incidents
    union all
    select register, known_from, extract, false from persons),
dated as (select register, day, incident from entered where day < try_cast(extract as date))
select register, incident, strftime(day, '%Y-%m') as month, count(*), max(day) from dated
group by all order by all
"""
"""By register, incident or person, and month of entry: rows and the last day."""

UNDATED = """
select register, count(*) from (
    select register, known_from, extract from incidents
    union all
    select register, known_from, extract from persons)
where known_from >= try_cast(extract as date) group by all
"""

MOVED = """
select register, strftime(valid_from, '%Y-%m') as month, count(*), max(valid_from) from residences
where uncertainty <> 'stated' and valid_from <= try_cast(extract as date) and valid_from > date '0001-01-01'
group by all order by all
"""
"""By register and month: stays that began; the beat of registers that do not say when rows were entered."""
