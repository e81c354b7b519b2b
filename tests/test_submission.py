"""Blank forms: what is known is written in, only what can stand may be entered; filled in they read as they are."""

import shutil
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from rule_files import RULES

from fhdata.intake.observations import read_observations
from fhdata.intake.scores import read_scores
from fhdata.periods import parse_period
from fhdata.places import Place
from fhdata.problems import ProblemsFound
from fhdata.publish.entries import choice, day, money, number, text, whole
from fhdata.publish.submission import Column, Form, Page, write_forms
from fhdata.rules.appraisal import load_appraisal
from fhdata.rules.ranges import load_ranges
from fhdata.rules.registry import load_registry
from fhdata.runs.templates import write_templates

ROOT = Path(__file__).parents[1]
MARCH = parse_period("2023-03")
ITEMS = "考核内容.xlsx"


@pytest.fixture
def county(tmp_path: Path) -> Place:
    folder = tmp_path / "data" / "raw" / "2023-03" / "月考核"
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "data" / "raw" / "2023-03" / "月考核" / ITEMS, folder)
    return Place(tmp_path, "示例县", RULES)


def fill(path: Path, scores: dict[int, object], released: str) -> None:
    """Enter scores (or a status) by the unit's number, and the day."""
    book = openpyxl.load_workbook(path)
    page = book.worksheets[0]
    for number_, value in scores.items():
        page.cell(4 + number_, 3 if isinstance(value, float) else 4).value = value
    sign(page, released)
    book.save(path)


def sign(page: Worksheet, released: object) -> None:
    """Enter the day beside 报出日期."""
    day_cell = next(cell for row in page.iter_rows() for cell in row if cell.value == "报出日期：")
    page.cell(day_cell.row, day_cell.column + 1).value = released


def blank(county: Place, folder: Path, topic: str) -> list[Path]:
    """The blank forms of one topic."""
    written, problems = write_templates(county, MARCH, folder)
    assert problems == []
    return [path for path in written if path.parent.name == topic]


def rules_of(page: Worksheet) -> dict[str, tuple[str | None, ...]]:
    """What may be entered, by the cells it is for: kind, the two ends, and what is said of anything else."""
    return {
        str(one.sqref): (one.type, one.formula1, one.formula2, one.error)
        for one in page.data_validations.dataValidation
    }


def test_same_forms_every_time(county: Place, tmp_path: Path) -> None:
    first, again = (write_templates(county, MARCH, tmp_path / name)[0] for name in ("blank", "again"))
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]


def test_one_score_sheet_an_item_and_department(county: Place, tmp_path: Path) -> None:
    scores = blank(county, tmp_path / "blank", "月考核")
    assert [path.name for path in scores][:2] == ["县统计局_经济指标.xlsx", "县商务局_全员消费升级.xlsx"]
    assert len(scores) == 16


def test_only_scores_that_can_stand_may_be_entered(county: Place, tmp_path: Path) -> None:
    page = openpyxl.load_workbook(blank(county, tmp_path / "blank", "月考核")[0]).worksheets[0]
    assert [cell.value for cell in page[4]] == ["单位序号", "单位", "得分", "状态", "说明"]
    assert [page.cell(row, 2).value for row in (5, 85)] == ["县财政局", "湘运凤凰公司"]
    assert page.protection.sheet
    locked = {page.cell(5, column).protection.locked for column in (1, 2)} | {page["C4"].protection.locked}
    assert locked == {True}
    assert {page.cell(5, column).protection.locked for column in (3, 4, 5)} == {False}
    rules = rules_of(page)
    assert rules["C5:C85"] == ("decimal", "0.0", "100.0", "只能填 0 至 100 的数")
    assert rules["D5:D85"] == ("list", '"有得分,未涉及"', None, "只能选有得分、未涉及")


def test_filled_in_score_sheet_is_read_without_a_question(county: Place, tmp_path: Path) -> None:
    registry, rules = load_registry(RULES), load_appraisal(RULES)
    path = blank(county, tmp_path / "blank", "月考核")[0]
    fill(path, {1: 92.5, 2: "未涉及", 3: 0.0}, "2023-04-01")
    shutil.copy(path, county.raw / "2023-03" / "月考核")
    intake = read_scores(
        county.raw,
        registry.units,
        registry.unit_aliases,
        rules.items,
        rules.points,
        home=county.home,
        period=MARCH,
        as_of=date(2023, 4, 30),
        county=county.name,
    )
    assert [one.sentence for one in intake.problems] == []
    counts = intake.scores["status"].value_counts().to_dict()
    assert counts == {"not_handed_in": 78, "scored": 2, "not_concerned": 1}
    assert intake.scores["score"].dropna().tolist() == [92.5, 0.0]
    assert set(intake.scores["item"]) == {"economic_indicators"}


def test_progress_sheet_asks_each_unit_for_its_own_figures(county: Place, tmp_path: Path) -> None:
    sheets = {path.name: path for path in blank(county, tmp_path / "blank", "工作进度")}
    page = openpyxl.load_workbook(sheets["县妇联_工作进度表.xlsx"]).worksheets[0]
    assert page["A1"].value == "示例县2023年3月工作进度表"
    assert page["A2"].value == "填报单位：县妇联"
    assert [cell.value for cell in page[3]] == ["序号", "项目名称", "计量单位", "2023年1-3月完成数", "说明"]
    assert [cell.value for cell in page[4]] == [None, "一、民生实事", None, None, None]
    assert [cell.value for cell in page[5]] == [1, "“两癌”免费检查人数", "人", None, None]
    building = openpyxl.load_workbook(sheets["县住建局_工作进度表.xlsx"]).worksheets[0]
    told = {building.cell(int(at[1:].split(":")[0]), 2).value: rule for at, rule in rules_of(building).items()}
    assert told["南长城互通正式投用"] == ("whole", "0", "1", "完成的填 1，未完成的填 0")


def test_filled_in_progress_sheets_are_read_without_a_question(county: Place, tmp_path: Path) -> None:
    registry = load_registry(RULES)
    asked = 0
    for path in blank(county, tmp_path / "blank", "工作进度"):
        book = openpyxl.load_workbook(path)
        page = book.worksheets[0]
        for row in page.iter_rows(min_row=4):
            if row[2].value is not None and not row[3].protection.locked:
                row[3].value = 1  # a milestone reached, a count of one, one per cent: all can stand
                asked += 1
        sign(page, date(2023, 4, 2))
        place = county.raw / "2023-03" / "工作进度" / path.name
        place.parent.mkdir(parents=True, exist_ok=True)
        book.save(place)
    intake = read_observations(
        county.raw,
        registry.indicators,
        registry.indicator_names,
        county.home,
        date(2023, 4, 30),
        area=county.name,
        ranges=load_ranges(RULES),
    )
    assert [one.sentence for one in intake.problems] == []
    assert asked > 60  # the counted tasks and milestones of the register alone are more
    assert len(intake.observations) == asked
    assert set(intake.observations["value"]) == {1.0}
    assert set(intake.observations["period"]) == {"2023-03"}
    assert set(intake.observations["released"]) == {"2023-04-02"}


def test_what_cannot_be_made_is_told_and_the_rest_is_written(county: Place, tmp_path: Path) -> None:
    written, problems = write_templates(county, parse_period("2023-04"), tmp_path / "blank")
    assert [one.found for one in problems] == ["2023-04 没有考核内容和权重表"]
    assert {path.parent.name for path in written} == {"工作进度", "医保", "救助"}
    with pytest.raises(ProblemsFound, match="期间写的是 2023，模板按月做"):
        write_templates(county, parse_period("2023"), tmp_path / "none")


def test_any_form_can_be_written(tmp_path: Path) -> None:
    words = tuple(f"示例{place}村" for place in range(80))  # longer than a drop-down list holds in itself
    columns = (
        Column("名称", 20),
        Column("村", 12, choice(words)),
        Column("人数", 10, whole(0), group="2023年3月"),
        Column("金额（元）", 14, money(), group="2023年3月"),
        Column("日期", 12, day()),
        Column("编号", 12, text()),
        Column("比率", 12, number(most=1.5)),
    )
    page = Page(
        "示例表", "示例表（示例数据）", columns, (("甲", None, None, number(1, 2), None, None, None),), spare_rows=2
    )
    path = write_forms([Form("甲/乙", (page,))], tmp_path)[0]
    assert path.name == "甲_乙.xlsx"
    book = openpyxl.load_workbook(path)
    sheet, choices = book.worksheets
    assert [cell.value for cell in sheet[2]] == ["名称", "村", "2023年3月", None, "日期", "编号", "比率"]
    assert [cell.value for cell in sheet[3]][2:4] == ["人数", "金额（元）"]
    assert {str(one) for one in sheet.merged_cells.ranges} >= {"A2:A3", "C2:D2", "B2:B3"}
    assert rules_of(sheet) == {
        "B4:B6": ("list", "可选项!$A$1:$A$80", None, "只能从下拉列表里选"),
        "C4:C6": ("whole", "0", None, "只能填不小于 0 的整数"),
        "D4": ("decimal", "1", "2", "只能填 1 至 2 的数"),
        "D5:D6": ("decimal", "0", None, "只能填不小于 0 的数"),
        "E4:E6": ("date", "36526", None, "请写成 2023-04-02 这样的日期"),  # later than 2000-01-01
        "G4:G6": ("decimal", "1.5", None, "只能填不大于 1.5 的数"),
        "B8": ("date", "36526", None, "请写成 2023-04-02 这样的日期"),
    }
    assert [cell.value for cell in choices["A"]] == list(words)
    assert sheet["F4"].number_format == "@"
    assert {sheet.cell(row, 1).protection.locked for row in (4, 5, 6)} == {True}
    assert sheet["A7"].value == "填报人：　　　　　　　　审核人："
