"""Keys for blocking by name: how many differently spelled names meet, and how large the blocks grow.

``python -m benchmarks.name_keys WORLD`` reads the load stage of the newest run of a synthetic Denmark and its truth.
Recall is counted over mentions whose name is spelled otherwise than in the population register; block size
over the names of the register. Beside our key stand general-purpose codes: Soundex, Metaphone, NYSIIS and
Match Rating (jellyfish), and Kölner Phonetik (Postel 1969) by its published rules.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Callable
from pathlib import Path

import jellyfish
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from rapidfuzz.distance import JaroWinkler
from rapidfuzz.process import cpdist

from kintrace.pipeline.runs import find_run
from linkage.names import Variants, first_token, fold, given_variants, last_token, spelling_key, surname_variants

Code = Callable[[str], str]

SPELLED_OTHERWISE = 0.7
"""Jaro-Winkler from which two words count as one name spelled otherwise, and not as another name of the person."""

_KOELN = (
    (r"[^a-z]", ""),
    (r"ph", "3"),
    (r"[dt](?=[csz])", "8"),
    (r"(?<=[sz])c", "8"),
    (r"^c(?=[ahkloqrux])", "4"),
    (r"^c", "8"),
    (r"c(?=[ahkoqux])", "4"),
    (r"c", "8"),
    (r"(?<=[ckq])x", "8"),
    (r"x", "48"),
    (r"[aeijouy]", "0"),
    (r"[bp]", "1"),
    (r"[dt]", "2"),
    (r"[fvw]", "3"),
    (r"[gkq]", "4"),
    (r"l", "5"),
    (r"[mn]", "6"),
    (r"r", "7"),
    (r"[sz]", "8"),
    (r"h", ""),
    (r"(\d)\1+", r"\1"),
    (r"(?<=.)0", ""),
)


def koeln(word: str) -> str:
    """Kölner Phonetik of a folded word."""
    for pattern, replacement in _KOELN:
        word = re.sub(pattern, replacement, word)
    return word


CODES: dict[str, Code] = {
    "exact": lambda word: word,
    "first letter and length": lambda word: f"{word[:1]}{len(word)}",
    "Soundex": jellyfish.soundex,
    "Metaphone": jellyfish.metaphone,
    "NYSIIS": jellyfish.nysiis,
    "Match Rating": jellyfish.match_rating_codex,
    "Kölner Phonetik": koeln,
}


def _latin(word: str) -> bool:
    return word.isascii() and word.isalpha()


def _word_codes(words: list[str], code: Code) -> list[set[object]]:
    return [{code(word) or word if _latin(word) else word} for word in words]


def _ours(words: list[str], variants: Variants | None) -> list[set[object]]:
    keys: list[set[object]] = [{key} for key in spelling_key(pa.array(words)).to_pylist()]
    if variants is None:
        return keys
    groups = variants.of(pa.array(words))
    return [key | {int(g) for g in row if g >= 0} for key, row in zip(keys, groups, strict=True)]


def _pairs(world: Path, column: str) -> tuple[pa.Array, pa.Array, pa.Array]:
    """Folded words of mentions and of their registered persons, and all registered words."""
    run = find_run(world)
    persons = run.read("load", "persons", ["record_id", column, "register"])
    truth = pq.read_table(world / "truth" / "records.parquet")
    word = first_token if column == "given" else last_token
    persons = persons.set_column(1, "word", word(fold(persons.column(column))))
    told = persons.join(truth, "record_id")
    registered = pc.equal(told.column("register"), "cpr")
    feed = told.filter(registered).select(["person", "word"]).rename_columns(["person", "true"])
    both = told.filter(pc.invert(registered)).join(feed, "person", join_type="inner").drop_null()
    differ = both.filter(pc.not_equal(both.column("word"), both.column("true")))
    likeness = cpdist(differ["word"].to_pylist(), differ["true"].to_pylist(), scorer=JaroWinkler.similarity)
    differ = differ.filter(pa.array(likeness >= SPELLED_OTHERWISE))
    return (
        differ.column("word").combine_chunks(),
        differ.column("true").combine_chunks(),
        feed.column("true").combine_chunks().drop_null(),
    )


def measure(world: Path, column: str) -> list[dict[str, object]]:
    """One row per key: share of differing pairs that meet, and what a register of one word each is cut into."""
    said, true, register = _pairs(world, column)
    variants = given_variants() if column == "given" else surname_variants()
    vocabulary = pc.unique(pa.concat_arrays([said, true, register])).to_pylist()
    place = {word: n for n, word in enumerate(vocabulary)}
    bearers = np.zeros(len(vocabulary))
    for one in register.value_counts().to_pylist():
        bearers[place[one["values"]]] = one["counts"]
    keyed = {name: _word_codes(vocabulary, code) for name, code in CODES.items()}
    keyed["spelling key"] = _ours(vocabulary, None)
    keyed["spelling key and variants"] = _ours(vocabulary, variants)
    rows: list[dict[str, object]] = []
    for name, keys in keyed.items():
        met = [bool(keys[place[a]] & keys[place[b]]) for a, b in zip(said.to_pylist(), true.to_pylist(), strict=True)]
        blocks: dict[object, float] = {}
        for n, held in enumerate(keys):
            for key in held:
                blocks[key] = blocks.get(key, 0.0) + bearers[n]
        sizes = np.array(list(blocks.values()))
        rows.append(
            {
                "name": column,
                "key": name,
                "pairs": len(met),
                "recall": round(float(np.mean(met)), 4),
                "block_of_a_bearer": round(float((sizes**2).sum() / max(sizes.sum(), 1)), 1),
                "largest": int(sizes.max()),
                "share_of_all": round(float((sizes**2).sum() / max(sizes.sum(), 1) / max(bearers.sum(), 1)), 5),
            }
        )
    return rows


def main() -> None:
    """Print one JSON object per name part and key."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("world", type=Path)
    for column in ("given", "surname"):
        for row in measure(parser.parse_args().world, column):
            print(json.dumps(row, ensure_ascii=False))


if __name__ == "__main__":
    main()
