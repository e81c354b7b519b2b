"""Blank fund sheets: what is known is written in; filled in they are read without a question."""

import shutil
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from rule_files import RULES

from fhdata.intake.fund_sheets import read_fund_sheets
from fhdata.periods import parse_period
from fhdata.places import Place
from fhdata.publish.submission import write_forms
from fhdata.runs.fund_templates import forms_of_fund

ROOT = Path(__file__).parents[1]
APRIL = parse_period("2023-04")
NAMES = ["基金收支表", "医疗机构名册表", "违规扣款表", "平台合计表", "预付申报表"]


@pytest.fixture
def county(tmp_path: Path) -> Place:
    """A place that has handed in its first three months."""
    for month in ("2023-01", "2023-02", "2023-03"):
        shutil.copytree(ROOT / "data" / "raw" / month / "医保", tmp_path / "data" / "raw" / month / "医保")
    return Place(tmp_path, "示例县", RULES)


def blank(place: Place, folder: Path) -> dict[str, Path]:
    (forms,) = forms_of_fund(place, APRIL).values()
    return {path.stem: path for path in write_forms(forms, folder)}


def page_of(path: Path) -> tuple[openpyxl.Workbook, Worksheet]:
    book = openpyxl.load_workbook(path)
    return book, book.worksheets[0]


def sign(page: Worksheet) -> None:
    day = next(cell for row in page.iter_rows() for cell in row if cell.value == "报出日期：")
    page.cell(day.row, day.column + 1).value = "2023-05-08"


def test_the_month_s_sheets_have_their_rows_and_only_what_can_stand_may_be_entered(
    county: Place, tmp_path: Path
) -> None:
    forms = blank(county, tmp_path / "blank")
    assert list(forms) == NAMES
    _, roster = page_of(forms["医疗机构名册表"])
    assert roster["A1"].value == "示例县2023年4月医疗机构名册表"
    assert (roster["A2"].value, roster["A3"].value) == ("填报部门：县医保局", "单位：元")
    assert [cell.value for cell in roster[5]][:6] == [1, "H001", "示例一医院", "县级医院", "县级", "是"]
    rules = {one.type: one for one in roster.data_validations.dataValidation if one.type == "decimal"}
    assert (rules["decimal"].formula1, rules["decimal"].formula2) == ("0.0", "100.0")
    _, prepaid = page_of(forms["预付申报表"])
    assert [prepaid.cell(row, 2).value for row in (5, 25)] == ["H001", "C019"]  # 2 hospitals, 19 clinics


def test_filled_in_they_are_read_without_a_question(county: Place, tmp_path: Path) -> None:
    folder = county.raw / "2023-04" / "医保"
    folder.mkdir(parents=True)
    filled = 0
    for name, path in blank(county, tmp_path / "blank").items():
        if name == "违规扣款表":
            continue  # nothing happened: the sheet is not sent
        book, page = page_of(path)
        for row in page.iter_rows(min_row=5):
            if row[0].value and isinstance(row[0].value, int):
                for cell in row[3:]:
                    if cell.value is None and not cell.protection.locked and cell.number_format != "@":
                        cell.value = "初步数" if cell.number_format == "General" and name == "基金收支表" else 12
                        filled += 1
        sign(page)
        book.save(folder / path.name)
    sheets = read_fund_sheets(county.raw, home=county.home, period=APRIL, as_of=date(2023, 5, 31))
    assert [one.sentence for one in sheets.problems] == []
    assert filled > 200
    april = sheets.platform[sheets.platform["month"] == "2023-04"]
    assert (april["records"] == 12).all()
    assert (april["medfee_fen"] == 1200).all()
    before = sheets.platform[sheets.platform["month"] < "2023-04"]
    assert len(april) == len(before.drop_duplicates(["institution", "category"]))
    assert sheets.prepayments[sheets.prepayments["month"] == "2023-04"]["paid_fen"].tolist() == [1200] * 21
    assert set(sheets.institutions["score"]) == {120_000}  # 12 points, in units of 0.0001


def test_a_place_without_the_rules_has_no_such_sheets_and_a_first_month_only_those_it_can(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    assert forms_of_fund(Place(tmp_path, "示例县", tmp_path / "rules"), APRIL) == {}
    assert list(blank(Place(tmp_path, "示例县", RULES), tmp_path / "blank")) == NAMES[:3]
