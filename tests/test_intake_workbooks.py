"""Every kind of workbook is read with its true addresses; every bad file is one clear problem."""

import io
import struct
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlrd
import xlsxwriter
from intake_books import (
    compound_file,
    csv_file,
    edit_xlsx,
    old_xls,
    record,
    repacked,
    write_xlsx,
    xls,
    xls_number,
    xls_text,
    zip_of,
)
from python_calamine import CalamineWorkbook

from fhdata.intake.grids import address, position
from fhdata.intake.workbooks import first_good_reading, read_grid
from fhdata.problems import ProblemsFound

ROWS = [["指标", "2023年1月"], ["甲指标(万元)", 12.5]]


def _problem(path: Path) -> tuple[str, str]:
    with pytest.raises(ProblemsFound) as caught:
        read_grid(path)
    (one,) = caught.value.problems
    assert one.sentence.startswith(f"{path.name}：")
    return one.code, one.sentence


def test_addresses() -> None:
    assert [address(0, 0), address(3, 25), address(3, 26), address(0, 701), address(0, 702)] == [
        "A1",
        "Z4",
        "AA4",
        "ZZ1",
        "AAA1",
    ]
    assert [position(cell) for cell in ("A1", "AA4", "XFD1048576")] == [(0, 0), (3, 26), (1048575, 16383)]


def test_leading_empty_rows_and_columns_keep_their_addresses(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "甲.xlsx", ROWS, start=(6, 2))
    (sheet,) = read_grid(path).grids
    assert (sheet.rows[6][2], sheet.rows[7][3]) == ("指标", 12.5)
    assert address(7, 3) == "D8"


def test_error_cells_and_uncached_formulas_are_not_blanks(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "甲.xlsx", ROWS)

    def spoil(page: openpyxl.worksheet.worksheet.Worksheet) -> None:
        page["D7"] = "#REF!"
        page["D7"].data_type = "e"
        page["E9"] = "=SUM(B2:B3)"
        page["F1"] = "=B2&B3"

    (sheet,) = read_grid(edit_xlsx(path, spoil)).grids
    assert sheet.marks.errors == {(6, 3): "#REF!"}
    assert sheet.marks.uncached == {(8, 4), (0, 5)}
    assert (len(sheet.rows), sheet.width) == (9, 6)  # the sheet reaches as far as its formulas


def test_formula_with_a_result_is_a_number(tmp_path: Path) -> None:
    path = tmp_path / "甲.xlsx"
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet()
    page.write_formula(0, 0, "=2+3", None, 5)
    page.write_formula(1, 0, '="甲"&"乙"', None, "甲乙")
    page.write_formula(2, 0, "=1/0", None, "#DIV/0!")
    book.close()
    (sheet,) = read_grid(path).grids
    assert [row[0] for row in sheet.rows] == [5.0, "甲乙", ""]
    assert (sheet.marks.uncached, sheet.marks.errors) == (frozenset(), {(2, 0): "#DIV/0!"})


def test_attributes_in_single_quotes_and_prefixed_elements_are_looked_at_too(tmp_path: Path) -> None:
    """Other programs write the same sheet differently; what is hidden there is found all the same."""
    path = write_xlsx(tmp_path / "甲.xlsx", ROWS)
    cells = "<c r='A1' t='e'><v>#N/A</v></c><c r='B1'><f>A2+1</f></c><c r='C1'><v>5</v></c>"
    head = "<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData><row r='1'>"
    repacked(path, {"xl/worksheets/sheet1.xml": f"{head}{cells}</row></sheetData></worksheet>".encode()})
    (sheet,) = read_grid(path).grids
    assert (sheet.marks.errors, sheet.marks.uncached) == ({(0, 0): "#N/A"}, {(0, 1)})
    assert sheet.rows[0][2] == 5.0


def test_percent_formats_merges_and_hidden_parts_are_seen(tmp_path: Path) -> None:
    path = tmp_path / "甲.xlsx"
    book = xlsxwriter.Workbook(str(path))
    page = book.add_worksheet("数")
    page.write(0, 0, 0.087, book.add_format({"num_format": "0.0%"}))
    page.write(0, 1, 0.087)
    page.write(1, 1, 0.5, book.add_format({"num_format": 10}))
    page.merge_range("A3:B4", "合并")
    page.set_row(4, None, None, {"hidden": True})
    page.set_column(2, 3, None, None, {"hidden": True})
    book.add_worksheet("藏").hide()
    book.close()
    shown, hidden = read_grid(path).grids
    assert shown.marks.percents == {(0, 0), (1, 1)}
    assert shown.marks.merges == ((2, 0, 3, 1),)
    assert (shown.marks.hidden_rows, shown.marks.hidden_columns) == ({4}, {2, 3})
    assert (shown.is_hidden, hidden.is_hidden) == (False, True)


def test_where_xlrd_stops_calamine_reads(tmp_path: Path) -> None:
    """Half a surrogate pair in one text stops xlrd, which then reads nothing at all."""
    good = [xls_text(0, 0, "指标".encode("utf-16-le")), xls_number(1, 1, 12.5)]
    content = xls([*good, xls_text(2, 0, struct.pack("<HHH", 0x7532, 0xDC00, 0x4E59))])
    with pytest.raises(UnicodeDecodeError):
        xlrd.open_workbook(file_contents=content)
    book = read_grid(_written(tmp_path / "甲.xls", content))
    assert book.reader == "calamine"
    assert (book.grids[0].rows[0][0], book.grids[0].rows[1][1]) == ("指标", 12.5)


def test_where_calamine_garbles_xlrd_reads(tmp_path: Path) -> None:
    """A file of the nineties in code page 936, and one that does not tell its code page."""
    content = old_xls("指标".encode("gbk"), 936)
    garbled = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0).to_python()
    assert garbled[0][0] != "指标"
    for codepage, reader in ((936, "xlrd"), (0, "xlrd, gb18030")):
        book = read_grid(_written(tmp_path / "甲.xls", old_xls("指标".encode("gbk"), codepage)))
        assert book.reader == reader
        assert (book.grids[0].rows[0][0], book.grids[0].rows[1][1]) == ("指标", 12.5)


def test_a_reader_that_garbles_or_fails_is_passed_over() -> None:
    garbled = [("S", [["Ö¸±ê", 1.0]], False)]
    whole = [("S", [["指标", 1.0]], False)]

    def fails(_: bytes) -> list:
        raise ProblemsFound([])

    assert first_good_reading(b"", (("甲", lambda _: garbled), ("乙", lambda _: whole))) == (whole, "乙")
    assert first_good_reading(b"", (("甲", lambda _: whole), ("乙", lambda _: garbled))) == (whole, "甲")
    with pytest.raises(ProblemsFound):
        first_good_reading(b"", (("甲", fails),))


def test_xls_errors_percents_merges_and_hidden_rows_are_seen(tmp_path: Path) -> None:
    error = record(0x0205, struct.pack("<HHHBB", 3, 2, 0, 0x17, 1))  # #REF! in C4
    failed = record(0x0006, struct.pack("<HHH", 4, 2, 0) + bytes([2, 0, 7, 0, 0, 0, 0xFF, 0xFF]) + bytes(8))  # #DIV/0!
    merge = record(0x00E5, struct.pack("<HHHHH", 1, 0, 0, 0, 1))
    row = record(0x0208, struct.pack("<HHHHHHHH", 1, 0, 2, 255, 0, 0, 0x20, 0))
    styles = [record(0x00E0, struct.pack("<HH", 0, number) + bytes(16)) for number in (0, 9)]
    cells = [row, xls_number(0, 0, 2.0), xls_number(1, 1, 0.087, 1), error, failed, merge]
    path = tmp_path / "甲.xls"
    path.write_bytes(xls(cells, formats=styles))
    marks = read_grid(path).grids[0].marks
    assert marks.errors == {(3, 2): "#REF!", (4, 2): "#DIV/0!"}
    assert marks.percents == {(1, 1)}
    assert marks.merges == ((0, 0, 0, 1),)
    assert marks.hidden_rows == {1}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_in_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    path = csv_file(tmp_path / "甲.csv", "指标,2023年1月\r\n甲指标（万元）,12.5\r\n", encoding)
    assert read_grid(path).grids[0].rows == [["指标", "2023年1月"], ["甲指标（万元）", "12.5"]]


def test_csv_with_a_tab_before_each_comma_an_empty_last_column_and_a_note_over_several_lines(tmp_path: Path) -> None:
    text = '地区\t,2023年\t,\n甲省\t,12.50\t,\n"注：第一行，\n第二行"\n'
    rows = read_grid(csv_file(tmp_path / "甲.csv", text)).grids[0].rows
    assert rows == [["地区", "2023年"], ["甲省", "12.50"], ["注：第一行，\n第二行", ""]]


def test_csv_separated_by_tabs(tmp_path: Path) -> None:
    rows = read_grid(csv_file(tmp_path / "甲.csv", "指标\t2023年1月\n甲,乙\t1,012\n")).grids[0].rows
    assert rows == [["指标", "2023年1月"], ["甲,乙", "1,012"]]


def _two_values_in_one_cell(path: Path) -> Path:
    """One reader would take the first, another the last."""
    with zipfile.ZipFile(write_xlsx(path, ROWS)) as archive:
        text = archive.read("xl/worksheets/sheet1.xml")
    return repacked(path, {"xl/worksheets/sheet1.xml": text.replace(b"<v>12.5</v>", b"<v>12.5</v><v>13</v>")})


def _truncated(path: Path) -> Path:
    content = write_xlsx(path, ROWS).read_bytes()
    path.write_bytes(content[: len(content) // 2])
    return path


def _overwritten(path: Path) -> Path:
    """The directory at the end is whole, a part in the middle is not."""
    content = bytearray(write_xlsx(path, [["甲" * 50, float(number)] for number in range(300)]).read_bytes())
    with zipfile.ZipFile(path) as archive:
        start = archive.getinfo("xl/worksheets/sheet1.xml").header_offset
    content[start + 100 : start + 400] = b"\xff" * 300
    path.write_bytes(bytes(content))
    return path


def _written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


LOCKED = compound_file({"EncryptionInfo": b"x", "EncryptedPackage": b"y"})
MACROS = compound_file({"Workbook": b"x", "_VBA_PROJECT_CUR": b"y"})
ENTITY = b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><workbook>&e;</workbook>'


@pytest.mark.parametrize(
    ("make", "code", "words"),
    [
        (lambda folder: _written(folder / "甲.xlsx", b""), "empty_file", "0 字节"),
        (lambda folder: _written(folder / "甲.xlsx", b"\0\1\2\3" * 99), "not_a_workbook", "不是工作簿"),
        (lambda folder: _written(folder / "甲.xlsx", zip_of({"a.txt": b"x"})), "not_a_workbook", "不是工作簿"),
        (lambda folder: _written(folder / "甲.docx", b"PK"), "wrong_type", ".docx"),
        (lambda folder: _truncated(folder / "甲.xlsx"), "damaged_file", "已损坏"),
        (lambda folder: _overwritten(folder / "甲.xlsx"), "damaged_file", "已损坏"),
        (lambda folder: _two_values_in_one_cell(folder / "甲.xlsx"), "damaged_file", "已损坏"),
        (lambda folder: _written(folder / "甲.xls", xls([])[:700]), "damaged_file", "已损坏"),
        (lambda folder: _written(folder / "甲.xlsx", LOCKED), "password", "密码"),
        (
            lambda folder: _written(folder / "甲.xls", xls([], formats=[record(0x002F, bytes(6))])),
            "password",
            "密码",
        ),
        (lambda folder: _written(folder / "甲.xls", MACROS), "macro_file", "宏"),
        (lambda folder: _written(folder / "甲.xlsm", b"PK"), "macro_file", "宏"),
        (
            lambda folder: repacked(write_xlsx(folder / "甲.xlsx", ROWS), {"xl/vbaProject.bin": b"x"}),
            "macro_file",
            "宏",
        ),
        (
            lambda folder: repacked(write_xlsx(folder / "甲.xlsx", ROWS), {"../../x.xml": b"x"}),
            "unsafe_file",
            "文件之外",
        ),
        (
            lambda folder: repacked(write_xlsx(folder / "甲.xlsx", ROWS), {"xl/workbook.xml": ENTITY}),
            "unsafe_file",
            "外部实体",
        ),
        (
            lambda folder: repacked(write_xlsx(folder / "甲.xlsx", ROWS), {"xl/media/a.bin": bytes(20_000_000)}),
            "too_large",
            "解压后",
        ),
        (
            lambda folder: edit_xlsx(
                write_xlsx(folder / "甲.xlsx", ROWS), lambda page: page.__setitem__("XFD1048576", 1)
            ),
            "too_large",
            "1,048,576",
        ),
        (lambda folder: write_xlsx(folder / "甲.xlsx", ROWS).rename(folder / "甲.xls"), "wrong_extension", ".xlsx"),
        (lambda folder: _written(folder / "甲.xlsx", xls([])), "wrong_extension", ".xls"),
        (lambda folder: write_xlsx(folder / "甲.xlsx", ROWS).rename(folder / "甲.csv"), "wrong_extension", ".csv"),
        (lambda folder: _written(folder / "甲.xls", xls([xls_number(0, 60_000, 1.0)])), "damaged_file", "已损坏"),
        (lambda folder: _written(folder / "甲.xlsb", b"PK"), "wrong_type", ".xlsb"),
        (lambda folder: _written(folder / "甲.xls", b"<html><table></table></html>"), "wrong_extension", "网页"),
        (lambda folder: _written(folder / "甲.xlsx", "指标,2023年\n甲,1\n".encode()), "wrong_extension", "文本"),
        (lambda folder: _written(folder / "甲.csv", b"a,\xff\xfe\xff\n"), "bad_encoding", "GB18030"),
        (lambda folder: _written(folder / "甲.csv", b'a,"' + b"x" * 200_000), "damaged_file", "CSV"),
    ],
)
def test_bad_file_is_one_clear_sentence(tmp_path: Path, make: object, code: str, words: str) -> None:
    found, sentence = _problem(make(tmp_path))  # type: ignore[operator]
    assert found == code
    assert words in sentence


@pytest.mark.parametrize(
    "far",
    [
        record(0x0200, struct.pack("<IIHHH", 0, 0xFFFFFFF0, 0, 10, 0)),  # rows that no .xls has
        record(0x0200, struct.pack("<IIHHH", 0, 20, 0, 60_000, 0)),
        record(0x0200, struct.pack("<IIHHH", 20, 0, 0, 10, 0)),
        record(0x0200, b"\0"),
        record(0x00FC, struct.pack("<ii", 2_000_000_000, 2_000_000_000)),  # more texts than bytes
        record(0x00FC, struct.pack("<ii", -1, -1)),
    ],
)
def test_xls_that_asks_for_endless_room_is_refused_before_a_reader_gives_it(tmp_path: Path, far: bytes) -> None:
    """The library would end the whole program, which nothing could catch."""
    is_of_book = far[:2] == b"\xfc\x00"
    content = xls([], formats=[far]) if is_of_book else xls([far])
    assert _problem(_written(tmp_path / "甲.xls", content))[0] == "damaged_file"


def test_library_that_stops_writes_no_trace_to_the_terminal(tmp_path: Path, capfd: pytest.CaptureFixture) -> None:
    spoilt = xls([xls_number(0, 0, 1.0), record(0x00E5, b"")])  # a list of merges without its length
    assert read_grid(_written(tmp_path / "甲.xls", spoilt)).reader == "xlrd"
    assert capfd.readouterr().err == ""


def _circular(path: Path) -> Path:
    """The directory's chain of sectors leads back to its own first sector: a careless reader never ends."""
    content = bytearray(xls([]))
    struct.pack_into("<I", content, 512 + 4 * 1, 1)  # in the sector table: after sector 1 comes sector 1
    return _written(path, bytes(content))


def test_container_that_runs_in_a_circle_is_refused(tmp_path: Path) -> None:
    assert _problem(_circular(tmp_path / "甲.xls"))[0] == "damaged_file"


def test_many_empty_formatted_rows_are_read_in_bounded_time(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "甲.xlsx", ROWS)
    with zipfile.ZipFile(path) as archive:
        text = archive.read("xl/worksheets/sheet1.xml").decode()
    rows = "".join(
        f'<row r="{number}" s="1" customFormat="1"><c r="A{number}" s="1"/></row>' for number in range(3, 99_999)
    )
    repacked(path, {"xl/worksheets/sheet1.xml": text.replace("</sheetData>", f"{rows}</sheetData>").encode()})
    (sheet,) = read_grid(path).grids
    assert (len(sheet.rows), sheet.rows[1][1]) == (2, 12.5)
