"""Excel workbooks: stored values as text; what is no value refuses its row, what is no workbook the file."""

from __future__ import annotations

import datetime as dt
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from loaders.errors import RegisterError
from tests.loaders.reading import COLUMNS, ROWS, read, wanted

NAMESPACE = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'


def written(path: Path, fill: Callable[[xlsxwriter.Workbook], None], **options: object) -> Path:
    with xlsxwriter.Workbook(path, options) as book:
        fill(book)
    return path


def one_sheet(path: Path, *rows: list[object], **options: object) -> Path:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        for at, row in enumerate([[*COLUMNS], *rows]):
            sheet.write_row(at, 0, row)

    return written(path, fill, **options)


def crafted(path: Path, sheet: str, **parts: str) -> Path:
    """A sound workbook whose sheet holds this XML."""
    one_sheet(path)
    with zipfile.ZipFile(path) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    found["xl/worksheets/sheet1.xml"] = sheet.encode()
    found |= {name: content.encode() for name, content in parts.items()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in found.items():
            archive.writestr(name, content)
    return path


def rows_xml(*rows: str) -> str:
    titles = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in COLUMNS)
    body = "".join(f"<row>{row}</row>" for row in rows)
    return f"<worksheet {NAMESPACE}><sheetData><row>{titles}</row>{body}</sheetData></worksheet>"


@pytest.mark.parametrize("memory", [False, True], ids=["shared texts", "inline texts"])
def test_a_sheet_reads_like_the_csv(tmp_path: Path, memory: bool) -> None:
    file = one_sheet(
        tmp_path / "a.xlsx",
        [1, "Møller", "1980-01-31"],
        [],
        [2, "Lund"],
        constant_memory=memory,
    )
    found = read(wanted(file))
    assert found.rows == ROWS
    assert found.numbers == [1, 2]
    assert found.refused == []


def test_numbers_and_days_are_written_as_people_see_them(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        day, padded, plain = (book.add_format({"num_format": code}) for code in ("d. mmm yyyy", "000000-0000", "0.00"))
        sheet.write_row(0, 0, COLUMNS)
        cells: list[tuple[object, object, object]] = [
            (101801234, padded, "010180-1234"),
            (101801234.0, plain, "101801234"),
            (0.1 + 0.2, None, "0.3"),
            (1e15, None, "1000000000000000"),
            (1e20, None, "100000000000000000000"),
            (1.5e-7, None, "0.00000015"),
            (-3, None, "-3"),
            (True, None, "true"),
            (dt.datetime.fromisoformat("2024-01-31T23:59"), day, "2024-01-31"),
            (1, day, "1900-01-01"),
            (59, day, "1900-02-28"),
            (61, day, "1900-03-01"),
            (2_958_465, day, "9999-12-31"),
            ("0101801234", None, "0101801234"),
        ]
        for at, (value, form, text) in enumerate(cells, start=1):
            sheet.write(at, 0, at)
            sheet.write(at, 1, value, form)
            sheet.write_string(at, 2, str(text))

    found = read(wanted(written(tmp_path / "a.xlsx", fill)))
    assert found.refused == []
    assert [(name, text) for _, name, text in found.rows if name != text] == []
    assert len(found.rows) == 14


def test_the_calendar_of_1904_is_another(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": 14})
        sheet.write_row(0, 0, COLUMNS)
        sheet.write_row(1, 0, ["1", "a"])
        sheet.write_datetime(1, 2, dt.date(2024, 1, 31), day)

    file = written(tmp_path / "a.xlsx", fill, date_1904=True)
    assert read(wanted(file)).rows == [("1", "a", "2024-01-31")]


@pytest.mark.parametrize("serial", [0, 0.5, 60, -1, 2_958_466, 1e300])
def test_a_date_that_is_none_refuses_its_row(tmp_path: Path, serial: float) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet, day = book.add_worksheet(), book.add_format({"num_format": "dd-mm-yyyy"})
        sheet.write_row(0, 0, COLUMNS)
        sheet.write_row(1, 0, ["1", "a"])
        sheet.write_number(1, 2, serial, day)
        sheet.write_row(2, 0, ["2", "b"])

    found = read(wanted(written(tmp_path / "a.xlsx", fill)))
    assert [r[0] for r in found.rows] == ["2"]
    assert found.refused == [(1, "a date that is none (cell C2)", "born")]


def test_formulas_give_their_stored_value_and_are_never_worked_out(tmp_path: Path) -> None:
    cells = (
        '<c><v>1</v></c><c t="str"><f>A2&amp;"x"</f><v>stored</v></c>',
        "<c><v>2</v></c><c><f>1+1</f><v></v></c>",
        '<c><v>3</v></c><c><f>WEBSERVICE("http://127.0.0.1/")</f></c>',
        '<c><v>4</v></c><c t="str"><f>""</f><v></v></c>',
        '<c><v>5</v></c><c t="e"><f>1/0</f><v>#DIV/0!</v></c>',
        '<c><v>6</v></c><c t="s"><v>77</v></c>',
        '<c><v>7</v></c><c t="n"><v>Hemmelig</v></c>',
    )
    found = read(wanted(crafted(tmp_path / "a.xlsx", rows_xml(*cells))))
    assert found.rows == [("1", "stored", None), ("4", None, None)]
    assert [(row, reason) for row, reason, _ in found.refused] == [
        (2, "a formula without a stored value (cell B3)"),
        (3, "a formula without a stored value (cell B4)"),
        (5, "an error value of the workbook (cell B6)"),
        (6, "a text that the workbook lacks (cell B7)"),
        (7, "a number that is none (cell B8)"),
    ]


def test_a_formula_in_a_column_nobody_reads_does_no_harm(tmp_path: Path) -> None:
    file = crafted(tmp_path / "a.xlsx", rows_xml("<c><v>1</v></c><c><v>5</v></c><c/><c><f>NOW()</f></c>"))
    assert read(wanted(file)).rows == [("1", "5", None)]


def test_merged_cells_refuse_the_rows_whose_value_stands_elsewhere(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [*COLUMNS, "note"])
        for at in range(1, 6):
            sheet.write_row(at, 0, [at, "Bo", "", "x"])
        sheet.merge_range("B3:B4", "Lund")
        sheet.merge_range("B6:C6", "Dam")
        sheet.merge_range("D2:D5", "elsewhere")

    found = read(wanted(written(tmp_path / "a.xlsx", fill)))
    assert [r[:2] for r in found.rows] == [("1", "Bo"), ("2", "Lund"), ("4", "Bo")]
    reason = "a merged cell, whose value stands in its first cell only"
    assert found.refused == [(3, f"{reason} (cell B4)", "name"), (5, f"{reason} (cell C6)", "born")]


def test_the_sheet_and_the_header_are_chosen(tmp_path: Path) -> None:
    def fill(book: xlsxwriter.Workbook) -> None:
        notes, cases = book.add_worksheet("Om"), book.add_worksheet("Sager Å")
        book.add_worksheet("Skjult").hide()
        notes.write(0, 0, "Hemmelig")
        cases.write(0, 0, "Udtræk")
        for at, row in enumerate([[*COLUMNS], [1, "Møller", "1980-01-31"], [2, "Lund"]], start=3):
            cases.write_row(at, 0, row)

    file = written(tmp_path / "a.xlsx", fill)
    assert read(wanted(file, sheet="Sager Å", header_row=4)).rows == ROWS
    tried: list[tuple[dict[str, Any], str]] = [
        ({}, 'the workbook shows 2 sheets (say which: sheet = "...")'),
        ({"sheet": "Sager A"}, "no such sheet (did you mean 'Sager Å'?)"),
        ({"sheet": "x"}, "no such sheet (it has 3 others)"),
        ({"sheet": "Sager Å"}, "the columns are named in line 4: state header_row = 4"),
        ({"sheet": "Skjult"}, "the sheet is empty"),
        ({"sheet": "Om"}, "line 1 names none of the columns"),
    ]
    for options, says in tried:
        with pytest.raises(RegisterError) as caught:
            read(wanted(file, **options))
        assert says in str(caught.value)
        assert "Hemmelig" not in str(caught.value)


def test_odd_letters_and_long_texts_are_met_as_in_text_files(tmp_path: Path) -> None:
    cells = (
        '<c><v>1</v></c><c t="inlineStr"><is><r><t>Å</t></r><r><t>se</t></r><rPh><t>no</t></rPh></is></c>',
        '<c><v>2</v></c><c t="inlineStr"><is><t>a_x000D_b \u202eالف_x005F_x</t></is></c>',
        '<c><v>3</v></c><c t="inlineStr"><is><t>D_x0000_am</t></is></c>',
        f'<c><v>4</v></c><c t="inlineStr"><is><t>{"x" * 70_000}</t></is></c>',
    )
    found = read(wanted(crafted(tmp_path / "a.xlsx", rows_xml(*cells))))
    assert [name for _, name, _ in found.rows] == ["Åse", "a b الف_x"]
    assert [(row, column) for row, _, column in found.refused] == [(3, "name"), (4, "name")]


def test_a_joined_header_is_no_row(tmp_path: Path) -> None:
    found = read(wanted(one_sheet(tmp_path / "a.xlsx", [1, "a"], [*COLUMNS], [2, "b"])))
    assert [r[0] for r in found.rows] == ["1", "2"]
    assert found.refused == [(2, "the header stands there again", None)]


def test_a_declared_size_is_not_believed(tmp_path: Path) -> None:
    sheet = rows_xml("<c><v>1</v></c>").replace("<sheetData>", '<dimension ref="A1:XFD1048576"/><sheetData>')
    sheet = sheet.replace("</sheetData>", '<row r="1048576"><c r="A1048576"><v>2</v></c></row></sheetData>')
    assert [r[0] for r in read(wanted(crafted(tmp_path / "a.xlsx", sheet))).rows] == ["1", "2"]


DAMAGED = {
    "no XML": "nonsense",
    "cut short": rows_xml("<c><v>1</v></c>")[:-30],
    "a document type": '<!DOCTYPE x [<!ENTITY a "aaaa">]>' + rows_xml("<c><v>&a;</v></c>"),
    "rows that go back": rows_xml().replace("</sheetData>", '<row r="9"/><row r="3"/></sheetData>'),
    "a row beyond the last": rows_xml().replace("</sheetData>", '<row r="1048577"/></sheetData>'),
    "a column beyond the last": rows_xml('<c r="XFE2"><v>1</v></c>'),
    "a nest": rows_xml("<x>" * 5_000 + "</x>" * 5_000),
    "an endless tag": rows_xml(f'<c r="{"A" * 3_000_000}"/>'),
    "endless merges": rows_xml().replace("</sheetData>", "</sheetData>" + '<mergeCell ref="A1:B2"/>' * 100_001),
}


@pytest.mark.parametrize("how", DAMAGED)
def test_a_damaged_sheet_is_told(tmp_path: Path, how: str) -> None:
    with pytest.raises(RegisterError, match=r"a\.xlsx: the workbook is damaged \(open it in a spreadsheet program"):
        read(wanted(crafted(tmp_path / "a.xlsx", DAMAGED[how])))


@pytest.mark.parametrize("part", ["xl/workbook.xml", "_rels/.rels", "xl/_rels/workbook.xml.rels"])
def test_a_workbook_without_its_parts_is_told(tmp_path: Path, part: str) -> None:
    with pytest.raises(RegisterError, match=r"the workbook (is damaged|shows no sheet)"):
        read(wanted(crafted(tmp_path / "a.xlsx", rows_xml(), **{part: "<x/>"})))


def test_a_binary_workbook_is_told(tmp_path: Path) -> None:
    relations = '<Relationships><Relationship Type="x/officeDocument" Target="xl/workbook.bin"/></Relationships>'
    file = crafted(tmp_path / "a.xlsb", rows_xml(), **{"_rels/.rels": relations})
    with pytest.raises(RegisterError, match=r"is a binary workbook \(save it as \.xlsx"):
        read(wanted(file))


def test_parts_outside_the_archive_are_never_opened(tmp_path: Path) -> None:
    (tmp_path / "sheet.xml").write_text(rows_xml("<c><v>1</v></c>"))
    relations = (
        f'<Relationships><Relationship Id="rId1" Type="x/worksheet" Target="{tmp_path}/sheet.xml"/>'
        '<Relationship Id="rId2" Type="x/worksheet" TargetMode="External" Target="http://127.0.0.1/"/></Relationships>'
    )
    file = crafted(tmp_path / "a.xlsx", rows_xml(), **{"xl/_rels/workbook.xml.rels": relations})
    with pytest.raises(RegisterError, match="the workbook is damaged"):
        read(wanted(file))


def test_a_bomb_in_a_workbook_is_refused(tmp_path: Path) -> None:
    sheet = rows_xml("<c><v>1</v></c>" + " " * 80_000_000)
    with pytest.raises(RegisterError, match="unpacks to more than 64 MiB, too much for its size"):
        read(wanted(crafted(tmp_path / "a.xlsx", sheet)))


def test_an_encrypted_part_is_told(tmp_path: Path) -> None:
    content = bytearray(one_sheet(tmp_path / "a.xlsx").read_bytes())
    entry = content.rindex(b"xl/workbook.xml") - 46
    assert content[entry : entry + 4] == b"PK\1\2"
    content[entry + 8] |= 1
    (tmp_path / "a.xlsx").write_bytes(content)
    with pytest.raises(RegisterError, match="the file is encrypted"):
        read(wanted(tmp_path / "a.xlsx"))
