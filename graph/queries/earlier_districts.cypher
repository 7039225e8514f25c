// purpose: Where a child and its parents lived before, in districts other than those the child lives in now: whom to
//   ask about the years before the move. A parent's stay counts from its start, also before the child was born.
// parameters: $child text, $as_of date, $known_at date optional
// cost: the stays of the child and of its parents; 1 to 5 ms on a warm server.
// example: kintrace cypher earlier_districts -p child=E2345 -p as_of=2024-06-30 -p known_at=2024-01-01
MATCH (c:Person {person_id: $child})
WHERE c.held AND c.birth_date <= $as_of AND $as_of < c.adult_from AND (c.deceased IS NULL OR c.deceased >= $as_of)
WITH c, $as_of AS as_of, $as_of + duration({days: 1}) AS horizon, coalesce($known_at, date('9999-12-30')) AS known
WITH *, COLLECT {
  MATCH (c)-[l:LIVED_AT]->(a:Address)
  WHERE l.valid_from <= as_of AND as_of < l.valid_to AND l.known_from <= known AND known < l.known_to
    AND a.district IS NOT NULL
  RETURN DISTINCT a.district
} AS present, [c] + COLLECT {
  MATCH (c)-[r:CHILD_OF]->(p:Person)
  WHERE r.kind IN ['parent', 'adoptive_parent'] AND as_of < r.hidden_from
    AND r.known_from <= known AND known < r.known_to
  WITH p, CASE WHEN r.valid_from > c.birth_date THEN r.valid_from ELSE c.birth_date END AS since,
    reduce(least = horizon, day IN [r.valid_to, p.deceased] | CASE WHEN day < least THEN day ELSE least END) AS until
  WHERE since < until
  RETURN DISTINCT p
} AS persons
UNWIND persons AS person
MATCH (person)-[l:LIVED_AT]->(a:Address)
WHERE l.valid_from <= as_of AND l.known_from <= known AND known < l.known_to
  AND a.district IS NOT NULL AND NOT a.district IN present
WITH a.district AS district, l.valid_from AS valid_from,
  CASE WHEN l.valid_to < horizon THEN l.valid_to ELSE horizon END AS valid_to, person.person_id AS person_id
WHERE valid_from < valid_to
RETURN DISTINCT district, valid_from, valid_to, person_id
ORDER BY district, valid_from, valid_to, person_id
