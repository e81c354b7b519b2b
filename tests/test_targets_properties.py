"""What must hold of target tracking whatever the numbers are."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_targets_frames import make_indicators, make_observations, make_targets, months

from fhdata.periods import parse_period
from fhdata.targets.growth import required_growth
from fhdata.targets.progress import track
from fhdata.targets.states import LIGHTS, NOT_DUE, NOT_REPORTED

AMOUNTS = st.floats(min_value=0.01, max_value=1e6)
STEPS = st.lists(st.floats(min_value=0.01, max_value=1000), min_size=12, max_size=12)
KINDS = ["level", "increment", "growth_rate", "rate", "ceiling", "decline", "binary"]
FEW = settings(max_examples=25, deadline=None)


def cumulative(year: int, steps: list[float]) -> dict[str, float]:
    return {f"{year}-{month:02d}": float(total) for month, total in enumerate(np.cumsum(steps), start=1)}


def level_frames(this: list[float], last: list[float], target: float, scale: float = 1.0, unit: str = "亿元"):
    figures = {**cumulative(2022, last), **cumulative(2023, this)}
    rows = months({period: value * scale for period, value in figures.items()}, unit=unit)
    return (
        make_targets({"value": target, "path": "history"}, {"kind": "growth_rate", "value": 8.0, "unit": "%"}),
        make_observations(*rows),
        make_indicators({}),
    )


@FEW
@given(this=STEPS, last=STEPS, target=AMOUNTS, scale=st.sampled_from([0.001, 0.5, 3.0, 10_000.0]))
def test_scaling_all_values_and_the_target_leaves_completion_and_state_unchanged(this, last, target, scale) -> None:
    period, day = parse_period("2023-07"), date(2023, 8, 20)
    plain = track(*level_frames(this, last, target), period, day)
    targets, observations, indicators = level_frames(this, last, target, scale)
    scaled = track(targets.assign(value=[target * scale, 8.0]), observations, indicators, period, day)
    for column in ("completion_ratio", "planned_ratio", "gap_pp", "growth_pct", "required_growth_pct"):
        np.testing.assert_allclose(scaled[column], plain[column], rtol=1e-9, atol=1e-7)
    np.testing.assert_allclose(scaled["forecast_level"], plain["forecast_level"] * scale, rtol=1e-9)


@FEW
@given(this=STEPS, last=STEPS, target=AMOUNTS, seed=st.integers(0, 1000))
def test_row_order_never_matters(this, last, target, seed) -> None:
    targets, observations, indicators = level_frames(this, last, target)
    period, day = parse_period("2023-07"), date(2023, 8, 20)
    plain = track(targets, observations, indicators, period, day)
    mixed = track(targets, observations.sample(frac=1, random_state=seed), indicators, period, day)
    pd.testing.assert_frame_equal(plain, mixed)


def test_row_order_decides_nothing_between_two_equal_releases() -> None:
    rows = [*months({"2023-06": 40.0}), *months({"2023-06": 40.0}), *months({"2023-06": 30.0})]
    observations = make_observations(*rows)
    answers = [
        track(
            make_targets({}), observations.iloc[order], make_indicators({}), parse_period("2023-06"), date(2023, 7, 9)
        )
        for order in ([0, 1, 2], [2, 1, 0], [1, 0, 2])
    ]
    pd.testing.assert_frame_equal(answers[0], answers[1])
    pd.testing.assert_frame_equal(answers[0], answers[2])


@FEW
@given(this=STEPS, last=STEPS, target=AMOUNTS)
def test_unit_of_the_input_never_matters(this, last, target) -> None:
    period, day = parse_period("2023-07"), date(2023, 8, 20)
    plain = track(*level_frames(this, last, target), period, day)
    in_wan = track(*level_frames(this, last, target, scale=10_000, unit="万元"), period, day)
    for column in plain.select_dtypes("number").columns:
        np.testing.assert_allclose(in_wan[column], plain[column], rtol=1e-9, atol=1e-7)


@FEW
@given(
    target=st.fixed_dictionaries(
        {
            "kind": st.sampled_from(KINDS),
            "direction": st.sampled_from(["at_least", "at_most"]),
            "flow_or_stock": st.sampled_from(["flow", "stock", ""]),
            "value": st.floats(min_value=-50, max_value=1000),
            "unit": st.just("亿元"),
        }
    ),
    month=st.integers(1, 12),
    late=st.integers(0, 60),
    base=st.floats(min_value=0, max_value=100),
)
def test_missing_is_never_red_and_never_zero(target, month, late, base) -> None:
    """This year's figures are all missing; last year's are there, and may be 0."""
    period = parse_period(f"2023-{month:02d}")
    targets = make_targets(target)
    last = months({f"2022-{number:02d}": base for number in range(1, 13)})
    day = date.fromordinal(period.end.toordinal() + late)
    row = track(targets, make_observations(*last), make_indicators({}), period, day).iloc[0]
    assert row["state"] == (NOT_REPORTED if late >= 10 else NOT_DUE)
    assert (row["progress_light"], row["outlook_light"]) == ("none", "none")
    assert pd.isna(row["observed_value"])
    assert pd.isna(row["completion_ratio"])
    assert pd.isna(row["gap_pp"])
    assert row["source_cell"] == ""


@FEW
@given(this=STEPS, last=STEPS, target=AMOUNTS, changed=st.integers(0, 11))
def test_a_revision_of_one_cell_changes_only_its_own_indicator(this, last, target, changed) -> None:
    figures = {**cumulative(2022, last), **cumulative(2023, this)}
    other = months(figures, indicator="other")
    targets = make_targets({"value": target}, {"value": target, "indicator": "other"})
    indicators = make_indicators({}, {"indicator": "other"})
    period, day = parse_period("2023-07"), date(2023, 8, 20)
    before = track(targets, make_observations(*months(figures), *other), indicators, period, day)
    figures[f"2023-{changed + 1:02d}"] += 5.0
    after = track(targets, make_observations(*months(figures), *other), indicators, period, day)
    pd.testing.assert_frame_equal(before.iloc[[1]], after.iloc[[1]])
    assert (before.loc[0, "observed_value"] != after.loc[0, "observed_value"]) == (changed == 6)


@given(growth=st.floats(-50, 200), share=st.floats(0, 1))
def test_growing_as_asked_needs_growing_as_asked(growth, share) -> None:
    assert float(required_growth(growth, growth, share)) == growth


@given(target=st.floats(-20, 60), to_date=st.floats(-60, 200), share=st.floats(0.01, 0.99))
def test_the_required_growth_reaches_the_target_exactly(target, to_date, share) -> None:
    """Put back in: (1 + g)·s + (1 + g_req)·(1 − s) = 1 + g*."""
    needed = float(required_growth(target, to_date, share))
    reached = share * to_date + (1 - share) * needed
    assert reached == pytest.approx(target, rel=1e-9, abs=1e-7)


def test_every_state_that_has_a_light_says_something_about_progress() -> None:
    assert not set(LIGHTS) & {NOT_DUE, NOT_REPORTED}
