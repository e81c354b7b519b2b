"""Counts, changes, lists and sentences made from the table of progress."""

from datetime import date

import pandas as pd
import pytest
from test_targets_frames import make_indicators, make_observations, make_targets, months

from fhdata.periods import parse_period
from fhdata.targets.progress import track
from fhdata.targets.sentences import against, amount, change, reach, sentences
from fhdata.targets.summary import (
    by_unit,
    changed_states,
    count_once,
    counts_by_lead,
    due_within,
    laggards,
    not_reported,
    revisions,
    state_counts,
)

JUNE = parse_period("2023-06")
# Half of the year: 60 of 100 is ahead, 45 is behind, 30 is far behind, c is not reported; e is pending.
TARGETS = make_targets(
    {"indicator": "a", "lead_units": "甲局;乙局", "same_as": "T4"},
    {"indicator": "b", "battle": "另一仗", "lead_units": "乙局"},
    {"indicator": "c", "publisher": "统计局"},
    {"indicator": "a", "battle": "另一仗"},
    {"indicator": "d"},
    {"indicator": "e", "kind": "binary", "value": 1.0, "unit": "项", "path": "step", "step_month": 8},
)
INDICATORS = make_indicators(*({"indicator": name} for name in "abcd"), {"indicator": "e", "unit": "项"})


def progress(values: dict[str, float]) -> pd.DataFrame:
    rows = [
        row
        for name, value in values.items()
        for row in months({"2023-06": value}, indicator=name, unit="项" if name == "e" else "亿元")
    ]
    return track(TARGETS, make_observations(*rows), INDICATORS, JUNE, date(2023, 7, 20))


NOW = progress({"a": 60.0, "b": 45.0, "d": 30.0, "e": 0.0})


def test_states_are_counted_once_each_and_add_up() -> None:
    counts = state_counts(NOW)
    assert list(counts["battle"]) == ["示例仗", "另一仗"]
    assert list(counts["total"]) == [4, 2]
    assert counts.loc[0, ["达序时", "缺报", "欠序时(重)"]].to_list() == [2, 1, 1]  # a, e; c; d
    assert counts.loc[1, ["达序时", "欠序时(轻)"]].to_list() == [1, 1]
    leads = counts_by_lead(NOW).set_index("lead_unit")["total"].to_dict()
    assert leads == {"甲局": 1, "乙局": 2, "示例局": 4}


def test_what_two_lists_ask_for_counts_once() -> None:
    once = count_once(NOW, TARGETS)
    assert list(once["code"]) == ["T1", "T2", "T3", "T5", "T6"]
    assert list(once["also"]) == ["T4", "", "", "", ""]


def test_targets_by_unit_leads_before_support() -> None:
    roles = pd.DataFrame(
        {"code": ["T2", "T1", "T3"], "unit": ["U1"] * 3, "unit_name": ["甲局"] * 3, "role": ["support", "lead", "lead"]}
    )
    assert list(by_unit(NOW, roles)["code"]) == ["T1", "T3", "T2"]
    assert list(by_unit(NOW, roles)["unit"]) == ["亿元"] * 3  # still the unit of measurement


def test_changes_of_state_since_the_last_report() -> None:
    before = progress({"a": 45.0, "b": 60.0, "c": 50.0, "d": 30.0, "e": 0.0})
    moved = changed_states(before, NOW).set_index("code")
    assert moved["change"].to_dict() == {"T1": "好转", "T2": "转差", "T3": "其他", "T4": "好转"}
    assert (moved.loc["T2", "state_before"], moved.loc["T2", "state"]) == ("达序时", "欠序时(轻)")
    assert changed_states(NOW, NOW).empty
    # What the last report did not list has not changed: the year's first report lists no change at all.
    assert changed_states(NOW.iloc[:0], NOW).empty


def test_laggards_worst_first_and_who_has_not_reported() -> None:
    assert list(laggards(NOW)["code"]) == ["T5", "T2"]
    overdue = not_reported(NOW).iloc[0]
    assert (overdue["publisher"], overdue["due_date"], overdue["code"]) == ("统计局", "2023-07-10", "T3")


def test_milestones_due_soon() -> None:
    assert list(due_within(NOW, TARGETS, JUNE, date(2023, 8, 5), 30)["code"]) == ["T6"]  # due August 31
    assert due_within(NOW, TARGETS, JUNE, date(2023, 7, 20), 30).empty
    done = progress({"e": 1.0})
    assert due_within(done, TARGETS, JUNE, date(2023, 8, 5), 30).empty


def test_revisions_are_the_changed_numbers_only() -> None:
    first = months({"2023-05": 40.0, "2023-06": 50.0}, released=date(2023, 7, 5))
    second = months({"2023-05": 40.0, "2023-06": 49.0}, released=date(2023, 8, 5))
    observations = make_observations(*first, *second)
    changed = revisions(observations, date(2023, 8, 6))
    assert changed[["period", "value_before", "value", "source_cell"]].to_numpy().tolist() == [
        ["2023-06", 50.0, 49.0, "B4"]
    ]
    assert revisions(observations, date(2023, 8, 4)).empty


@pytest.mark.parametrize(
    ("growth", "text"), [(6.25, "同比增长6.3%"), (-8.7, "同比下降8.7%"), (0.04, "同比持平"), (-0.04, "同比持平")]
)
def test_change_on_a_year_earlier(growth: float, text: str) -> None:
    assert change(growth) == text


@pytest.mark.parametrize(
    ("gap", "text"),
    [
        (62.6 - 75, "低于序时进度12.4个百分点"),
        (53.5 - 50, "超序时进度3.5个百分点"),
        (31.7 - 25, "超序时进度6.7个百分点"),
        (0.01, "与序时进度持平"),
    ],
)
def test_gap_to_the_plan(gap: float, text: str) -> None:
    assert against(gap) == text


def test_amounts_and_periods_as_written() -> None:
    assert [amount(value, "个") for value in (2300.0, 1012.4, 21.78, 0.0)] == ["2,300个", "1,012.4个", "21.78个", "0个"]
    assert reach("2023-09") == "2023年1—9月"
    assert reach("2023Q2") == "2023年1—6月"
    assert reach("2023-09", is_balance=True) == "2023年9月末"
    assert reach("2023-12") == "2023年"
    assert reach("2023-03-中旬") == "截至2023年3月中旬"


def test_every_row_has_a_sentence_and_missing_is_said_to_be_missing() -> None:
    said = sentences(NOW)
    assert said[2] == "示例目标：应于2023-07-10前报出，至今未报，发布单位统计局。"
    assert said[5] == "示例目标：尚未完成，未到计划日期。"
    assert said[1] == (  # (100 − 45) ÷ 6 = 9.1667; 45 ÷ 6 = 7.5
        "2023年1—6月，示例目标45亿元，完成全年目标（100亿元）的45.0%，低于序时进度5.0个百分点；"
        "后期月均须完成9.17亿元，此前月均7.5亿元。"
    )
    assert "nan" not in "".join(said)


def test_growth_sentences_name_what_the_rest_of_the_year_must_bring() -> None:
    """38 ÷ 40 = −5%; s = 40 ÷ 80; (8 + 0.5 × 5) ÷ 0.5 = 21%; 38 ÷ 0.5 = 76, that is −5% of 80."""
    rows = months({"2022-06": 40.0, "2022-12": 80.0, "2023-06": 38.0})
    frame = track(
        make_targets({"kind": "growth_rate", "value": 8.0, "unit": "%"}), make_observations(*rows), make_indicators({}),
        JUNE, date(2023, 7, 20),
    )  # fmt: skip
    assert sentences(frame)[0] == (
        "2023年1—6月，示例指标同比下降5.0%，低于目标13.0个百分点；"
        "实现全年增长8%的目标，后期须增长21.0%；按往年进度（1年）推算全年增速-5%。"
    )
