"""Danish addresses: read from text, brought to one form, washed against the addresses seen."""

from linkage.addresses.folding import city_key, street_key
from linkage.addresses.grammar import Parts
from linkage.addresses.hubs import HubRules
from linkage.addresses.parts import PARTS, normalise_parts, parse_texts, text_kinds
from linkage.addresses.reasons import WASHED, Reason
from linkage.addresses.tidying import Kind
from linkage.addresses.wash import OFFICIAL, Washed, wash_tables

__all__ = [
    "OFFICIAL",
    "PARTS",
    "WASHED",
    "HubRules",
    "Kind",
    "Parts",
    "Reason",
    "Washed",
    "city_key",
    "normalise_parts",
    "parse_texts",
    "street_key",
    "text_kinds",
    "wash_tables",
]
