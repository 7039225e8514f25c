"""Invented street names with a Danish ring.

No real street list is copied: stems and endings are ordinary words, and combining them gives names
that exist all over the country, which is what makes them confusable, as the real ones are.
"""

from __future__ import annotations

from functools import cache

_COMMON = (
    "Skolevej Bakkevej Østergade Vestergade Nørregade Søndergade Kirkevej Engvej Skovvej Strandvejen Møllevej "
    "Jernbanegade Algade Kirkegade Skolegade Byvej Hovedgaden Lindevej Birkevej Elmevej Bøgevej Egevej "
    "Ahornvej Granvej Fyrrevej Pilevej Poppelvej Rosenvej Nygade Torvegade Havnegade Tværgade Vinkelvej "
    "Markvej Industrivej Stationsvej Parkvej Søvej Højvej Toften Vænget Parkvænget Skovbrynet Kløvervænget "
    "Lyngvej Hedevej Solvænget Solbakken Ringvejen Slotsgade Fjordvej Ågade Volden Storegade Lillegade "
    "Adelgade Dalgade Fredensvej Frederiksgade"
)
_STEMS = (
    "Skov Bakke Eng Mark Strand Sø Mølle Kirke Skole Birke Bøge Ege Elme Linde Ahorn Gran Fyrre Pile Poppel "
    "Rosen Syren Tjørne Kastanie Hassel Hyben Lærke Svane Viben Drossel Solsort Mejse Falke Ugle Rådyr Hare "
    "Ræve Kløver Valmue Violen Anemone Lyng Hede Mose Kær Dal Høj Sten Sand Grus Nørre Sønder Øster Vester "
    "Gammel Ny Lille Store Konge Dronning Prins Slots Torve Havne Fjord Å Bro Fabriks Teglværks Mejeri Smede "
    "Bager Købmands Præste Degne Klokker Brønd Kilde Damme Vold Port Sommer Vinter Sol Måne Stjerne Nord Syd"
)
_ENDINGS = "vej gade allé parken vænget stien bakken haven toften ager lunden krogen"
_PERSONS = (
    "Thorvald Niels Juel Tordenskjold Absalon Ansgar Valdemar Christian Margrethe Dagmar Ingemann Grundtvig "
    "Holberg Oehlenschläger Blicher Nansen Jeppe Hostrup Rahbek Ewald"
)


@cache
def street_names() -> tuple[str, ...]:
    """All street names, the commonest first; about 1,200.

    >>> len(set(street_names())) == len(street_names()) > 1000
    True
    """
    made = [f"{stem}{ending}" for ending in _ENDINGS.split() for stem in _STEMS.split()]
    named = [f"{person}s{kind}" for kind in ("vej", "gade", "allé") for person in _PERSONS.split()]
    return tuple(dict.fromkeys([*_COMMON.split(), *made, *named]))
