"""Danish names: folding, a spelling key, known variants, and names that stand in one field."""

from linkage.names.folding import first_token, fold, fold_distinct, last_token, tokens
from linkage.names.order import split_names, without_particles
from linkage.names.phonetic import spelling_key
from linkage.names.variants import Variants, given_variants, surname_variants

__all__ = [
    "Variants",
    "first_token",
    "fold",
    "fold_distinct",
    "given_variants",
    "last_token",
    "spelling_key",
    "split_names",
    "surname_variants",
    "tokens",
    "without_particles",
]
