// purpose: Whom a case is about: those involved, the children at the place or of those involved, the children's
//   parents and the adults they live with on the day; a person can have several reasons.
// parameters: $event text, $known_at date optional, $own_roles flag
// cost: one event: the relationships around its persons and place; 1 to 10 ms on a warm server.
// example: kintrace cypher focus_persons -p event=V345
MATCH (e:Incident {event_id: $event})
WITH e, e.date AS day, coalesce($known_at, date('9999-12-30')) AS known, ['parent', 'adoptive_parent'] AS in_law,
  ['SUSPECT', 'CHARGED', 'CONVICTED', 'RESTRAINED'] AS own,
  ['SUSPECT', 'CHARGED', 'CONVICTED', 'RESTRAINED', 'INJURED', 'PROTECTED', 'CHILD_PRESENT', 'SUBJECT_OF_NOTIFICATION']
    AS parts
WITH *, COLLECT {
  MATCH (e)<-[i:INVOLVED_IN]-(p:Person)
  WHERE i.role IN parts AND i.known_from <= known AND known < i.known_to
    AND ($own_roles OR NOT i.role IN own OR p.adult_from IS NULL OR day >= p.adult_from)
  RETURN DISTINCT {person: p, child: coalesce(p.birth_date <= day AND day < p.adult_from, false)}
} AS involved
WITH *, COLLECT {
  MATCH (a:Address {address_id: e.place_id})<-[l:LIVED_AT]-(p:Person)
  WHERE l.unit AND NOT l.hub AND NOT l.sealed AND l.valid_from <= day AND day < l.valid_to
    AND l.known_from <= known AND known < l.known_to AND p.birth_date <= day AND day < p.adult_from
  RETURN DISTINCT p
} AS at_place, COLLECT {
  UNWIND [x IN involved WHERE NOT x.child | x.person] AS adult
  MATCH (adult)<-[r:CHILD_OF]-(p:Person)
  WHERE r.kind IN in_law AND r.valid_from <= day AND day < r.valid_to AND day < r.hidden_from
    AND r.known_from <= known AND known < r.known_to AND p.birth_date <= day AND day < p.adult_from
  RETURN p
  UNION
  UNWIND [x IN involved WHERE NOT x.child | x.person] AS adult
  MATCH (adult)-[w:LIVED_WITH]-(p:Person)
  WHERE w.certain AND w.valid_from <= day AND day < w.valid_to
    AND w.known_from <= known AND known < w.known_to AND p.birth_date <= day AND day < p.adult_from
  RETURN p
} AS of_involved
WITH *, [x IN involved WHERE x.child | x.person] + at_place + of_involved AS children
WITH *, COLLECT {
  UNWIND children AS child
  MATCH (child)-[r:CHILD_OF]->(p:Person)
  WHERE r.kind IN in_law AND r.valid_from <= day AND day < r.valid_to AND day < r.hidden_from
    AND r.known_from <= known AND known < r.known_to
  RETURN DISTINCT p
} AS parents, COLLECT {
  UNWIND children AS child
  MATCH (child)-[w:LIVED_WITH]-(p:Person)
  WHERE w.certain AND w.valid_from <= day AND day < w.valid_to AND w.known_from <= known AND known < w.known_to
    AND NOT coalesce(p.birth_date <= day AND day < p.adult_from, false)
  RETURN DISTINCT p
} AS household
UNWIND [x IN involved | {person: x.person, reason: 'involved'}]
  + [p IN at_place | {person: p, reason: 'child_at_place'}]
  + [p IN of_involved | {person: p, reason: 'child_of_involved'}]
  + [p IN parents | {person: p, reason: 'parent'}]
  + [p IN household | {person: p, reason: 'adult_in_household'}] AS found
WITH found.person AS p, found.reason AS reason, day
RETURN DISTINCT p.person_id AS person_id, coalesce(p.birth_date <= day AND day < p.adult_from, false) AS child, reason
ORDER BY person_id, child, reason
