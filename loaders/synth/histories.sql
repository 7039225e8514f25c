-- The true family histories, by rules 1-16 (9b among them) of docs/architecture.md ("Rules made exact").
-- Reads: persons, stays, relations, events, roles, asked(as_of). Writes: histories, children.
-- A second implementation on purpose: it shares no code with the graph's own family history.

-- The birthday n years on; of one born on 29 February, 1 March in a common year.
CREATE MACRO birthday(born, years) AS
    CASE WHEN month(born) = 2 AND day(born) = 29
         THEN make_date(year(born) + years, 3, 1)
         ELSE make_date(year(born) + years, month(born), day(born)) END;

-- Rule 1: the horizon is the day after as_of.
CREATE TABLE clock AS
SELECT as_of, CAST(as_of + 1 AS DATE) AS horizon,
       CASE WHEN month(as_of) = 2 AND day(as_of) = 29 THEN make_date(year(as_of) - 10, 3, 1)
            ELSE make_date(year(as_of) - 10, month(as_of), day(as_of)) END AS ten_years_back
FROM asked;

CREATE TABLE lives AS
SELECT person, birth_date AS born, coalesce(deceased, DATE '9999-12-31') AS died FROM persons;

-- Rule 2: the children the question is about.
CREATE TABLE focal AS
SELECT person AS child, born
FROM lives, clock
WHERE born <= as_of AND birthday(born, 18) > as_of AND died >= as_of;

-- Rule 4: parent relations within the horizon; after an adoption those to the birth parents are hidden.
CREATE TABLE parental AS
SELECT r.person AS child, r.other AS parent, r.valid_from AS since, least(r.valid_to, horizon) AS until,
       r.kind = 'parent' AND r.valid_to <= as_of
       AND EXISTS (FROM relations adoption WHERE adoption.person = r.person
                   AND adoption.kind = 'adoptive_parent' AND adoption.valid_from <= as_of) AS ended
FROM relations r CROSS JOIN clock
WHERE r.kind IN ('parent', 'adoptive_parent') AND r.valid_from < least(r.valid_to, horizon);

CREATE TABLE shown AS SELECT child, parent, since, until FROM parental WHERE NOT ended;

CREATE TABLE hidden AS
SELECT DISTINCT child, parent FROM parental p
WHERE ended AND NOT EXISTS (FROM shown s WHERE s.child = p.child AND s.parent = p.parent);

-- Rule 9: certain stays, and co-residence of a focal child with anybody else.
CREATE TABLE certain AS
SELECT person, address, valid_from AS since, least(valid_to, horizon) AS until
FROM stays, clock
WHERE unit AND NOT hub AND NOT sealed AND valid_from < least(valid_to, horizon);

-- Rule 9b: days on which somebody under 18 lives with a foster parent, at the home they share.
CREATE TABLE fostered AS
SELECT DISTINCT r.person, own.address, greatest(r.valid_from, own.since, other.since) AS since,
       least(r.valid_to, birthday(p.born, 18), own.until, other.until) AS until
FROM relations r
JOIN lives p ON p.person = r.person
JOIN certain own ON own.person = r.person
JOIN certain other ON other.person = r.other AND other.address = own.address
WHERE r.kind = 'foster_parent';

CREATE TABLE under_one_roof AS
SELECT own.person AS child, other.person AS person, own.address,
       greatest(own.since, other.since, born) AS since, least(own.until, other.until) AS until
FROM focal
JOIN certain own ON own.person = focal.child
JOIN certain other ON other.address = own.address AND other.person <> own.person
                  AND other.since < own.until AND own.since < other.until
WHERE born < least(own.until, other.until);

-- Foster care is cut out: the days between two borders are certain if no care of either lies over them.
CREATE TABLE shared AS
WITH cared AS (
    SELECT DISTINCT r.child, r.person, r.address, r.since AS first, r.until AS last, f.since, f.until
    FROM under_one_roof r
    JOIN fostered f ON f.address = r.address AND f.person IN (r.child, r.person)
                   AND f.since < r.until AND r.since < f.until AND f.since < f.until),
borders AS (
    SELECT child, person, address, first, last, unnest([first, last, since, until]) AS day FROM cared),
pieces AS (
    SELECT DISTINCT child, person, address, day AS since,
           lead(day) OVER (PARTITION BY child, person, address, first, last ORDER BY day) AS until
    FROM (SELECT DISTINCT * FROM borders WHERE day BETWEEN first AND last))
SELECT child, person, since, until FROM pieces p
WHERE until IS NOT NULL
  AND NOT EXISTS (FROM cared c WHERE c.child = p.child AND c.person = p.person AND c.address = p.address
                  AND c.since <= p.since AND p.until <= c.until)
UNION ALL
SELECT child, person, since, until FROM under_one_roof r
WHERE NOT EXISTS (FROM cared c WHERE c.child = r.child AND c.person = r.person AND c.address = r.address
                  AND c.first = r.since AND c.last = r.until);

-- Maximal intervals: shared stays that follow each other without a day between are one.
CREATE TABLE together AS
WITH ordered AS (
    SELECT *, max(until) OVER (PARTITION BY child, person ORDER BY since, until
                               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
    FROM shared),
numbered AS (
    SELECT *, count(*) FILTER (reached IS NULL OR since > reached)
              OVER (PARTITION BY child, person ORDER BY since, until) AS island
    FROM ordered)
SELECT child, person, min(since) AS since, max(until) AS until
FROM numbered GROUP BY child, person, island;

-- Rules 3 to 5: the child itself, its parents, its siblings.
CREATE TABLE candidates AS
SELECT child, child AS person, 'a' AS rule, born AS since, horizon AS until FROM focal, clock
UNION ALL
SELECT r.child, r.parent, 'b', greatest(r.since, f.born), least(r.until, p.died)
FROM shown r JOIN focal f USING (child) JOIN lives p ON p.person = r.parent
UNION ALL
-- a sibling stays one when the parent they share has died
SELECT mine.child, theirs.child, 'c', greatest(mine.since, theirs.since, f.born, s.born),
       least(mine.until, theirs.until, s.died)
FROM shown mine
JOIN focal f USING (child)
JOIN shown theirs ON theirs.parent = mine.parent AND theirs.child <> mine.child
JOIN lives s ON s.person = theirs.child;

-- Rule 6: a parent's partner.
INSERT INTO candidates
WITH partners AS (
    SELECT person, other, kind, valid_from, valid_to FROM relations WHERE kind IN ('spouse', 'partner')
    UNION
    SELECT other, person, kind, valid_from, valid_to FROM relations WHERE kind IN ('spouse', 'partner'))
SELECT b.child, t.person, 'd',
       CASE r.kind WHEN 'spouse' THEN greatest(t.since, r.valid_from) ELSE t.since END,
       CASE r.kind WHEN 'spouse' THEN least(t.until, r.valid_to) ELSE t.until END
FROM (SELECT DISTINCT child, person FROM candidates WHERE rule = 'b' AND since < until) b
JOIN partners r ON r.person = b.person
JOIN together t ON t.child = b.child AND t.person = r.other
CROSS JOIN clock
WHERE r.valid_from < least(r.valid_to, horizon)
  AND (r.kind = 'spouse' OR date_diff('day', t.since, t.until) >= 30);

-- Rule 7: other co-residents of 18 and over; children of a partner of (d) at any age.
INSERT INTO candidates
SELECT t.child, t.person, 'e', greatest(t.since, birthday(p.born, 18)), t.until
FROM together t JOIN lives p ON p.person = t.person
WHERE date_diff('day', greatest(t.since, birthday(p.born, 18)), t.until) >= 30
UNION ALL
SELECT t.child, t.person, 'e', t.since, t.until
FROM together t
JOIN (SELECT DISTINCT d.child, k.child AS person
      FROM candidates d JOIN shown k ON k.parent = d.person
      WHERE d.rule = 'd' AND d.since < d.until) step USING (child, person)
WHERE date_diff('day', t.since, t.until) >= 30;

-- Rule 8: the first rule that fits; overlapping intervals of one member become one.
CREATE TABLE members AS
WITH fitting AS (
    SELECT c.*, min(rule) OVER (PARTITION BY c.child, c.person) AS first_rule
    FROM candidates c
    ANTI JOIN hidden h ON h.child = c.child AND h.parent = c.person
    WHERE since < until),
ordered AS (
    SELECT *, max(until) OVER (PARTITION BY child, person ORDER BY since, until
                               ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
    FROM fitting WHERE rule = first_rule),
numbered AS (
    SELECT *, count(*) FILTER (reached IS NULL OR since > reached)
              OVER (PARTITION BY child, person ORDER BY since, until) AS island
    FROM ordered)
SELECT child, person, any_value(rule) AS rule, min(since) AS since, max(until) AS until
FROM numbered GROUP BY child, person, island;

-- Events that count (rules 10 and 16) and those whose place is sealed.
CREATE TABLE counted AS
SELECT e.event, e.date, e.place, e.district, e.domestic,
       EXISTS (FROM roles r JOIN stays s ON s.person = r.person
               WHERE r.event = e.event AND s.sealed AND e.date >= s.valid_from AND e.date < s.valid_to) AS sealed
FROM events e, clock
WHERE e.counts AND e.date <= as_of;

-- Rule 12: an own role of somebody under 18 on the day is neither counted nor shown.
CREATE TABLE parts AS
SELECT r.event, r.person, r.role, e.date, e.sealed,
       r.role IN ('SUSPECT', 'CHARGED', 'CONVICTED', 'RESTRAINED') AS own,
       r.role IN ('WITNESS', 'REPORTER') AS onlooker
FROM roles r
JOIN counted e USING (event)
JOIN lives p ON p.person = r.person
WHERE r.role IN ('SUSPECT', 'CHARGED', 'CONVICTED', 'RESTRAINED', 'INJURED', 'PROTECTED', 'CHILD_PRESENT',
                 'WITNESS', 'REPORTER')
  AND NOT (r.role IN ('SUSPECT', 'CHARGED', 'CONVICTED', 'RESTRAINED') AND birthday(p.born, 18) > e.date);

-- The child's own certain unit on the day of an event there; a sealed event has no place.
CREATE TABLE at_unit AS
SELECT DISTINCT f.child, e.event
FROM counted e
JOIN certain s ON s.address = e.place AND e.date >= s.since AND e.date < s.until
JOIN focal f ON f.child = s.person AND e.date >= f.born
WHERE NOT e.sealed;

-- Rule 11: class A.
CREATE TABLE inside AS
SELECT DISTINCT m.child, p.event, p.person, p.role, p.onlooker
FROM members m JOIN parts p ON p.person = m.person AND p.date >= m.since AND p.date < m.until;

CREATE TABLE class_a AS
SELECT child, event, person, role FROM inside WHERE NOT onlooker
UNION
SELECT i.child, i.event, i.person, i.role
FROM inside i
WHERE i.onlooker
  AND (EXISTS (FROM inside o WHERE o.child = i.child AND o.event = i.event AND o.person <> i.person)
       OR EXISTS (FROM at_unit u WHERE u.child = i.child AND u.event = i.event));

-- Rule 13: class B.
CREATE TABLE class_b AS
SELECT DISTINCT m.child, p.event, p.person, p.role
FROM (SELECT child, person, max(since) AS last_since FROM members WHERE rule IN ('b', 'd', 'e') GROUP BY ALL) m
JOIN parts p ON p.person = m.person AND p.own
CROSS JOIN clock
WHERE p.date < m.last_since AND p.date >= ten_years_back
  AND NOT EXISTS (FROM members i WHERE i.child = m.child AND i.person = m.person
                  AND p.date >= i.since AND p.date < i.until)
  AND NOT EXISTS (FROM class_a a WHERE a.child = m.child AND a.event = p.event);

-- Rule 14: class C.
CREATE TABLE class_c AS
SELECT u.child, u.event
FROM at_unit u JOIN counted e USING (event)
WHERE e.domestic
  AND NOT EXISTS (FROM class_a a WHERE a.child = u.child AND a.event = u.event)
  AND NOT EXISTS (FROM class_b b WHERE b.child = u.child AND b.event = u.event);

-- The children with their present district; a second home beside the first is not where they moved.
CREATE TABLE children AS
SELECT f.child, any_value(s.district) AS district,
       coalesce(any_value((SELECT count(*) FROM stays o WHERE o.person = f.child
                           AND NOT o.secondary AND o.valid_from <= as_of
                           AND o.district <> s.district)), 0) > 0 AS moved_district,
       EXISTS (FROM stays h WHERE h.person = f.child AND h.sealed AND h.valid_from <= as_of) AS protected
FROM focal f
CROSS JOIN clock
LEFT JOIN stays s ON s.person = f.child AND NOT s.secondary AND s.valid_from <= as_of AND s.valid_to > as_of
GROUP BY f.child, as_of
ORDER BY f.child;

CREATE TABLE histories AS
WITH found AS (
    SELECT child, event, 'A' AS class, person, role FROM class_a
    UNION ALL SELECT child, event, 'B', person, role FROM class_b
    UNION ALL SELECT child, event, 'C', NULL, NULL FROM class_c)
SELECT h.child, h.event, h.class, h.person, h.role,
       coalesce(c.moved_district AND e.district <> c.district, false) AS cross_district, e.sealed
FROM found h JOIN counted e USING (event) JOIN children c USING (child)
ORDER BY h.child, h.event, h.class, h.person, h.role;
