"""The fund's annual settlement: a waterfall that closes, shares to the fen, and what forbids paying by it.

The worked figures themselves are in examples/fund.toml; all institutions here are made up (示例数据).
"""

from dataclasses import replace

import pandas as pd
import pytest
from fund_cases import FILE, ITEMS, ONE, RULES_OF_THE_FUND, SHEET, STORE, THREE, TWO, WAN, monthly, terms, without, year

from fhdata.funds.fund_forecast import forecast
from fhdata.funds.fund_inputs import FundInputs
from fhdata.funds.fund_month import account, in_and_out, prepayments, progress
from fhdata.funds.fund_readings import alternatives
from fhdata.funds.scenarios import grid
from fhdata.funds.settlement import Settlement, settle
from fhdata.problems import Problem, ProblemsFound


def refused(inputs: FundInputs, choices: dict[str, str] | None = None, **final: object) -> tuple[Problem, ...]:
    with pytest.raises(ProblemsFound) as stopped:
        settle(inputs, terms(choices), **final)
    return stopped.value.problems


def moving(lines: pd.DataFrame) -> pd.DataFrame:
    return lines[lines["kind"].isin(["start", "change"])]


# ── the waterfall ──


@pytest.mark.parametrize(
    ("at_one", "choices"),
    [(5000, {}), (3200, {}), (6800, {}), (5700, {}), (6800, {"overrun": "bands"}), (5000, {"penalty": "budget"})],
    ids=["surplus", "above the cap", "overrun", "nothing", "bands", "penalty from the budget"],
)
def test_every_line_adds_up_to_nothing_and_every_part_to_its_line(at_one: int, choices: dict[str, str]) -> None:
    lines = settle(year(at_one, penalty_wan_yuan=150), terms(choices)).waterfall
    assert moving(lines)["amount_fen"].sum() == 0
    assert lines["balance_fen"].iloc[-1] == 0
    running = moving(lines)["amount_fen"].cumsum()
    assert (running == lines.loc[running.index, "balance_fen"]).all()
    totals = lines[lines["kind"] == "total"]
    assert (totals["amount_fen"] == totals["balance_fen"]).all()
    parts = lines[lines["kind"] == "part"].groupby("step")["amount_fen"].sum()
    changes = moving(lines).set_index("step")["amount_fen"]
    assert parts.to_dict() == {step: changes[step] for step in parts.index}


def test_every_line_has_its_article_and_what_is_reported_its_cell() -> None:
    lines = settle(year(), terms()).waterfall
    assert lines["article"].str.startswith("凤政办发〔2023〕1号 第").all()
    cells = lines.set_index("step")["inputs"]
    # The items stand at C2, C3 … in the order of ITEMS; the reserve is reckoned from the income in C2.
    assert cells["income_received"] == cells["reserve"] == f"{FILE}「{SHEET}」 C2"
    assert cells["four_disease_package"] == f"{FILE}「{SHEET}」 C7"
    rules = lines.set_index("step")["rules"]
    assert rules["reserve"] == "风险储备金预留比例：10%（凤政办发〔2023〕1号 第十条（一））"


def test_the_budget_is_the_head_of_the_waterfall() -> None:
    result = settle(year(), terms())
    assert result.budget["step"].iloc[-1] == "budget"
    assert result.budget["amount_fen"].iloc[-1] == result.budget_fen == 9800 * WAN
    assert result.surplus_fen == 700 * WAN


def test_income_by_the_month_adds_up_and_each_month_is_named() -> None:
    by_month = without(year(), "income_received")
    # 12 × 3,000 = 36,000
    inputs = replace(by_month, items=pd.concat([by_month.items, monthly("income_received", [3000] * 12)]))
    lines = settle(inputs, terms()).waterfall.set_index("step")
    assert lines.loc["income_received", "amount_fen"] == 36000 * WAN
    assert lines.loc["income_received", "inputs"].count(FILE) == 12


def test_a_balance_of_the_reserve_is_its_last_month_not_a_sum() -> None:
    inputs = year(6800, 700)
    inputs = replace(inputs, items=pd.concat([inputs.items, monthly("reserve_balance", [900] * 11 + [500])]))
    lines = settle(inputs, terms()).waterfall.set_index("step")["amount_fen"]
    # −1,200: the reserve's part is 720, it holds 500, the county budget 220.
    assert (lines["reserve_pays"], lines["county_budget"]) == (500 * WAN, 220 * WAN)


# ── shares and transfers ──


def test_the_fen_that_rounding_moves_is_shown() -> None:
    # 420,000,000 fen by score 80 : 90 are 197,647,058.82 and 222,352,941.18: the fen left over goes to the first.
    shares = settle(year(), terms({"inside_level": "score"})).shares.set_index("institution")
    assert shares["share_fen"].to_dict() == {ONE: 280_000_000, TWO: 197_647_059, THREE: 222_352_941}
    assert shares["adjusted_fen"].to_dict() == {ONE: 0, TWO: 1, THREE: 0}


def test_only_members_get_or_bear() -> None:
    for at_one in (5000, 6800):
        assert set(settle(year(at_one), terms()).shares["institution"]) == {ONE, TWO, THREE}


def test_the_transfer_list_pays_claims_shares_and_takes_back_what_was_prepaid() -> None:
    inputs = year(declared_wan_yuan=4000, prepaid_wan_yuan=3800, penalty_wan_yuan=150)
    row = settle(inputs, terms()).transfers.set_index("institution").loc[ONE]
    # 5,000 − 150 + 280 = 5,130 due; 5,130 − 3,800 = 1,330 still to pay; 4,000 − 3,800 = 200 were withheld.
    assert row["due_fen"] == 5130 * WAN
    assert row["balance_fen"] == 1330 * WAN
    assert row["withheld_fen"] == 200 * WAN


def test_claims_outside_the_scope_are_paid_all_the_same() -> None:
    transfers = settle(year(), terms({"scope": "members"})).transfers.set_index("institution")
    assert transfers.loc[STORE, "due_fen"] == 600 * WAN


@pytest.mark.parametrize("at_one", [5000, 3200, 6800])
@pytest.mark.parametrize(("penalty", "beyond"), [("both", 0), ("budget", 150)])
def test_what_parties_gain_and_pay_is_the_surplus_and_the_penalty(at_one: int, penalty: str, beyond: int) -> None:
    result = settle(year(at_one, penalty_wan_yuan=150), terms({"penalty": penalty}))
    parties = result.parties[result.parties["kind"] != "level"]
    # Only the budget cut: S is smaller by the penalty, which the fund keeps.
    assert parties["amount_fen"].sum() == result.surplus_fen + beyond * WAN


def test_discharge_days_decide_the_year_where_the_reading_says_so_and_late_claims_have_a_line() -> None:
    inputs = year()
    late = inputs.costs.assign(month=inputs.costs["month"].replace({"2023-01": "2022-12"}))
    is_late = inputs.costs["institution"] == THREE
    by_discharge = pd.concat([late[is_late], inputs.costs[~is_late]])
    inputs = replace(inputs, costs_by_discharge=by_discharge)
    usual = settle(inputs, terms())
    other = settle(inputs, terms({"claim_year": "discharge"}))
    # All 1,000 of one clinic were discharged in 2022: told either way, counted by the day of settlement only.
    for lines in (usual.waterfall, other.waterfall):
        assert lines.loc[lines["kind"] == "memo", "amount_fen"].tolist() == [-1000 * WAN]
    assert (usual.surplus_fen, other.surplus_fen) == (700 * WAN, 1700 * WAN)


def test_a_reading_by_discharge_needs_days_of_discharge() -> None:
    assert [one.code for one in refused(year(), {"claim_year": "discharge"})] == ["no_discharge"]


def test_a_surplus_of_exactly_the_cap_is_not_above_it() -> None:
    # 9,800 − 3,740 − 3,000 − 600 − 500 = 1,960 = 20% of 9,800: nothing goes back even where all of an excess would.
    lines = settle(year(3740), terms({"above_cap": "all"})).waterfall
    assert moving(lines).set_index("step").loc["returned", "amount_fen"] == 0


# ── what stands against settling ──


def test_psychiatric_claims_in_both_places_stop_the_settlement_with_both_amounts() -> None:
    found = refused(year(psychiatric_wan_yuan=480))
    assert [one.code for one in found] == ["psychiatric_thrice"]
    assert (found[0].file, found[0].cell) == (FILE, "C6")
    assert "5,000,000.00 元" in found[0].sentence
    assert "4,800,000.00 元" in found[0].sentence


def test_dip_claims_flagged_psychiatric_do_not_count_a_third_time() -> None:
    inputs = year(psychiatric_wan_yuan=480)
    is_flagged = inputs.costs["is_psychiatric"]
    roster = inputs.institutions.assign(is_dip=inputs.institutions["institution"] == ONE)
    inputs = replace(inputs, costs=inputs.costs.assign(is_dip=is_flagged), institutions=roster)
    assert settle(inputs, terms()).surplus_fen == 700 * WAN


def test_no_psychiatric_figure_anywhere_is_a_problem_not_a_zero() -> None:
    assert [one.code for one in refused(without(year(), "psychiatric_actual"))] == ["missing_item"]


def test_a_return_of_the_pot_must_be_what_pot_and_cost_leave() -> None:
    inputs = year(items=ITEMS | {"psychiatric_returns": 90})
    found = refused(inputs, {"psychiatric_deduction": "ring_fenced"})
    assert [one.code for one in found] == ["returns_differ"]
    assert "900,000.00" in found[0].sentence
    right = year(items=ITEMS | {"psychiatric_returns": 100})  # 600 − 500
    assert settle(right, terms({"psychiatric_deduction": "ring_fenced"})).surplus_fen == 1300 * WAN


def test_everything_missing_is_told_at_once() -> None:
    inputs = year()
    nothing = replace(inputs, items=inputs.items[inputs.items["item"] == "psychiatric_actual"])
    found = refused(nothing)
    assert [one.code for one in found] == ["missing_item"] * 5
    assert "当年医保基金实际收入总额" in found[0].sentence
    assert "income_base" in found[0].sentence


def test_a_month_of_income_that_is_not_in_is_named() -> None:
    inputs = without(year(), "income_received")
    inputs = replace(inputs, items=pd.concat([inputs.items, monthly("income_received", [3000] * 11)]))
    found = refused(inputs)
    assert [(one.code, one.cell) for one in found] == [("missing_month", "D12")]
    assert "2023-12" in found[0].sentence


def test_a_budget_of_nothing_is_refused_with_its_figure() -> None:
    # 36,000 − 3,600 − 27,800 − 3,150 − 600 − 850 = 0
    found = refused(year(items=ITEMS | {"dip_budget": 27800}))
    assert [one.code for one in found] == ["no_budget"]
    assert "预算管控总额为 0.00 元" in found[0].sentence
    # B of 9,800 is not above zero after a penalty of 9,800.
    assert [one.code for one in refused(year(penalty_wan_yuan=9800))] == ["no_budget"]


def test_a_level_without_anybody_is_an_error_its_share_never_vanishes() -> None:
    inputs = year()
    nobody = inputs.institutions.assign(is_scored=inputs.institutions["level"] == "county")
    found = refused(replace(inputs, institutions=nobody))
    assert [one.code for one in found] == ["empty_level"]
    assert "4,200,000.00 元" in found[0].sentence  # 700 × 60%
    assert "没有参加考评" in found[0].sentence


def test_a_level_where_nobody_passes_is_an_error_unless_the_fund_gets_it_back() -> None:
    high = replace(terms(), pass_mark_e4=950_000)  # 95 points; all have less
    with pytest.raises(ProblemsFound, match="没有一个机构达到考评合格线"):
        settle(year(), high)
    to_fund = replace(terms({"below_pass": "fund"}), pass_mark_e4=950_000)
    lines = settle(year(), to_fund).waterfall
    assert moving(lines).set_index("step").loc["forfeited", "amount_fen"] == -700 * WAN


def test_a_level_of_scores_of_zero_cannot_be_shared() -> None:
    inputs = year()
    nothing = inputs.institutions.assign(score=0)
    with pytest.raises(ProblemsFound, match="得分或结算金额都是 0"):
        settle(replace(inputs, institutions=nothing), terms())


def test_an_overrun_that_no_member_can_bear_is_an_error() -> None:
    inputs = year(6800)
    nobody = inputs.institutions.assign(is_member=False, is_scored=False)
    assert [one.code for one in refused(replace(inputs, institutions=nobody))] == ["nobody_bears"]


# ── a final settlement ──


def test_a_final_settlement_on_final_figures_and_known_rules_is_made() -> None:
    result = settle(year(), terms(), is_final=True)
    assert (result.is_final, result.unverified) == (True, ())
    assert not result.waterfall["is_unverified"].any()


def test_an_unverified_rule_that_moves_money_forbids_it_until_somebody_signs() -> None:
    bands = {"overrun": "bands"}
    found = refused(year(6800), bands, is_final=True)
    assert [(one.code, one.cell) for one in found] == [("unverified_rule", "overrun.bands")]
    assert 'signed=("overrun.bands",)' in found[0].sentence
    signed = settle(year(6800), terms(bands), is_final=True, signed=("overrun.bands",))
    assert (signed.is_final, signed.unverified) == (True, ("overrun.bands",))
    marked = signed.waterfall.set_index("step")["is_unverified"]
    assert not marked["surplus"].any()
    assert marked[["reserve_pays", "members", "closing"]].all()


def test_a_trial_run_may_rest_on_an_unverified_rule_and_says_so() -> None:
    result = settle(year(6800), terms({"overrun": "bands"}))
    assert (result.is_final, result.unverified) == (False, ("overrun.bands",))


def test_an_unverified_rule_that_moves_nothing_forbids_nothing() -> None:
    # A surplus: the bands of an overrun are not used.
    assert settle(year(), terms({"overrun": "bands"}), is_final=True).unverified == ()


def test_a_name_signed_that_is_no_unverified_rule_is_refused() -> None:
    found = refused(year(), None, is_final=True, signed=("overrun.band",))
    assert [one.code for one in found] == ["unknown_rule"]
    assert "overrun.bands" in found[0].sentence


def test_a_preliminary_figure_forbids_it_and_marks_what_rests_on_it() -> None:
    inputs = year()
    early = inputs.items["status"].where(inputs.items["item"] != "dip_budget", "preliminary")
    inputs = replace(inputs, items=inputs.items.assign(status=early))
    found = refused(inputs, None, is_final=True)
    assert [(one.code, one.cell) for one in found] == [("preliminary", "C3")]
    marked = settle(inputs, terms()).waterfall.set_index("step")["is_provisional"]
    assert not marked["income_received"]
    assert marked[["dip_budget", "budget", "surplus"]].all()
    assert not marked["serious_illness_remitted"]


# ── tables ──


def every_table() -> dict[str, pd.DataFrame]:
    tables = {}
    for name, at_one in {"surplus": 5000, "overrun": 6800, "nothing": 5700}.items():
        inputs = year(at_one, penalty_wan_yuan=150, declared_wan_yuan=10, prepaid_wan_yuan=9)
        result: Settlement = settle(inputs, terms())
        tables |= {f"{name} {field}": getattr(result, field) for field in TABLES}
        tables[f"{name} alternatives"] = alternatives(RULES_OF_THE_FUND, terms().on, inputs)
        tables[f"{name} grid"] = grid(inputs, terms(), {"costs": ["-10%", "+10%"], "dip_budget": ["0%", "+60%"]})
    march = terms(month=3)
    accounted = account(year(), march, "2023-03")
    tables |= {"account": accounted, "in and out": in_and_out(accounted)}
    tables["progress"] = progress(year(), march, "2023-03")
    tables["prepayments"] = prepayments(year(), march, "2023-03")
    tables["forecast"] = forecast(year(), march, "2023-03").table
    return tables


TABLES = ("budget", "waterfall", "shares", "transfers", "parties")


def test_no_money_column_of_any_table_is_anything_but_int64() -> None:
    looked_at = 0
    for name, table in every_table().items():
        money = [column for column in table.columns if str(column).endswith("_fen")]
        assert money, name
        assert {str(table[column].dtype) for column in money} == {"int64"}, name
        floats = [column for column in table.columns if pd.api.types.is_float_dtype(table[column])]
        assert floats == [], name
        looked_at += len(money)
    assert looked_at > 60


def test_nothing_depends_on_the_order_of_the_rows() -> None:
    inputs = year(penalty_wan_yuan=150, prepaid_wan_yuan=10)
    frames = ("items", "institutions", "costs", "penalties", "prepayments")
    turned = replace(inputs, **{name: getattr(inputs, name).iloc[::-1].reset_index(drop=True) for name in frames})
    for name in TABLES:
        expected, got = (getattr(settle(one, terms()), name) for one in (inputs, turned))
        pd.testing.assert_frame_equal(got, expected)


def test_the_arguments_stay_as_they_are() -> None:
    inputs = year(penalty_wan_yuan=150)
    before = {name: getattr(inputs, name).copy(deep=True) for name in ("items", "institutions", "costs", "penalties")}
    settle(inputs, terms())
    for name, frame in before.items():
        pd.testing.assert_frame_equal(getattr(inputs, name), frame)
