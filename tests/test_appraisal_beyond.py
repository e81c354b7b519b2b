"""Beyond the scheme: distances, firmness, influence, other readings, objections, restatements; by hand where small."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from rule_files import RULES
from test_appraisal_frames import COUNTY, MONTH, SERIES, A, B, C, column, make_inputs, plain, rules, scheme

from fhdata.appraisal.alternatives import readings_table
from fhdata.appraisal.distance import cuts
from fhdata.appraisal.firmness import competition_ranks, firmness, firmness_summary, items_left_out
from fhdata.appraisal.influence import effective_weights, leniency, self_scoring
from fhdata.appraisal.month import Months, appraise_months
from fhdata.appraisal.objections import LOG_COLUMNS, logged, refuse_unapproved, table_hash
from fhdata.appraisal.restatement import restated_money, restated_ranking, restated_scores
from fhdata.appraisal.scheme import scheme_on
from fhdata.appraisal.scoring import cells_table
from fhdata.problems import ProblemsFound
from fhdata.rules.registry import load_registry

SIX = {"甲": 95, "乙": 94, "丙": 93, "丁": 80, "戊": 75, "己": 70}
HASH_COLUMNS = ["period", "unit", "total_e4", "rank"]


def appraised(table: dict, weights: dict, **readings: str) -> Months:
    return appraise_months(make_inputs(table, weights), scheme(**readings))


def totals(values: dict[str, float], *events: dict, **readings: str) -> Months:
    return appraise_months(plain(values, *events), scheme(**readings))


# ── distance ──


def test_distance_to_the_first_three_and_out_of_the_last_three() -> None:
    """To the top a tie with 丙 (93) is enough; out of the last three 丁 must pass 丙 of those above by 0.0001."""
    table = cuts(totals(SIX).ranking)
    assert column(table, "to_top_e4") == {"甲": 0, "乙": 0, "丙": 0, "丁": 130000, "戊": 180000, "己": 230000}
    assert column(table, "to_safety_e4") == {"甲": 0, "乙": 0, "丙": 0, "丁": 130001, "戊": 180001, "己": 230001}
    leads = column(table.dropna(subset="lead_e4"), "lead_e4")
    assert leads == {"甲": 150000, "乙": 140000, "丙": 130000}  # above 丁, who would be third if one of them fell


def test_a_series_too_small_for_a_cut_has_none() -> None:
    table = cuts(totals({"甲": 95, "乙": 94}).ranking)
    assert table[["to_top_e4", "to_safety_e4"]].isna().all(axis=None)


# ── firmness ──


def test_ranks_of_draws_share_places_as_the_scheme_does() -> None:
    drawn = competition_ranks(np.array([[95, 93, 93, 90], [1, 2, 3, 3], [-5, 0, -5, 7]]))
    assert drawn.tolist() == [[1, 2, 2, 4], [4, 3, 1, 1], [3, 2, 3, 1]]


def test_a_unit_better_on_every_item_is_first_in_every_draw_and_the_seed_decides() -> None:
    table = {"甲": {A: 95, B: 95}, "乙": {A: 90, B: 60}, "丙": {A: 60, B: 90}, "丁": {A: 50, B: 50}}
    months = appraised(table, {A: 50, B: 50})
    shaken = firmness(months, scheme(), seed=1, draws=2000)
    assert column(shaken, "first_ratio") == {"甲": 1.0, "乙": 0.0, "丙": 0.0, "丁": 0.0}
    assert column(shaken, "last_ratio")["丁"] == 1.0
    # 乙 and 丙 mirror each other: whoever has the heavier item wins, about half of the draws (2,000: 0.5 ± 0.05).
    second = column(shaken, "top_ratio")
    assert second == {"甲": 1.0, "乙": 1.0, "丙": 1.0, "丁": 0.0}
    assert column(shaken, "rank_low") == {"甲": 1, "乙": 2, "丙": 2, "丁": 4}
    assert column(shaken, "rank_high") == {"甲": 1, "乙": 3, "丙": 3, "丁": 4}
    assert shaken.equals(firmness(months, scheme(), seed=1, draws=2000))
    assert not shaken.equals(firmness(months, scheme(), seed=2, draws=2000))


def test_each_item_left_out() -> None:
    """甲 0.6×90 + 0.4×60 = 78, 乙 0.6×70 + 0.4×80 = 74; without A only B counts, and the other way round."""
    months = appraised({"甲": {A: 90, B: 60}, "乙": {A: 70, B: 80}}, {A: 60, B: 40})
    table = items_left_out(months, scheme())
    assert table[["unit", "item", "rank", "rank_without", "rank_change"]].to_numpy().tolist() == [
        ["甲", A, 1, 2, -1], ["乙", A, 2, 1, 1], ["甲", B, 1, 1, 0], ["乙", B, 2, 2, 0],
    ]  # fmt: skip


def test_the_only_item_cannot_be_left_out() -> None:
    assert items_left_out(totals(SIX), scheme()).empty


# ── influence ──


def test_effective_weight_is_the_share_of_the_variance() -> None:
    """A: 0.5 × (0, 20) = 0, 10; B: 0.5 × (0, 10) = 0, 5; totals 0, 15. Deviations ±5, ±2.5, ±7.5:

    A 2×5×7.5 = 75, B 2×2.5×7.5 = 37.5, total 112.5: two thirds and one third. C is the same for both: nothing.
    """
    months = appraised({"甲": {A: 0, B: 0, C: 80}, "乙": {A: 20, B: 10, C: 80}}, {A: 50, B: 50 - 20, C: 20})
    table = effective_weights(months).set_index("item")
    assert table["is_flat"].to_dict() == {A: False, B: False, C: True}
    # weights 50 and 30: A 10, B 3, totals 13 apart: 10/13 and 3/13
    assert table.loc[A, "effective_ratio"] == pytest.approx(10 / 13)
    assert table.loc[B, "effective_ratio"] == pytest.approx(3 / 13)
    assert table.loc[C, "effective_ratio"] == pytest.approx(0)
    assert table["nominal_ratio"].to_dict() == {A: 0.5, B: 0.3, C: 0.2}


def test_effective_weights_of_equal_totals_are_unknown_not_zero() -> None:
    assert effective_weights(totals({"甲": 90, "乙": 90}))["effective_ratio"].isna().all()


def test_department_that_scores_itself() -> None:
    """甲 keeps item B: 100 for itself, 80 and 90 for the others. 甲 50+50 = 100 → with their mean 85: 92.5.

    乙 (100 + 80) ÷ 2 = 90, 丙 (100 + 90) ÷ 2 = 95: with the mean 甲 would be second.
    """
    inputs = make_inputs({"甲": {A: 100, B: 100}, "乙": {A: 100, B: 80}, "丙": {A: 100, B: 90}}, {A: 50, B: 50})
    items = inputs.items.assign(department=inputs.items["department"].where(inputs.items["item"] != B, "甲"))
    row = self_scoring(appraise_months(replace(inputs, items=items), scheme())).iloc[0]
    assert [row["own_e4"], row["others_mean_e4"], row["gap_e4"]] == [1000000, 850000, 150000]
    assert [row["own_place"], row["others"], row["rank"], row["rank_at_mean"]] == [1, 2, 1, 2]


def test_leniency_compares_the_same_units_on_other_items() -> None:
    """A: 甲 90 − 80, 乙 90 − 70: +15. B: −10 and −20: −15. Half of A's scores are 100? none."""
    table = leniency(appraised({"甲": {A: 90, B: 80}, "乙": {A: 90, B: 70}}, {A: 50, B: 50})).set_index("item")
    assert table.loc[[A, B], "leniency_e4"].tolist() == [150000, -150000]
    assert table.loc[[A, B], "spread_e4"].tolist() == [0, 50000]
    assert table["full_ratio"].tolist() == [0.0, 0.0]


# ── other readings ──


def test_table_of_readings_tells_what_each_alternative_would_change() -> None:
    """甲 95, 乙 and 丙 93, 丁 90, two more: dense ranks move 丁, 戊 and 己 up by one each."""
    inputs = plain({"甲": 95, "乙": 93, "丙": 93, "丁": 90, "戊": 80, "己": 70})
    table, moves = readings_table(
        rules().book.readings(date(2023, 3, 31)), scheme(), lambda other: appraise_months(inputs, other)
    )
    keyed = table.set_index(["reading", "alternative"])
    dense = keyed.loc[("ties", "dense")]
    assert (dense["ranks_changed"], dense["largest_move"], dense["newly_rewarded"]) == (3, 1, "丁")
    # 丁 wins 10,000 and, rewarded, no longer pays 5,000
    assert (dense["no_longer_penalised"], dense["net_change_fen"]) == ("丁", 1500000)
    pooled = keyed.loc[("ties_money", "pooled")]
    assert (pooled["ranks_changed"], pooled["money_changed"], pooled["net_change_fen"]) == (0, 2, -1000000)
    assert keyed.loc[("not_handed_in", ""), "note"] == "没有列别的读法"
    assert keyed.loc[("not_handed_in", ""), "newly_rewarded"] == ""
    assert keyed["net_change_fen"].isna().tolist() == [note != "" for note in keyed["note"]]
    dense_moves = moves[(moves["reading"] == "ties") & (moves["alternative"] == "dense")]
    assert column(dense_moves, "other_rank") == {"丁": 3, "戊": 4, "己": 5}
    assert set(table["reading"]) == {key.removeprefix("reading.") for key in rules().book.keys("reading.")}


def test_summary_of_a_rank_puts_the_three_tests_side_by_side() -> None:
    inputs = make_inputs({"甲": {A: 90, B: 60}, "乙": {A: 70, B: 80}, "丙": {A: 70, B: 80}}, {A: 60, B: 40})
    months = appraise_months(inputs, scheme())
    _, moves = readings_table(
        rules().book.readings(date(2023, 3, 31)), scheme(), lambda other: appraise_months(inputs, other), keys=["ties"]
    )
    summary = firmness_summary(firmness(months, scheme(), 1, 100), items_left_out(months, scheme()), moves)
    assert column(summary, "best_without") == {"甲": 1, "乙": 1, "丙": 1}
    assert column(summary, "worst_without") == {"甲": 3, "乙": 2, "丙": 2}
    assert column(summary, "worst_reading") == {"甲": 1, "乙": 2, "丙": 2}


# ── objections and restatements ──


def step(stage: str, item: str = A, outcome: str = "none", **others: object) -> dict[str, object]:
    usual = {
        "county": COUNTY, "period": MONTH, "item": item, "stage": stage, "on": date(2023, 4, 1), "unit": "", "text": "",
        "outcome": outcome, "document": "", "table_hash": "f" * 64,
    }  # fmt: skip
    return usual | others


def log(*steps: dict[str, object]) -> pd.DataFrame:
    made = pd.DataFrame(columns=LOG_COLUMNS)
    for one in steps:
        made = logged(made, one)
    return made


def test_hash_ignores_the_order_of_rows_and_sees_every_other_change() -> None:
    ranking = totals(SIX).ranking
    whole = table_hash(ranking, HASH_COLUMNS)
    assert table_hash(ranking.iloc[::-1], HASH_COLUMNS) == whole
    moved = ranking.assign(total_e4=ranking["total_e4"].where(ranking["unit"] != "己", 700001))
    assert table_hash(moved, HASH_COLUMNS) != whole
    assert table_hash(ranking, HASH_COLUMNS[:-1]) != whole


def test_log_grows_in_the_order_of_the_procedure() -> None:
    objection = step("consultation", outcome="open", unit="甲", text="得分偏低")
    answered = objection | {"outcome": "rejected"}
    complete = log(objection, answered, step("sign_off"), step("approval", item=""))
    assert complete["stage"].tolist() == ["consultation", "consultation", "sign_off", "approval"]
    refuse_unapproved(complete, COUNTY, MONTH, "f" * 64)
    with pytest.raises(ProblemsFound, match="不是同一张表（审定 ffffffffffff，现在 eeeeeeeeeeee）"):
        refuse_unapproved(complete, COUNTY, MONTH, "e" * 64)
    with pytest.raises(ProblemsFound, match="还没有审定"):
        refuse_unapproved(complete, COUNTY, "2023-04", "f" * 64)


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([step("sign_off")], "没有征求意见就签批"),
        ([step("consultation", outcome="open", unit="甲", text="偏低"), step("sign_off")], "还有没答复的意见就签批"),
        ([step("consultation"), step("approval", item="")], f"审定时“{A}”还没有签批"),
        ([step("consultation"), step("sign_off"), step("consultation")], "阶段不能倒退"),
        ([step("hearing")], "阶段写的是“hearing”"),
        ([step("consultation", outcome="maybe")], "结果写的是“maybe”"),
        ([step("consultation", table_hash="")], "没有记下表的指纹"),
        ([{"stage": "approval"}], "日志的一行多了或少了“county”"),
    ],
)
def test_log_refuses_steps_that_do_not_follow(steps: list[dict[str, object]], said: str) -> None:
    with pytest.raises(ProblemsFound, match=said):
        log(*steps)


def test_restatement_shows_scores_ranks_and_money_that_moved() -> None:
    """丁 from 80 to 94: third together with nobody — 乙 has 94 too, both second; 丙 falls to 4 and loses 10,000."""
    before, after = totals(SIX), totals(SIX | {"丁": 94})
    ranking = restated_ranking(before.ranking, after.ranking)
    assert ranking[["unit", "old_rank", "new_rank", "total_change_e4"]].to_numpy().tolist() == [
        ["丁", 4, 2, 140000], ["丙", 3, 4, 0],
    ]  # fmt: skip
    scores = restated_scores(cells_table(before.scored), cells_table(after.scored))
    assert scores[["unit", "old_score_e4", "new_score_e4"]].to_numpy().tolist() == [["丁", 800000, 940000]]
    money = restated_money(before.execution, after.execution)
    funds = money[money["change_fen"] != 0].groupby("unit")["change_fen"].sum().to_dict()
    assert funds == {"丁": 2500000, "丙": -1000000 - 500000}  # 丁 +20,000 and no fine of 5,000; 丙 now pays it
    assert restated_ranking(before.ranking, before.ranking).empty


# ── the shipped scheme ──


def test_shipped_scheme_says_what_the_document_says() -> None:
    used = scheme()
    assert (used.quarter_percents, used.leaders_percent) == ((10, 20, 30, 30), 10)
    assert (used.lead_percent, used.cooperating_percent, used.results_day) == (60, 40, 2)
    assert used.reference_ratio == Fraction(1, 5)
    assert used.items["is_fixed"].sum() == 12
    year = used.awards[(used.awards["span"] == "year") & (used.awards["kind"] == "funds")]
    places = year["to_place"] - year["from_place"] + 1
    prizes = places.groupby(year["series"], sort=False).sum().to_dict()
    assert prizes == {"经济指标": 1 + 2 + 2, "要素保障": 3 + 5 + 6, "乡镇": 1 + 2 + 3, "垂直管理": 2 + 4 + 5}
    cost = (places * year["amount_yuan"]).groupby(year["series"], sort=False).sum().to_dict()
    assert cost == {
        "经济指标": 60000 + 2 * 50000 + 2 * 40000,
        "要素保障": 3 * 60000 + 5 * 50000 + 6 * 40000,
        "乡镇": 60000 + 2 * 50000 + 3 * 40000,
        "垂直管理": 2 * 50000 + 4 * 30000 + 5 * 20000,
    }
    units = load_registry(RULES).units
    assert set(units["monthly_series"]) - {""} == set(used.monthly_series)
    assert set(units["annual_series"]) - {""} == set(used.annual_series)
    assert set(used.awards["series"]) == set(used.monthly_series) | set(used.annual_series)


def test_scheme_is_of_2023_only() -> None:
    with pytest.raises(ProblemsFound, match="2024-01-31 没有有效的值"):
        scheme_on(rules(), date(2024, 1, 31))


def test_series_name_used_in_these_tests_is_one_of_the_scheme() -> None:
    assert SERIES in scheme().monthly_series
