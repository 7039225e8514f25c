"""All mistakes of a mapping and its files at once, as far as one does not hide another."""

from __future__ import annotations

from pathlib import Path

from loaders.errors import LoaderError, MappingError, MissingColumnError
from loaders.mapping.cells import Table
from loaders.mapping.check import check_mapping, maps_of
from loaders.mapping.file import Document, meant, read_document
from loaders.mapping.files import read_files
from loaders.mapping.model import Mapping
from loaders.mapping.sections import read_section
from loaders.mapping.words import TABLES
from loaders.readers import open_register_file, role_parts


def read_leniently(path: Path) -> tuple[Mapping | None, list[str]]:
    """The mapping, or every mistake in it with file and line."""
    try:
        document = read_document(path)
    except MappingError as error:
        return None, [str(error)]
    try:
        return check_mapping(document), []
    except MappingError as error:
        return None, list(dict.fromkeys([str(error), *_of_sections(document)]))


def _of_sections(document: Document) -> list[str]:
    """Mistakes of each section by itself."""
    try:
        files, maps = read_files(document)[0], maps_of(document)
    except MappingError as error:
        return [str(error)]
    found = []
    for table in TABLES:
        try:
            of_table = Table(document, (table,))
            names = list(of_table.values)
        except MappingError as error:
            found.append(str(error))
            continue
        for name in names:
            try:
                read_section(of_table.table(name), table, name, files=files, maps=maps)
            except MappingError as error:
                found.append(str(error))
    return found


def file_mistakes(mapping: Mapping) -> list[str]:
    """What keeps each role's files from being read; every missing column is named."""
    found = []
    roles = {s.role for s in mapping.sections} | {g.role for s in mapping.sections for g in s.gathered}
    for role in sorted(roles):
        try:
            parts = role_parts(mapping, role)
        except LoaderError as error:
            found.append(str(error))
            continue
        for part in parts:
            try:
                next(open_register_file(part), None)
            except MissingColumnError as error:
                found.append(str(error))
                lacking = [c for c in part.columns if c not in {*error.titles, *part.optional}]
                there = set(part.columns) & set(error.titles)
                found += [
                    f"{part.name}, column {c}: no such column ({meant(c, error.titles)})"
                    for c in lacking
                    if there and f"column {c}:" not in str(error)
                ]
            except LoaderError as error:
                found.append(str(error))
    return found
