"""What the report on registers says, in English and Danish: whole sentences, kept apart from how they are laid out."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    # Headings
    "title": ("How the registers came in", "Sådan kom registrene ind"),
    "overview": ("All registers", "Alle registre"),
    "changed": ("What has changed notably", "Hvad der har ændret sig mærkbart"),
    "expected": ("Expectations", "Forventninger"),
    "rows": ("Rows by file role", "Rækker efter filrolle"),
    "columns": ("How the columns are filled", "Hvordan kolonnerne er udfyldt"),
    "refusals": ("What was refused, and why", "Hvad der blev afvist, og hvorfor"),
    "identifiers": ("Identifiers", "Personnumre og andre numre"),
    "placeholders": ("Placeholders in use", "Pladsholdere i brug"),
    "entries": ("When rows were entered", "Hvornår rækker er oprettet"),
    "moves": ("When stays began", "Hvornår ophold begyndte"),
    "codes": ("Codes", "Koder"),
    "contents": ("Contents", "Indhold"),
    "skip": ("Skip to the registers", "Gå til registrene"),
    "top": ("To the top", "Til toppen"),
    "demo": ("DEMO: synthetic data, nobody here exists", "DEMO: opdigtede data, ingen her findes"),
    # Column heads
    "register": ("register", "register"),
    "district": ("district", "politikreds"),
    "role": ("file role", "filrolle"),
    "read": ("rows read", "læste rækker"),
    "used": ("used", "brugt"),
    "refused": ("refused", "afvist"),
    "repeated": ("repeated", "gentaget"),
    "extract": ("extract", "udtræk"),
    "newest": ("newest entry", "nyeste post"),
    "state": ("expectations", "forventninger"),
    "column": ("column", "kolonne"),
    "of_rows": ("rows", "rækker"),
    "filled": ("filled", "udfyldt"),
    "valid": ("valid", "gyldig"),
    "distinct": ("distinct", "forskellige"),
    "file": ("file", "fil"),
    "reason": ("reason", "grund"),
    "count": ("rows", "rækker"),
    "first_rows": ("first in row", "først i række"),
    "type": ("type", "type"),
    "mentions": ("mentions", "omtaler"),
    "share": ("share", "andel"),
    "numbers": ("numbers", "numre"),
    "several_names": ("with several names", "med flere navne"),
    "several_births": ("with several birth dates", "med flere fødselsdatoer"),
    "reused": ("used for several", "brugt om flere"),
    "code": ("code", "kode"),
    "expectation": ("expectation", "forventning"),
    "limit": ("expected", "forventet"),
    "found": ("found", "fundet"),
    "before": ("run before", "kørslen før"),
    "verdict": ("verdict", "bedømmelse"),
    "kept": ("kept", "holdt"),
    "broken": ("broken", "brudt"),
    "accepted": ("broken, accepted", "brudt, accepteret"),
    "not_judged": ("not judged", "ikke bedømt"),
    "none_stated": ("none stated", "ingen angivet"),
    "month": ("month", "måned"),
    # Sentences
    "of_run": ("Run {run}", "Kørsel {run}"),
    "held": (
        "Held back: {n} expectations are broken and nobody has accepted it. Nothing of this run is published.",
        "Holdt tilbage: {n} forventninger er brudt, og ingen har accepteret det. Intet af kørslen er offentliggjort.",
    ),
    "against": ("Compared with {run}.", "Sammenlignet med {run}."),
    "no_run": ("There is no run before to compare with.", "Der er ingen tidligere kørsel at sammenligne med."),
    "no_change": ("Nothing has changed notably.", "Intet har ændret sig mærkbart."),
    "small_changes": (
        "{n} smaller changes are left out.",
        "{n} mindre ændringer er udeladt.",
    ),
    "nothing_judged": ("The mapping states none.", "Registerbeskrivelsen angiver ingen."),
    "not_recorded": (
        "No judgement is kept with this run.",
        "Der er ikke gemt nogen bedømmelse med kørslen.",
    ),
    "by_whom": ("Accepted by {who} on {at}: {reason}", "Accepteret af {who} den {at}: {reason}"),
    "nothing_refused": ("Nothing was refused.", "Intet blev afvist."),
    "no_identifiers": ("No identifier is stated.", "Der er ikke angivet nogen numre."),
    "no_placeholders": ("No placeholder is in use.", "Der er ingen pladsholdere i brug."),
    "placeholder_note": (
        (
            "A placeholder stands for a person whose number was not known. One that is used by mentions with "
            "several names or birth dates stands for several persons; misspelt names count as several."
        ),
        (
            "En pladsholder står for en person, hvis nummer ikke var kendt. Bruges den af omtaler med flere navne "
            "eller fødselsdatoer, står den for flere personer; stavefejl i navne tæller som flere."
        ),
    ),
    "modulus": (
        (
            "{share} of {n} CPR numbers fail modulus 11. That is a hint of slips at most: numbers given since "
            "October 2007 need not keep it."
        ),
        (
            "{share} af {n} personnumre består ikke modulus 11. Det er højst et tegn på fejl: numre givet siden "
            "oktober 2007 behøver ikke gøre det."
        ),
    ),
    "modulus_none": (
        "No CPR number here could carry a check digit.",
        "Ingen personnumre her kunne have et kontrolciffer.",
    ),
    "new_year": (
        (
            "{share} of {n} birth dates are on 1 January, where one in 365 (0.27%) would be by chance: many more "
            "are days that nobody knew."
        ),
        (
            "{share} af {n} fødselsdatoer er den 1. januar, hvor én af 365 (0,27 %) ville være det tilfældigt: er "
            "der mange flere, er det dage, ingen kendte."
        ),
    ),
    "fresh": (
        "Drawn on {extract}; the newest entry is of {newest}, {days} days before.",
        "Udtrukket {extract}; den nyeste post er fra {newest}, {days} dage før.",
    ),
    "fresh_one": (
        "Drawn on {extract}; the newest entry is of {newest}, the day before.",
        "Udtrukket {extract}; den nyeste post er fra {newest}, dagen før.",
    ),
    "fresh_same": (
        "Drawn on {extract}; the newest entry is of the same day.",
        "Udtrukket {extract}; den nyeste post er fra samme dag.",
    ),
    "drawn": ("Drawn on {extract}.", "Udtrukket {extract}."),
    "undated": (
        "{n} rows do not say when they were entered.",
        "{n} rækker siger ikke, hvornår de er oprettet.",
    ),
    "all_undated": (
        "The rows do not say when they were entered; the chart counts when stays began instead.",
        "Rækkerne siger ikke, hvornår de er oprettet; diagrammet tæller i stedet, hvornår ophold begyndte.",
    ),
    "chart": (
        "Rows per month from {first} to {last}; most in {peak}: {n}.",
        "Rækker pr. måned fra {first} til {last}; flest i {peak}: {n}.",
    ),
    "chart_years": (
        "Rows per year from {first} to {last}; most in {peak}: {n}.",
        "Rækker pr. år fra {first} til {last}; flest i {peak}: {n}.",
    ),
    "chart_cut": (
        "Only the last {n} months are drawn.",
        "Kun de seneste {n} måneder er tegnet.",
    ),
    "few": ("under 5", "under 5"),
    "protected": (
        "Records made under special address protection. Where they were written is told nowhere, here neither.",
        "Optegnelser lavet under særlig adressebeskyttelse. Hvor de er skrevet, står ingen steder, heller ikke her.",
    ),
    "no_values": (
        "Counts and row numbers only: no value of any person is in this report.",
        "Kun antal og rækkenumre: ingen oplysninger om nogen person står i denne rapport.",
    ),
    "columns_note": (
        "Valid is the share of what is filled. Columns that this register never fills are left out.",
        "Gyldig er andelen af det udfyldte. Kolonner, som registret aldrig udfylder, er udeladt.",
    ),
    "codes_note": (
        "Words after translation by the mapping; counts below 5 are not shown.",
        "Ord efter oversættelse i registerbeskrivelsen; antal under 5 vises ikke.",
    ),
    # Limits
    "at_least": ("at least {x}", "mindst {x}"),
    "at_most": ("at most {x}", "højst {x}"),
    "within": ("within {x} of the run before", "inden for {x} af kørslen før"),
    "no_older": ("not older than the run before", "ikke ældre end kørslen før"),
    "days": ("{n} days", "{n} dage"),
    "day": ("1 day", "1 dag"),
    "points": ("{n} points", "{n} procentpoint"),
    "no_run_before": ("no run before", "ingen kørsel før"),
    "few_rows": ("too few rows", "for få rækker"),
    "nothing_stated": ("not stated", "ikke angivet"),
    # Changes, in plain words
    "change_appeared": ("is new, with {now} rows", "er nyt, med {now} rækker"),
    "change_vanished": ("is gone; it had {before} rows", "er væk; det havde {before} rækker"),
    "change_rows": (
        "{subject}: {before} rows became {now} ({change})",
        "{subject}: {before} rækker blev til {now} ({change})",
    ),
    "change_rows_new": ("{subject}: {now} rows where there were none", "{subject}: {now} rækker, hvor der ingen var"),
    "change_refused": (
        "{subject}: refused rows, from {before} to {now}",
        "{subject}: afviste rækker, fra {before} til {now}",
    ),
    "change_repeated": (
        "{subject}: repeated rows, from {before} to {now}",
        "{subject}: gentagne rækker, fra {before} til {now}",
    ),
    "change_filled": ("{subject}: filled, from {before} to {now}", "{subject}: udfyldt, fra {before} til {now}"),
    "change_valid": (
        "{subject}: valid where filled, from {before} to {now}",
        "{subject}: gyldig hvor udfyldt, fra {before} til {now}",
    ),
    "change_code": ("{subject}: from {before} to {now} of the rows", "{subject}: fra {before} til {now} af rækkerne"),
    "change_extract": (
        "the extract is older than the one before: drawn {now}, before {before}",
        "udtrækket er ældre end det forrige: udtrukket {now}, før {before}",
    ),
}
"""English, then Danish."""

REASONS: dict[str, str] = {
    "a code that the mapping does not know": "en kode, som registerbeskrivelsen ikke kender",
    "a date after the extract": "en dato efter udtrækket",
    "a line longer than 1 MiB": "en linje på mere end 1 MiB",
    "an empty key": "en tom nøgle",
    "an identifier of no known kind, never linked on": "et nummer af ukendt slags, der aldrig kobles på",
    "an unknown code, read as OTHER": "en ukendt kode, læst som OTHER",
    "an unknown code, read as other": "en ukendt kode, læst som other",
    "ends before it begins, or on that day": "slutter, før det begynder, eller samme dag",
    "names nobody": "nævner ingen",
    "no date": "ingen dato",
    "no such person in this register": "ingen sådan person i registret",
    "no such row in incidents": "ingen sådan række i incidents",
    "no such row in persons": "ingen sådan række i persons",
    "not a date as declared": "ikke en dato som beskrevet",
    "not a municipality code": "ikke en kommunekode",
    "other rows of the incident say something else": "andre rækker om hændelsen siger noget andet",
    "the journal number belongs to another incident": "journalnummeret hører til en anden hændelse",
    "the key is already used by another row": "nøglen er allerede brugt af en anden række",
}
"""Danish for the reasons that a load gives; one that is not here is shown as the load gave it."""
