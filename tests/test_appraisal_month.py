"""A month from its tables to the execution list: refusals, registers, money, and what stays the same."""

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_files import RULES
from test_appraisal_frames import (
    COUNTY,
    MONTH,
    SERIES,
    A,
    B,
    C,
    column,
    make_events,
    make_inputs,
    make_items,
    make_scores,
    make_units,
    plain,
    scheme,
)

from fhdata.appraisal.awards import total_cost
from fhdata.appraisal.events import unplaced
from fhdata.appraisal.grid import UNIT_COLUMNS
from fhdata.appraisal.month import MonthInputs, Months, appraise_months, rank_months
from fhdata.appraisal.ranking import last_places, ranks, with_previous
from fhdata.appraisal.scoring import cells_table
from fhdata.problems import ProblemsFound
from fhdata.rules.registry import load_registry

TWO = {A: 60, B: 40}


def appraised(inputs: MonthInputs, **readings: str) -> Months:
    return appraise_months(inputs, scheme(**readings))


def sentences(inputs: MonthInputs, **readings: str) -> list[str]:
    with pytest.raises(ProblemsFound) as caught:
        appraised(inputs, **readings)
    return [one.sentence for one in caught.value.problems]


# ── what is refused ──


def test_final_ranking_is_refused_while_departments_have_not_handed_in_and_all_are_named() -> None:
    """乙 is marked as not handed in for A; of 甲 there is no row at all for B."""
    inputs = make_inputs({"甲": {A: 90, B: 80}, "乙": {A: 80, B: 70}}, TWO)
    scores = inputs.scores.set_index(["unit", "item"])
    scores.loc[("乙", A), ["score", "status"]] = [float("nan"), "not_handed_in"]
    lacking = scores.drop(("甲", B)).reset_index()
    place, close = "示例县 2023-03 序列“乡镇”的", "没有报来的，不得取平均分，请催报，或先出草稿。"
    assert sentences(replace(inputs, scores=lacking)) == [
        f"{place}“经济指标”还有 1 个单位没有得分：乙，责任部门“{A}局”{close}",
        f"{place}“全员消费升级”还有 1 个单位没有得分：甲，责任部门“{B}局”{close}",
    ]


def test_draft_leaves_out_what_is_not_handed_in_and_says_so() -> None:
    inputs = make_inputs({"甲": {A: 90, B: 80}, "乙": {A: 80, B: 70}}, TWO)
    lacking = inputs.scores[~((inputs.scores["unit"] == "甲") & (inputs.scores["item"] == B))]
    draft = appraise_months(replace(inputs, scores=lacking), scheme(), is_final=False)
    assert column(draft.ranking, "total_e4") == {"甲": 900000, "乙": 800000}  # A alone, its weight scaled to 100
    assert draft.ranking["is_draft"].all()
    cells = cells_table(draft.scored)
    assert set(cells.loc[cells["item"] == B, "state"]) == {"pending"}
    assert cells.loc[cells["item"] == B, "score_e4"].isna().all()


def test_unknown_series_unit_and_item_get_a_sentence_each() -> None:
    inputs = make_inputs({"甲": {A: 90, B: 80}}, TWO)
    stray_unit = make_units(["丙"], "街道")
    assert sentences(replace(inputs, units=pd.concat([inputs.units, stray_unit], ignore_index=True))) == [
        "单位“丙”的月考核序列写的是“街道”，只有县政府系统、乡镇、垂直管理，请改正。",
        "单位“丙”的年度考核序列写的是“街道”，只有经济指标、要素保障、乡镇、垂直管理，请改正。",
    ]
    stray = make_scores({"甲局": {A: 90}}).iloc[:1]
    other = make_scores({"甲": {"work_safty": 90}}).iloc[-1:]
    found = sentences(replace(inputs, scores=pd.concat([inputs.scores, stray, other], ignore_index=True)))
    assert len(found) == 2
    assert found[0].startswith("示例.xlsx「示例」 B2：被考核单位里没有“甲局”，最接近的是“甲”")
    assert found[1].startswith(
        "示例.xlsx「示例」 B2：2023-03 单位“甲”的序列没有考核内容“work_safty”，最接近的是“work_safety”"
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"weight": 59.0}, "示例县 2023-03 序列“乡镇”的权重合计是 99.0000，应正好是 100，请核对。"),
        ({"weight": 60.00001}, f"“{A}”的权重是 60.00001，最多四位小数，请改正。"),
        ({"weight": -1.0}, f"“{A}”的权重是 -1.0，应为不小于 0 的数，请改正。"),
        ({"approval_no": ""}, f"2023-03“{A}”没有批准文号，考核内容和权重须经领导小组批准，请补上。"),
        ({"department": ""}, f"2023-03“{A}”没有责任部门，请补上。"),
        ({"item": "economic"}, "考核内容里没有“economic”，最接近的是“economic_indicators”，请改正或先登记。"),
        ({"series": "镇街"}, "月考核序列里没有“镇街”，最接近的是“乡镇”，请改正或先登记。"),
    ],
)
def test_each_fault_of_the_weights_is_told(change: dict, said: str) -> None:
    inputs = make_inputs({"甲": {A: 90, B: 80}}, TWO)
    items = inputs.items.copy()
    for name, value in change.items():
        items.loc[0, name] = value
    assert said in sentences(replace(inputs, items=items))


def test_fixed_items_left_out_are_named() -> None:
    inputs = make_inputs({"甲": {A: 90, B: 80}}, TWO)
    items = inputs.items[~inputs.items["item"].isin(["work_safety", "tax_protection"])]
    said = "示例县 2023-03 序列“乡镇”没有列固定考核内容：全员协税护税、安全生产"
    assert sentences(replace(inputs, items=items)) == [said + "，固定考核内容每月都要列，不计分的权重写 0，请补上。"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"score": 101.0}, "是 101 分，单项百分制，应在 0 至 100 之间，请改正。"),
        ({"score": float("nan")}, "标为有得分，却没有数，应填得分，请改正。"),
        ({"status": "not_concerned"}, "有 90 分，又标为“not_concerned”，只取一种，请改正。"),
        ({"status": "absent"}, "状态是“absent”，只能是scored、not_concerned、not_handed_in，请改正。"),
    ],
)
def test_each_fault_of_the_scores_is_told_with_its_cell(change: dict, said: str) -> None:
    inputs = make_inputs({"甲": {A: 90, B: 80}}, TWO)
    scores = inputs.scores.copy()
    for name, value in change.items():
        scores.loc[0, name] = value
    assert f"示例.xlsx「示例」 B2：2023-03 单位“甲”的“{A}”{said}" in sentences(replace(inputs, scores=scores))


def test_two_scores_for_one_cell_are_refused() -> None:
    inputs = plain({"甲": 90})
    twice = pd.concat([inputs.scores, inputs.scores.iloc[:1]], ignore_index=True)
    assert (
        sentences(replace(inputs, scores=twice))
        == [f"示例.xlsx「示例」 B2：2023-03 单位“甲”的“{A}”有两个得分，只能有一个，请改正。"] * 2
    )


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ({"unit": "乙局"}, "单位里没有“乙局”，最接近的是“乙”"),
        ({"kind": "prais"}, "加减分种类里没有“prais”，最接近的是“praise”"),
        ({"role": "main"}, "角色里没有“main”"),
        ({"level": "市"}, "“甲”的 praise 写的层级是“市”，该种类只有国家、省、州、县、两办督查室，请改正。"),
        ({"document": ""}, "“甲”的一条加减分没有文号或工作名称，两格必填，请补上。"),
        ({"document_date": None}, "“甲”的一条加减分没有印发日期或报来日期，请补上。"),
        ({"registered": date(2023, 3, 9)}, "示例〔2023〕1号 报来日期早于印发日期，请核对。"),
        ({"role": "lead"}, "示例〔2023〕1号“示例工作”登记了牵头 1 个、配合 0 个、单独 0 个，应为一个单独"),
        (
            {"kind": "commendation", "level": "县"},
            "“甲”的 commendation 写的层级是“县”，该种类只有国家、省、州，文件另有一个分值没有写层级",
        ),
    ],
)
def test_each_fault_of_the_register_is_told(event: dict, said: str) -> None:
    assert sentences(plain({"甲": 90, "乙": 80}, event))[0].startswith(said)


# ── bonuses, totals, places ──


def test_bonus_and_deduction_stand_beside_the_points_and_move_the_rank() -> None:
    events = ({"unit": "乙", "level": "国家"}, {"unit": "甲", "kind": "criticism", "level": "县", "document": "二"})
    ranking = appraised(plain({"甲": 91, "乙": 90, "丙": 85}, *events)).ranking
    assert column(ranking, "base_e4") == {"甲": 910000, "乙": 900000, "丙": 850000}
    assert column(ranking, "bonus_e4") == {"甲": 0, "乙": 20000, "丙": 0}
    assert column(ranking, "deduction_e4") == {"甲": -3000, "乙": 0, "丙": 0}
    assert column(ranking, "total_e4") == {"甲": 907000, "乙": 920000, "丙": 850000}
    assert column(ranking, "rank") == {"甲": 2, "乙": 1, "丙": 3}


@pytest.mark.parametrize(("bounds", "top", "low"), [("allowed", 1010000, -10000), ("capped", 1000000, 0)])
def test_totals_above_100_and_below_0(bounds: str, top: int, low: int) -> None:
    """99 + 2 = 101; 1 − 2 = −1."""
    events = ({"unit": "甲", "level": "国家"}, {"unit": "乙", "kind": "criticism", "level": "国家", "document": "二"})
    ranking = appraised(plain({"甲": 99, "乙": 1}, *events), bounds=bounds).ranking
    assert column(ranking, "total_e4") == {"甲": top, "乙": low}


def test_written_chain_breaks_ties_and_what_is_still_equal_shares_a_rank() -> None:
    """甲 90; 乙 89.7 + 0.3 = 90; 丙 90.3 − 0.3 = 90; 丁 90: fewer deductions first, then the higher base."""
    events = ({"unit": "乙"}, {"unit": "丙", "kind": "criticism", "document": "二"})
    inputs = plain({"甲": 90, "乙": 89.7, "丙": 90.3, "丁": 90}, *events)
    assert column(appraised(inputs).ranking, "rank") == {"甲": 1, "乙": 1, "丙": 1, "丁": 1}
    assert column(appraised(inputs, ties="chain").ranking, "rank") == {"甲": 1, "乙": 3, "丙": 4, "丁": 1}


def test_chain_may_name_an_item_and_an_unknown_key_is_refused() -> None:
    """Both 85: 甲 0.5×90 + 0.5×80, 乙 0.5×80 + 0.5×90; B decides."""
    inputs = make_inputs({"甲": {A: 90, B: 80}, "乙": {A: 80, B: 90}}, {A: 50, B: 50})
    by_item = replace(scheme(ties="chain"), chain=(f"item:{B}",))
    assert column(appraise_months(inputs, by_item).ranking, "rank") == {"甲": 2, "乙": 1}
    with pytest.raises(ProblemsFound, match="并列次序里的“age”不能用"):
        appraise_months(inputs, replace(by_item, chain=("age",)))


def test_event_outside_the_ranked_months_is_not_lost_unseen() -> None:
    events = ({"document_date": date(2023, 4, 5), "registered": date(2023, 4, 6)}, {"document": "二"})
    months = appraised(plain({"甲": 90}, *events))
    assert unplaced(months.events, months.ranking)["document"].tolist() == ["示例〔2023〕1号"]


def test_cooperating_unit_outside_the_appraisal_takes_its_part_and_is_not_ranked() -> None:
    """1.5 × 60% = 0.9; the other 40% shared by two, one of them not appraised: 0.3."""
    roles = {"甲": "lead", "乙": "cooperating", "外": "cooperating"}
    events = [{"unit": unit, "role": role, "level": "省"} for unit, role in roles.items()]
    inputs = plain({"甲": 90, "乙": 80}, *events)
    outside = make_units(["外"]).assign(monthly_series="", annual_series="")
    ranking = appraised(
        replace(inputs, units=pd.concat([inputs.units, outside], ignore_index=True)), cooperating="shared"
    ).ranking
    assert column(ranking, "bonus_e4") == {"甲": 9000, "乙": 3000}


def test_each_series_and_month_is_ranked_by_itself_and_compared_with_the_month_before() -> None:
    months = ("2023-02", "2023-03")
    units = pd.concat([make_units(["甲", "乙"]), make_units(["丙", "丁"], "垂直管理")], ignore_index=True)
    items = pd.concat([make_items({A: 100}, months), make_items({A: 100}, months, "垂直管理")], ignore_index=True)
    february = make_scores({"甲": {A: 90}, "乙": {A: 80}, "丙": {A: 50}, "丁": {A: 60}}, "2023-02")
    march = make_scores({"甲": {A: 70}, "乙": {A: 80}, "丙": {A: 50}, "丁": {A: 60}}, "2023-03")
    inputs = MonthInputs(units, items, pd.concat([march, february], ignore_index=True), make_events())
    ranking = with_previous(appraised(inputs).ranking)
    now = ranking[ranking["period"] == "2023-03"]
    assert column(now, "rank") == {"甲": 2, "乙": 1, "丙": 2, "丁": 1}
    assert column(now, "previous_rank") == {"甲": 1, "乙": 2, "丙": 2, "丁": 1}
    assert column(now, "rank_change") == {"甲": -1, "乙": 1, "丙": 0, "丁": 0}
    assert ranking.loc[ranking["period"] == "2023-02", "previous_rank"].isna().all()


# ── rewards and penalties ──


def test_heads_are_paid_where_they_are_counted_and_told_where_they_are_not() -> None:
    """First of the townships: 30,000 and 300 a head; 12 heads: 3,600. Last of four: −15,000, heads unknown."""
    inputs = plain({"甲": 95, "乙": 93, "丙": 92, "丁": 90})
    heads = inputs.units.assign(head_count=pd.array([12, 5, 5, None], dtype="Int64"))
    execution = appraised(replace(inputs, units=heads)).execution
    per_head = execution[execution["kind"] == "per_head"]
    assert per_head[["unit", "amount_fen", "per_head_fen", "is_amount_known"]].to_numpy().tolist() == [
        ["甲", 360000, 30000, True],
        ["丁", 0, -30000, False],
    ]
    cost = total_cost(execution).set_index("kind")
    assert cost.loc["funds", ["rewards_fen", "deductions_fen", "net_fen"]].tolist() == [6000000, -1500000, 4500000]
    assert cost.loc["per_head", ["rewards_fen", "unknown_amounts"]].tolist() == [360000, 1]


def test_vertical_series_has_no_fines_and_no_self_criticism() -> None:
    execution = appraised(plain({"甲": 95, "乙": 93, "丙": 92, "丁": 90}, series="垂直管理")).execution
    assert execution[["unit", "amount_fen"]].to_numpy().tolist() == [["甲", 2000000], ["乙", 1500000], ["丙", 1000000]]


def test_vetoed_unit_is_listed_with_its_document() -> None:
    inputs = plain({"甲": 95, "乙": 93, "丙": 92, "丁": 90})
    veto = pd.DataFrame(
        [(COUNTY, MONTH, "甲", "示例否决〔2023〕9号")], columns=["county", "period", "unit", "document"]
    )
    execution = appraised(replace(inputs, exclusions=veto)).execution
    own = execution[execution["unit"] == "甲"]
    assert own[["kind", "amount_fen", "rule_source"]].to_numpy().tolist() == [["withheld", 0, "示例否决〔2023〕9号"]]


@pytest.mark.parametrize(("reading", "rewarded"), [("marked", ["甲", "乙", "丙"]), ("no_prize", ["乙", "丙"])])
def test_units_ranked_mostly_on_means(reading: str, rewarded: list[str]) -> None:
    """甲 has B imputed, 40% of the weight: marked 参考, and without a prize under the other reading."""
    scores = {"甲": {A: 99, B: None}, "乙": {A: 90, B: 90}, "丙": {A: 80, B: 80}, "丁": {A: 70, B: 70}}
    execution = appraised(make_inputs(scores, TWO), imputed_heavily=reading).execution
    assert execution.loc[(execution["side"] == "top") & (execution["kind"] == "funds"), "unit"].tolist() == rewarded


def months_last(lasts: list[str], series: str = SERIES, **readings: str) -> pd.DataFrame:
    """The talks and letters due when, from March on, each unit named is last of four."""
    names = [f"2023-{3 + number:02d}" for number in range(len(lasts))]
    units = ["甲", "乙", "丙", "丁", "戊", "己"]
    scores = [
        make_scores({unit: {A: 10 if unit == last else 80 + number} for number, unit in enumerate(units)}, name)
        for name, last in zip(names, lasts, strict=True)
    ]
    items = make_items({A: 100}, tuple(names), series)
    inputs = MonthInputs(make_units(units, series), items, pd.concat(scores, ignore_index=True), make_events())
    execution = appraised(inputs, **readings).execution
    return execution[execution["label"].str.contains("约谈")][["period", "unit"]]


def test_three_months_running_at_the_end_lead_to_a_talk_or_a_letter() -> None:
    assert months_last(["甲", "甲", "甲"]).to_numpy().tolist() == [["2023-05", "甲"]]
    assert months_last(["甲", "甲", "甲"], "垂直管理").to_numpy().tolist() == [["2023-05", "甲"]]
    assert months_last(["甲", "乙", "甲", "甲"]).empty


def test_a_fourth_month_running_brings_another_talk_only_under_the_other_reading() -> None:
    assert months_last(["甲"] * 6)["period"].tolist() == ["2023-05", "2023-08"]
    assert months_last(["甲"] * 4, streak_repeat="every_month")["period"].tolist() == ["2023-05", "2023-06"]


# ── the 81 units ──


def test_shipped_units_are_ranked_in_three_series_and_bear_their_annual_ones() -> None:
    """Scores 示例数据: every unit the number of its place in the list, all distinct."""
    listed = load_registry(RULES).units.query("monthly_series != ''")
    names = {"code": "unit", "name": "unit_name"}
    units = listed.rename(columns=names).assign(county=COUNTY)[UNIT_COLUMNS].reset_index(drop=True)
    table = {unit: {A: float(number)} for number, unit in enumerate(units["unit"], start=1)}
    items = pd.concat([make_items({A: 100}, series=one) for one in scheme().monthly_series], ignore_index=True)
    ranking = appraised(MonthInputs(units, items, make_scores(table), make_events())).ranking
    assert ranking["series"].value_counts().to_dict() == {"县政府系统": 45, "乡镇": 17, "垂直管理": 19}
    annual = {"经济指标": 13, "要素保障": 32, "乡镇": 17, "垂直管理": 19}
    assert ranking["annual_series"].value_counts().to_dict() == annual
    assert (
        ranking.groupby("series")["rank"].apply(sorted).map(lambda places: places == [*range(1, len(places) + 1)]).all()
    )
    assert ranking["last_place"].eq(ranking["units_in_series"] + 1 - ranking["rank"]).all()


# ── what stays the same ──

UNITS = ["甲", "乙", "丙", "丁", "戊", "己", "庚"]
SCORE = st.one_of(st.none(), st.integers(0, 1000).map(lambda tenths: tenths / 10))
TABLES = st.integers(2, len(UNITS)).flatmap(
    lambda count: st.fixed_dictionaries({unit: st.fixed_dictionaries({B: SCORE, C: SCORE}) for unit in UNITS[:count]})
)
FIRST = st.lists(st.integers(0, 100), min_size=len(UNITS), max_size=len(UNITS))
COUNTIES = 5  # drawn together and computed in one table, each as if it were alone
MANY = st.lists(st.tuples(TABLES, FIRST), min_size=COUNTIES, max_size=COUNTIES)
WEIGHTS = {A: 50, B: 30, C: 20}
QUICK = settings(max_examples=4, deadline=None)


def with_first(table: dict, first: list[int]) -> dict:
    """Every unit has a score on A, so that there is always something to rank by."""
    return {unit: {A: float(score)} | table[unit] for unit, score in zip(table, first, strict=False)}


def as_counties(tables: list[dict], weights: dict[str, float]) -> MonthInputs:
    """One month of several counties, named by their number."""
    made = [make_inputs(table, weights) for table in tables]

    def joined(name: str) -> pd.DataFrame:
        parts = [getattr(inputs, name).assign(county=str(number)) for number, inputs in enumerate(made)]
        return pd.concat(parts, ignore_index=True)

    return MonthInputs(joined("units"), joined("items"), joined("scores"), make_events())


def by_unit(frame: pd.DataFrame, name: str) -> dict:
    return dict(zip(zip(frame["county"], frame["unit"], strict=True), frame[name].tolist(), strict=True))


@QUICK
@given(MANY, st.randoms(use_true_random=False))
def test_order_of_rows_and_units_never_changes_ranks(many: list, random) -> None:
    inputs = as_counties([with_first(*one) for one in many], WEIGHTS)
    mixed = {}
    for name in ("units", "items", "scores"):
        rows = list(range(len(getattr(inputs, name))))
        random.shuffle(rows)
        mixed[name] = getattr(inputs, name).iloc[rows].reset_index(drop=True)
    one, other = appraised(inputs), appraised(replace(inputs, **mixed))
    for name in ("total_e4", "rank", "last_place"):
        assert by_unit(one.ranking, name) == by_unit(other.ranking, name)
    assert one.execution.equals(other.execution)


@QUICK
@given(MANY, st.integers(0, 100))
def test_an_item_on_which_all_score_the_same_never_changes_the_order_of_distinct_totals(many: list, same: int) -> None:
    """Weights 50, 30, 20 become 25, 15, 10 and 50 for the item that all share: every total is halved and shifted.

    B and C have a score somewhere: an item that nobody is covered on drops out, the shared one would weigh more, and
    nothing would be halved.
    """
    tables = [with_first(*one) for one in many]
    covered = [
        {unit: own if number else own | {B: 70.0, C: 70.0} for number, (unit, own) in enumerate(table.items())}
        for table in tables
    ]
    flat = [{unit: own | {"work_safety": float(same)} for unit, own in table.items()} for table in covered]
    halved = {A: 25, B: 15, C: 10, "work_safety": 50}
    both = (
        rank_months(as_counties(covered, WEIGHTS), scheme())[2],
        rank_months(as_counties(flat, halved), scheme())[2],
    )
    for county in map(str, range(COUNTIES)):
        without, total = (one.loc[one["county"] == county, "total_e4"].to_numpy() for one in both)
        apart = np.subtract.outer(without, without)
        decided = np.abs(apart) > 2  # nearer ones are decided by the rounding to 0.0001 point
        assert (np.sign(np.subtract.outer(total, total))[decided] == np.sign(apart)[decided]).all()


@QUICK
@given(MANY)
def test_imputed_means_use_only_covered_units_and_nothing_else_is_imputed(many: list) -> None:
    tables = [with_first(*one) for one in many]
    cells = cells_table(rank_months(as_counties(tables, WEIGHTS), scheme())[0])
    for number, scores in enumerate(tables):
        own = cells[cells["county"] == str(number)]
        for item in (B, C):
            real = [one[item] for one in scores.values() if one[item] is not None]
            imputed = own[(own["item"] == item) & (own["state"] == "imputed")]
            assert sorted(imputed["unit"]) == sorted(unit for unit in scores if scores[unit][item] is None and real)
            mean = round(sum(real) / len(real), 4) if real else 0
            assert all(abs(value / 10_000 - mean) <= 0.0001 for value in imputed["score_e4"])


@QUICK
@given(MANY, st.sampled_from(UNITS[:2]))
def test_nothing_not_handed_in_is_ever_imputed(many: list, late: str) -> None:
    inputs = as_counties([with_first(*one) for one in many], WEIGHTS)
    lacking = inputs.scores[~((inputs.scores["unit"] == late) & (inputs.scores["item"] == B))]
    cells = cells_table(rank_months(replace(inputs, scores=lacking), scheme(), is_final=False)[0])
    assert set(cells.loc[cells["item"] == B, "state"]) == {"pending"}
    with pytest.raises(ProblemsFound, match="还有 1 个单位没有得分") as caught:
        rank_months(replace(inputs, scores=lacking), scheme())
    assert len(caught.value.problems) == COUNTIES


@QUICK
@given(MANY, st.sampled_from(["full", "pooled"]), st.sampled_from(["competition", "dense"]))
def test_total_of_rewards_is_the_sum_of_the_list_and_tied_units_get_alike(many: list, money: str, ties: str) -> None:
    inputs = as_counties([with_first(*one) for one in many], WEIGHTS)
    outcome = appraised(inputs, ties_money=money, ties=ties)
    cost = total_cost(outcome.execution)
    listed = outcome.execution.groupby("county")["amount_fen"].sum().to_dict()
    assert cost.groupby("county")["net_fen"].sum().to_dict() == listed
    assert (cost["rewards_fen"] + cost["deductions_fen"] == cost["net_fen"]).all()
    funds = outcome.execution[outcome.execution["kind"] == "funds"]
    spread = funds.groupby(["county", "side", "rank"])["amount_fen"].agg(["min", "max"])
    assert (spread["max"] - spread["min"] <= 1).all()  # of a pool that does not divide, one fen apart


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(-5, 5)), min_size=1, max_size=30))
def test_ranks_are_one_to_n_with_competition_ties(rows: list[tuple[int, int]]) -> None:
    group, value = (np.array(part, dtype=np.int64) for part in zip(*rows, strict=True))
    ranked, from_end = ranks(group, [value]), last_places(group, [value], "competition", is_shared=True)
    dense = ranks(group, [value], "dense")
    for own, number, rank, last, step in zip(group, value, ranked, from_end, dense, strict=True):
        same = value[group == own]
        assert rank == 1 + (same > number).sum()
        assert last == 1 + (same < number).sum()
        assert step == 1 + len(np.unique(same[same > number]))
