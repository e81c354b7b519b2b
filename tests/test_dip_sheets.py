"""The door of DIP points: sheets and cases as handed in, the example county's, and one broken input a message."""

import shutil
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import load_workbook

from fhdata.engines import DuckDb
from fhdata.intake.dip_sheets import DipCases, DipSheets, read_dip_cases, read_dip_sheets
from fhdata.periods import parse_period
from fhdata.places import Place, open_place
from fhdata.runs.catalogue import load_catalogue
from fhdata.runs.checks import preflight
from fhdata.runs.parameters import Parameters

ROOT = Path(__file__).parents[1]
YEAR, KNOWN = parse_period("2023"), date(2024, 1, 31)
FOLDER = Path("data/raw/2023/DIP")
BOOK, HISTORY = FOLDER / "目录和系数.xlsx", FOLDER / "近三年病例数据.xlsx"
CASES = FOLDER / "结算病例（示例数据）.parquet"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    shutil.copytree(ROOT / FOLDER, tmp_path / FOLDER)
    (tmp_path / "place.toml").write_text('name = "示例县"\nrules = "rules"\n', encoding="utf-8")
    shutil.copytree(ROOT / "fhdata" / "rules" / "fenghuang", tmp_path / "rules")
    return open_place(tmp_path)


def sheets_of(place: Place) -> DipSheets:
    return read_dip_sheets(place.raw, home=place.home, year=YEAR, as_of=KNOWN)


def cases_of(place: Place) -> DipCases:
    with DuckDb() as engine:
        return read_dip_cases(engine, "dip_cases", place.raw, home=place.home, year=YEAR, as_of=KNOWN)


def change(path: Path, sheet: str, cell: str, value: object) -> None:
    book = load_workbook(path)
    book[sheet][cell].value = value
    book.save(path)


def change_cases(path: Path, row: int, **values: object) -> None:
    table = pq.read_table(path)
    columns = {name: table[name].to_pylist() for name in table.column_names}
    for name, value in values.items():
        columns[name][row] = value
    schema = pa.schema([(one.name, pa.string()) for one in table.schema]).with_metadata(table.schema.metadata)
    texts = {name: [str(one) for one in column] for name, column in columns.items()}
    pq.write_table(pa.table(texts, schema=schema), path)


def told_by_preflight(place: Place) -> list[str]:
    report = load_catalogue().report("dip_annual")
    return [one.sentence for one in preflight(place, report, Parameters(YEAR, KNOWN))]


def test_the_example_countys_sheets_are_read_with_their_cells(place: Place) -> None:
    sheets = sheets_of(place)
    assert (sheets.problems, sheets.is_example) == ((), True)
    assert (len(sheets.groups), len(sheets.hospitals), len(sheets.history)) == (
        60,
        6,
        60 * 3 * 3,
    )  # groups, years, levels
    assert sheets.fund["fund_fen"].tolist() == [2_250_000_000]
    first = sheets.hospitals.iloc[0]
    assert (first["source_file"], first["source_sheet"], first["source_cell"]) == (BOOK.as_posix(), "机构系数", "E4")
    assert told_by_preflight(place) == []


def test_cases_are_the_same_from_csv_and_parquet_and_leave_other_columns_out(place: Place) -> None:
    with DuckDb() as engine:
        read_dip_cases(engine, "dip_cases", place.raw, home=place.home, year=YEAR, as_of=KNOWN)
        once = engine.frame("SELECT * FROM dip_cases ORDER BY case_id")
    table = pq.read_table(place.home / CASES)
    frame = table.to_pandas().assign(psn_name="示例姓名", certno="000000190001010009").astype(str)
    (place.home / CASES).unlink()
    frame.to_csv(place.home / FOLDER / "病例.csv", index=False, encoding="gb18030")
    (place.home / FOLDER / "received.csv").write_text("file,released\n病例.csv,2024-01-20\n", encoding="utf-8")
    with DuckDb() as engine:
        read = read_dip_cases(engine, "dip_cases", place.raw, home=place.home, year=YEAR, as_of=KNOWN)
        again = engine.frame("SELECT * FROM dip_cases ORDER BY case_id")
    assert read.problems == ()
    assert again.equals(once)
    assert not {"psn_name", "certno"} & set(again.columns)


def test_what_came_out_later_does_not_count(place: Place) -> None:
    early = read_dip_sheets(place.raw, home=place.home, year=YEAR, as_of=date(2024, 1, 10))
    assert len(early.excluded) == 4
    assert len(early.problems) == 4  # each of the four sheets is missing then


@pytest.mark.parametrize(
    ("path", "sheet", "cell", "value", "said"),
    [
        (BOOK, "机构系数", "E4", None, "E4：没有写系数，没有系数就不能计分，请改正。"),
        (BOOK, "机构系数", "E4", "一点二", "E4：写的是“一点二”，应为不小于 0 的数，最多六位小数，请改正。"),
        (BOOK, "机构系数", "E4", "1.12345", "E4：系数写的是“1.12345”，最多四位小数，请改正。"),
        (BOOK, "机构系数", "G4", None, "G4：没有数，这一格须有数，没有的写 0，请补上。"),
        (BOOK, "机构系数", "B5", "SL0001", "B5：与 B4 是同一内容，只能有一行，请改正。"),
        (BOOK, "病种目录", "E4", "其他", "E4：病种类型写的是“其他”，只能是基层病种、核心病种、综合病种，请改正。"),
        (BOOK, "病种目录", "B4", None, "B4：没有写病种编码，请补上。"),
        (BOOK, "DIP基金", "C4", "很多", "C4：金额写的是“很多”，应为数字，最细到分，请改正。"),
        (HISTORY, "病例数据", "C4", "去年", "C4：病种“示例0001”的年度写的是“去年”，应写成 2022，请改正。"),
        (HISTORY, "病例数据", "E4", -1, "E4：写的是“-1”，应为不小于 0 的整数，请改正。"),
    ],
)
def test_a_wrong_cell_is_told(place: Place, path: Path, sheet: str, cell: str, value: object, said: str) -> None:  # noqa: PLR0917
    change(place.home / path, sheet, cell, value)
    assert f"{path.as_posix()}「{sheet}」 {said}" in told_by_preflight(place)


def test_a_missing_sheet_and_missing_cases_are_told(place: Place) -> None:
    (place.home / BOOK).unlink()
    (place.home / CASES).unlink()
    assert told_by_preflight(place) == [
        "2023 没有DIP基金表，请放进 data/raw/2023/DIP/。",
        "2023 没有机构系数表，请放进 data/raw/2023/DIP/。",
        "2023 没有病种目录，请放进 data/raw/2023/DIP/。",
        "2023 没有病例清单，请放进 data/raw/2023/DIP/。",
    ]


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"dip_code": "没有这组"}, "的病组不在目录里：“没有这组”"),
        ({"fixmedins_code": "SL9999"}, "的医疗机构没有系数：“SL9999”"),
        ({"setl_id": "示例000000001"}, "“示例000000001”出现不止一次"),
        ({"medfee_sumamt": "-5.00"}, "费用为负：“-500”"),
        ({"medfee_sumamt": "1.005"}, "medfee_sumamt写的是“1.005”（同类共 1 例），应为数字，单位元，最细到分"),
        ({"psn_pay": "无"}, "psn_pay写的是“无”"),
        ({"aux_coef": "x"}, "辅助系数不是正数：“-1”"),
        ({"review_ruling": "三倍"}, "评议结论读不懂：“三倍”"),
    ],
)
def test_a_wrong_case_stops_the_run(place: Place, values: dict[str, object], said: str) -> None:
    change_cases(place.home / CASES, 0, **values)
    found = told_by_preflight(place)
    assert found
    assert all(said in one for one in found)


def test_a_group_without_points_and_without_history_stops(place: Place) -> None:
    change(place.home / BOOK, "病种目录", "B4", "新病组")
    assert "病组“新病组”：目录没有印分值，近三年也没有病例，没有分值就不能计分，请补上。" in told_by_preflight(place)


def test_printed_points_stand_before_those_of_the_years(place: Place) -> None:
    change(place.home / BOOK, "病种目录", "F4", 812.5)
    assert str(sheets_of(place).groups["points"].iloc[0]) == "812.5"
