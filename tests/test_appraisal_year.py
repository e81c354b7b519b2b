"""A year from its months: quarters, evaluation, unfinished tasks, annual points, prizes; and what is refused."""

from dataclasses import replace
from datetime import date
from functools import cache

import pandas as pd
import pytest
from test_appraisal_frames import (
    COUNTY,
    SERIES,
    A,
    B,
    column,
    make_events,
    make_items,
    make_scores,
    make_units,
    scheme,
)

from fhdata.appraisal.awards import total_cost
from fhdata.appraisal.distance import needed_in_last_quarter
from fhdata.appraisal.firmness_year import firmness_of_years, items_left_out_of_years
from fhdata.appraisal.month import MonthInputs, appraise_months
from fhdata.appraisal.shortfalls import SHORTFALL_COLUMNS
from fhdata.appraisal.year import YearInputs, Years, appraise_years
from fhdata.problems import ProblemsFound

MONTHS = tuple(f"2023-{number:02d}" for number in range(1, 13))
QUARTERS = {"甲": (90, 92, 94, 96), "乙": (91, 91, 91, 91), "丙": (80, 80, 80, 80)}
LEADERS = {"甲": 95.0, "乙": 95.0, "丙": 90.0}
NUMBERS = {"done": "float64", "target": "float64", "ruled_ratio": "float64"}


def evaluation(scores: dict[str, float]) -> pd.DataFrame:
    return pd.DataFrame(
        [(COUNTY, "2023", unit, score) for unit, score in scores.items()], columns=["county", "year", "unit", "score"]
    )


def shortfalls(*rows: dict) -> pd.DataFrame:
    """Unfinished tasks; 3 of 4 done on item A unless a row says otherwise."""
    usual = {
        "county": COUNTY, "year": "2023", "unit": "乙", "item": A, "task": "示例任务", "is_growth_target": False,
        "done": 3.0, "target": 4.0, "ruled_ratio": float("nan"), "document": "",
    }  # fmt: skip
    return pd.DataFrame([usual | row for row in rows], columns=SHORTFALL_COLUMNS).astype(NUMBERS)


def month_inputs(
    quarters: dict[str, tuple], *events: dict, months: tuple[str, ...] = MONTHS, series: str = SERIES, annual: str = ""
) -> MonthInputs:
    """Every month of a quarter has its points, on one item that weighs 100."""
    scores, items = monthly_tables(tuple(quarters.items()), months, series)
    return MonthInputs(make_units(list(quarters), series, annual), items, scores, make_events(*events))


@cache
def monthly_tables(
    quarters: tuple[tuple[str, tuple], ...], months: tuple[str, ...], series: str
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scores and items, the same for every test that asks for the same."""
    scores = [
        make_scores({unit: {A: points[(int(month[5:]) - 1) // 3]} for unit, points in quarters}, month)
        for month in months
    ]
    return pd.concat(scores, ignore_index=True), make_items({A: 100}, months, series)


def year(
    inputs: MonthInputs, *tasks: dict, leaders: dict[str, float] | None = None, is_final: bool = True, **readings: str
) -> Years:
    used = scheme(**readings)
    months = appraise_months(inputs, used)
    others = YearInputs(evaluation(LEADERS if leaders is None else leaders), shortfalls(*tasks))
    return appraise_years(months, inputs, others, used, is_final=is_final)


def test_quarters_and_evaluation_make_the_year() -> None:
    """甲 9 + 18.4 + 28.2 + 28.8 + 9.5 = 93.9; 乙 0.9 × 91 + 9.5 = 91.4; 丙 0.9 × 80 + 9 = 81."""
    ranking = year(month_inputs(QUARTERS)).ranking
    assert column(ranking, "total_e4") == {"甲": 939000, "乙": 914000, "丙": 810000}
    assert column(ranking, "rank") == {"甲": 1, "乙": 2, "丙": 3}
    assert column(ranking, "q2_e4")["甲"] == 920000
    assert not ranking["has_missing_month"].any()


def test_monthly_bonuses_reach_the_year_through_the_quarter_or_not_at_all() -> None:
    """+1.5 in March: a third of it in Q1, a tenth of that in the year: 0.05; nothing when quarters go by base."""
    inputs = month_inputs(QUARTERS, {"unit": "丙", "level": "省"})
    assert column(year(inputs).ranking, "total_e4")["丙"] == 810500
    assert column(year(inputs, quarter_total="base").ranking, "total_e4")["丙"] == 810000


def test_annual_bonuses_and_deductions_and_what_missed_the_year() -> None:
    """丙 +3; 乙 −2; 甲's praise of December registered on 5 January goes to the next year."""
    late = {"unit": "甲", "kind": "commendation", "level": "国家", "document": "三", "work": "三"}
    events = (
        {"unit": "丙", "kind": "incentive", "level": "省", "document": "一"},
        {"unit": "乙", "kind": "accident", "level": "", "document": "二"},
        late | {"document_date": date(2023, 12, 29), "registered": date(2024, 1, 5)},
    )
    ranking = year(month_inputs(QUARTERS, *events)).ranking
    assert column(ranking, "bonus_e4") == {"甲": 0, "乙": 0, "丙": 30000}
    assert column(ranking, "deduction_e4") == {"甲": 0, "乙": -20000, "丙": 0}
    assert column(ranking, "total_e4") == {"甲": 939000, "乙": 894000, "丙": 840000}


def test_unfinished_task_scores_by_the_share_done() -> None:
    """A alone weighs 100: 乙's quarters bring 81.9 to the year; a quarter of that is lost, 20.475."""
    ranking = year(month_inputs(QUARTERS), {}).ranking
    assert column(ranking, "shortfall_e4") == {"甲": 0, "乙": -204750, "丙": 0}
    assert column(ranking, "total_e4")["乙"] == 709250
    total = year(month_inputs(QUARTERS), {}, unfinished="total").ranking  # of 91.4 a quarter, 22.85
    assert column(total, "shortfall_e4")["乙"] == -228500


def test_only_the_item_concerned_is_cut_and_a_share_is_capped_at_one() -> None:
    """A and B weigh half each, both 91: A brings 40.95, a quarter lost is 10.2375; 5 of 4 done loses nothing."""
    inputs = month_inputs(QUARTERS)
    items = make_items({A: 50, B: 50}, MONTHS)
    both = pd.concat(
        [make_scores({unit: {A: q[0], B: q[0]} for unit, q in QUARTERS.items()}, month) for month in MONTHS],
        ignore_index=True,
    )
    halves = replace(inputs, items=items, scores=both)
    assert column(year(halves, {}).ranking, "shortfall_e4")["乙"] == -102375
    assert column(year(halves, {"done": 5.0}).ranking, "shortfall_e4")["乙"] == 0


def test_growth_target_needs_a_ruling_with_a_document() -> None:
    growth = {"is_growth_target": True, "task": "增长 8%"}
    with pytest.raises(ProblemsFound, match="“乙”的“增长 8%”是增长类目标，比例须人工裁定，不用增速之比"):
        year(month_inputs(QUARTERS), growth)
    with pytest.raises(ProblemsFound, match="的裁定没有文号"):
        year(month_inputs(QUARTERS), growth | {"ruled_ratio": 0.5})
    ruled = year(month_inputs(QUARTERS), growth | {"ruled_ratio": 0.5, "document": "示例裁〔2024〕1号"})
    assert column(ruled.ranking, "shortfall_e4")["乙"] == -409500  # half of 81.9


def test_month_missing_from_a_quarter_is_flagged() -> None:
    """January was not appraised: Q1 is the mean of two months, and still 90."""
    ranking = year(month_inputs(QUARTERS, months=MONTHS[1:])).ranking
    assert column(ranking, "total_e4")["甲"] == 939000
    assert ranking["has_missing_month"].all()
    assert column(ranking, "q1_months") == {"甲": 2, "乙": 2, "丙": 2}


def test_final_year_names_every_empty_quarter_and_missing_evaluation() -> None:
    with pytest.raises(ProblemsFound) as caught:
        year(month_inputs(QUARTERS, months=MONTHS[:9]), leaders={"甲": 95.0, "乙": 95.0})
    assert [one.sentence for one in caught.value.problems] == [
        "示例县 2023 单位“甲”第四季度没有一个月的得分，请补齐。",
        "示例县 2023 单位“乙”第四季度没有一个月的得分，请补齐。",
        "示例县 2023 单位“丙”第四季度没有一个月的得分，请补齐。",
        "示例县 2023 单位“丙”没有领导综合评定，请补上。",
    ]


@pytest.mark.parametrize("score", [-1.0, 100.5, float("nan")])
def test_evaluation_out_of_range_is_refused(score: float) -> None:
    with pytest.raises(ProblemsFound, match="“甲”的领导综合评定是"):
        year(month_inputs(QUARTERS), leaders=LEADERS | {"甲": score})


def test_annual_series_have_their_own_prizes_and_consequences() -> None:
    """Vertical units: first two 50,000, the next four 30,000, the last also a letter; three units, so nobody pays."""
    outcome = year(month_inputs(QUARTERS, series="垂直管理"), vacancies="left", overlap="both")
    listed = outcome.execution[["unit", "label", "amount_fen"]].to_numpy().tolist()
    assert listed == [
        ["甲", "一等奖", 5000000],
        ["乙", "一等奖", 5000000],
        ["丙", "二等奖", 3000000],
        ["丙", "县人民政府建议其上级主管部门约谈主要负责人", 0],
    ]
    assert total_cost(outcome.execution)["net_fen"].tolist() == [13000000]


def test_what_a_unit_needs_in_the_last_quarter() -> None:
    """So far (10% + 20% + 30% of the quarters, 10% leaders), everybody's evaluation 90 assumed, so 9 each:

    甲 9 + 18.4 + 28.2 + 9 = 64.6; 乙 9.1 + 18.2 + 27.3 + 9 = 63.6; 丙 8 + 16 + 24 + 9 = 57.
    Projected with Q4 at the mean so far: 甲 64.6 + 30% × 55.6 ÷ 0.6 = 64.6 + 27.8 = 92.4; 乙 63.6 + 27.3 = 90.9;
    丙 57 + 24 = 81. For rank 1: 甲 (90.9 − 64.6) ÷ 0.3 = 87.6667, 乙 (92.4 − 63.6) ÷ 0.3 = 96, 丙 35.4 ÷ 0.3 = 118.
    For rank 2 丙 needs (90.9 − 57) ÷ 0.3 = 113; 甲 would be beaten by both only below (81 − 64.6) ÷ 0.3 = 54.6667.
    """
    inputs = month_inputs(QUARTERS, months=MONTHS[:9])
    draft = year(inputs, leaders={}, is_final=False).ranking
    table = needed_in_last_quarter(draft, scheme(), [1, 2, 4], 90.0)
    first = table[table["wanted_rank"] == 1]
    assert column(first, "so_far_e4") == {"甲": 646000, "乙": 636000, "丙": 570000}
    assert column(first, "needed_e4") == {"甲": 876667, "乙": 960000, "丙": 1180000}
    assert column(first, "state") == {"甲": "可达", "乙": "可达", "丙": "满分也不够"}
    second = table[table["wanted_rank"] == 2]
    assert column(second, "needed_e4") == {"甲": 546667, "乙": 580000, "丙": 1130000}
    assert set(table.loc[table["wanted_rank"] == 4, "state"]) == {"已锁定"}  # there are only three units
    assert table.loc[table["wanted_rank"] == 4, "needed_e4"].isna().all()


def test_draft_year_weighs_the_quarters_there_are() -> None:
    """Two quarters of 甲, no evaluation: (10 × 90 + 20 × 92) ÷ 30 = 91.3333."""
    ranking = year(month_inputs(QUARTERS, months=MONTHS[:6]), leaders={}, is_final=False).ranking
    assert column(ranking, "total_e4")["甲"] == 913333
    assert ranking["is_draft"].all()
    assert ranking["q3_e4"].isna().all()


def test_veto_of_a_month_leaves_the_year_as_it_is() -> None:
    """甲 is barred in March; nothing bars it from the year's first prize."""
    inputs = month_inputs(QUARTERS)
    veto = pd.DataFrame(
        [(COUNTY, "2023-03", "甲", "示例否决〔2023〕9号")], columns=["county", "period", "unit", "document"]
    )
    outcome = year(replace(inputs, exclusions=veto))
    assert outcome.execution.loc[outcome.execution["unit"] == "甲", "label"].tolist()[0] == "一等奖"


# ── how firm an annual rank is ──

MIRRORED = {"甲": {A: 95, B: 95}, "乙": {A: 90, B: 60}, "丙": {A: 60, B: 90}, "丁": {A: 50, B: 50}}


def two_items(table: dict[str, dict], weights: dict[str, float], *events: dict) -> MonthInputs:
    """January and April, the same scores in both."""
    months = ("2023-01", "2023-04")
    scores = pd.concat([make_scores(table, month) for month in months], ignore_index=True)
    return MonthInputs(make_units(list(table)), make_items(weights, months), scores, make_events(*events))


def test_annual_rank_of_a_unit_better_on_every_item_holds_in_every_draw() -> None:
    """乙 and 丙 mirror each other: whoever has the heavier item all year is second, each in about half of the draws."""
    inputs, used = two_items(MIRRORED, {A: 50, B: 50}), scheme()
    months = appraise_months(inputs, used)
    years = year(inputs, leaders=dict.fromkeys(MIRRORED, 90.0), is_final=False).ranking
    shaken = firmness_of_years(months, years, used, seed=1, draws=2000)
    assert column(shaken, "first_ratio") == {"甲": 1.0, "乙": 0.0, "丙": 0.0, "丁": 0.0}
    assert column(shaken, "last_ratio") == {"甲": 0.0, "乙": 0.0, "丙": 0.0, "丁": 1.0}
    assert column(shaken, "rank_low") == {"甲": 1, "乙": 2, "丙": 2, "丁": 4}
    assert column(shaken, "rank_high") == {"甲": 1, "乙": 3, "丙": 3, "丁": 4}
    assert column(shaken, "same_ratio")["乙"] == pytest.approx(0.5, abs=0.05)
    assert shaken.equals(firmness_of_years(months, years, used, seed=1, draws=2000))


def test_draws_that_change_no_weight_give_the_annual_ranking_itself() -> None:
    """乙 has +2 in the month and +3 in the year; Q1 and Q2 stand for the year, weighed 10 and 20, leaders 10."""
    events = (
        {"unit": "乙", "level": "国家"},
        {"unit": "乙", "kind": "incentive", "level": "省", "document": "二"},
    )
    inputs = two_items(MIRRORED, {A: 50, B: 50}, *events)
    for readings in ({}, {"quarter_total": "base"}, {"missing_month": "three"}):
        still = replace(scheme(**readings), spread_ratio=0.0)
        leaders = {"甲": 80.0, "乙": 90.0, "丙": 92.0, "丁": 99.0}
        years = year(inputs, leaders=leaders, is_final=False, **readings).ranking
        shaken = firmness_of_years(appraise_months(inputs, still), years, still, seed=1, draws=3)
        assert column(shaken, "rank_median") == column(years, "rank")
        assert set(shaken["same_ratio"]) == {1.0}


def test_each_item_left_out_of_the_year() -> None:
    """甲 0.6×90 + 0.4×60 = 78, 乙 0.6×70 + 0.4×80 = 74, the leaders alike; without A only B counts, 60 and 80."""
    inputs = two_items({"甲": {A: 90, B: 60}, "乙": {A: 70, B: 80}}, {A: 60, B: 40})
    months, leaders = appraise_months(inputs, scheme()), {"甲": 90.0, "乙": 90.0}
    years = year(inputs, leaders=leaders, is_final=False).ranking
    others = YearInputs(evaluation(leaders), shortfalls())
    table = items_left_out_of_years(months, years, inputs, others, scheme())
    assert table[["unit", "item", "rank", "rank_without", "rank_change"]].to_numpy().tolist() == [
        ["甲", A, 1, 2, -1], ["乙", A, 2, 1, 1], ["甲", B, 1, 1, 0], ["乙", B, 2, 2, 0],
    ]  # fmt: skip
