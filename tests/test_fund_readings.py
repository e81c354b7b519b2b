"""What other readings of the fund's articles would change, and the grid of scenarios; figures made up (示例数据)."""

from dataclasses import replace

import pandas as pd
import pytest
from fund_cases import ITEMS, ONE, RULES_OF_THE_FUND, THREE, TWO, WAN, terms, year

from fhdata.funds.fund_inputs import FundInputs
from fhdata.funds.fund_readings import MOST_PAIRS, NO_CHANGE, OF_THE_YEAR, alternatives
from fhdata.funds.scenarios import grid
from fhdata.funds.settlement import settle
from fhdata.problems import ProblemsFound
from fhdata.rules.rulebook import READING


def table(inputs: FundInputs, choices: dict[str, str] | None = None, most_pairs: int = 0) -> pd.DataFrame:
    return alternatives(RULES_OF_THE_FUND, terms().on, inputs, choices, most_pairs=most_pairs)


def changes(rows: pd.DataFrame, reading: str, alternative: str) -> dict[str, int]:
    """Party → change in 万元 under an alternative."""
    own = rows[(rows["reading"] == reading) & (rows["alternative"] == alternative)]
    return {party: fen / WAN for party, fen in zip(own["party"], own["change_fen"], strict=True)}


def test_every_other_reading_stands_in_the_table_with_what_it_changes_or_why_it_cannot_be_used() -> None:
    rows = table(year())
    listed = set(zip(rows["reading"], rows["alternative"], strict=True))
    used = terms()
    wanted = {
        (name, one.value)
        for name in OF_THE_YEAR
        for one in used.rules[READING + name].alternatives
        if one.value != getattr(used.readings, name)
    }
    assert listed == wanted
    assert ((rows["party"] != "") | (rows["note"] != "")).all()
    noted = rows[rows["note"] != ""].set_index(["reading", "alternative"])["note"]
    assert noted["above_cap", "all"] == NO_CHANGE  # S of 700 is under the cap
    assert "income_budgeted" not in noted["income_base", "budgeted"]
    assert "没有“当年医保基金预算收入”" in noted["income_base", "budgeted"]
    assert "没有按出院日期汇总的费用" in noted["claim_year", "discharge"]


def test_a_change_is_told_party_by_party() -> None:
    rows = table(year())
    # S 700 → 1,200: the county level 280 → 480, the townships 420 → 720; inside them 16 : 9, so 300 × 16/25 and 9/25.
    once = {"county": 200, "township": 300, ONE: 200, TWO: 192, THREE: 108}
    assert changes(rows, "psychiatric_deduction", "once") == once
    # kept 140 instead of 700: 560 go back to the fund, 224 from the county level, 336 from the townships.
    of_surplus = changes(rows, "cap_base", "surplus")
    assert {name: of_surplus[name] for name in ("fund", "county", "township")} == {
        "fund": 560,
        "county": -224,
        "township": -336,
    }
    # 268.8 : 151.2 → 210 : 210 inside the townships only.
    assert changes(rows, "inside_level", "equal") == {TWO: -58.8, THREE: 58.8}


def test_the_largest_change_comes_first() -> None:
    rows = table(year())
    assert rows["largest_fen"].is_monotonic_decreasing
    for _, one in rows[rows["party"] != ""].groupby(["reading", "alternative"], sort=False):
        assert one["change_fen"].abs().is_monotonic_decreasing
        assert one["change_fen"].abs().iloc[0] == one["largest_fen"].iloc[0]
    assert (rows["other_fen"] - rows["used_fen"] == rows["change_fen"]).all()


def test_a_pair_that_matters_shows_what_goes_beyond_its_two_readings() -> None:
    rows = table(year(), most_pairs=1000)
    pairs = rows[rows["is_pair"]].set_index(["reading", "alternative", "party"])
    county = pairs.loc[("psychiatric_deduction + cap_base", "once + surplus", "county")]
    # Once: S 1,200; 20% of it, 240, is kept: the county level 96, −184 from 280. One by one: +200 − 224 = −24.
    assert (county["change_fen"], county["beyond_fen"]) == (-184 * WAN, -160 * WAN)
    # Two readings whose changes just add up are no pair that matters: the score inside a level and the pharmacy's bill
    # (the same bill under both here).
    assert ("pharmacy_fee + inside_level", "hifp + score", TWO) not in pairs.index


def test_only_the_pairs_that_matter_most_are_shown() -> None:
    rows = table(year(), most_pairs=MOST_PAIRS)
    shown = rows[rows["is_pair"]].drop_duplicates(["reading", "alternative"])
    assert len(shown) == MOST_PAIRS
    everything = table(year(), most_pairs=1000)
    beyond = everything[everything["is_pair"]].assign(size=lambda one: one["beyond_fen"].abs())
    largest = beyond.groupby(["reading", "alternative"])["size"].max().nlargest(MOST_PAIRS, keep="all")
    assert set(zip(shown["reading"], shown["alternative"], strict=True)) <= set(largest.index)


def test_the_readings_used_are_the_ones_everything_is_held_against() -> None:
    rows = table(year(), {"psychiatric_deduction": "once"})
    back = changes(rows, "psychiatric_deduction", "both")
    assert (back["county"], back["township"]) == (-200, -300)
    assert set(rows.loc[rows["reading"] == "psychiatric_deduction", "used"]) == {"once"}


def test_a_level_takes_part_in_the_sum_of_its_institutions_only() -> None:
    rows = table(year())
    one = rows[(rows["reading"] == "psychiatric_deduction") & (rows["alternative"] == "once")]
    by_kind = one.groupby("kind")["change_fen"].sum()
    assert by_kind["institution"] == by_kind["level"] == 500 * WAN


# ── scenarios ──


def test_every_combination_is_settled_in_the_order_given() -> None:
    rows = grid(year(), terms(), {"costs": ["0%", "+10%"], "psychiatric_deduction": ["both", "once"]})
    # Claims of 8,600 + 10% are 9,460: S = 9,800 − 9,460 − 500 = −160 and, once, 340.
    assert (rows["surplus_fen"] / WAN).tolist() == [700, 1200, -160, 340]
    assert rows["costs"].tolist() == ["0%", "0%", "+10%", "+10%"]
    assert (rows["reserve_fen"] / WAN).tolist() == [0, 0, -96, 0]  # 160 × 60%
    assert (rows["members_fen"] / WAN).tolist() == [700, 1200, -64, 340]
    assert (rows["county_fen"] / WAN)[0] == 280
    assert rows["is_settled"].all()


def test_an_item_is_changed_by_percent_and_the_reserve_with_it() -> None:
    rows = grid(year(), terms(), {"income_received": ["-2.5%"]})
    # 35,100 − 3,510 − 22,600 = 8,990
    assert rows["budget_fen"].tolist() == [8990 * WAN]


def test_a_scenario_that_cannot_be_settled_says_why() -> None:
    rows = grid(year(), terms(), {"dip_budget": ["+55%"]})  # 18,000 × 1.55 = 27,900: B = −100
    assert rows["is_settled"].tolist() == [False]
    assert "预算管控总额为 -1,000,000.00 元" in rows["note"][0]
    assert rows["surplus_fen"].tolist() == [0]


def test_a_grid_agrees_with_the_settlement_itself() -> None:
    inputs = year(6800, penalty_wan_yuan=150)
    row = grid(inputs, terms(), {"costs": ["0%"]}).iloc[0]
    result = settle(inputs, terms())
    by_party = result.parties.set_index("party")["amount_fen"]
    assert (row["surplus_fen"], row["reserve_fen"]) == (result.surplus_fen, by_party["reserve"])
    assert row["township_fen"] == by_party["township"]


def test_refunds_move_with_the_claims() -> None:
    inputs = year(5100)
    # Refunds of 100 stand under claims flagged for the four diseases: 8,100 − 100 + 600 = 8,600; + 10% are 9,460.
    refunds = inputs.costs[inputs.costs["institution"] == ONE].assign(is_four_disease=True)
    money = {name: -refunds[name] // 51 for name in ("medfee_fen", "hifp_fen", "fund_fen")}  # 5,100 ÷ 51 = 100
    costs = pd.concat([inputs.costs, refunds.assign(**money)], ignore_index=True)
    rows = grid(replace(inputs, costs=costs), terms(), {"costs": ["0%", "+10%"]})
    assert (rows["surplus_fen"] / WAN).tolist() == [700, -160]


def test_discharge_days_move_with_the_claims() -> None:
    inputs = year()
    inputs = replace(inputs, costs_by_discharge=inputs.costs)
    rows = grid(inputs, terms({"claim_year": "discharge"}), {"costs": ["+10%"]})
    assert (rows["surplus_fen"] / WAN).tolist() == [-160]


@pytest.mark.parametrize(
    ("changes_", "said"),
    [
        ({"cost": ["0%"]}, "没有可变的“cost”，最接近的是“costs”"),
        ({"costs": ["多一成"]}, "costs 的变动写的是“多一成”"),
        ({"costs": ["-101%"]}, "应为 -5% 这样的百分数"),
        ({"penalty": ["none"]}, "读法 penalty 没有“none”，可选 both、budget"),
        ({"income_quota": ["0%"]}, "没有“上级下达的医保基金分配额度”，不能变动"),
        ({"costs": ["0%"] * 400, "dip_budget": ["0%"] * 400}, "共有 160000 种情形，一次最多 100000 种"),
    ],
)
def test_a_lever_that_does_not_exist_is_refused(changes_: dict[str, list[str]], said: str) -> None:
    with pytest.raises(ProblemsFound) as stopped:
        grid(year(items=ITEMS), terms(), changes_)
    assert said in stopped.value.problems[0].sentence
