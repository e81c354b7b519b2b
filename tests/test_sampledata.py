"""The example county: same seed same bytes, marked as made up, within the registry, and figures that hang together."""

import csv
import math
import shutil
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
from pyarrow.parquet import read_table
from python_calamine import CalamineWorkbook

from fhdata.intake.observations import read_observations
from fhdata.intake.topics import is_for_indicators
from fhdata.periods import Period, parse_period
from fhdata.problems import ProblemsFound
from fhdata.rounding import half_up
from fhdata.rules.register import load_register
from fhdata.sampledata import SEED, generate
from fhdata.sampledata.dip import write_dip
from fhdata.sampledata.figures import course
from fhdata.sampledata.reading import FOLDER, read_plan

ROOT = Path(__file__).parents[1]
RULES = ROOT / "fhdata" / "rules" / "fenghuang"
SHIPPED = ("2021", "2022", "2023-01", "2023-02", "2023-03", "2023Q1")
PLAN = read_plan(RULES)
Rows = list[list[object]]
FOOT = ("注：", "　　", "数据来源", "填报人")


def _make(folder: Path, *periods: str, seed: int = SEED) -> list[Path]:
    return generate(folder, [parse_period(one) for one in periods], seed, RULES)


@cache
def _sheets(path: Path) -> dict[str, Rows]:
    book = CalamineWorkbook.from_path(path)
    return {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in book.sheet_names}


def _line(path: Path, tab: str, name: str) -> dict[str, object]:
    """One row of a sheet by the headings over it; merged headings are filled to the right."""
    rows = _sheets(path)[tab]
    over, below = rows[2], rows[3]
    depth_one = any(isinstance(cell, float) for cell in below)
    headings: list[str] = []
    for number, cell in enumerate(over):
        upper = str(cell) if cell != "" else headings[-1].split("/")[0]
        headings.append(upper if depth_one or below[number] == "" else f"{upper}/{below[number]}")
    found = [row for row in rows if row[0] == name]
    assert len(found) == 1
    return dict(zip(headings, found[0], strict=True))


def _indicator_books(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*.xlsx") if is_for_indicators(path.parent.name)]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raw")
    _make(folder, *SHIPPED)
    write_dip(folder, [parse_period("2023")], SEED, PLAN)  # of the year's own sheets only these are shipped
    return folder


@pytest.fixture(scope="module")
def whole_year(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("year")
    _make(folder, "2023")
    return folder


def test_same_seed_same_bytes_and_a_month_does_not_depend_on_what_else_is_made(made: Path, tmp_path: Path) -> None:
    again = _make(tmp_path, "2023-03")
    assert len(again) > 10
    assert [one for one in again if one.read_bytes() != (made / one.relative_to(tmp_path)).read_bytes()] == []


def test_another_seed_gives_other_figures(made: Path, tmp_path: Path) -> None:
    _make(tmp_path, "2023-03", seed=SEED + 1)
    where = Path("2023-03/文旅/文旅月报.xlsx")
    assert _sheets(tmp_path / where) != _sheets(made / where)


def test_committed_workbooks_are_what_the_generator_makes(made: Path) -> None:
    names = sorted(one.relative_to(made).as_posix() for one in made.rglob("*.xlsx"))
    committed = ROOT / "data" / "raw"
    assert sorted(one.relative_to(committed).as_posix() for one in committed.rglob("*.xlsx")) == names
    assert [name for name in names if _sheets(committed / name) != _sheets(made / name)] == []


def test_committed_records_are_what_the_generator_makes(made: Path) -> None:
    names = sorted(one.relative_to(made).as_posix() for one in made.rglob("*.parquet"))
    committed = ROOT / "data" / "raw"
    assert sorted(one.relative_to(committed).as_posix() for one in committed.rglob("*.parquet")) == names
    assert [name for name in names if not read_table(committed / name).equals(read_table(made / name))] == []


def test_every_made_up_sheet_says_so_in_its_title_and_under_its_figures(made: Path) -> None:
    checked = 0
    for path in made.rglob("*.xlsx"):
        for rows in _sheets(path).values():
            text = [str(row[0]) for row in rows]
            if path.relative_to(made).parts[0] == "2021":
                assert "真实公布数" in text[0]
                assert "示例数据" not in "".join(text)
            else:
                assert "（示例数据）" in text[0]
                assert "数据来源：示例数据（程序生成，非真实统计）" in text
                assert text[-1].startswith("填报人：（示例）　　审核人：（示例）　　报出日期：")
            checked += 1
    assert checked > 60


def test_every_row_is_a_name_the_registry_knows_or_a_section(made: Path) -> None:
    names = set(load_register(RULES).registry.indicator_names["name"])
    sections = {one.section for one in PLAN.series}
    unknown = set()
    for path in _indicator_books(made):
        for rows in _sheets(path).values():
            body = [str(row[0]) for row in rows[3:] if row[0] != "" and not str(row[0]).startswith(FOOT)]
            unknown |= set(body) - names - sections
    assert unknown == set()


def test_every_target_has_a_series_but_the_one_whose_reference_the_document_leaves_open() -> None:
    targets = load_register(RULES).targets
    wanted = set(targets["indicator"]) | set(targets["reference_indicator"]) - {""}
    assert wanted - {one.indicator for one in PLAN.series} == {"science_spending_reference"}
    assert len({one.indicator for one in PLAN.series}) == len(PLAN.series)


def test_nothing_is_handed_in_after_its_due_day() -> None:
    indicators = load_register(RULES).registry.indicators
    due = dict(zip(indicators["indicator"], indicators["due_day"], strict=True))
    late = [
        (sheet.sheet, one.indicator)
        for sheet in PLAN.sheets
        for one in PLAN.on_sheet[sheet.sheet]
        if one.sheet == sheet.sheet and sheet.days > due[one.indicator]
    ]
    assert late == []


@pytest.mark.parametrize(
    ("file", "tab", "name", "heading", "total"),
    [
        ("2022年分月累计表", "分月累计", "接待游客人数", "1-12月", 2000.0),  # 2300 万人次 ÷ 1.15
        ("2022年分月累计表", "分月累计", "旅游总收入", "1-12月", 175.0),  # 210 亿元 ÷ 1.20
        ("2022年分月累计表", "分月累计", "社零总额", "1-12月", 462963.0),  # 50 亿元 ÷ 1.08 = 46.2963 亿元
        ("2022年分月累计表", "分月累计", "固定资产投资", "1-12月", 718182.0),  # 79 亿元 ÷ 1.10 = 71.8182 亿元
        ("2022年各月末余额表", "月末数", "在册市场主体", "12月末", 25800.0),  # 2.8 万户 − 2200 户
        ("2022年各月末余额表", "年末数", "累计建成高标准农田", "2022年末", 19.18),  # 21.78 − 2.6 万亩
        ("2022年各月末余额表", "年末数", "城市最低生活保障标准", "2022年末", 600.0),  # 凤政函〔2023〕43号: 600 → 650
        # the tourist year's shape gives January to March 6.0 + 5.2 + 4.3 of 100: 2000 × 0.155
        ("2022年分月累计表", "分月累计", "接待游客人数", "1-3月", 310.0),
    ],
)
def test_base_year_follows_from_the_document(  # noqa: PLR0917 - one argument a column of the table
    made: Path, file: str, tab: str, name: str, heading: str, total: float
) -> None:
    assert _line(made / "2022" / "分月累计" / f"{file}.xlsx", tab, name)[heading] == total


def test_published_figures_are_those_of_the_bulletin(made: Path) -> None:
    path = made / "2021" / "统计公报" / "2021年统计公报摘录.xlsx"
    line = _line(path, "公报摘录", "地区生产总值")
    assert (line["2021年/绝对值"], line["2021年/增速（%）"]) == (959305.0, 8.1)
    assert str(line["数据来源"]).startswith("https://xxz.gov.cn/")
    notes = "".join(str(row[0]) for row in _sheets(path)["公报摘录"])
    assert "959304" in notes  # 127959 + 197628 + 633717, one less than the total
    assert "13.2万吨" in notes  # against 133579 吨 in its text


def _tourists(made: Path, month: int) -> dict[str, object]:
    name = "接待游客" if month % 2 else "接待游客人数"  # the two spellings take turns
    return _line(made / f"2023-{month:02d}" / "文旅" / "文旅月报.xlsx", "文旅月报", name)


def test_growth_progress_and_single_month_follow_from_the_levels_beside_them(made: Path) -> None:
    before = 310.0  # 2000 × 0.155
    march, february = _tourists(made, 3), _tourists(made, 2)
    total = march["1-3月完成情况/绝对值"]
    assert isinstance(total, float)
    assert march["1-3月完成情况/增速\n（%）"] == float(half_up(100 * (total - before) / before, 1))
    assert march["1-3月完成情况/进度（%）"] == float(half_up(100 * total / 2300, 1))
    assert march["3月/绝对值"] == float(half_up(total - float(str(february["1-2月完成情况/绝对值"])), 2))


def test_investment_growth_is_of_another_scope_than_its_levels(made: Path) -> None:
    line = _line(made / "2023-03" / "统计" / "统计月报.xlsx", "主要指标", "固定资产投资")
    # 718182 × (3.0 + 4.4 + 8.6) ÷ 100 = 114909.12, written 114909
    by_levels = half_up(100 * (float(str(line["1-3月完成数/绝对值"])) - 114909) / 114909, 1)
    assert float(str(line["1-3月完成数/增速（%）"])) - float(by_levels) == pytest.approx(2.4)
    notes = [str(row[0]) for row in _sheets(made / "2023-03" / "统计" / "统计月报.xlsx")["主要指标"]]
    assert any("可比口径" in one for one in notes)


def test_no_january_where_the_registry_has_none(made: Path) -> None:
    assert not (made / "2023-01" / "统计" / "统计月报.xlsx").exists()
    line = _line(made / "2023-02" / "统计" / "统计月报.xlsx", "主要指标", "固定资产投资")
    assert line["1-2月完成数/绝对值"] != ""
    assert line["2月/绝对值"] == ""


def test_quarterly_figures_come_with_the_quarter_only(made: Path) -> None:
    written = {
        str(row[0]) for path in (made / "2023-03").rglob("*.xlsx") for rows in _sheets(path).values() for row in rows
    }
    assert not any("地区生产总值" in one for one in written)
    line = _line(made / "2023Q1" / "统计" / "国民经济核算季报.xlsx", "季度指标", "地区生产总值（GDP）")
    assert line["一季度/绝对值"] != ""


def test_a_unit_forgets_a_row_that_is_due(made: Path) -> None:
    name = "户外通信管线整治里程"
    rows = {month: _sheets(made / f"2023-0{month}" / "民生" / "民生实事进度表.xlsx")["民生实事"] for month in (1, 2, 3)}
    assert {month: any(row[0] == name for row in rows[month]) for month in rows} == {1: True, 2: False, 3: False}


def test_kinds_of_nothing_stay_apart(made: Path) -> None:
    park = _line(made / "2023-02" / "商务" / "商务月报.xlsx", "内外贸", "实际利用外资")
    assert park["1-2月完成数/绝对值"] == "—"
    rate = _line(made / "2023-03" / "安全生产" / "安全生产月报.xlsx", "隐患整治", "亡人火灾事故责任追究率")
    assert rate["1-3月完成情况/绝对值"] == "不适用"
    scenic = _line(made / "2023-03" / "文旅" / "文旅月报.xlsx", "文旅月报", "新增AAA级景区")
    assert scenic["1-3月完成情况/绝对值"] == 0.0


def test_cumulative_figures_never_fall_and_shares_stay_within_a_hundred() -> None:
    for one in PLAN.series:
        drawn = course(one, PLAN, SEED)
        if one.way in {"growth_flow", "plan_flow", "plan_count", "plan_stock", "listed", "done"}:
            for year in (drawn.before, drawn.now):
                assert [month for month in range(1, 12) if year[month] < year[month - 1]] == [], one.indicator
        if one.unit == "%" and not one.way.startswith("growth"):
            assert all(0 <= value <= 100 for value in drawn.now), one.indicator


def test_no_figure_has_more_decimals_than_its_unit_is_written_with(made: Path) -> None:
    for path in made.rglob("*.xlsx"):
        for rows in _sheets(path).values():
            figures = [cell for row in rows for cell in row if isinstance(cell, float)]
            assert figures
            assert [one for one in figures if one != round(one, 2)] == []


def test_a_whole_year_is_twelve_months_and_four_quarters(whole_year: Path) -> None:
    folders = sorted(one.name for one in whole_year.iterdir())
    assert folders == [
        "2023",
        *(f"2023-{month:02d}" for month in range(1, 13)),
        *(f"2023Q{quarter}" for quarter in range(1, 5)),
    ]
    # with every month of the year in hand the year's total is last year's by the growth beside it
    line = _line(whole_year / "2023-12" / "文旅" / "文旅月报.xlsx", "文旅月报", "接待游客人数")
    growth = 100 * (float(str(line["1-12月完成情况/绝对值"])) - 2000) / 2000
    assert line["1-12月完成情况/增速\n（%）"] == float(half_up(growth, 1))


def test_day_of_handing_in_follows_the_period(made: Path) -> None:
    rows = _sheets(made / "2023-02" / "文旅" / "文旅月报.xlsx")["文旅月报"]
    assert str(rows[-1][0]).endswith(f"报出日期：{date(2023, 2, 28) + timedelta(days=5)}")


def test_intake_reads_every_workbook_without_a_problem(made: Path) -> None:
    registry = load_register(RULES).registry
    intake = read_observations(
        made, registry.indicators, registry.indicator_names, made, date(2023, 4, 30), area="示例县"
    )
    assert [one.sentence for one in intake.problems] == []
    assert len(intake.files) == len(_indicator_books(made))
    found = intake.observations
    gdp = found[(found["indicator"] == "gdp") & (found["period"] == "2021") & (found["measure"] == "value")]
    assert gdp["value"].tolist() == pytest.approx([95.9305])  # 959305 万元 in 亿元
    written = found[found["period"].isin(["2023-01", "2023-02", "2023-03", "2023Q1"])]
    never = {one.indicator for one in PLAN.series if one.sheet} - set(written["indicator"])
    # nothing is due before the year's end, or the only words written are 不适用
    yearly = {one.indicator for one in PLAN.series if one.months_apart == 12}
    assert never - yearly == {"fatal_fire_accountability_rate"}


@pytest.mark.parametrize("period", ["2020", "2022-03", "2024-01", "2023-03-中旬"])
def test_period_without_an_example_is_refused(period: str, tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound, match=f"没有 {period} 的示例"):
        _make(tmp_path, period)
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def spoil(tmp_path: Path) -> Callable[[dict[int, dict[str, str]]], Path]:
    """A copy of the data files with cells of series.csv changed, by data row."""

    def change(cells: dict[int, dict[str, str]]) -> Path:
        folder = tmp_path / "county"
        shutil.copytree(FOLDER, folder)
        path = folder / "series.csv"
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        for number, changed in cells.items():
            rows[number].update(changed)
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        return folder

    return change


def test_rows_the_rules_do_not_know_are_all_told(spoil: Callable[[dict[int, dict[str, str]]], Path]) -> None:
    folder = spoil({0: {"indicator": "industrial_value_aded"}, 1: {"shape": "invesment"}, 2: {"way": "growth"}})
    with pytest.raises(ProblemsFound) as raised:
        read_plan(RULES, folder)
    assert [one.cell for one in raised.value.problems] == ["第2行 indicator", "第3行 shape", "第4行 way"]


def test_names_and_units_that_do_not_fit_are_all_told(spoil: Callable[[dict[int, dict[str, str]]], Path]) -> None:
    folder = spoil({1: {"names": "社零总额"}, 2: {"unit": "万人次"}})
    with pytest.raises(ProblemsFound) as raised:
        read_plan(RULES, folder)
    assert [(one.code, one.cell) for one in raised.value.problems] == [("unknown_name", "第3行"), ("bad_unit", "第4行")]


def test_target_amount_is_taken_in_the_unit_written() -> None:
    goals = {one.indicator: one.goal for one in PLAN.series}
    assert goals["retail_sales"] == pytest.approx(500000)  # 50 亿元 in 万元
    assert goals["tourist_visits"] == 2300
    assert math.isnan(goals["industrial_value_added"])  # growth alone is set
    assert Period(2023, "year", 1).year == PLAN.year
