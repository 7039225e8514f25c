// purpose: What the registers hold about a child's family at one day: one row per member's part in an event
//   (class A while a member, B before a member joined), one per event at the child's home where nobody is
//   named (C). The rules are those of docs/architecture.md, in the words of graph/history/__init__.py.
// parameters: $child text, $as_of date, $known_at date optional, $own_roles flag
// cost: one family: some hundred relationships around the child; 2 to 20 ms on a warm server.
// example: kintrace cypher family_history -p child=E2345 -p as_of=2024-06-30
MATCH (c:Person {person_id: $child})
WHERE c.held AND c.birth_date <= $as_of AND $as_of < c.adult_from AND (c.deceased IS NULL OR c.deceased >= $as_of)
WITH c, $as_of AS as_of, $as_of + duration({days: 1}) AS horizon, coalesce($known_at, date('9999-12-30')) AS known,
  CASE WHEN $as_of.month = 2 AND $as_of.day = 29 THEN date({year: $as_of.year - 10, month: 3, day: 1})
    ELSE $as_of - duration({years: 10}) END AS oldest,
  ['SUSPECT', 'CHARGED', 'CONVICTED', 'RESTRAINED'] AS own,
  ['SUSPECT', 'CHARGED', 'CONVICTED', 'RESTRAINED', 'INJURED', 'PROTECTED', 'CHILD_PRESENT'] AS counted,
  ['WITNESS', 'REPORTER'] AS onlooker

// Relations of the child to parents in law: shown, or hidden by an adoption.
WITH *, COLLECT {
  MATCH (c)-[r:CHILD_OF]->(p:Person)
  WHERE r.kind IN ['parent', 'adoptive_parent'] AND r.known_from <= known AND known < r.known_to
  RETURN {person: p, shown: as_of < r.hidden_from,
    since: CASE WHEN r.valid_from > c.birth_date THEN r.valid_from ELSE c.birth_date END,
    until: reduce(least = horizon, day IN [r.valid_to, p.deceased] | CASE WHEN day < least THEN day ELSE least END)}
} AS relations
WITH *, [r IN relations WHERE r.shown | r.person] AS shown
WITH *, [r IN relations WHERE NOT r.shown AND NOT r.person IN shown | r.person] AS hidden,

// (b) parents.
  [r IN relations WHERE r.shown AND r.since < r.until | {person: r.person, rule: 'b', since: r.since, until: r.until}]
    AS parental
WITH *, [x IN parental | x.person] AS parents

// (c) siblings: a shown relation of both to one parent, at the same time.
WITH *, COLLECT {
  MATCH (c)-[r:CHILD_OF]->(:Person)<-[q:CHILD_OF]-(s:Person)
  WHERE s <> c AND NOT s IN hidden AND NOT s IN parents
    AND r.kind IN ['parent', 'adoptive_parent'] AND r.known_from <= known AND known < r.known_to
    AND q.kind IN ['parent', 'adoptive_parent'] AND q.known_from <= known AND known < q.known_to
    AND as_of < r.hidden_from AND as_of < q.hidden_from
  WITH s,
    reduce(most = c.birth_date, day IN [r.valid_from, q.valid_from, s.birth_date] |
      CASE WHEN day > most THEN day ELSE most END) AS since,
    reduce(least = horizon, day IN [r.valid_to, q.valid_to, s.deceased] |
      CASE WHEN day < least THEN day ELSE least END) AS until
  WHERE since < until
  RETURN {person: s, rule: 'c', since: since, until: until}
} AS sibling
WITH *, parents + [x IN sibling | x.person] AS taken,

// Certain time with others: the fewest intervals that cover it.
  COLLECT {
    MATCH (c)-[w:LIVED_WITH]-(x:Person)
    WHERE w.certain AND w.known_from <= known AND known < w.known_to AND NOT x IN hidden
    WITH x, CASE WHEN w.valid_from > c.birth_date THEN w.valid_from ELSE c.birth_date END AS since,
      CASE WHEN w.valid_to < horizon THEN w.valid_to ELSE horizon END AS until
    WHERE since < until
    WITH x, since, until ORDER BY since, until
    WITH x, collect([since, until]) AS pieces
    RETURN {person: x, spans: reduce(made = [], piece IN pieces |
      CASE WHEN size(made) > 0 AND piece[0] <= made[-1][1]
        THEN made[..-1] + [[made[-1][0], CASE WHEN piece[1] > made[-1][1] THEN piece[1] ELSE made[-1][1] END]]
        ELSE made + [piece] END)}
  } AS together

// (d) a parent's partner: a spouse for as long as they share a home with the child, any other from 30 days on.
WITH *, COLLECT {
  UNWIND [t IN together WHERE NOT t.person IN taken] AS t
  WITH t, t.person AS x
  MATCH (x)-[q:PARTNER_OF]-(p:Person)
  WHERE p IN parents AND q.known_from <= known AND known < q.known_to
  UNWIND t.spans AS span
  WITH x, q, span,
    CASE WHEN q.kind = 'spouse' AND q.valid_from > span[0] THEN q.valid_from ELSE span[0] END AS since,
    CASE WHEN q.kind = 'spouse' AND q.valid_to < span[1] THEN q.valid_to ELSE span[1] END AS until
  WHERE since < until AND (q.kind = 'spouse' OR q.valid_from <= as_of AND q.valid_from < q.valid_to
    AND since + duration({days: 30}) <= until)
  RETURN {person: x, rule: 'd', since: since, until: until}
} AS partner
WITH *, [x IN partner | x.person] AS partners

// (e) other adults who lived with the child for 30 days, and a partner's children at any age.
WITH *, COLLECT {
  UNWIND [t IN together WHERE NOT t.person IN taken AND NOT t.person IN partners] AS t
  WITH t, t.person AS x
  WITH t, x, EXISTS {
    MATCH (x)-[q:CHILD_OF]->(p:Person)
    WHERE p IN partners AND q.kind IN ['parent', 'adoptive_parent'] AND as_of < q.hidden_from
      AND q.known_from <= known AND known < q.known_to AND q.valid_from <= as_of AND q.valid_from < q.valid_to
  } AS step
  UNWIND t.spans AS span
  WITH x, CASE WHEN NOT step AND x.adult_from > span[0] THEN x.adult_from ELSE span[0] END AS since, span[1] AS until
  WHERE since + duration({days: 30}) <= until
  RETURN {person: x, rule: 'e', since: since, until: until}
} AS other
WITH *, [{person: c, rule: 'a', since: c.birth_date, until: horizon}] + parental + sibling + partner + other AS members,

// The child's homes: certain units.
  COLLECT {
    MATCH (c)-[l:LIVED_AT]->(a:Address)
    WHERE l.unit AND NOT l.hub AND NOT l.sealed AND l.known_from <= known AND known < l.known_to
    RETURN {place: a.address_id, until: l.valid_to,
      since: CASE WHEN l.valid_from > c.birth_date THEN l.valid_from ELSE c.birth_date END}
  } AS homes

// Classes A and B: the members' parts, event by event.
WITH *, COLLECT {
  UNWIND members AS m
  WITH m.person AS person, m.rule AS rule, collect(m) AS spans, max(m.since) AS latest
  MATCH (person)-[i:INVOLVED_IN]->(e:Incident)
  WHERE e.counts AND e.date <= as_of AND i.known_from <= known AND known < i.known_to
    AND ($own_roles OR NOT i.role IN own OR person.adult_from IS NULL OR e.date >= person.adult_from)
    AND EXISTS { MATCH (e)-[k:RECORDED_IN]->() WHERE k.known_from <= known AND known < k.known_to }
  WITH e, person, rule, latest, i, any(s IN spans WHERE s.since <= e.date AND e.date < s.until) AS inside
  WITH e, collect({person_id: person.person_id, role: i.role, record_id: i.record_id, rule: rule, inside: inside,
    before: NOT inside AND rule IN ['b', 'd', 'e'] AND i.role IN own AND oldest <= e.date AND e.date < latest}) AS parts,
    any(h IN homes WHERE h.place = e.place_id AND h.since <= e.date AND e.date < h.until) AS at_home
  WITH e, parts, [p IN parts WHERE p.inside AND (p.role IN counted OR p.role IN onlooker AND (at_home
    OR any(o IN parts WHERE o.inside AND o.person_id <> p.person_id AND o.role IN counted + onlooker)))] AS while_member
  WITH e, CASE WHEN size(while_member) > 0 THEN 'A' ELSE 'B' END AS klass,
    CASE WHEN size(while_member) > 0 THEN while_member ELSE [p IN parts WHERE p.before] END AS kept
  WHERE size(kept) > 0
  RETURN {event: e, klass: klass, parts: kept}
} AS named
WITH *, [n IN named | n.event] AS told

// Class C: domestic events at the child's home in which nobody of the family is named.
WITH named + COLLECT {
  UNWIND homes AS h
  MATCH (e:Incident {place_id: h.place})
  WHERE e.domestic AND e.counts AND e.date <= as_of AND h.since <= e.date AND e.date < h.until AND NOT e IN told
    AND EXISTS { MATCH (e)-[k:RECORDED_IN]->() WHERE k.known_from <= known AND known < k.known_to }
  RETURN DISTINCT {event: e, klass: 'C', parts: [{person_id: null, role: null, record_id: null, rule: null}]}
} AS entries
UNWIND entries AS entry
UNWIND entry.parts AS part
WITH DISTINCT entry.event.event_id AS event_id, entry.klass AS klass, part.person_id AS person_id, part.role AS role,
  part.record_id AS record_id, part.rule AS rule, entry.event.date AS date
RETURN event_id, klass, person_id, role, record_id, rule, date
ORDER BY event_id, klass, coalesce(person_id, ''), coalesce(role, ''), coalesce(record_id, ''), coalesce(rule, '')
