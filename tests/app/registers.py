"""Register files of a world as rows, read and written in each file's own encoding and line ends."""

from __future__ import annotations

import csv
import gzip
import io
from dataclasses import dataclass
from pathlib import Path

Row = dict[str, str]


@dataclass
class RegisterFile:
    """One file: change `rows`, then `write`."""

    path: Path
    encoding: str
    line_end: str
    columns: list[str]
    rows: list[Row]

    @classmethod
    def read(cls, path: Path) -> RegisterFile:
        raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
        try:
            encoding, text = "utf-8", raw.decode("utf-8")
        except UnicodeDecodeError:
            encoding, text = "cp1252", raw.decode("cp1252")
        reader = csv.DictReader(io.StringIO(text), delimiter=";")
        return cls(path, encoding, "\r\n" if "\r\n" in text else "\n", list(reader.fieldnames or []), list(reader))

    def write(self) -> None:
        text = io.StringIO()
        writer = csv.DictWriter(text, self.columns, delimiter=";", lineterminator=self.line_end)
        writer.writeheader()
        writer.writerows(self.rows)
        raw = text.getvalue().encode(self.encoding)
        self.path.write_bytes(gzip.compress(raw) if self.path.suffix == ".gz" else raw)


def register_files(folder: Path) -> list[RegisterFile]:
    """Every file of a folder of registers, by name."""
    return [RegisterFile.read(path) for path in sorted(folder.iterdir())]
