"""Tracking as a whole: what is known on a day, conflicts, plans, odd inputs; edges that a worked example cannot say."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from test_targets_frames import make_indicators, make_observations, make_targets, months

from fhdata.periods import parse_period
from fhdata.places import open_place
from fhdata.problems import ProblemsFound
from fhdata.rules.register import load_register
from fhdata.rules.rulebook import load_rules
from fhdata.targets.progress import track
from fhdata.targets.states import STATES, Thresholds
from fhdata.targets.thresholds import read_thresholds, threshold_table

ROOT = Path(__file__).parents[1]
JUNE, AFTER_JUNE = parse_period("2023-06"), date(2023, 7, 20)


def one(observations: pd.DataFrame, target: dict | None = None, indicator: dict | None = None, **others: object):
    frame = track(
        make_targets(target or {}), observations, make_indicators(indicator or {}), JUNE, AFTER_JUNE, **others
    )  # type: ignore[arg-type]
    return frame.iloc[0]


def test_a_report_as_of_the_past_is_the_one_made_then() -> None:
    early = months({"2022-06": 40.0, "2022-12": 90.0, "2023-06": 45.0}, released=date(2023, 7, 5))
    later = months({"2023-06": 60.0, "2023-07": 70.0}, released=date(2023, 8, 5), status="revised")
    then = track(make_targets({}), make_observations(*early), make_indicators({}), JUNE, date(2023, 7, 20))
    again = track(make_targets({}), make_observations(*early, *later), make_indicators({}), JUNE, date(2023, 7, 20))
    pd.testing.assert_frame_equal(then, again)
    now = track(make_targets({}), make_observations(*early, *later), make_indicators({}), JUNE, date(2023, 8, 20))
    assert (then.loc[0, "observed_value"], now.loc[0, "observed_value"]) == (45.0, 60.0)


def test_nothing_given_is_changed() -> None:
    targets, indicators = make_targets({}), make_indicators({})
    observations = make_observations(*months({"2023-06": 45.0}))
    copies = [frame.copy(deep=True) for frame in (targets, observations, indicators)]
    track(targets, observations, indicators, JUNE, AFTER_JUNE)
    for frame, copy in zip((targets, observations, indicators), copies, strict=True):
        pd.testing.assert_frame_equal(frame, copy)


def test_every_number_keeps_its_cell() -> None:
    row = one(
        make_observations(*months({"2022-06": 40.0, "2023-06": 44.0})), {"kind": "growth_rate", "value": 8, "unit": "%"}
    )
    assert (row["source_file"], row["source_sheet"], row["source_cell"]) == ("示例.xlsx", "示例", "B2")
    assert row["base_source"] == "示例.xlsx「示例」B1"
    assert row["rule_source"] == "示例〔2023〕1号 一"


def test_published_growth_stands_before_computed_growth() -> None:
    """44 ÷ 40 is 10%, 9.6% was published: the published one is shown, from its own cell."""
    rows = [*months({"2022-06": 40.0, "2023-06": 44.0}), *months({"2023-06": 9.6}, measure="growth", unit="%")]
    row = one(make_observations(*rows), {"kind": "growth_rate", "value": 8.0, "unit": "%"})
    assert (row["growth_pct"], row["source_cell"], row["base_source"]) == (9.6, "B3", "")
    assert row["gap_pp"] == pytest.approx(1.6)
    assert row["reading_note"] == "增速为公布数"


def test_required_growth_is_near_where_the_published_growth_is_not_that_of_the_levels() -> None:
    """44 ÷ 40 is 10%: 10.0% published is exact, 9.6% is another scope; (8 − 0.5 × 9.6) ÷ 0.5 = 6.4%."""
    levels = months({"2022-06": 40.0, "2022-12": 80.0, "2023-06": 44.0})
    target = {"kind": "growth_rate", "value": 8.0, "unit": "%"}
    exact = one(make_observations(*levels, *months({"2023-06": 10.0}, measure="growth", unit="%")), target)
    near = one(make_observations(*levels, *months({"2023-06": 9.6}, measure="growth", unit="%")), target)
    assert (exact["is_required_approximate"], near["is_required_approximate"]) == (False, True)
    assert (exact["required_growth_pct"], near["required_growth_pct"]) == (6.0, pytest.approx(6.4))


def test_comparable_growth_is_only_taken_as_published() -> None:
    levels = months({"2022-06": 40.0, "2023-06": 44.0}, basis="comparable")
    target = {"kind": "growth_rate", "value": 8.0, "unit": "%"}
    assert one(make_observations(*levels), target, {"price_basis": "comparable"})["state"] == "缺报"
    published = months({"2023-06": 9.6}, measure="growth", unit="%")
    assert one(make_observations(*levels, *published), target, {"price_basis": "comparable"})["growth_pct"] == 9.6


def test_a_net_increase_has_no_growth_of_the_balance_and_no_forecast_without_an_earlier_opening() -> None:
    """2,610 − 2,500 = 110 of 220; the year before, 2,450 was not opened by any known balance."""
    rows = months({"2022-06": 2450.0, "2022-12": 2500.0, "2023-06": 2610.0}, span="stock")
    growth = months({"2023-06": 6.5}, measure="growth", unit="%", span="stock")
    row = one(make_observations(*rows, *growth), {"kind": "increment", "value": 220.0}, {"aggregation": "stock"})
    assert (row["observed_value"], row["completion_ratio"]) == (110.0, 0.5)
    assert np.isnan(row["growth_pct"])
    assert (row["forecast_years"], row["state"]) == (0, "达序时")


def test_two_conditions_on_one_indicator_are_two_targets() -> None:
    """46 ÷ 100 = 46% of the level (−4), growth 46 ÷ 40 = 15% (+7): one behind, one met, never averaged."""
    targets = make_targets({}, {"kind": "growth_rate", "value": 8.0, "unit": "%"})
    observations = make_observations(*months({"2022-06": 40.0, "2023-06": 46.0}))
    both = track(targets, observations, make_indicators({}), JUNE, AFTER_JUNE)
    assert list(both["state"]) == ["欠序时(轻)", "达序时"]
    np.testing.assert_allclose(both["gap_pp"], [-4.0, 7.0], atol=1e-9)


def test_an_open_contradiction_is_the_state_and_the_numbers_stay() -> None:
    row = one(make_observations(*months({"2023-06": 60.0})), conflicted=["T1"])
    assert (row["state"], row["progress_light"], row["outlook"]) == ("目标冲突", "none", "")
    assert row["completion_ratio"] == 0.6


def test_single_months_are_added_where_all_are_there_and_not_where_one_is_missing() -> None:
    monthly = {f"2023-{month:02d}": 10.0 for month in range(1, 7)}
    row = one(make_observations(*months(monthly, span="month")))
    assert (row["observed_value"], row["reading_note"]) == (60.0, "累计数由各月相加")
    del monthly["2023-03"]
    assert one(make_observations(*months(monthly, span="month")))["state"] == "缺报"
    assert one(make_observations(*months(monthly, span="month")), indicator={"aggregation": "rate"})["state"] == "缺报"


def test_a_plan_of_its_own_stands_in_for_the_path() -> None:
    """Planned by May 30 of 100, nothing more by June: 45% against 30%."""
    plans = pd.DataFrame({"code": ["T1", "T1"], "month": [3, 5], "planned": [10.0, 30.0]})
    row = one(make_observations(*months({"2023-06": 45.0})), plans=plans)
    assert (row["planned_ratio"], row["gap_pp"]) == (0.3, 15.0)
    growth = one(
        make_observations(*months({"2023-06": 6.0}, measure="growth", unit="%")),
        {"kind": "growth_rate", "value": 8.0, "unit": "%"},
        plans=plans.assign(planned=[4.0, 5.0]),
    )
    assert growth["gap_pp"] == 1.0
    with pytest.raises(ProblemsFound, match=r"T9.*不在目标表"):
        one(make_observations(*months({"2023-06": 45.0})), plans=plans.assign(code="T9"))


def test_a_target_may_have_a_grade_of_its_own() -> None:
    observations = make_observations(*months({"2023-06": 45.0}))
    assert one(observations)["state"] == "欠序时(轻)"
    assert one(observations, {"far_pp": -3.0})["state"] == "欠序时(重)"
    assert one(observations, thresholds=Thresholds(level_far_pp=-5.0))["state"] == "欠序时(重)"


def test_no_path_gives_no_gap_but_still_a_completion() -> None:
    row = one(make_observations(*months({"2023-06": 45.0})), {"path": "none"})
    assert (row["state"], row["completion_ratio"], row["reading_note"]) == ("不适用", 0.45, "未定计划进度，不计算序时")


def test_a_balance_without_an_opening_value_has_no_distance() -> None:
    stock = {"flow_or_stock": "stock", "base_value": 50.0, "base_unit": "亿元", "base_period": "2021"}
    observations = make_observations(*months({"2023-06": 80.0}, span="stock"))
    row = one(observations, stock, {"aggregation": "stock"})
    assert (row["state"], row["completion_ratio"]) == ("不适用", 0.8)  # 2021 is not last year's end
    row = one(observations, stock | {"base_period": "2022"}, {"aggregation": "stock"})
    assert (row["state"], row["distance_ratio"]) == ("达序时", 0.6)  # (80 − 50) ÷ (100 − 50)


def test_a_ceiling_breached_last_month_stays_red_while_this_month_is_missing() -> None:
    row = one(
        make_observations(*months({"2023-05": 1.0}, unit="起")),
        {"kind": "ceiling", "direction": "at_most", "value": 0.0, "unit": "起", "path": "flat"},
        {"aggregation": "count_event", "unit": "起"},
    )
    assert (row["state"], row["outlook_light"]) == ("已突破", "red")
    assert np.isnan(row["observed_value"])


@pytest.mark.parametrize(
    ("nothing", "state"),
    [
        ("not_applicable", "不适用"),
        ("nil", "不适用"),
        ("not_due", "未到发布期"),
        ("not_reported", "缺报"),
        ("empty", "缺报"),
    ],
)
def test_a_cell_without_a_number_says_why_there_is_none(nothing: str, state: str) -> None:
    handed_in = make_observations({"period": "2023-06", "value": float("nan")}).assign(nothing=nothing)
    row = one(make_observations(*months({"2023-05": 30.0})), blanks=handed_in)
    assert row["state"] == state


def test_wrong_inputs_are_told_all_at_once() -> None:
    observations = make_observations(*months({"2023-06": 45.0}))
    with pytest.raises(ProblemsFound) as raised:
        track(make_targets({}).drop(columns=["kind", "unit"]), observations, make_indicators({}), JUNE, AFTER_JUNE)
    assert [one.code for one in raised.value.problems] == ["missing_column", "missing_column"]
    with pytest.raises(ProblemsFound, match=r"(?s)T1.*T2"):
        track(make_targets({"indicator": "a"}, {"indicator": "b"}), observations, make_indicators({}), JUNE, AFTER_JUNE)
    with pytest.raises(ProblemsFound, match="类型是“other”"):
        track(make_targets({"kind": "other"}), observations, make_indicators({}), JUNE, AFTER_JUNE)
    with pytest.raises(ProblemsFound, match=r"(?s)B1.*B2"):
        track(
            make_targets({}), make_observations(*months({"2023-05": 4.0, "2023-06": 5.0}, unit="人")),
            make_indicators({}), JUNE, AFTER_JUNE,
        )  # fmt: skip
    with pytest.raises(ProblemsFound, match="单位与指标的单位不同"):
        track(make_targets({"unit": "人"}), observations, make_indicators({}), JUNE, AFTER_JUNE)


def test_several_areas_are_refused_until_one_is_chosen() -> None:
    observations = make_observations(*months({"2023-06": 45.0}), *months({"2023-06": 50.0}, area="另一县"))
    with pytest.raises(ProblemsFound, match="几个地区"):
        one(observations)
    assert one(observations, area="另一县")["observed_value"] == 50.0


@pytest.mark.parametrize("period", ["2023-01", "2023-03", "2023-03-中旬", "2023Q2", "2023-12", "2023"])
def test_the_first_place_has_one_state_for_each_of_its_targets_even_with_no_figure(period: str) -> None:
    place = open_place(ROOT)
    register = load_register(place.rules)
    thresholds = read_thresholds(load_rules(place.rules / "target_rules.toml"), date(2023, 4, 5))
    nothing = make_observations()
    frame = track(
        register.targets, nothing, register.registry.indicators, parse_period(period), date(2023, 4, 5),
        thresholds=thresholds,
    )  # fmt: skip
    assert list(frame["code"]) == list(register.targets["code"])
    assert set(frame["state"]) <= set(STATES)
    assert set(frame["progress_light"]) == {"none"}


def test_thresholds_come_from_the_rules_with_their_source() -> None:
    book = load_rules(open_place(ROOT).rules / "target_rules.toml")
    assert read_thresholds(book, date(2023, 4, 5)) == Thresholds()
    assert read_thresholds(book, date(2023, 4, 5), rounded_comparison=True).is_rounded_compare
    printed = threshold_table(book, date(2023, 4, 5))
    assert (printed["source"] != "").all()
    told = {row.key: (row.value, row.unit) for row in printed.itertuples()}
    assert told["light.level.far_pp"] == ("-10", "百分点")
    assert told["outlook.likely_ratio"] == ("80%", "")  # not 0.8 ratio
    assert told["reading.rounded_comparison"] == ("否", "")  # not False
