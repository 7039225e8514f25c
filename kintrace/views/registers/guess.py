"""What was made of an unknown register, column by column, and what to do next."""

from __future__ import annotations

from pathlib import Path

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from loaders.guessing import ColumnGuess, Guess, Kind, Layout, why_unread
from loaders.guessing.kinds import ADDRESS_PARTS

_ROWS = {
    Layout.PERSONS: "one row seems to be one person",
    Layout.PARTIES: "one row seems to be one person's part in one case",
    Layout.INCIDENTS: "one row seems to be one case, without persons",
    Layout.NONE: "no mapping can be drafted: it names neither persons nor cases",
}
_STYLES = {"sure": "green", "likely": "yellow", "a guess": "bold yellow", "–": "dim"}


def render_guess(guess: Guess) -> RenderableType:
    """The file in a few words, a table of its columns, and what the reader should know."""
    sample = guess.sample
    how = [sample.kind, f"{len(sample.table):,} rows {'in all' if sample.whole else 'looked at'}"]
    if sample.kind == "delimited":
        how += [sample.encoding, f"delimiter {_named(sample.delimiter)}"]
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for title in ("column", "read as", "how sure", "why"):
        table.add_column(title, overflow="fold", ratio=3 if title == "why" else None)
    for one in guess.columns:
        table.add_row(*_cells(guess, one))
    parts: list[RenderableType] = [
        Text(", ".join(how)),
        Text(_ROWS[guess.layout], style="bold"),
        Padding(table, (1, 0)),
    ]
    parts += [Text(_shown(f"Mind: {note}."), style="yellow") for note in guess.notes]
    if guess.layout is Layout.NONE:
        parts.append(Text(_hopeless(guess), style="bold red"))
    return Group(*parts)


def _cells(guess: Guess, one: ColumnGuess) -> tuple[Text, Text, Text, Text]:
    read = one.read()
    kind = one.kind.value.replace("_", " ") if one.kind and read else "not read"
    why = one.why if read else why_unread(guess, one)
    formats = f" ({', '.join(one.formats)})" if one.formats else ""
    sure = one.sure if read else "–"
    return Text(_shown(one.column)), Text(kind), Text(sure, style=_STYLES.get(sure, "")), Text(_shown(why + formats))


def _shown(text: str) -> str:
    """A text with titles of a file in it, without what a terminal would obey."""
    return "".join(c if c.isprintable() else "?" for c in text)


def _named(delimiter: str) -> str:
    return "tab" if delimiter == "\t" else delimiter


def _hopeless(guess: Guess) -> str:
    """Why there is no mapping, as far as the columns tell."""
    if guess.has(Kind.RECORD_ID) and guess.has(Kind.BIRTH_DATE, Kind.SEX, Kind.ADDRESS, *ADDRESS_PARTS):
        return (
            "It has a key of persons but no names: it seems to be one of several files. Guess the one with the names, "
            "and add this one by hand (mapping guide, several files of one person)."
        )
    if len(guess.columns) <= 5:
        return (
            "If it ties persons to each other, to households or to addresses, it can only be used together with a file "
            "that names them: join the two before the extract, or write a mapping of several files by hand."
        )
    return "Is it the right file? Give its columns the titles that their values deserve, and ask again."


def next_steps(mapping: Path | None, config: Path | None) -> Text:
    """What to do once there is a mapping."""
    name = str(mapping) if mapping else "MAPPING"
    lines = [] if mapping else ["Keep the mapping: run this again with --out MAPPING.toml."]
    lines += [
        f"1. Read {name}: every line says why it stands there. Correct extract_date and what is called a guess.",
        f"2. kintrace registers check {name}",
    ]
    if config:
        lines.append(f"3. kintrace rebuild {config}")
    else:
        lines.append("3. Name it in a kintrace.toml (--config writes one), then: kintrace rebuild kintrace.toml")
    return Text("\n".join(lines))
