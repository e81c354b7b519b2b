"""Blank score sheets: units written in, only what can stand may be entered; filled in, they are read as they are."""

import shutil
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from rule_files import RULES

from fhdata.intake.scores import read_scores
from fhdata.periods import parse_period
from fhdata.places import Place
from fhdata.problems import ProblemsFound
from fhdata.rules.appraisal import load_appraisal
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
    for number, value in scores.items():
        page.cell(3 + number, 3 if isinstance(value, float) else 4).value = value
    day = next(cell for row in page.iter_rows() for cell in row if cell.value == "报出日期：")
    page.cell(day.row, day.column + 1).value = released
    book.save(path)


def test_one_workbook_an_item_and_department_the_same_every_time(county: Place, tmp_path: Path) -> None:
    first = write_templates(county, MARCH, tmp_path / "blank")
    again = write_templates(county, MARCH, tmp_path / "again")
    assert [path.name for path in first][:2] == ["县统计局_经济指标.xlsx", "县商务局_全员消费升级.xlsx"]
    assert len(first) == 16
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]


def test_only_what_can_stand_may_be_entered(county: Place, tmp_path: Path) -> None:
    page = openpyxl.load_workbook(write_templates(county, MARCH, tmp_path / "blank")[0]).worksheets[0]
    assert [cell.value for cell in page[3]] == ["单位序号", "单位", "得分", "状态", "说明"]
    assert [page.cell(row, 2).value for row in (4, 84)] == ["县财政局", "湘运凤凰公司"]
    assert page.protection.sheet
    locked = {page.cell(4, column).protection.locked for column in (1, 2)} | {page["C3"].protection.locked}
    assert locked == {True}
    assert {page.cell(4, column).protection.locked for column in (3, 4, 5)} == {False}
    rules = {one.type: one for one in page.data_validations.dataValidation}
    assert (rules["decimal"].formula1, rules["decimal"].formula2) == ("0.0", "100.0")
    assert str(rules["decimal"].sqref) == "C4:C84"
    assert rules["list"].formula1 == '"有得分,未涉及"'
    assert str(rules["list"].sqref) == "D4:D84"


def test_filled_in_it_is_read_without_a_question(county: Place, tmp_path: Path) -> None:
    registry, rules = load_registry(RULES), load_appraisal(RULES)
    path = write_templates(county, MARCH, tmp_path / "blank")[0]
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


def test_month_without_items_or_another_period_has_no_templates(county: Place, tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound, match="2023-04 没有考核内容和权重表"):
        write_templates(county, parse_period("2023-04"), tmp_path / "blank")
    with pytest.raises(ProblemsFound, match="期间写的是 2023，模板按月做"):
        write_templates(county, parse_period("2023"), tmp_path / "blank")
