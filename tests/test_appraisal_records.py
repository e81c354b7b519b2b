"""What is kept beside a ranking: the log with its fingerprints, announced ranks, leaders in charge, published rows."""

from dataclasses import replace
from datetime import date

import pandas as pd
import pytest
from test_appraisal_frames import COUNTY, MONTH, SERIES, A, B, column, make_inputs, make_items, plain, rules, scheme

from fhdata.appraisal import briefing, outcome, record_tables, restatement, tables, traceable
from fhdata.appraisal.leaders import UNKNOWN_POST, by_leader, with_posts
from fhdata.appraisal.month import MonthInputs, Months, appraise_months
from fhdata.appraisal.objections import LOG_COLUMNS, fingerprints, is_of, refuse_unapproved, steps_reached
from fhdata.problems import ProblemsFound

SIX = {"甲": 95, "乙": 94, "丙": 93, "丁": 80, "戊": 75, "己": 70}
NO_SOURCE = dict.fromkeys(["source_file", "source_sheet", "source_cell"], "")


def months_of(values: dict[str, float]) -> Months:
    return appraise_months(plain(values), scheme())


def log_of(*rows: dict[str, object]) -> pd.DataFrame:
    usual: dict[str, object] = dict.fromkeys(LOG_COLUMNS, "")
    usual |= {"county": COUNTY, "period": MONTH, "item": A, "on": date(2023, 4, 1), "outcome": "none"}
    return pd.DataFrame([usual | row for row in rows], columns=LOG_COLUMNS)


def prints_of(inputs: MonthInputs) -> dict[str, str]:
    ranking = appraise_months(inputs, scheme()).ranking
    found = fingerprints(inputs.scores, ranking, MONTH)
    return dict(zip(found["item"], found["table_hash"], strict=True))


# ── fingerprints and the log ──


def test_item_has_a_fingerprint_of_its_scores_and_the_table_one_of_its_ranks() -> None:
    """己 gets 71: the item's scores and the table change; no fingerprint of the other items does."""
    before, after = prints_of(plain(SIX)), prints_of(plain(SIX | {"己": 71}))
    assert {item for item in before if before[item] != after[item]} == {A, ""}
    assert list(before)[-1] == ""
    assert len(before) == 12 + 1


def test_fingerprint_does_not_depend_on_where_a_score_was_read() -> None:
    inputs = plain(SIX)
    moved = inputs.scores.assign(source_cell="Z9").iloc[::-1].reset_index(drop=True)
    assert prints_of(inputs) == prints_of(replace(inputs, scores=moved))


@pytest.mark.parametrize(("told", "is_same"), [("ab" * 32, True), ("ab" * 6, True), ("ab" * 5, False), ("", False)])
def test_fingerprint_may_be_shortened_to_twelve_characters_and_no_more(told: str, is_same: bool) -> None:
    assert is_of(told, "ab" * 32) is is_same


def test_steps_say_how_far_each_item_is_and_whether_the_table_is_still_that_one() -> None:
    prints = pd.DataFrame({"item": [A, ""], "table_hash": ["a" * 64, "b" * 64]})
    objection = {"stage": "consultation", "unit": "甲", "text": "偏低", "table_hash": "a" * 12}
    signed = {"stage": "sign_off", "document": "示例签〔2023〕1号", "table_hash": "a" * 12}
    approved = {"item": "", "stage": "approval", "table_hash": "b" * 12}

    def states(*rows: dict[str, object]) -> list[tuple[str, str]]:
        table = record_tables.steps_table(log_of(*rows), prints, scheme())
        return list(zip(table["state"], table["light"], strict=True))

    open_, answered = objection | {"outcome": "open"}, objection | {"outcome": "rejected"}
    assert states() == [("没有登记", "none"), ("没有登记", "none")]
    assert states(open_) == [("有1条意见待答复", "amber"), ("没有登记", "none")]
    assert states(open_, answered) == [("待签批", "amber"), ("没有登记", "none")]
    assert states(answered, signed, approved) == [("已签批", "green"), ("已审定", "green")]
    other = approved | {"table_hash": "c" * 12}
    assert states(answered, signed, other)[1] == ("审定以后表有改动，须重新审定", "red")
    changed = signed | {"table_hash": "c" * 12}
    assert states(changed)[0] == ("签批以后表有改动，须重新签批", "red")
    reached = steps_reached(log_of(open_, answered, signed), prints)
    assert reached[["objections", "open"]].to_numpy().tolist() == [[1, 0], [0, 0]]


def test_whole_tables_state_counts_only_once_it_was_approved() -> None:
    prints = pd.DataFrame({"item": [""], "table_hash": ["b" * 64]})
    steps = record_tables.steps_table(
        log_of({"item": "", "stage": "sign_off", "table_hash": "b" * 64}), prints, scheme()
    )
    assert record_tables.approval_state(steps) == ("", "")
    approved = log_of({"item": "", "stage": "approval", "table_hash": "b" * 64})
    steps = record_tables.steps_table(approved, prints, scheme())
    assert record_tables.approval_state(steps) == ("已审定", "green")
    refuse_unapproved(approved.assign(table_hash="b" * 12), COUNTY, MONTH, "b" * 64)
    with pytest.raises(ProblemsFound, match="不是同一张表"):
        refuse_unapproved(approved.assign(table_hash="b" * 11), COUNTY, MONTH, "b" * 64)


def test_log_at_fault_is_told_and_stops_nothing() -> None:
    lines = record_tables.log_lines(log_of({"stage": "sign_off", "table_hash": "a" * 64}))
    assert len(lines) == 1
    assert lines[0].startswith("登记有误：")
    assert "没有征求意见就签批" in lines[0]


def test_objections_are_listed_in_words() -> None:
    log = log_of(
        {"stage": "consultation", "unit": "甲", "text": "偏低", "outcome": "rejected"}, {"stage": "consultation"}
    )
    table = record_tables.objections_table(log, plain(SIX).units, scheme())
    columns = ["item_name", "unit_name", "stage_name", "outcome_name", "on"]
    assert table[columns].to_numpy().tolist() == [["经济指标", "甲", "征求意见", "不采纳", "2023-04-01"]]


# ── what was announced ──


def published(values: dict[str, float], ranks: dict[str, int]) -> pd.DataFrame:
    rows = [(COUNTY, MONTH, SERIES, unit, float(total), ranks[unit]) for unit, total in values.items()]
    columns = ["county", "period", "series", "unit", "total", "rank"]
    return pd.DataFrame(rows, columns=columns).assign(**NO_SOURCE)


def test_announced_ranking_gets_its_places_from_the_announced_ranks() -> None:
    """Announced with two decimals 戊 and 己 look alike, but were ranked 5 and 6; 丁 has rank 5 in the second table."""
    told = {"甲": 1, "乙": 2, "丙": 3, "丁": 4, "戊": 5, "己": 6}
    alike = SIX | {"己": 75}
    ranking, wrong = restatement.announced_ranking(published(alike, told), plain(SIX).units, scheme())
    assert wrong == []
    assert column(ranking, "last_place") == {"甲": 6, "乙": 5, "丙": 4, "丁": 3, "戊": 2, "己": 1}
    assert column(ranking, "standing") == told
    _, wrong = restatement.announced_ranking(published(SIX, told | {"丁": 5}), plain(SIX).units, scheme())
    assert [one.sentence for one in wrong] == [
        "公布的名次是 5，照公布的名次数下来应是 4，请改正。",
        "公布的名次是 5，照公布的名次数下来应是 4，请改正。",
    ]
    swapped = told | {"甲": 2, "乙": 1}
    _, wrong = restatement.announced_ranking(published(SIX, swapped), plain(SIX).units, scheme())
    assert [one.sentence for one in wrong] == ["公布的总分 95 高于名次在它前面的单位，请改正。"]


def test_total_announced_with_two_decimals_is_no_correction() -> None:
    """95.1234 was announced as 95.12; 70.005 rounds to 70.01 and was announced as 70.00: that is one."""
    now = months_of(SIX | {"甲": 95.1234, "己": 70.005}).ranking
    ranks = {unit: number for number, unit in enumerate(SIX, start=1)}
    told = published(SIX | {"甲": 95.12, "己": 70.0}, ranks)
    announced, wrong = restatement.announced_ranking(told, plain(SIX).units, scheme())
    assert wrong == []
    before = restatement.as_before(announced, now.iloc[:0], now)
    moved = tables.restated_table(before, now, scheme().monthly_series)
    assert moved[["unit", "old_total", "new_total"]].to_numpy().tolist() == [["己", 70.0, 70.005]]


def test_correction_after_the_announcement_shows_ranks_and_money() -> None:
    """Announced: 丁 80, fourth and third from the end, −5,000. Corrected to 94: second with 乙, +20,000.

    丙 falls from third (+10,000) to fourth, third from the end (−5,000); nobody else moves.
    """
    ranks = {unit: number for number, unit in enumerate(SIX, start=1)}
    inputs = plain(SIX | {"丁": 94})
    announced, _ = restatement.announced_ranking(published(SIX, ranks), inputs.units, scheme())
    now = appraise_months(inputs, scheme())
    before = restatement.as_before(announced, now.ranking.iloc[:0], now.ranking)
    moved = tables.restated_table(before, now.ranking, scheme().monthly_series)
    assert moved[["unit", "old_rank", "new_rank"]].to_numpy().tolist() == [["丁", 4, 2], ["丙", 3, 4]]
    money = restatement.money_before_and_now(before, now.execution, inputs, scheme(), "month", is_final=True)
    table = record_tables.money_table(money, scheme().monthly_series)
    told = {(row.unit, row.word): row.change_yuan for row in table.itertuples()}
    assert told == {("丁", "撤销"): 5000, ("丁", "新增"): 20000, ("丙", "撤销"): -10000, ("丙", "新增"): -5000}
    draft = restatement.money_before_and_now(before, now.execution, inputs, scheme(), "month", is_final=False)
    assert draft.empty


def test_month_that_was_not_announced_is_compared_with_what_was_known() -> None:
    ranks = {unit: number for number, unit in enumerate(SIX, start=1)}
    announced, _ = restatement.announced_ranking(published(SIX, ranks), plain(SIX).units, scheme())
    known = months_of(SIX | {"己": 60}).ranking
    april = known.assign(period="2023-04")
    before = restatement.as_before(announced, pd.concat([known, april], ignore_index=True), april)
    own = before.set_index(["period", "unit"])["total_e4"]
    assert own["2023-03", "己"] == 700000  # as announced, not as known
    assert own["2023-04", "己"] == 600000
    assert len(before) == 12
    nothing = published(SIX, ranks).iloc[:0]
    assert restatement.announced_ranking(nothing, plain(SIX).units, scheme())[0].empty


def test_restated_month_breaks_a_streak_and_takes_back_the_talk() -> None:
    """己 was last in January and March; February, announced with 己 last, has 戊 last after a correction."""
    months = ("2023-01", "2023-02", MONTH)
    parts = {month: plain(SIX | ({"己": 76} if month == "2023-02" else {})) for month in months}
    scores = pd.concat([one.scores.assign(month=month) for month, one in parts.items()], ignore_index=True)
    inputs = replace(parts[MONTH], scores=scores, items=make_items({A: 100}, months))
    ranks = {unit: number for number, unit in enumerate(SIX, start=1)}
    told = published(SIX, ranks).assign(period="2023-02")
    announced, _ = restatement.announced_ranking(told, inputs.units, scheme())

    def talks(**readings: str) -> list[str]:
        execution = appraise_months(replace(inputs, published=announced), scheme(**readings)).execution
        return execution.loc[execution["label"].str.contains("约谈"), "unit"].tolist()

    assert talks() == []
    assert talks(streak_restated="as_published") == ["己"]


# ── leaders in charge ──


def test_document_assigns_the_leader_and_the_sheet_fills_what_it_leaves_open() -> None:
    units = plain(SIX).units.assign(leader_post=["分管农业的副县长", "常务副县长", "", "", "", ""])
    portfolios = pd.DataFrame(
        [("甲", "常务副县长", "示例分工〔2023〕1号"), ("丙", "副县长", "示例分工〔2023〕1号")],
        columns=["unit", "portfolio", "document"],
    )
    table = with_posts(units, portfolios).set_index("unit")
    assert table["leader_post"].to_dict() == {
        "甲": "常务副县长", "乙": "常务副县长", "丙": "副县长", "丁": "", "戊": "", "己": "",
    }  # fmt: skip
    assert table.loc["甲", "leader_source"] == "示例分工〔2023〕1号"
    assert record_tables.post_lines(with_posts(units, portfolios)) == (
        "甲的分管领导，示例分工〔2023〕1号写“常务副县长”，报来的表写“分管农业的副县长”，按文件。",
    )
    unchanged = with_posts(units, portfolios.iloc[:0])
    assert list(unchanged["leader_post"]) == list(units["leader_post"])


def test_leaders_share_the_rewards_and_penalties_of_their_units() -> None:
    """甲 +30,000, 乙 +20,000, 丙 +10,000; 丁 −5,000, 戊 −10,000, 己 −15,000 and a self-criticism."""
    units = plain(SIX).units.assign(leader_post=["一", "一", "二", "二", "一", ""])
    table = by_leader(months_of(SIX).execution, units).set_index("leader_post")
    assert table.loc["一"].tolist() == ["甲、乙", "戊", 5000000, -1000000]
    assert table.loc["二"].tolist() == ["丙", "丁", 1000000, -500000]
    assert table.loc[UNKNOWN_POST, ["penalised", "deductions_fen"]].tolist() == ["己", -1500000]
    assert by_leader(months_of(SIX).execution.iloc[:0], units).empty


# ── rows to be published ──


def test_published_rows_have_a_key_each_and_lead_to_a_cell_or_an_article() -> None:
    inputs = plain(SIX, {"unit": "甲"})
    months = appraise_months(inputs, scheme())
    on = date(2023, 3, 31)
    cells = traceable.cell_rows(tables.unit_cells(months, scheme(), MONTH), inputs.items, rules(), on)
    assert cells["code"].is_unique
    assert set(cells["source_cell"]) == {"B2"}
    assert set(cells["rule_source"]) == {"凤政办函〔2023〕6号 五(一)；权重 示例批〔2023〕1号"}
    units = inputs.units.assign(head_count=pd.array([10] * 6, dtype="Int64"), leader_post="", **NO_SOURCE)
    units = units.assign(source_cell="D4")
    execution = tables.executed(appraise_months(replace(inputs, units=units), scheme()).execution, units)
    rows = traceable.execution_rows(execution, units).set_index("code")
    assert rows.index.is_unique
    assert rows.loc["甲-1", ["kind", "amount_yuan", "source_cell"]].tolist() == ["funds", 30000, ""]
    assert rows.loc["甲-2", ["kind", "amount_yuan", "source_cell"]].tolist() == ["per_head", 3000, "D4"]
    assert (rows["rule_source"] != "").all()
    ranking = traceable.month_rows(tables.ranked_months(months, scheme(), MONTH), rules(), on)
    assert (ranking["rule_source"] == "凤政办函〔2023〕6号 五(一)").all()


def test_rules_in_force_are_printed_as_an_office_writes_them() -> None:
    table = record_tables.used_rules(rules(), date(2023, 3, 31)).set_index("key")
    assert table.loc["split.lead_percent", ["value", "unit"]].tolist() == ["60", "%"]
    assert table.loc["quarter.percents", ["value", "unit"]].tolist() == ["10、20、30、30", "%"]
    assert table.loc["village.levels", "value"] == "国家、省"
    assert (table["source"] != "").all()
    assert not table.index.str.startswith("reading.").any()


# ── what the notes must not leave out ──


def test_item_that_dropped_out_and_document_of_a_later_month_are_told() -> None:
    """B concerns nobody; a document of 5 April counts in April, which is not ranked yet."""
    later = {"document_date": date(2023, 4, 5), "registered": date(2023, 4, 6), "work": "植树"}
    inputs = make_inputs({"甲": {A: 90, B: None}, "乙": {A: 80, B: None}}, {A: 60, B: 40}, later)
    assert briefing.dropped_lines(appraise_months(inputs, scheme()), scheme(), MONTH) == (
        "乡镇没有单位涉及“全员消费升级”，该项不计（读法见上）。",
        "甲的示例〔2023〕1号（植树）归2023-04，该月还没有排名，没有计入本表。",
    )
    whole = appraise_months(plain(SIX, {"unit": "甲"}), scheme())
    assert briefing.dropped_lines(whole, scheme(), MONTH) == ()


def test_quarter_that_lacks_months_is_told() -> None:
    ranking = pd.DataFrame(
        {"q1_months": [2, 3, 2], "q2_months": [3, 3, 3], "q3_months": [1, 1, 1], "q4_months": [0] * 3}
    )
    assert briefing.missing_month_lines(ranking) == (
        "一季度缺月：2个单位只有2个月，算法见“缺月的季度”。",
        "三季度缺月：3个单位只有1个月，算法见“缺月的季度”。",
    )


@pytest.mark.parametrize(("released", "state"), [("2023-04-02", "已报"), ("2023-04-03", "期限后报来"), (None, "未报")])
def test_results_released_after_the_second_of_the_next_month_are_late(released: str | None, state: str) -> None:
    inputs = plain(SIX)
    items = inputs.items[inputs.items["item"] == A].assign(department_name="示例局")
    scores = inputs.scores[inputs.scores["item"] == A].assign(released=released)
    missing = outcome.missing_results(outcome.rank_what_is_there(inputs, scheme()), scheme(), MONTH)
    table = tables.handed_in_table(scores if released else scores.iloc[:0], items, missing, scheme())
    assert table["state"].tolist() == [state]


def test_weights_are_listed_with_their_approval() -> None:
    weights, _, _ = tables.influence_tables(appraise_months(plain(SIX), scheme()), scheme(), MONTH)
    assert weights[["item", "approval_no"]].to_numpy().tolist() == [[A, "示例批〔2023〕1号"]]
