-- What a synthetic Denmark looks like: every statement with a name is one measure or one curve.
-- `view x` is kept for the statements after it, `row x` answers one row whose columns are measures, `curve x` many rows.
-- Tables: the truth (persons, stays, relations, events, roles, children, histories), of the feed navn, personnummer and
-- beskyttelse, and clock (first_day, last_day). A move is a stay at another address that begins on the day on
-- which the one before ended; a stay that is sealed or secondary is a stay like any other only where it says so.

-- view home
SELECT person, address, municipality, district, hub, valid_from, least(valid_to, last_day + 1) AS valid_to,
       lag(address) OVER w AS address_before, lag(municipality) OVER w AS municipality_before,
       lag(valid_to) OVER w AS until_before, lead(valid_from) OVER w AS next_from
FROM stays, clock WHERE NOT secondary AND valid_from <= last_day
WINDOW w AS (PARTITION BY person ORDER BY valid_from, valid_to);

-- view spell
SELECT h.*, p.birth_date, p.deceased, p.sex FROM home h JOIN persons p USING (person);

-- view lived
SELECT person, birth_date, sex, greatest(valid_from, first_day) AS a, valid_to AS b
FROM spell, clock WHERE valid_to > first_day;

-- view years_lived
SELECT sum(b - a) / 365.25 AS years FROM lived;

-- view age_years
SELECT age, count(*) FILTER (WHERE sex = 'F') / 12 AS women, count(*) / 12 AS years
FROM (SELECT sex, floor((m - birth_date) / 365.25)::INT AS age
      FROM lived, clock, (SELECT unnest(generate_series(DATE '1970-01-01', DATE '2100-01-01', INTERVAL 1 MONTH))::DATE AS m)
      WHERE m >= first_day AND m <= last_day AND a <= m AND b > m AND birth_date <= m)
GROUP BY age;

-- view move
SELECT person, valid_from AS day, municipality = municipality_before AS within,
       floor((valid_from - birth_date) / 365.25)::INT AS age
FROM spell, clock
WHERE valid_from > first_day AND valid_from = until_before AND address <> address_before;

-- view resident
SELECT s.*, floor((last_day - birth_date) / 365.25)::INT AS age, last_day < birth_date + INTERVAL 18 YEAR AS minor
FROM spell s, clock WHERE s.valid_from <= last_day AND s.valid_to > last_day;

-- view parent
SELECT person, other, kind FROM relations, clock
WHERE kind IN ('parent', 'adoptive_parent') AND valid_from <= last_day AND valid_to > last_day;

-- view beside
SELECT c.person, q.other, r.address = c.address AND NOT c.hub AS at_home, r.sex, d.deceased <= last_day AS dead
FROM clock, resident c JOIN parent q USING (person)
LEFT JOIN resident r ON r.person = q.other LEFT JOIN persons d ON d.person = q.other;

-- view minor_home
SELECT r.person, any_value(r.hub) AS hub, count(b.other) AS parents, count(b.other) FILTER (WHERE b.sex IS NOT NULL) AS here,
       count(*) FILTER (WHERE b.at_home) AS home_parents, count(*) FILTER (WHERE b.at_home AND b.sex = 'F') AS mothers,
       count(*) FILTER (WHERE b.at_home AND b.sex = 'M') AS fathers,
       count(*) FILTER (WHERE b.dead AND p.sex = 'F') AS dead_mothers, count(*) FILTER (WHERE b.dead AND p.sex = 'M') AS dead_fathers
FROM resident r LEFT JOIN beside b USING (person) LEFT JOIN persons p ON p.person = b.other
WHERE r.minor GROUP BY r.person;

-- view member
SELECT r.address, r.person, r.age,
       r.minor OR (r.age < 25 AND coalesce((SELECT bool_or(b.at_home) FROM beside b WHERE b.person = r.person), false)) AS child
FROM resident r WHERE NOT r.hub;

-- view generations
SELECT c.address, true AS related FROM member c JOIN parent q ON q.person = c.person
JOIN member p ON p.person = q.other AND p.address = c.address WHERE NOT c.child AND NOT p.child GROUP BY c.address;

-- view household
SELECT address, count(*) AS size, count(*) FILTER (WHERE child) AS children, count(*) FILTER (WHERE NOT child) AS adults,
       CASE WHEN adults = 1 AND children = 0 THEN 'single' WHEN adults = 1 THEN 'one parent'
            WHEN adults = 2 AND NOT coalesce(any_value(related), false)
            THEN CASE WHEN children = 0 THEN 'couple' ELSE 'couple with children' END
            ELSE 'other' END AS kind
FROM member LEFT JOIN generations USING (address) GROUP BY address;

-- view birth
SELECT p.person, p.birth_date, p.twin, min(m.person) AS mother, min(m.birth_date) AS mother_born
FROM clock, persons p
LEFT JOIN relations r ON r.person = p.person AND r.kind = 'parent' AND r.valid_from <= p.birth_date + 30
LEFT JOIN persons m ON m.person = r.other AND m.sex = 'F'
WHERE p.birth_date > first_day AND p.birth_date <= last_day AND NOT p.immigrant GROUP BY ALL;

-- view first_birth
SELECT mother, min(birth_date) AS day FROM
  (SELECT r.other AS mother, p.birth_date FROM relations r JOIN persons p USING (person) WHERE r.kind = 'parent') GROUP BY mother;

-- view wedlock
SELECT s.person, s.other, s.valid_from, s.valid_to, greatest(a.first, b.first) < s.valid_from AS here
FROM relations s JOIN (SELECT person, min(valid_from) AS first FROM home GROUP BY person) a ON a.person = s.person
JOIN (SELECT person, min(valid_from) AS first FROM home GROUP BY person) b ON b.person = s.other
WHERE s.kind = 'spouse' AND s.person < s.other;

-- view surname
SELECT Efternavn AS name, count(*) AS bearers, row_number() OVER (ORDER BY count(*) DESC, Efternavn) AS place
FROM (SELECT PersonId, arg_max(Efternavn, GyldigFra) AS Efternavn, arg_max(Fornavne, GyldigFra) AS Fornavne FROM navn GROUP BY PersonId)
WHERE PersonId IN (SELECT PersonId FROM living) GROUP BY Efternavn;

-- view given
SELECT Koen AS sex, split_part(Fornavne, ' ', 1) AS name, count(*) AS bearers
FROM (SELECT PersonId, arg_max(Fornavne, GyldigFra) AS Fornavne FROM navn GROUP BY PersonId) JOIN living USING (PersonId)
GROUP BY ALL;

-- view incident
SELECT e.* FROM events e, clock WHERE counts AND category <> 'municipal_notification' AND date >= first_day AND date <= last_day;

-- view party
SELECT DISTINCT r.event, r.person FROM roles r JOIN incident USING (event);

-- view family
SELECT DISTINCT r.other AS family, c.person AS child, c.birth_date FROM relations r JOIN persons c USING (person), clock
JOIN persons m ON m.person = r.other
WHERE r.kind = 'parent' AND m.sex = 'F' AND c.birth_date <= last_day AND c.birth_date + INTERVAL 18 YEAR > first_day;

-- view family_member
SELECT family, child AS person FROM family UNION SELECT family, family FROM family
UNION SELECT f.family, r.other FROM family f JOIN relations r ON r.person = f.child AND r.kind IN ('parent', 'adoptive_parent');

-- view family_incidents
SELECT f.family, count(DISTINCT q.event) AS n FROM family_member f LEFT JOIN party q USING (person) GROUP BY f.family;

-- view violence
SELECT p.person, count(DISTINCT i.event) AS n FROM roles p JOIN incident i USING (event)
WHERE p.role IN ('SUSPECT', 'CHARGED', 'CONVICTED')
  AND i.category IN ('simple_violence', 'serious_violence', 'grievous_violence', 'homicide', 'threats', 'stalking',
                     'psychological_violence')
GROUP BY p.person;

-- view protection
SELECT b.*, coalesce(b.GyldigTil, DATE '9999-12-31') > last_day AND b.GyldigFra <= last_day AS now FROM beskyttelse b, clock;

-- row moves
SELECT 100 * count(*) / any_value(years) AS moves_per_100, 100 * avg(within::INT) AS moves_within,
       100 * avg((age BETWEEN 18 AND 24)::INT) AS movers_18_24, 100 * avg((age BETWEEN 20 AND 29)::INT) AS movers_20_29
FROM move, years_lived;

-- row moves_of_a_life
SELECT sum(rate * greatest(0, least(1, 5.5 - age))) AS moves_at_5, sum(rate * greatest(0, least(1, 15.5 - age))) AS moves_at_15,
       sum(rate * greatest(0, least(1, 20.5 - age))) AS moves_at_20, sum(rate * greatest(0, least(1, 24.5 - age))) AS moves_at_24,
       sum(rate * greatest(0, least(1, 29.5 - age))) AS moves_at_29, sum(rate * greatest(0, least(1, 35.5 - age))) AS moves_at_35
FROM (SELECT age, count(move.person) / any_value(years) AS rate FROM age_years LEFT JOIN move USING (age) GROUP BY age);

-- row homes
SELECT avg(size) AS persons_per_home, 100 * avg((size = 1)::INT) AS homes_of_one, 100 * avg((size = 2)::INT) AS homes_of_two,
       100 * avg((size > 2)::INT) AS homes_of_more, 100 * avg((children > 0)::INT) AS homes_with_children,
       100 * avg((kind = 'one parent')::INT) FILTER (WHERE children > 0) AS one_parent_homes,
       100 * avg((kind = 'other')::INT) AS other_homes
FROM household;

-- row minors
SELECT 100 * avg((home_parents >= 2)::INT) AS both_parents,
       100 * avg((home_parents = 1 AND mothers = 1)::INT) AS with_mother,
       100 * avg((home_parents = 1 AND fathers = 1)::INT) AS with_father,
       100 * avg((home_parents = 0)::INT) AS with_neither,
       100 * avg((dead_mothers > 0)::INT) AS lost_mother, 100 * avg((dead_fathers > 0)::INT) AS lost_father
FROM minor_home;

-- row care
SELECT 1000 * avg((f.person IS NOT NULL)::INT) AS foster_per_1000,
       1000 * avg((f.person IS NOT NULL OR (m.hub AND NOT EXISTS (FROM beside b JOIN resident x ON x.person = b.other
         JOIN resident y ON y.person = b.person WHERE b.person = m.person AND x.address = y.address)))::INT) AS placed_per_1000,
       100 * count(s.person) FILTER (WHERE here >= 2 AND home_parents = 1)
         / nullif(count(*) FILTER (WHERE here >= 2 AND home_parents = 1), 0) AS shared_of_parted
FROM minor_home m
LEFT JOIN (SELECT DISTINCT person FROM relations, clock WHERE kind = 'foster_parent' AND valid_from <= last_day AND valid_to > last_day) f
  USING (person)
LEFT JOIN (SELECT DISTINCT person FROM stays, clock WHERE secondary AND valid_from <= last_day AND valid_to > last_day) s USING (person);

-- row adoptions
SELECT 1000 * count(*) FILTER (WHERE own) / any_value(minors) AS step_adoptions,
       1000 * count(*) FILTER (WHERE NOT own) / any_value(minors) AS other_adoptions
FROM (SELECT a.person, EXISTS (FROM relations k WHERE k.person = a.person AND k.kind = 'parent' AND k.valid_to > min(a.valid_from)) AS own
      FROM relations a, clock WHERE a.kind = 'adoptive_parent' AND a.valid_from > first_day AND a.valid_from <= last_day
      GROUP BY a.person)
RIGHT JOIN (SELECT sum(years) AS minors FROM age_years WHERE age < 18) ON true;

-- row population
SELECT 100 * avg((age < 15)::INT) AS under_15, 100 * avg(minor::INT) AS under_18, 100 * avg((age >= 65)::INT) AS over_65,
       100 * avg((age >= 80)::INT) AS over_80, 100 * avg((sex = 'F')::INT) AS women,
       1000 * avg((age >= 67 AND hub)::INT) AS nursing_per_1000
FROM resident;

-- row births
SELECT 1000 * count(*) / any_value(years) AS births_per_1000,
       100 * (count(*) FILTER (WHERE twin) / 2) / (count(*) - count(*) FILTER (WHERE twin) / 2) AS twin_births,
       avg(birth_date - mother_born) / 365.25 AS mothers_age
FROM birth, years_lived;

-- row first_births
SELECT avg(day - p.birth_date) / 365.25 AS first_mothers_age FROM first_birth f JOIN persons p ON p.person = f.mother, clock
WHERE p.sex = 'F' AND day > first_day AND NOT p.immigrant;

-- row fertility
SELECT sum(n / women) AS fertility FROM age_years JOIN
  (SELECT floor((birth_date - mother_born) / 365.25)::INT AS age, count(*) AS n FROM birth WHERE mother IS NOT NULL GROUP BY age) USING (age)
WHERE women > 0 AND age BETWEEN 15 AND 49;

-- row deaths
SELECT 1000 * count(*) / any_value(years) AS deaths_per_1000 FROM persons, clock, years_lived
WHERE deceased > first_day AND deceased <= last_day;

-- row marriages
SELECT 1000 * count(*) FILTER (WHERE w.valid_from > first_day AND here) / any_value(years) AS marriages_per_1000,
       1000 * count(*) FILTER (WHERE w.valid_to BETWEEN first_day AND last_day AND w.valid_to IS DISTINCT FROM p.deceased
         AND w.valid_to IS DISTINCT FROM q.deceased) / any_value(years) AS divorces_per_1000
FROM clock, years_lived, wedlock w JOIN persons p ON p.person = w.person JOIN persons q ON q.person = w.other;

-- row borders
SELECT 1000 * count(*) FILTER (WHERE s.valid_to > first_day AND s.valid_to <= last_day AND next_from IS DISTINCT FROM s.valid_to
         AND s.deceased IS DISTINCT FROM s.valid_to) / any_value(years) AS emigrants_per_1000,
       1000 * count(*) FILTER (WHERE arrival) / any_value(years) AS immigrants_per_1000,
       100 * count(*) FILTER (WHERE arrival AND until_before IS NOT NULL) / nullif(count(*) FILTER (WHERE arrival), 0) AS returns
FROM clock, years_lived, (SELECT spell.*, valid_from > first_day AND until_before IS DISTINCT FROM valid_from AND valid_from > birth_date AS arrival
                          FROM spell, clock) s;

-- row surnames
SELECT 100 * sum(bearers) FILTER (WHERE place = 1) / sum(bearers) AS surname_top_1,
       100 * sum(bearers) FILTER (WHERE place <= 5) / sum(bearers) AS surname_top_5,
       100 * sum(bearers) FILTER (WHERE place <= 20) / sum(bearers) AS surname_top_20,
       100 * sum(bearers) FILTER (WHERE place <= 100) / sum(bearers) AS surname_top_100,
       100 * sum(bearers) FILTER (WHERE name ILIKE '%sen') / sum(bearers) AS surname_sen,
       100 * avg((bearers = 1)::INT) AS surname_single
FROM surname;

-- row given_names
SELECT 100 * max(bearers) FILTER (WHERE sex = 'K') / sum(bearers) FILTER (WHERE sex = 'K') AS given_top_woman,
       100 * max(bearers) FILTER (WHERE sex = 'M') / sum(bearers) FILTER (WHERE sex = 'M') AS given_top_man
FROM given;

-- row protections
SELECT 100000 * count(DISTINCT PersonId) FILTER (WHERE now AND Beskyttelsestype = 'ordinaer') / any_value(n) AS protected_ordinary,
       100000 * count(DISTINCT PersonId) FILTER (WHERE now AND Beskyttelsestype = 'saerlig') / any_value(n) AS protected_special
FROM protection RIGHT JOIN (SELECT count(*) AS n FROM resident) ON true;

-- row new_numbers
SELECT 100000 * count(*) / any_value(years) AS new_numbers
FROM (SELECT personnummer.*, row_number() OVER (PARTITION BY PersonId ORDER BY GyldigFra) AS place FROM personnummer), clock, years_lived
WHERE place > 1 AND GyldigFra > first_day;

-- row incidents
SELECT 100 * count(*) / any_value(years) AS incidents_per_100, 100 * avg(domestic::INT) AS domestic,
       1000 * count(*) FILTER (WHERE category IN ('simple_violence', 'serious_violence', 'grievous_violence', 'homicide', 'threats',
         'stalking', 'psychological_violence')) / any_value(years) AS violence_per_1000,
       1000 * count(*) FILTER (WHERE category = 'shoplifting') / any_value(years) AS shoplifting_per_1000
FROM incident, years_lived;

-- row notifications
SELECT 100 * count(*) / any_value(minors) AS notifications_per_100
FROM events, clock, (SELECT sum(years) AS minors FROM age_years WHERE age < 18)
WHERE category = 'municipal_notification' AND date >= first_day AND date <= last_day;

-- row parties
SELECT count(p.person) / count(DISTINCT i.event) AS parties_per_incident FROM incident i LEFT JOIN party p USING (event);

-- row persons_with_any
SELECT 100 * count(p.person) / count(*) AS persons_with_any FROM resident r LEFT JOIN (SELECT DISTINCT person FROM party) p USING (person);

-- row concentration
SELECT (SELECT 100 * count(DISTINCT q.event) / (SELECT count(DISTINCT event) FROM party)
        FROM party q JOIN family_member m USING (person)
        JOIN (SELECT family FROM family_incidents ORDER BY n DESC, family LIMIT (SELECT count(*) // 100 FROM family_incidents)) t USING (family))
         AS top_families,
       (SELECT 100 * sum(n) FILTER (WHERE k <= people / 100) / sum(n) FROM (SELECT n, row_number() OVER (ORDER BY n DESC, person) AS k FROM violence),
         (SELECT count(*) AS people FROM resident)) AS top_violent;

-- row histories
SELECT 100 * avg((h.child IS NOT NULL)::INT) AS children_with_event,
       (SELECT 100 * avg(x::INT) FROM (SELECT bool_or(cross_district) AS x FROM histories WHERE class <> 'B' GROUP BY child, event)) AS cross_district,
       100 * avg(moved_district::INT) AS children_moved_district
FROM children c LEFT JOIN (SELECT DISTINCT child FROM histories) h USING (child);

-- row districts
SELECT max(ratio) AS district_most, min(ratio) AS district_least FROM (
  SELECT (n / sum(n) OVER ()) / (people / sum(people) OVER ()) AS ratio, people FROM
    (SELECT district, count(*) AS n FROM incident GROUP BY district)
    JOIN (SELECT district, sum(b - a) AS people FROM
            (SELECT district, greatest(valid_from, first_day) AS a, valid_to AS b FROM home, clock WHERE valid_to > first_day)
          GROUP BY district) USING (district)
  QUALIFY people > sum(people) OVER () / 50);

-- curve moves_by_age
SELECT age, 100 * count(move.person) / any_value(years) AS moves FROM age_years LEFT JOIN move USING (age)
WHERE age < 90 GROUP BY age ORDER BY age;

-- curve household_kinds
SELECT kind, 100 * count(*) / sum(count(*)) OVER () AS share FROM household GROUP BY kind
ORDER BY array_position(['single', 'couple', 'couple with children', 'one parent', 'other'], kind);

-- curve surname_ranks
SELECT place, 100 * bearers / sum(bearers) OVER () AS share FROM surname WHERE place <= 2000 ORDER BY place;

-- curve incidents_per_person
SELECT least(coalesce(n, 0), 20) AS incidents, 100 * count(*) / sum(count(*)) OVER () AS share
FROM resident LEFT JOIN (SELECT person, count(*) AS n FROM party GROUP BY person) USING (person) GROUP BY incidents ORDER BY incidents;

-- curve population_by_age
SELECT 5 * (age // 5) AS age_from, 100 * count(*) FILTER (WHERE sex = 'M') / sum(count(*)) OVER () AS men,
       100 * count(*) FILTER (WHERE sex = 'F') / sum(count(*)) OVER () AS women FROM resident GROUP BY age_from ORDER BY age_from;

-- curve incidents_by_category
SELECT category, 100 * count(*) / sum(count(*)) OVER () AS share FROM incident GROUP BY category ORDER BY share DESC, category;

-- curve incidents_by_district
SELECT district, 100 * n / any_value(years) AS per_100 FROM
  (SELECT district, count(*) AS n FROM incident GROUP BY district)
  JOIN (SELECT district, sum(b - a) / 365.25 AS years FROM
          (SELECT district, greatest(valid_from, first_day) AS a, valid_to AS b FROM home, clock WHERE valid_to > first_day)
        GROUP BY district) USING (district) GROUP BY district, n ORDER BY district;
