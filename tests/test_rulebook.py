"""Dated rules: the right one on the right day, and one sentence for each way a rule file can be wrong."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from rule_files import RULES

from fhdata.problems import ProblemsFound
from fhdata.rules.rulebook import RuleBook, load_rules

RESERVE = """
[reserve_ratio]
title = "风险储备金预留比例"
unit = "ratio"
[[reserve_ratio.values]]
from = 2023-01-06
until = 2023-12-31
value = 0.10
source = "甲文 第十条"
status = "quoted"
[[reserve_ratio.values]]
from = 2024-01-01
value = 0.12
source = "乙文 第二条"
status = "unverified"
"""
READING = """
[reading.half_day]
title = "半天怎么算"
problem = "文件没有说半天算不算一天"
alternatives = [{ value = false, meaning = "不算" }, { value = true, meaning = "算一天" }]
[[reading.half_day.values]]
from = 2023-01-01
value = false
source = "甲文 第三条"
status = "inferred"
"""


def book(tmp_path: Path, text: str) -> RuleBook:
    path = tmp_path / "rules" / "fund.toml"
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    return load_rules(path)


def sentences(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(ProblemsFound) as caught:
        book(tmp_path, text)
    return [one.sentence for one in caught.value.problems]


def test_value_is_exact_dated_and_cited(tmp_path: Path) -> None:
    rule = book(tmp_path, RESERVE).value("reserve_ratio", on=date(2023, 6, 30))
    assert rule.value == Decimal("0.10")
    assert isinstance(rule.value, Decimal)
    assert (rule.unit, rule.title, rule.status) == ("ratio", "风险储备金预留比例", "quoted")
    assert (rule.source, rule.citation) == ("甲文 第十条", "甲文 第十条")


def test_a_value_that_is_not_quoted_says_so_in_its_citation(tmp_path: Path) -> None:
    rules = book(tmp_path, RESERVE + READING)
    assert rules.value("reserve_ratio", on=date(2024, 1, 1)).citation == "乙文 第二条（待核实）"
    assert rules.value("reading.half_day", on=date(2024, 1, 1)).citation == "甲文 第三条（推定）"


@pytest.mark.parametrize(
    ("day", "value"),
    [
        (date(2023, 1, 6), "0.10"),  # the first day counts
        (date(2023, 12, 31), "0.10"),  # so does the last
        (date(2024, 1, 1), "0.12"),
        (date(2030, 1, 1), "0.12"),  # no end is written
    ],
)
def test_first_and_last_day_are_in_force(tmp_path: Path, day: date, value: str) -> None:
    assert book(tmp_path, RESERVE).value("reserve_ratio", on=day).value == Decimal(value)


def test_no_value_in_force_is_an_error_with_all_citations(tmp_path: Path) -> None:
    rules = book(tmp_path, RESERVE)
    with pytest.raises(ProblemsFound) as caught:
        rules.value("reserve_ratio", on=date(2023, 1, 5))
    assert [one.sentence for one in caught.value.problems] == [
        "rules/fund.toml reserve_ratio：2023-01-05 没有有效的值，"
        "已有：“0.10”自 2023-01-06 至 2023-12-31，依据甲文 第十条；“0.12”自 2024-01-01 起，依据乙文 第二条，"
        "请补上当日有效的值和依据。"
    ]


def test_unknown_key_names_the_nearest(tmp_path: Path) -> None:
    rules = book(tmp_path, RESERVE)
    with pytest.raises(ProblemsFound, match="没有规则“reserve_ration”，最接近的是“reserve_ratio”"):
        rules.value("reserve_ration", on=date(2023, 6, 30))


def test_two_values_in_force_cites_both(tmp_path: Path) -> None:
    assert sentences(tmp_path, RESERVE.replace("until = 2023-12-31\n", "")) == [
        "rules/fund.toml reserve_ratio：2024-01-01 有两个值同时有效："
        "“0.10”自 2023-01-06 起（依据甲文 第十条）与“0.12”自 2024-01-01 起（依据乙文 第二条），"
        "同一天只能有一个值，请给前一个写上 until。"
    ]


def test_one_shared_day_is_already_two_in_force(tmp_path: Path) -> None:
    found = sentences(tmp_path, RESERVE.replace("until = 2023-12-31", "until = 2024-01-01"))
    assert len(found) == 1
    assert "2024-01-01 有两个值同时有效" in found[0]


@pytest.mark.parametrize(
    ("right", "wrong", "sentence"),
    [
        ("unit = ", "unti = ", "rules/fund.toml reserve_ratio：不认识“unti”，最接近的是“unit”“title”，请改正。"),
        ("until = ", "utnil = ", "rules/fund.toml reserve_ratio 第1个值：不认识“utnil”，最接近的是“until”，请改正。"),
        ('source = "甲文 第十条"\n', "", "rules/fund.toml reserve_ratio 第1个值：没有写 source，此项必填，请补上。"),
        (
            'source = "甲文 第十条"',
            'source = " "',
            "rules/fund.toml reserve_ratio 第1个值：source 是空的，每个值都要有依据，请补上文号和条款。",
        ),
        (
            '"quoted"',
            '"sure"',
            "rules/fund.toml reserve_ratio 第1个值：status 写的是“sure”，只能是quoted、inferred、unverified，请改正。",
        ),
        ("value = 0.10\n", "", "rules/fund.toml reserve_ratio 第1个值：没有写 value，此项必填，请补上。"),
        (
            "from = 2023-01-06",
            'from = "2023-01-06"',
            "rules/fund.toml reserve_ratio 第1个值：from 不是日期，应写成 2023-01-06，不加引号，请改正。",
        ),
        (
            "until = 2023-12-31",
            "until = 2022-12-31",
            "rules/fund.toml reserve_ratio 第1个值：until 早于 from，until 是有效的最后一天，请改正。",
        ),
        (
            'title = "风险储备金预留比例"\n',
            "",
            "rules/fund.toml reserve_ratio：title 没有写成一句话，应为带引号的文字，请补上。",
        ),
    ],
)
def test_one_sentence_for_each_slip(tmp_path: Path, right: str, wrong: str, sentence: str) -> None:
    assert sentences(tmp_path, RESERVE.replace(right, wrong, 1)) == [sentence]


def test_misspelt_values_is_not_taken_for_a_group(tmp_path: Path) -> None:
    found = sentences(tmp_path, RESERVE.replace("reserve_ratio.values", "reserve_ratio.valeus"))
    assert found == [
        "rules/fund.toml reserve_ratio：没有 values，最接近的是“valeus”，"
        "请写 [[reserve_ratio.values]] 及其日期、值和依据。"
    ]


def test_all_slips_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    text = RESERVE.replace('"quoted"', '"sure"') + READING.replace("meaning", "means", 1)
    assert [sentence.split("：")[0] for sentence in sentences(tmp_path, text)] == [
        "rules/fund.toml reserve_ratio 第1个值",
        "rules/fund.toml reading.half_day",  # "means" is unknown
        "rules/fund.toml reading.half_day",  # and "meaning" is missing
    ]


def test_file_that_is_not_toml_or_not_there_is_one_sentence(tmp_path: Path) -> None:
    assert sentences(tmp_path, "[reserve_ratio\n")[0].startswith("rules/fund.toml：读不懂：")
    with pytest.raises(ProblemsFound, match=r"rules/none\.toml：没有这个文件"):
        load_rules(tmp_path / "rules" / "none.toml")


def test_reading_has_a_default_and_can_be_switched(tmp_path: Path) -> None:
    rules = book(tmp_path, READING)
    usual = rules.reading("reading.half_day", on=date(2023, 6, 30))
    other = rules.reading("reading.half_day", on=date(2023, 6, 30), chosen=True)
    assert (usual.value, usual.is_default) == (False, True)
    assert (other.value, other.is_default) == (True, False)
    assert other.problem == "文件没有说半天算不算一天"
    with pytest.raises(ProblemsFound, match="没有“1”这种读法，可选：否（不算）；是（算一天）"):
        rules.reading("reading.half_day", on=date(2023, 6, 30), chosen=1)


def test_default_reading_must_be_among_its_alternatives(tmp_path: Path) -> None:
    text = READING.replace("value = false\nsource", 'value = "half"\nsource')
    assert sentences(tmp_path, text) == [
        "rules/fund.toml reading.half_day：采用的读法“half”不在 alternatives 里，请补上或改正。"
    ]


def test_keys_below_a_group(tmp_path: Path) -> None:
    rules = book(tmp_path, RESERVE + READING)
    assert rules.keys("") == ("reserve_ratio", "reading.half_day")
    assert rules.keys("reading.") == ("reading.half_day",)


def test_shipped_thresholds_are_the_ones_of_the_specification() -> None:
    rules = load_rules(RULES / "target_rules.toml")
    on = date(2023, 3, 31)
    values = {key: rules.value(key, on).value for key in rules.keys("light.")}
    assert values == {
        "light.level.on_pace_pp": 0,
        "light.level.far_pp": -10,
        "light.growth.on_pace_pp": 0,
        "light.growth.far_pp": -1,
    }
    assert rules.value("forecast.minimum_years", on).value == 1
    assert rules.reading("reading.rounded_comparison", on).value is False


def test_shipped_cutoffs_and_their_basis() -> None:
    rules = load_rules(RULES / "calendar.toml")
    on = date(2023, 3, 31)
    assert {key: (rules.value(key, on).value, rules.value(key, on).unit) for key in rules.keys("cutoff.")} == {
        "cutoff.tenday": (5, "天"),
        "cutoff.month": (1, "个月"),
        "cutoff.quarter": (1, "个月"),
        "cutoff.year": (1, "个月"),
    }


@pytest.mark.parametrize("name", ["target_rules.toml", "calendar.toml"])
def test_what_the_document_does_not_say_is_marked_inferred(name: str) -> None:
    rules = load_rules(RULES / name)
    every = [rule for key in rules.keys("") if key not in {"target_year", "programme"} for rule in rules.rules[key]]
    assert every
    assert {rule.status for rule in every} == {"inferred"}
    assert all(rule.source.startswith("凤政办发〔2023〕2号 四(二)") for rule in every)
