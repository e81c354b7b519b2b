"""Monthly accounting and forecast of the medical fund. Figures are made up (示例数据)."""

import math
from dataclasses import replace
from decimal import Decimal

import pandas as pd
import pytest
from fund_cases import ITEMS, ONE, STORE, WAN, by_month, monthly, terms, without, year
from hypothesis import given
from hypothesis import strategies as st

from fhdata.funds.fund_forecast import charge_scatter, expected_charges, forecast, t_cdf, t_quantile
from fhdata.funds.fund_inputs import FundInputs
from fhdata.funds.fund_month import account, in_and_out, prepayments, progress
from fhdata.funds.fund_standing import standing
from fhdata.problems import ProblemsFound

MARCH = "2023-03"
LAST_YEAR = [f"2022-{number:02d}" for number in range(1, 13)]


def of_last_year(amounts: list[int]) -> pd.DataFrame:
    return pd.DataFrame({"month": LAST_YEAR[: len(amounts)], "amount_fen": [amount * WAN for amount in amounts]})


def quarter() -> FundInputs:
    """The hospital 300, 200, 100 in the first three months; everybody else's year stands in January: 3,000 and 600."""
    return by_month(year(), ONE, [300, 200, 100])


def wan(column: "pd.Series[int]") -> list[float]:
    return (column / WAN).tolist()


def refusals(call: object, *given_: object) -> list[str]:
    with pytest.raises(ProblemsFound) as stopped:
        call(*given_)
    return [one.code for one in stopped.value.problems]


# ── accounts ──


def test_costs_of_the_month_and_of_the_year_so_far() -> None:
    rows = account(quarter(), terms(month=2), "2023-02").set_index(["institution", "category", "is_dip"])
    one = rows.loc[(ONE, "outpatient", False)]
    assert (one["month_hifp_fen"], one["year_hifp_fen"], one["place"]) == (200 * WAN, 500 * WAN, "member")
    assert rows.loc[(STORE, "outpatient", False), "place"] == "outside"


def test_inside_and_outside_the_alliance() -> None:
    rows = in_and_out(account(quarter(), terms(month=1), "2023-01")).set_index(["place", "category"])
    # January: 300 + 2,000 + 1,000 inside, 600 outside.
    assert rows["month_hifp_fen"].to_dict() == {
        ("member", "outpatient"): 3300 * WAN,
        ("outside", "outpatient"): 600 * WAN,
    }


def test_months_after_the_one_accounted_are_left_out_and_a_missing_one_is_named() -> None:
    assert account(quarter(), terms(month=3), MARCH)["year_hifp_fen"].sum() == (600 + 3000 + 600) * WAN
    inputs = quarter()
    gap = replace(inputs, costs=inputs.costs[inputs.costs["month"] != "2023-02"])
    assert refusals(account, gap, terms(month=3), MARCH) == ["missing_month"]


def test_a_month_is_a_month() -> None:
    assert refusals(account, quarter(), terms(month=3), "2023Q1") == ["bad_period"]


def test_a_prepayment_is_what_was_declared_less_the_deposit_and_is_marked() -> None:
    inputs = year(declared_wan_yuan=100, prepaid_wan_yuan=96)
    row = prepayments(inputs, terms(month=3), MARCH).set_index("institution").loc[ONE]
    # 5% of 100 are 5: 95 to be prepaid, 96 were.
    assert (row["deposit_fen"], row["prepaid_fen"], row["difference_fen"]) == (5 * WAN, 95 * WAN, 1 * WAN)
    assert bool(row["is_unverified"])


# ── the budget used ──


def test_the_share_of_the_budget_used_against_the_time_of_the_year() -> None:
    rows = progress(quarter(), terms(month=3), MARCH)
    # Psychiatric treatment, 500 for the year, is spread over its months: 41.666667 each, the first eight one fen more.
    # Charges: 300 + 3,600 + 41.67 …; available: B = 9,800.
    assert wan(rows["spent_fen"]) == [3941.666667, 241.666667, 141.666667]
    assert rows["used_pct"].iloc[2] == Decimal(100 * 4325_000_001) / (9800 * WAN)
    assert (rows["time_pct"].iloc[2], rows["budget_fen"].iloc[2]) == (25, 9800 * WAN)
    assert (rows["ahead_pp"] == rows["used_pct"] - rows["time_pct"]).all()


@pytest.mark.parametrize(
    ("reading", "available"),
    [("both", 9800), ("once", 9800), ("ring_fenced", 10400), ("actual", 10400)],
    # ring-fenced: 9,800 + pot 600; actual: the pot of 600 is not deducted, what it cost is charged month by month.
)
def test_what_is_available_less_the_year_s_charges_is_the_surplus(reading: str, available: int) -> None:
    now = standing(year(), terms({"psychiatric_deduction": reading}), "2023-12")
    assert now.available_fen == available * WAN
    surplus = {"both": 700, "once": 1200, "ring_fenced": 1300, "actual": 1300}[reading]
    assert now.available_fen - sum(now.spent_fen) == surplus * WAN


def test_a_penalty_leaves_less_where_only_the_budget_is_cut() -> None:
    inputs = year(penalty_wan_yuan=150)
    found = [standing(inputs, terms({"penalty": how}), "2023-12").available_fen for how in ("both", "budget")]
    assert found == [9800 * WAN, 9650 * WAN]


def test_before_the_year_is_over_the_budgeted_income_stands_in_and_is_marked() -> None:
    inputs = without(year(items=ITEMS | {"income_budgeted": 35000}), "income_received")
    inputs = replace(inputs, items=pd.concat([inputs.items, monthly("income_received", [2000, 3000, 4000])]))
    now = standing(inputs, terms(month=3), MARCH)
    # 35,000 − 3,500 − 22,600 = 8,900
    assert (now.budget_fen, now.income_item, now.is_provisional) == (8900 * WAN, "income_budgeted", True)
    assert not standing(year(), terms(month=3), MARCH).is_provisional


def test_without_a_budgeted_income_the_month_cannot_be_held_against_anything() -> None:
    inputs = without(year(), "income_received")
    inputs = replace(inputs, items=pd.concat([inputs.items, monthly("income_received", [2000, 3000, 4000])]))
    assert refusals(progress, inputs, terms(month=3), MARCH) == ["missing_item"]


def test_an_item_known_for_some_months_is_taken_at_its_mean_and_marked() -> None:
    inputs = without(year(), "serious_illness_remitted")
    inputs = replace(inputs, items=pd.concat([inputs.items, monthly("serious_illness_remitted", [200, 250, 300])]))
    now = standing(inputs, terms(month=3), MARCH)
    # 750 ÷ 3 × 12 = 3,000 instead of 3,150
    assert (now.budget_fen, now.is_provisional) == (9950 * WAN, True)


def test_psychiatric_claims_in_both_places_stop_the_month_too() -> None:
    assert refusals(progress, year(psychiatric_wan_yuan=10), terms(month=3), MARCH) == ["psychiatric_thrice"]


def test_psychiatric_cost_by_the_month_is_charged_to_its_month() -> None:
    inputs = without(quarter(), "psychiatric_actual")
    inputs = replace(inputs, items=pd.concat([inputs.items, monthly("psychiatric_actual", [10, 20, 30])]))
    now = standing(inputs, terms(month=3), MARCH)
    assert [fen / WAN for fen in now.spent_fen] == [3910, 220, 130]


@pytest.mark.parametrize(
    ("reading", "allotted"),
    [("even", [2450.000001]), ("cumulative", []), ("last_year", [2940])],
)
def test_the_month_s_share_of_the_budget(reading: str, allotted: list[float]) -> None:
    shape = of_last_year([100, 100, 100] + [100] * 6 + [100, 0, 0])  # ten equal months: 980 each
    now = terms({"month_share": reading}, month=3)
    rows = progress(quarter(), now, MARCH, shape)
    if reading == "cumulative":
        # March: (9,800 − 3,941.666667 − 241.666667) ÷ 10 = 561.6666666, to date 4,183.333334 + 561.666667
        assert wan(rows["allotted_to_date_fen"])[2] == 4745.000001
    else:
        assert wan(rows["allotted_to_date_fen"])[2:] == allotted
    assert (rows["over_fen"] == rows["spent_to_date_fen"] - rows["allotted_to_date_fen"]).all()


def test_last_year_s_shape_must_be_there_and_whole() -> None:
    now = terms({"month_share": "last_year"}, month=3)
    assert refusals(progress, quarter(), now, MARCH) == ["no_shape"]
    assert refusals(progress, quarter(), now, MARCH, of_last_year([1] * 11)) == ["bad_shape"]
    assert refusals(forecast, quarter(), terms(month=3), MARCH, of_last_year([0] * 12)) == ["bad_shape"]


# ── the forecast ──


def test_the_year_s_end_is_available_less_charges_and_the_reserve_s_part_is_60_percent() -> None:
    found = forecast(quarter(), terms(month=3), MARCH)
    rows = found.table.set_index("case")
    # 4,325.000001 in three months: × 12 ÷ 3 = 17,300.000004; 9,800 − 17,300 = −7,500; 60% is 4,500, the reserve 3,600.
    assert rows.loc["central", "charges_fen"] == 17_300_000_004
    assert rows.loc["central", "surplus_fen"] == -7_500_000_004
    assert rows.loc["central", "reserve_needed_fen"] == 4_500_000_002
    assert rows.loc["central", "reserve_short_fen"] == 900_000_002
    assert (rows["charges_fen"] + rows["surplus_fen"] == rows["available_fen"]).all()
    assert rows.loc["low", "charges_fen"] <= rows.loc["central", "charges_fen"] <= rows.loc["high", "charges_fen"]
    assert found.probability is not None
    assert 0.5 < found.probability < 1


def test_one_month_gives_no_interval_and_no_chance() -> None:
    found = forecast(quarter(), terms(month=1), "2023-01")
    assert (found.table["case"].tolist(), found.probability, found.months) == (["central"], None, 1)


def test_after_twelve_months_the_forecast_is_the_year_itself() -> None:
    for at_one, chance in ((5000, 0.0), (6800, 1.0)):
        found = forecast(year(at_one), terms(), "2023-12")
        assert found.table["surplus_fen"].tolist() == [(700 if at_one == 5000 else -1100) * WAN]
        assert (found.probability, found.table["case"].tolist()) == (chance, ["central"])


def test_bands_that_nobody_has_seen_mark_the_forecast() -> None:
    found = forecast(quarter(), terms({"overrun": "bands"}, month=3), MARCH)
    assert found.unverified == ("overrun.bands",)
    assert forecast(quarter(), terms(month=3), MARCH).unverified == ()


def test_months_like_last_year_s_leave_no_doubt() -> None:
    # 1.1 times last year's 100 and 300: the ten months ahead, 100 each, come to 1,100.
    assert expected_charges([110, 330], [100, 300] + [100] * 10) == 1100
    assert charge_scatter([110, 330], [100, 300] + [100] * 10) == 0


def test_the_scatter_is_that_of_the_months_and_of_their_mean() -> None:
    # s² = (100² + 0 + 100²) ÷ 2 = 10,000; × (9 + 81 ÷ 3) = 360,000
    assert charge_scatter([700, 800, 900], [1] * 12) == 600


def test_months_that_were_nothing_last_year_are_taken_to_be_alike() -> None:
    assert expected_charges([10, 20], [0, 0] + [5] * 10) == 150


@pytest.mark.parametrize(
    ("value", "freedom", "expected"),
    [
        (1.0, 1, 0.75),  # 1/2 + atan(1)/π
        (math.sqrt(2), 2, 0.5 + math.sqrt(2) / (2 * math.sqrt(2 + 2))),  # 1/2 + t/(2√(2 + t²))
        (math.sqrt(3), 3, 0.5 + (math.pi / 4 + 0.5) / math.pi),  # 1/2 + (atan(t/√3) + (t/√3)/(1 + t²/3))/π
        (2.0, 4, 0.5 + 2 / math.sqrt(8) * (1 + 0.5 * 0.5) / 2),  # sinθ = t/√(4 + t²), cos²θ = 4/8
        (-1.0, 1, 0.25),
    ],
)
def test_student_s_distribution(value: float, freedom: int, expected: float) -> None:
    assert t_cdf(value, freedom) == pytest.approx(expected, abs=1e-12)


@given(probability=st.floats(0.5, 0.999), freedom=st.integers(1, 11))
def test_a_quantile_is_where_the_distribution_reaches_it(probability: float, freedom: int) -> None:
    assert t_cdf(t_quantile(probability, freedom), freedom) == pytest.approx(probability, abs=1e-9)


@given(spent=st.lists(st.integers(0, 10**13), min_size=2, max_size=11), more=st.integers(0, 10**13))
def test_a_dearer_month_never_lowers_the_forecast(spent: list[int], more: int) -> None:
    even = [1] * 12
    dearer = [spent[0] + more, *spent[1:]]
    assert expected_charges(dearer, even) >= expected_charges(spent, even)
