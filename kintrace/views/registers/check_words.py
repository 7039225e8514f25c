"""What is said of a mapping that was tried, in English and Danish."""

from __future__ import annotations

TEXTS: dict[str, tuple[str, str]] = {
    "title": ("Trial of {mapping}", "Prøve af {mapping}"),
    "errors": ("It cannot be used as it stands", "Den kan ikke bruges, som den er"),
    "files": ("Files", "Filer"),
    "rows_all": ("{n} rows, all of them", "{n} rækker, alle"),
    "rows_some": ("the first {n} rows", "de første {n} rækker"),
    "broken_rows": ("{n} could not be read at all", "{n} kunne slet ikke læses"),
    "gives": ("What it gives", "Hvad den giver"),
    "gives_line": ("{table}: {n} rows (from {sections})", "{table}: {n} rækker (fra {sections})"),
    "fields": ("How well fields are filled", "Hvor godt felterne er udfyldt"),
    "field": ("field", "felt"),
    "of_rows": ("rows", "rækker"),
    "filled": ("filled", "udfyldt"),
    "valid": ("of these valid", "heraf gyldige"),
    "distinct": ("different", "forskellige"),
    "refused": ("What could not be used", "Hvad der ikke kunne bruges"),
    "nothing_refused": ("Every row and value could be used.", "Alle rækker og værdier kunne bruges."),
    "file": ("file", "fil"),
    "column": ("column", "kolonne"),
    "reason": ("reason", "grund"),
    "count": ("count", "antal"),
    "first_rows": ("first rows", "første rækker"),
    "sampled_references": (
        "Files were read in part only: that somebody is not known may be due to that.",
        "Filerne er kun læst delvis: at nogen ikke kendes, kan skyldes det.",
    ),
    "unknown": ("Codes that the mapping does not know", "Koder, som registerbeskrivelsen ikke kender"),
    "unknown_line": (
        "{column}: {n} rows. Below [maps.{map}] add, with the right words:",
        "{column}: {n} rækker. Tilføj under [maps.{map}], med de rette ord:",
    ),
    "unknown_untold": (
        "{column}: {n} rows with {untold} values that are not shown (rare, perhaps personal): is it a column of codes?",
        "{column}: {n} rækker med {untold} værdier, der ikke vises (sjældne eller måske personlige): er det koder?",
    ),
    "more_untold": ("and {untold} rare values that are not shown", "og {untold} sjældne værdier, der ikke vises"),
    "dates": ("Dates that did not fit", "Datoer, der ikke passede"),
    "dates_fit": (
        "{column}: {n} values. These formats read {share} of them: {formats}",
        "{column}: {n} værdier. Disse formater læser {share} af dem: {formats}",
    ),
    "dates_none": ("{column}: {n} values that no format reads", "{column}: {n} værdier, som intet format læser"),
    "dates_short": (
        "{column}: years of two digits do not tell the century; write them out in the extract",
        "{column}: årstal med to cifre siger ikke århundredet; skriv dem ud i udtrækket",
    ),
    "dates_ambiguous": (
        "{column}: day and month may be the other way round; see the register's documentation",
        "{column}: dag og måned kan være byttet om; se registrets dokumentation",
    ),
    "repeated": (
        "{section}: {n} keys of {columns} stand in several rows; rows that agree count once, others are refused",
        "{section}: {n} nøgler af {columns} står i flere rækker; ens rækker tælles én gang, andre afvises",
    ),
    "keys": ("Keys that repeat", "Nøgler, der gentages"),
    "linking": ("What linking lives by", "Hvad sammenkædningen lever af"),
    "mentions": ("mentions of persons", "omtaler af personer"),
    "number": ("a number that may prove identity", "et nummer, der kan bevise identitet"),
    "birth_date": ("a birth date", "en fødselsdato"),
    "name": ("a name", "et navn"),
    "name_and_birth": ("whole name and birth date", "helt navn og fødselsdato"),
    "address": ("a street address", "en gadeadresse"),
    "missing": ("What family histories would lack", "Hvad familiehistorier ville mangle"),
    "no_persons": ("no persons", "ingen personer"),
    "no_incidents": (
        "no incidents: another register must bring them",
        "ingen hændelser: et andet register må levere dem",
    ),
    "no_events": (
        "no category that counts as an event: map the register's categories",
        "ingen kategori, der tæller som hændelse: oversæt registrets kategorier",
    ),
    "no_counted_roles": (
        "nobody has a role that counts: map the register's roles",
        "ingen har en rolle, der tæller: oversæt registrets roller",
    ),
    "no_parents": (
        "no parents: who belongs to a family can only be told from shared addresses",
        "ingen forældre: hvem der hører til en familie, kan kun ses af fælles adresser",
    ),
    "no_stays": (
        "no registered stays with dates: nobody can be shown to have lived with anybody",
        "ingen registrerede ophold med datoer: ingen kan vises at have boet med nogen",
    ),
    "no_births": (
        "no birth dates: nobody can be known to be a child",
        "ingen fødselsdatoer: ingen kan vides at være barn",
    ),
    "expectations": ("Expectations that it breaks", "Forventninger, den bryder"),
    "extract": (
        "The mapping states no extract_date: the rebuild's as_of will stand for it.",
        "Registerbeskrivelsen angiver ingen extract_date: ombygningens as_of gælder i stedet.",
    ),
    "usable": ("It can be used.", "Den kan bruges."),
    "unusable": (
        "It cannot be used: nothing comes of it, or less than half of its rows can be read.",
        "Den kan ikke bruges: den giver intet, eller under halvdelen af rækkerne kan læses.",
    ),
}
"""Every text by key: English, Danish."""
