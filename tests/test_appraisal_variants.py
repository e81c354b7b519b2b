"""Readings switched the quick way: every outcome is the one computed from the start."""

from datetime import date

import pandas as pd
import pytest
from test_appraisal_frames import (
    COUNTY,
    A,
    B,
    C,
    column,
    make_events,
    make_items,
    make_scores,
    make_units,
    plain,
    rules,
    scheme,
)

from fhdata.appraisal import outcome
from fhdata.appraisal.alternatives import readings_table
from fhdata.appraisal.month import MonthInputs, Months, appraise_months
from fhdata.appraisal.scheme import Scheme, with_reading
from fhdata.appraisal.shortfalls import SHORTFALL_COLUMNS
from fhdata.appraisal.tables import of_period
from fhdata.appraisal.variants import Listed, listing_under, ranking_under, yearly_listing_under
from fhdata.appraisal.year import YearInputs, appraise_years
from fhdata.problems import ProblemsFound

MONTHS = ("2023-02", "2023-03")
MONTH, DAY = MONTHS[-1], date(2023, 3, 31)
SERIES = "县政府系统"
# 甲 and 乙 tie, 辛 is last in both months; 丙 and 庚 are imputed a lot; C concerns nobody.
TABLE = {
    "甲": {A: 90, B: 80}, "乙": {A: 90, B: 80}, "丙": {A: 84, B: None}, "丁": {A: 83, B: 86}, "戊": {A: 82, B: 83.001},
    "己": {A: 80, B: 60}, "庚": {A: 79.5, B: None}, "辛": {A: 60, B: 50},
}  # fmt: skip
ANNUAL = dict(zip(TABLE, ["经济指标", "要素保障"] * 4, strict=True))


def eventful() -> MonthInputs:
    """Two months with ties, a register that uses every way of counting, a veto and an announced ranking."""
    units = make_units(list(TABLE), SERIES).assign(
        annual_series=list(ANNUAL.values()), head_count=pd.array([10] * len(TABLE), dtype="Int64")
    )
    scores = pd.concat([make_scores(TABLE, month) for month in MONTHS], ignore_index=True)
    day = {"document_date": date(2023, 3, 2), "registered": date(2023, 3, 5)}
    late = {"document_date": date(2023, 2, 20), "registered": date(2023, 3, 20)}
    events = make_events(
        {"unit": "己", "role": "lead", "level": "国家", "document": "一", "work": "一"} | day,
        {"unit": "丁", "role": "cooperating", "level": "国家", "document": "一", "work": "一"} | day,
        {"unit": "戊", "role": "cooperating", "level": "国家", "document": "一", "work": "一"} | day,
        {"unit": "戊", "level": "省", "document": "二", "work": "一"} | day,
        {"unit": "己", "level": "州", "document": "三", "work": "二"} | day,
        {"unit": "己", "level": "州", "document": "四", "work": "二"} | day,
        {"unit": "丁", "level": "国家", "document": "五", "work": "五"} | late,
    )
    veto = pd.DataFrame([(COUNTY, MONTH, "甲", "示例否决")], columns=["county", "period", "unit", "document"])
    rows = [(COUNTY, month, SERIES, unit, 1 if unit == "庚" else 2) for month in MONTHS[:1] for unit in TABLE]
    announced = pd.DataFrame(rows, columns=["county", "period", "series", "unit", "last_place"])
    items = make_items({A: 60, B: 30, C: 10}, MONTHS, SERIES)
    return MonthInputs(units, items, scores, events, veto, announced)


def from_the_start(inputs: MonthInputs, other: Scheme) -> Listed:
    months = appraise_months(inputs, other)
    return Listed(of_period(months.ranking, MONTH), of_period(months.execution, MONTH))


def test_every_reading_of_a_month_gives_what_it_gives_from_the_start() -> None:
    inputs = eventful()
    lists = listing_under(inputs, scheme(), MONTH, is_final=True)
    slow = {scheme().readings: from_the_start(inputs, scheme())}
    for rule in rules().book.readings(DAY):
        name = rule.key.removeprefix("reading.")
        for one in rule.alternatives if name not in outcome.WEIGHED_BY_YEAR else ():
            other = with_reading(scheme(), name, one.value)
            slow.setdefault(other.readings, from_the_start(inputs, other))
            whole, quick = slow[other.readings], lists(other)
            pd.testing.assert_frame_equal(quick.execution, whole.execution, obj=f"{name} {one.value}")
            pd.testing.assert_frame_equal(quick.ranking, whole.ranking, obj=f"{name} {one.value}")
    table, moves = outcome.month_readings(rules(), DAY, inputs, scheme(), MONTH, is_final=True)
    keys = list(table["reading"].drop_duplicates())
    again = readings_table(rules().book.readings(DAY), scheme(), lambda other: slow[other.readings], keys)
    pd.testing.assert_frame_equal(table, again[0])
    pd.testing.assert_frame_equal(moves, again[1])
    changed = set(table.loc[(table["ranks_changed"] > 0) | (table["money_changed"] > 0), "reading"])
    assert {"mean_over", "cooperating", "event_month", "fines_order", "vacancies", "ties"} <= changed


def test_every_reading_of_a_year_gives_what_it_gives_from_the_start() -> None:
    inputs = eventful()
    tasks = pd.DataFrame(
        [(COUNTY, "2023", "丁", A, "示例任务", False, 3.0, 4.0, float("nan"), "")], columns=SHORTFALL_COLUMNS
    )
    leaders = pd.DataFrame({"county": COUNTY, "year": "2023", "unit": list(TABLE), "score": 90.0})
    extra = YearInputs(leaders, tasks)
    lists = yearly_listing_under(inputs, extra, scheme(), is_final=False)
    for name, value in (
        ("mean_over", "median"), ("quarter_total", "base"), ("missing_month", "three"), ("unfinished", "total"),
        ("ties_money", "pooled"), ("cooperating", "shared"),
    ):  # fmt: skip
        other = with_reading(scheme(), name, value)
        months = appraise_months(inputs, other, is_final=False)
        slow = appraise_years(months, inputs, extra, other, is_final=False)
        pd.testing.assert_frame_equal(lists(other).ranking, slow.ranking, obj=name)
        pd.testing.assert_frame_equal(lists(other).execution, slow.execution, obj=name)


def test_level_that_only_one_reading_knows_is_refused_under_the_other() -> None:
    """Read with county praise in the year, the register stands; read without, it has a level that does not exist."""
    county = {"kind": "commendation", "level": "县"}
    used = scheme(annual_levels="县")
    rank = ranking_under(plain({"甲": 90, "乙": 80}, county), used, is_final=True)
    assert column(rank(used)[2], "rank") == {"甲": 1, "乙": 2}
    with pytest.raises(ProblemsFound, match="写的层级是“县”"):
        rank(scheme())


def test_months_that_are_only_ranked_have_the_ranking_of_those_appraised() -> None:
    inputs = eventful()
    ranked = ranking_under(inputs, scheme(), is_final=True)(scheme())[2]
    whole: Months = appraise_months(inputs, scheme())
    pd.testing.assert_frame_equal(ranked, whole.ranking)
