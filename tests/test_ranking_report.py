"""The ranking reports: tables of the right length, money that adds up, drafts that refuse to be final."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from appraisal_year import COUNTY, drawn_year
from python_calamine import CalamineWorkbook
from rule_files import copied_rules
from test_appraisal_frames import rules, scheme

from fhdata.appraisal import briefing, outcome, tables
from fhdata.appraisal.awards import total_cost
from fhdata.appraisal.month import MonthInputs
from fhdata.appraisal.outcome import MonthsOutcome
from fhdata.problems import ProblemsFound
from fhdata.publish.page import render_page
from fhdata.publish.ranking_charts import draw_ranking_charts
from fhdata.publish.ranking_columns import OWN_SHEET, OWN_YEAR
from fhdata.publish.ranking_report import RankingTables, Words, _state, annual_report, monthly_report
from fhdata.publish.ranking_units import UnitTables, units_book, units_page
from fhdata.publish.report import Report
from fhdata.publish.tables import Column, cell_text, excel_format
from fhdata.publish.workbook import write_workbook
from fhdata.runs.session import open_session

MONTH = "2023-02"
LATE = "work_safety"


def words(refusals: tuple[str, ...] = ()) -> Words:
    return Words(f"{COUNTY}月考核排名", "2023年2月", date(2023, 3, 31), True, "总的情况。", refusals, ("口径。",))


def monthly(ranked: MonthsOutcome, inputs: MonthInputs) -> Report:
    """The report of February without its charts and its tables beyond the scheme."""
    months = ranked.months
    due = tables.due_list(months.execution, MONTH, scheme().monthly_series, is_final=ranked.is_final)
    listed = tables.ranked_months(months, scheme(), MONTH)
    missing = outcome.missing_results(ranked, scheme(), MONTH)
    return monthly_report(
        RankingTables(
            ranked=listed,
            ends=tables.first_and_last(listed),
            execution=tables.executed(due, inputs.units),
            cost=tables.cost_table(total_cost(due)),
            register=tables.register_table(months.events, inputs.units, MONTH),
            readings=pd.DataFrame(),
            distance=tables.distance_table(tables.of_period(months.ranking, MONTH), scheme().monthly_series),
            streaks=tables.streak_table(months, MONTH),
            handed_in=tables.handed_in_table(
                tables.of_period(inputs.scores, MONTH), tables.of_period(inputs.items, MONTH), missing, scheme()
            ),
        ),
        words(briefing.refusal_lines(ranked.refusals)),
        tables.item_names_of(inputs.items, scheme()),
        {},
    )


def table(report: Report, title: str) -> pd.DataFrame:
    return next(one.frame for one in report.tables if one.title == title)


@pytest.fixture(scope="module")
def ranked() -> MonthsOutcome:
    return outcome.rank_what_is_there(drawn_year(2)[0], scheme())


def test_month_has_three_ranked_tables_in_the_order_of_the_series(ranked: MonthsOutcome) -> None:
    report = monthly(ranked, drawn_year(2)[0])
    lengths = {one.title: len(one.frame) for one in report.tables if one.title.endswith("个单位）")}
    assert lengths == {"县政府系统（45个单位）": 45, "乡镇（17个单位）": 17, "垂直管理（19个单位）": 19}
    for one in report.tables[:3]:
        assert one.frame["rank"].is_monotonic_increasing
        assert one.frame["previous_rank"].notna().all()
        assert (one.frame["rank_change"] == one.frame["previous_rank"] - one.frame["rank"]).all()
    assert "可定稿" in render_page(report)


def test_imputed_scores_bear_their_mark_on_page_and_in_the_sheet(ranked: MonthsOutcome) -> None:
    listed = tables.ranked_months(ranked.months, scheme(), MONTH)
    cells = tables.unit_cells(ranked.months, scheme(), MONTH)
    imputed = cells[cells["state_name"] == "取序列平均"]
    assert int((listed.filter(like="_mark") == "*").sum().sum()) == len(imputed) > 0
    column = Column("score", "得分", "number", 1, mark="score_mark")
    assert excel_format(column, 86.25, "*") == '#,##0.0"*";−#,##0.0"*"'
    assert excel_format(column, 86.25) == "#,##0.0;−#,##0.0"


def test_a_units_sheet_adds_up_to_its_points_before_bonuses(ranked: MonthsOutcome) -> None:
    cells = tables.unit_cells(ranked.months, scheme(), MONTH)
    base = tables.of_period(ranked.months.ranking, MONTH).set_index("unit")["base_e4"] / 10_000
    brought = cells.groupby("unit")["share"].sum()
    assert (brought - base).abs().max() < 0.0001 * 16  # sixteen items, each rounded once


def test_execution_list_adds_up_in_yuan(ranked: MonthsOutcome) -> None:
    """Prizes 30,000 + 20,000 + 10,000 twice and 20,000 + 15,000 + 10,000; fines 15,000 + 10,000 + 5,000 twice.

    300 a head of 20 people: two first ones get 6,000 each, two last ones pay as much.
    """
    report = monthly(ranked, drawn_year(2)[0])
    cost = table(report, "奖惩合计")
    assert cost["series"].iloc[-1] == "合计"
    assert cost["rewards_yuan"].iloc[-1] == 2 * 60_000 + 45_000 + 2 * 6_000
    assert cost["deductions_yuan"].iloc[-1] == -(2 * 30_000 + 2 * 6_000)
    listed = table(report, "奖惩执行单")
    assert (
        sum((amount for amount in listed["amount_yuan"] if amount is not None), Decimal(0)) == cost["net_yuan"].iloc[-1]
    )
    assert list(listed["series"].drop_duplicates()) == ["县政府系统", "乡镇", "垂直管理"]


def test_draft_names_who_is_late_and_has_no_execution_list() -> None:
    inputs = drawn_year(2)[0]
    late = (inputs.scores["item"] == LATE) & (inputs.scores["month"] == MONTH)
    lacking = replace(inputs, scores=inputs.scores[~late].reset_index(drop=True))
    draft = outcome.rank_what_is_there(lacking, scheme())
    assert not draft.is_final
    report = monthly(draft, lacking)
    assert report.title.endswith("（草稿）")
    page = render_page(report)
    assert "排名不是定稿，不出执行单。" in page
    assert "责任部门“县应急管理局”没有报来的，不得取平均分" in page
    handed_in = table(report, "考核结果报送情况").set_index("item_name")
    assert handed_in.loc["安全生产", "state"] == "未报"
    assert handed_in.loc["信访维稳", "state"] == "已报"
    assert not {"奖惩执行单", "奖惩合计"} & {one.title for one in report.tables}
    assert "奖惩净支出" not in page


def test_faults_that_are_not_missing_results_still_stop_everything() -> None:
    inputs = drawn_year(2)[0]
    off = inputs.scores.assign(score=inputs.scores["score"].where(inputs.scores.index != 0, 101.0))
    with pytest.raises(ProblemsFound, match="101 分，单项百分制"):
        outcome.rank_what_is_there(replace(inputs, scores=off), scheme())


def test_many_reasons_of_one_kind_are_counted_not_listed() -> None:
    inputs, extra = drawn_year(2)
    months = outcome.rank_what_is_there(inputs, scheme()).months
    year = outcome.rank_year_so_far(months, inputs, extra, scheme())
    lines = briefing.refusal_lines(year.refusals)
    # three quarters of 81 units lack; the leaders have evaluated everybody
    assert len(lines) == 4
    assert lines[-1].endswith("（同类共243条）。")


def unit_tables(ranked: MonthsOutcome) -> UnitTables:
    """February's sheets; every rank firm, so that the sentence on it is plain."""
    inputs = drawn_year(2)[0]
    listed = tables.ranked_months(ranked.months, scheme(), MONTH)
    texts = dict.fromkeys(["interval", "range_without", "range_reading"], "1")
    due = tables.due_list(ranked.months.execution, MONTH, scheme().monthly_series, is_final=True)
    return UnitTables(
        rows=tables.unit_cells(ranked.months, scheme(), MONTH),
        ranked=listed,
        register=tables.register_table(ranked.months.events, inputs.units, MONTH),
        distance=tables.distance_table(tables.of_period(ranked.months.ranking, MONTH), scheme().monthly_series),
        firm=listed[["unit"]].assign(**texts),
        execution=tables.executed(due, inputs.units),
        history=ranked.months.ranking,
    )


def test_every_unit_has_a_sheet_with_its_place(ranked: MonthsOutcome, tmp_path: Path) -> None:
    sheets = unit_tables(ranked)
    write_workbook(units_book(sheets, OWN_SHEET, words()), tmp_path / "units.xlsx")
    book = CalamineWorkbook.from_path(tmp_path / "units.xlsx")
    assert len(book.sheet_names) == 81 + 2  # 口径说明, 数据来源
    first = sheets.ranked.iloc[0]
    text = [str(row[0]) for row in book.get_sheet_by_name(first["unit_name"]).to_python()]
    assert any(line.startswith(f"2023年2月　{first['series']}第1名（共45个）") for line in text)


def test_every_unit_has_a_section_on_a_sheet_of_its_own_that_says_what_follows(ranked: MonthsOutcome) -> None:
    sheets = unit_tables(ranked)
    page = units_page(sheets, OWN_SHEET, words())
    assert [one.heading for one in page.sections] == list(sheets.ranked["unit_name"])
    first, last = sheets.ranked.iloc[0], sheets.ranked[sheets.ranked["series"] == "县政府系统"].iloc[-1]
    told = {one.heading: "".join(one.paragraphs) for one in page.sections}
    assert "奖惩：奖励工作经费+30,000元，依据凤政办函〔2023〕6号 附件3·一(一)1。" in told[first["unit_name"]]
    assert "奖惩：全员绩效奖励+6,000元" in told[first["unit_name"]]  # 300 × 20 people
    assert "奖惩：单位负责人在全县大会上作检讨发言，依据" in told[last["unit_name"]]
    assert "离开后三位还差" in told[last["unit_name"]]
    assert "高出前三名线" in told[first["unit_name"]]
    history = sheets.history[sheets.history["unit"] == first["unit"]].set_index("period")["rank"]
    assert f"各月名次：1月第{history['2023-01']}名，2月第1名。" in told[first["unit_name"]]
    assert '<main id="main" class="paged">' in render_page(page)
    assert sum(column.width for column in OWN_SHEET) <= 96  # upright, so that a unit is one sheet


def test_year_has_four_ranked_tables_and_posts_beside_its_prizes() -> None:
    inputs, extra = drawn_year()
    months = outcome.rank_what_is_there(inputs, scheme()).months
    year = outcome.rank_year_so_far(months, inputs, extra, scheme())
    assert year.is_final
    due = tables.due_list(year.year.execution, "2023", scheme().annual_series, is_final=True)
    listed = tables.ranked_years(year.year.ranking, scheme())
    report = annual_report(
        RankingTables(
            ranked=listed,
            ends=tables.first_and_last(listed),
            execution=tables.executed(due, inputs.units),
            cost=tables.cost_table(total_cost(due)),
            register=tables.register_table(months.events, inputs.units, "2023", "year"),
            readings=pd.DataFrame(),
            distance=tables.distance_table(year.year.ranking, scheme().annual_series),
        ),
        words(),
        {},
    )
    lengths = [len(one.frame) for one in report.tables[:4]]
    assert lengths == [13, 32, 17, 19]
    # 6+2×5+2×4 = 24, 3×6+5×5+6×4 = 67, 6+2×5+3×4 = 28, 2×5+4×3+5×2 = 32 万元; nobody pays
    assert table(report, "奖惩合计")["net_yuan"].iloc[-1] == (24 + 67 + 28 + 32) * 10_000
    assert set(table(report, "奖惩执行单")["leader_post"]) == {"示例职务"}
    render_page(report)
    by_month = tables.unit_months(months.ranking)
    sheets = UnitTables(
        rows=by_month, ranked=listed, register=tables.register_table(months.events, inputs.units, "2023", "year"),
        distance=pd.DataFrame(), firm=pd.DataFrame(), execution=tables.executed(due, inputs.units),
        history=months.ranking,
    )  # fmt: skip
    page = units_page(sheets, OWN_YEAR, words())
    assert len(page.sections) == 81
    assert all(len(one.frame) == 12 for one in page.tables)
    first = page.sections[0]
    assert first.heading == listed["unit_name"].iloc[0]
    assert "奖惩：一等奖+60,000元" in "".join(first.paragraphs)
    assert "领导评定90.00" in "".join(first.paragraphs)


def test_what_the_fourth_quarter_must_bring_is_told_only_while_it_is_open() -> None:
    inputs, extra = drawn_year(9)
    months = outcome.rank_what_is_there(inputs, scheme()).months
    draft = outcome.rank_year_so_far(months, inputs, replace(extra, evaluation=extra.evaluation.iloc[:0]), scheme())
    assert len(outcome.needed_while_open(draft.year.ranking, scheme(), [1, 3], 90.0)) == 2 * 81
    early = outcome.rank_what_is_there(drawn_year(2)[0], scheme()).months
    begun = outcome.rank_year_so_far(early, drawn_year(2)[0], extra, scheme())
    assert outcome.needed_while_open(begun.year.ranking, scheme(), [1], 90.0).empty


def test_readings_that_only_a_year_uses_are_not_switched_for_a_month() -> None:
    inputs = outcome.only_month(drawn_year(2)[0], MONTH)
    table_, _ = outcome.month_readings(rules(), date(2023, 2, 28), inputs, scheme(), MONTH, is_final=True)
    assert {"ties", "mean_over", "fines_order"} <= set(table_["reading"])
    assert set(table_["reading"]).isdisjoint(outcome.WEIGHED_BY_YEAR)


def test_correction_is_told_against_what_was_known_before() -> None:
    inputs = drawn_year(2)[0]
    known = outcome.ranked_before(outcome.only_month(inputs, "2023-01"), scheme())
    first = inputs.scores.index[(inputs.scores["month"] == "2023-01") & (inputs.scores["status"] == "scored")][0]
    raised = inputs.scores.assign(score=inputs.scores["score"].where(inputs.scores.index != first, 100.0))
    after = outcome.rank_what_is_there(replace(inputs, scores=raised), scheme()).months.ranking
    moved = tables.restated_table(known, after, scheme().monthly_series)
    assert inputs.scores.loc[first, "unit"] in set(moved["unit"])
    assert set(moved["period"]) == {"2023-01"}
    nothing = replace(inputs, items=inputs.items.iloc[:0], scores=inputs.scores.iloc[:0])
    assert tables.restated_table(outcome.ranked_before(nothing, scheme()), after, scheme().monthly_series).empty


def test_charts_are_drawn_for_every_series(ranked: MonthsOutcome, tmp_path: Path) -> None:
    listed = tables.ranked_months(ranked.months, scheme(), MONTH)
    small = listed[listed["series"] != "县政府系统"]
    charts = draw_ranking_charts(
        small, briefing.gap_findings(small, "2023年2月"), footnote="示例数据。", folder=tmp_path
    )
    assert list(charts) == ["乡镇", "垂直管理"]
    assert sorted(path.name for path in tmp_path.glob("*.png")) == ["totals_1.png", "totals_2.png"]


def test_money_and_points_are_shown_without_a_float_of_money() -> None:
    frame = pd.DataFrame({"amount_fen": [3000001, -5], "total_e4": [916146, 100]})
    assert tables.in_yuan(frame)["amount_yuan"].tolist() == [Decimal("30000.01"), Decimal("-0.05")]
    assert tables.in_points(frame)["total"].tolist() == [91.6146, 0.01]
    assert cell_text(Column("amount_yuan", "金额", "number", 2), Decimal("30000.01")) == "30,000.01"


def test_ranking_needs_no_rules_of_targets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules_folder = copied_rules(tmp_path)
    (rules_folder / "target_rules.toml").unlink()
    home = rules_folder.parent
    (home / "place.toml").write_text(f'name = "示例县"\nrules = "{rules_folder.name}"\n', encoding="utf-8")
    (home / "data" / "raw").mkdir(parents=True)
    monkeypatch.chdir(home)
    monkeypatch.setenv("FHDATA_OUTPUT", str(tmp_path / "out"))
    assert open_session("ranking_monthly", period=MONTH, as_of="").parameters.as_of == date(2023, 3, 31)
    with pytest.raises(ProblemsFound, match=r"target_rules.toml"):
        open_session("targets", period=MONTH, as_of="")


def test_approved_table_and_one_changed_since_are_told_apart(ranked: MonthsOutcome) -> None:
    report = monthly(ranked, drawn_year(2)[0])
    assert report.key_figures[-1].value == "可定稿"
    assert _state(words()) == ("可定稿", "green")
    assert _state(replace(words(), approval=("已审定", "green"))) == ("已审定", "green")
    changed = ("审定以后表有改动，须重新审定", "red")
    assert _state(replace(words(), approval=changed)) == changed
    assert _state(replace(words(("草稿。",)), approval=("已审定", "green"))) == ("草稿", "amber")
