"""Assistance sheets in: figures in whole fen with their cells, persons as digests only; every slip is told at once."""

import dataclasses
from datetime import date
from pathlib import Path

import pytest
from assistance_county import (
    COUNTS,
    LAST_YEAR,
    MONEY,
    ROOT,
    ROSTER,
    accept,
    book_of,
    copied_county,
    edit,
    read,
    rosters,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_books import write_xlsx

from fhdata.cli import main
from fhdata.intake.assistance_rosters import household_rows
from fhdata.intake.assistance_rows import FORMS_FILE, Names
from fhdata.intake.assistance_sheets import AssistanceSheets
from fhdata.intake.forms import read_form
from fhdata.intake.grids import Grid
from fhdata.intake.topics import ASSISTANCE, is_for_indicators, topics_of

SHIPPED = read(ROOT)


def sentences(sheets: AssistanceSheets) -> list[str]:
    return [one.sentence.replace("data/raw/2023-03/救助/", "") for one in sheets.problems]


@pytest.fixture
def county(tmp_path: Path) -> Path:
    return copied_county(tmp_path)


def test_shipped_sheets_are_read_without_a_problem() -> None:
    assert sentences(SHIPPED) == []
    assert SHIPPED.is_example
    assert set(SHIPPED.headcounts["month"]) == {"2023-01", "2023-02", "2023-03"}
    assert len(SHIPPED.totals) == 3 * SHIPPED.headcounts["category"].nunique()
    assert set(SHIPPED.files["form"]) == {
        "headcounts", "last_year", "households", "members", "amounts", "funds", "shares", "payments",
    }  # fmt: skip
    # the first row of March's table of persons: 沱江镇, 城市低保, 25 households, 68 persons, 19,405.00 ÷ 68 = 285.37
    row = SHIPPED.headcounts[SHIPPED.headcounts["month"] == "2023-03"].iloc[0]
    assert row[["township", "category", "households", "persons"]].tolist() == ["沱江镇", "subsistence_urban", 25, 68]
    assert row[["supplement_fen", "mean_supplement_fen", "classified_fen"]].tolist() == [1940500, 28537, 198000]
    cells = ["source_cell", "households_cell", "persons_cell", "mean_supplement_cell"]
    assert row[cells].tolist() == ["E4", "D4", "E4", "G4"]
    assert row["source_file"] == "data/raw/2023-03/救助/人数表.xlsx"


def test_totals_of_the_shipped_sheets_are_their_rows() -> None:
    keys = ["category", "month"]
    rows = SHIPPED.headcounts.groupby(keys)[["households", "persons", "supplement_fen"]].sum()
    told = SHIPPED.totals.set_index(keys)[["households", "persons", "supplement_fen"]]
    assert (rows.sort_index() == told.sort_index()).to_numpy().all()


def test_the_topic_is_left_to_its_own_reader_and_the_standards_stay_indicators() -> None:
    assert topics_of(ASSISTANCE) == {"救助"}
    assert not is_for_indicators("救助")
    assert is_for_indicators("民政")


def test_nobody_is_in_a_table() -> None:
    names, numbers = rosters(ROOT)
    assert len(names) == len(numbers) > 900
    texts = [
        text
        for frame in SHIPPED.tables
        for column in frame.select_dtypes("str").columns
        for text in frame[column].unique()
    ]
    assert set(texts).isdisjoint(names | numbers)
    assert {len(text) for text in SHIPPED.households["household_id"]} == {64}


def test_digests_are_of_this_reading_only_and_the_same_within_it() -> None:
    again = read(ROOT)
    assert set(again.households["household_id"]).isdisjoint(SHIPPED.households["household_id"])
    # a head who also gets classified aid has one digest in both rosters
    assert set(again.households["household_id"]) & set(again.members["person_id"])
    pairs = [frame.drop(columns="household_id") for frame in (again.households, SHIPPED.households)]
    assert pairs[0].equals(pairs[1])


def test_what_came_out_later_does_not_count_and_is_told(county: Path) -> None:
    before = read(county, as_of=date(2023, 4, 2))
    # March's sheets came out on April 3
    assert {(row.file.split("/")[2], row.reason) for row in before.excluded.itertuples()} == {
        ("2023-03", "报出日期晚于 2023-04-02")
    }
    assert "2023-03 没有救助人数表，请放进 data/raw 该期的救助文件夹。" in sentences(before)
    assert set(before.households["source_file"]) == {"data/raw/2023-02/救助/低保名册.xlsx"}


def test_a_sheet_without_a_day_needs_received_csv(county: Path) -> None:
    path = book_of(county, COUNTS)
    rows = {"A88": "填报人：（示例）"}
    edit(county, COUNTS, "人数表", rows)
    assert sentences(read(county)) == [
        "人数表.xlsx「人数表」：不知道何时报出，表内写“报出日期：2023-04-02”，或记在 received.csv 里，请补上。"
    ]
    (path.parent / "received.csv").write_text("file,released\n人数表.xlsx,2023-04-06\n", encoding="utf-8")
    assert sentences(read(county)) == []
    assert set(read(county).files.query("form == 'headcounts'")["released"]) == {
        "2023-02-03",
        "2023-03-03",
        "2023-04-06",
    }


def test_the_newest_of_two_sheets_counts(county: Path) -> None:
    original = book_of(county, COUNTS)
    (original.parent / "人数表（更正）.xlsx").write_bytes(original.read_bytes())
    edit(county, "人数表（更正）.xlsx", "人数表", {"E4": 68, "A88": "填报人：（示例）　报出日期：2023-04-20"})
    corrected = read(county)
    assert sentences(corrected) == []
    assert corrected.excluded[["file", "reason"]].to_numpy().tolist() == [
        ["data/raw/2023-03/救助/人数表.xlsx", "已由 2023-04-20 报出的 data/raw/2023-03/救助/人数表（更正）.xlsx 更正"]
    ]


# Every slip in a row of its own, so that all of them stand in one set of workbooks: book, sheet, cells, what is told.
SLIPS = [
    (COUNTS, "人数表", {"B4": "陀江镇"}, "B4：没有乡镇“陀江镇”，最接近的是“沱江镇”"),
    (COUNTS, "人数表", {"B5": None}, "B5：没有写乡镇"),
    (COUNTS, "人数表", {"C6": "城镇低保"}, "C6：没有类别“城镇低保”，最接近的是"),
    (COUNTS, "人数表", {"E7": None}, "E7：没有写数，没有的写 0，请改正。"),
    (COUNTS, "人数表", {"E8": "六十八"}, "E8：写的是“六十八”，应为不小于 0 的整数"),
    (COUNTS, "人数表", {"D9": 25.5}, "D9：写的是“25.5”，应为不小于 0 的整数"),
    (COUNTS, "人数表", {"F10": "19405.001"}, "F10：金额写的是“19405.001”（元），应为数字，最细到分"),
    (COUNTS, "人数表", {"G11": -1}, "G11：金额是 -1.00 元，不得为负"),
    (COUNTS, "人数表", {"C19": "农村低保"}, "B19：与 B18 是同一内容，只能有一行"),
    (ROSTER, "家庭名册", {"F5": None}, "F5：没有写身份证号，没有就无法查重"),
    (ROSTER, "家庭名册", {"F8": "00000000000000003"}, "F8：身份证号不对，应为 18 位"),
    (ROSTER, "家庭名册", {"E10": None}, "E10：没有写姓名"),
    (ROSTER, "家庭名册", {"G14": "长子"}, "G14：这一户没有户主"),
    (ROSTER, "家庭名册", {"G17": "本人"}, "G16：这一户有 2 个户主"),
    (ROSTER, "家庭名册", {"I18": None}, "I18：这一户没有写家庭月收入"),
    (ROSTER, "家庭名册", {"I21": 600}, "I20：这一户写了不止一个家庭月收入"),
    (ROSTER, "家庭名册", {"H28": 3}, "H28：家庭人口写的是 3，名册列了 2 人"),
    (ROSTER, "家庭名册", {"D30": None}, "D30：没有写户编号"),
    (ROSTER, "家庭名册", {"F400": "000000000000000010"}, "F400：此人与 data/raw/2023-03/救助/低保名册.xlsx"),
    (ROSTER, "分类施保名册", {"F4": None}, "F4：没有写施保对象"),
    (MONEY, "到位资金", {"D4": "三月"}, "D4：日期写的是“三月”，应写成 2023-03-12"),
    (MONEY, "到位资金", {"B5": None}, "B5：没有写资金来源"),
    (MONEY, "分担比例", {"C4": None}, "C4：没有写分担比例，不分担的写 0"),
    (MONEY, "分类施保标准", {"B4": None}, "B4：没有写施保对象"),
    (MONEY, "发放情况", {"C4": "老标准"}, "C4：执行标准写的是“老标准”，只能是旧标准、新标准"),
    (MONEY, "发放情况", {"B5": "2022-01"}, "B5：月份是 2022-01，应在 2023 年内"),
    (MONEY, "发放情况", {"B6": "一月"}, "B6：月份写的是“一月”，应写成 2023-01"),
]  # fmt: skip


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    home = copied_county(tmp_path_factory.mktemp("slips"))
    for book, sheet in dict.fromkeys((book, sheet) for book, sheet, _, _ in SLIPS):
        cells = [one for other, tab, one, _ in SLIPS if (other, tab) == (book, sheet)]
        edit(home, book, sheet, {cell: value for one in cells for cell, value in one.items()})
    names, numbers = rosters(ROOT)
    found = [one.sentence for one in read(home).problems]
    assert not any(word in sentence for word in names | numbers for sentence in found)
    return found


@pytest.mark.parametrize(("book", "sheet", "sentence"), [(book, sheet, said) for book, sheet, _, said in SLIPS])
def test_each_slip_is_told_with_its_cell_and_all_at_once(told: list[str], book: str, sheet: str, sentence: str) -> None:
    where = f"data/raw/2023-03/救助/{book}「{sheet}」 "
    assert [one for one in told if one.startswith(where + sentence)] != []


def test_nothing_else_is_told(told: list[str]) -> None:
    """A person without a number, in two families or with a wrong one takes nothing else down."""
    assert len(told) == len(SLIPS)


@pytest.mark.parametrize(
    ("cells", "sentence"),
    [
        ({"A1": "2023年2月困难群众救助人数表"}, "「人数表」：标题写的是2023年2月，放在 2023-03 的文件夹里"),
        ({"E3": "总数"}, "「人数表」：《救助人数表》没有“人数(人)”一栏"),
    ],
)
def test_a_sheet_of_another_month_or_without_a_column_is_told(
    county: Path, cells: dict[str, object], sentence: str
) -> None:
    edit(county, COUNTS, "人数表", cells)
    assert [one for one in sentences(read(county)) if one.startswith(f"{COUNTS}{sentence}")] != []


def test_nothing_handed_in_is_told_form_by_form(tmp_path: Path) -> None:
    (tmp_path / "data" / "raw").mkdir(parents=True)
    assert len(sentences(read(tmp_path))) == 3 + 7  # three months of persons, seven other forms


ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def made_up_id(born: str, order: int) -> str:
    """A number with the right check digit for a region that does not exist: Σ digit × weight mod 11 → 10X98765432."""
    digits = f"000000{born}{order:03d}"
    return digits + "10X98765432"[sum(int(one) * w for one, w in zip(digits, ID_WEIGHTS, strict=True)) % 11]


@pytest.mark.parametrize(
    ("number", "is_right"),
    [
        (made_up_id("19800101", 1), True),
        (made_up_id("19800101", 1)[:-1] + "?", False),
        (made_up_id("19800230", 1), False),  # no such day
        ("0" * 18, False),
    ],
)
def test_a_real_roster_needs_numbers_that_can_be(tmp_path: Path, number: str, is_right: bool) -> None:
    rows = [
        ["2023年3月低保家庭名册"], [],
        ["乡镇", "类别", "户编号", "姓名", "身份证号", "与户主关系", "家庭月收入（元）"],
        ["甲乡", "城市低保", "1", "户主一", number, "户主", 100],
    ]  # fmt: skip
    grid = Grid("表", [[*row, *[""] * (7 - len(row))] for row in rows], file="名册.xlsx")
    form, _ = read_form(grid, FORMS_FILE)
    assert form is not None
    assert not form.is_example
    found, problems = household_rows(form, Names({"甲乡": "甲乡"}, {"城市低保": "urban"}), b"key", {})
    assert [one.code for one in problems] == ([] if is_right else ["bad_id_number"])
    assert [one["persons"] for one in found] == [1]
    assert not any(number in one.sentence for one in problems)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 4), st.integers(0, 3000)), min_size=1, max_size=8))
def test_families_are_put_together_from_their_rows_in_any_order(families: list[tuple[int, int, int]]) -> None:
    """Families as (shift of their rows, persons, income): what comes back is as many, as large and as rich."""
    lines: list[list[object]] = []
    for number, (_, size, income) in enumerate(families):
        for member in range(size):
            who = ["甲乡", "低保", f"H{number}", "示例甲", f"{number:09d}{member:09d}"]
            lines.append([*who, "户主" if member == 0 else "子", float(income) if member == 0 else ""])
    shift = families[0][0]
    body = lines[shift:] + lines[:shift]
    head = [
        ["低保家庭名册（示例数据）"],
        ["乡镇", "类别", "户编号", "姓名", "身份证号", "与户主关系", "家庭月收入（元）"],
    ]
    grid = Grid("表", [[*row, *[""] * (7 - len(row))] for row in [*head, *body]], file="名册.xlsx")
    form, _ = read_form(grid, FORMS_FILE)
    assert form is not None
    found, problems = household_rows(form, Names({"甲乡": "甲乡"}, {"低保": "x"}), b"key", {})
    assert problems == []
    told = sorted((one["persons"], one["income_fen"]) for one in found)
    assert told == sorted((size, income * 100) for _, size, income in families)


def test_an_odd_cell_may_be_accepted_as_long_as_it_says_the_same(county: Path) -> None:
    accept(county, "2022", file=LAST_YEAR, sheet="人均补差", cell="G4", says="23.29")
    taken = read(county)
    assert sentences(taken) == []
    assert taken.accepted[["file", "cell", "why"]].to_numpy().tolist() == [
        ["data/raw/2022/救助/人均补差.xlsx", "G4", "已核实"]
    ]
    edit(county, LAST_YEAR, "人均补差", {"G4": 23.3}, period="2022")
    stale = [one.code for one in read(county).problems]
    assert stale == ["stale_correction"]


def test_no_cell_of_a_roster_can_be_accepted(county: Path) -> None:
    accept(county, "2023-03", file=ROSTER, sheet="家庭名册", cell="E4", says="示例〇〇一甲")
    (found,) = read(county).problems
    assert (found.code, "示例〇〇一甲" in found.sentence) == ("personal_data", False)


def test_the_command_that_shows_cells_does_not_show_a_roster(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "cells.csv"
    assert main(["cells", str(book_of(ROOT, ROSTER)), "--csv", str(copy)]) == 3
    said = capsys.readouterr()
    names, numbers = rosters(ROOT)
    assert "低保名册.xlsx「家庭名册」：是个人名册，名册只用于查重，不显示也不另存" in said.err
    assert not any(word in said.out + said.err for word in names | numbers)
    assert not copy.exists()
    assert main(["cells", str(book_of(ROOT, COUNTS))]) == 0
    assert "城市低保" in capsys.readouterr().out


def test_a_sheet_of_no_form_is_told(county: Path) -> None:
    write_xlsx(book_of(county, "其他.xlsx"), [["2023年3月别的表"], ["乡镇"], ["沱江镇"]])
    assert [one.code for one in read(county).problems] == ["unknown_form"]


def test_the_reading_is_frozen() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        SHIPPED.is_example = False  # type: ignore[misc]
