"""Danish addresses: read from text, brought to one form, washed against the addresses seen."""

from linkage.addresses.folding import city_key, street_key
from linkage.addresses.grammar import Parts
from linkage.addresses.hubs import HubRules
from linkage.addresses.parts import PARTS, normalise_parts, parse_texts
from linkage.addresses.wash import Washed, wash_tables

__all__ = [
    "PARTS",
    "HubRules",
    "Parts",
    "Washed",
    "city_key",
    "normalise_parts",
    "parse_texts",
    "street_key",
    "wash_tables",
]
