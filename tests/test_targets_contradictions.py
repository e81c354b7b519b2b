"""Contradictions are found by rule over the register's columns; a ruling settles exactly one."""

from datetime import date
from pathlib import Path

import pandas as pd
import pytest
from test_targets_frames import make_indicators, make_observations, make_targets, months

from fhdata.places import open_place
from fhdata.problems import ProblemsFound
from fhdata.publish.targets_report import disagreements
from fhdata.rules.livelihood import item_names, load_livelihood
from fhdata.rules.register import load_register
from fhdata.targets.bases import published_bases
from fhdata.targets.contradictions import apply_rulings, conflicted_codes, find_contradictions
from fhdata.targets.disagreements import measures_in, subject_of

ROOT = Path(__file__).parents[1]
MENTION_COLUMNS = ["code", "document", "section", "wording", "quote", "value", "unit"]


def mentions(*rows: dict) -> pd.DataFrame:
    base = {"document": "示例〔2023〕1号", "section": "二", "wording": "", "quote": ""}
    return pd.DataFrame([base | row for row in rows], columns=MENTION_COLUMNS).astype({"value": "float64"})


def kinds(targets: pd.DataFrame, said: pd.DataFrame | None = None, unit: str = "亿元", **others: object) -> list[str]:
    said = mentions() if said is None else said
    names = list(dict.fromkeys(targets["indicator"]))
    indicators = make_indicators(*({"indicator": name, "unit": unit} for name in names))
    return list(find_contradictions(targets, said, indicators, **others)["type"])  # type: ignore[arg-type]


def test_two_targets_of_one_indicator_with_other_values() -> None:
    growth = {"kind": "growth_rate", "unit": "%"}
    assert kinds(make_targets(growth | {"value": 30.0}, growth | {"value": 10.0})) == ["数值不一"]
    assert kinds(make_targets(growth | {"value": 30.0}, growth | {"value": 30.0})) == []


def test_a_mention_with_another_value_than_its_target() -> None:
    assert kinds(make_targets({}), mentions({"code": "T1", "value": 90.0, "unit": "亿元"})) == ["数值不一"]


def test_one_value_written_in_two_units_is_no_contradiction() -> None:
    assert kinds(make_targets({"value": 2.0}), mentions({"code": "T1", "value": 20_000.0, "unit": "万元"})) == []


def test_one_number_with_two_units_is() -> None:
    rate = {"kind": "ceiling", "direction": "at_most", "value": 0.9, "unit": "%", "flow_or_stock": ""}
    said = mentions({"code": "T1", "value": 0.9, "unit": "‰"})
    assert kinds(make_targets(rate), said, unit="%") == ["数值不一", "单位不一"]


def test_a_unit_other_than_the_registry_has_is_shown() -> None:
    rate = {"kind": "ceiling", "direction": "at_most", "value": 0.9, "unit": "%", "flow_or_stock": ""}
    assert kinds(make_targets(rate), unit="‰") == ["单位不一"]


def test_parts_that_a_mention_adds_up_to_another_number_than_the_whole() -> None:
    """60 + 40 = 100, the whole is 110; other units lead the parts."""
    part = {"kind": "increment", "unit": "个", "parent": "T1"}
    targets = make_targets(
        {"kind": "increment", "unit": "个", "value": 110.0},
        part | {"value": 60.0, "indicator": "direct", "lead_units": "另一局"},
        part | {"value": 40.0, "indicator": "alternating", "lead_units": "另一局"},
    )
    said = mentions({"code": "T2+T3", "value": 100.0, "unit": "个"})
    assert kinds(targets, said, unit="个") == ["数值不一", "牵头不一"]
    assert kinds(targets, unit="个") == []  # without a stated sum the parts need not be the whole
    assert "数值不一" not in kinds(targets.assign(value=[100.0, 60.0, 40.0]), said, unit="个")


def test_parts_larger_than_the_whole() -> None:
    targets = make_targets({"value": 79.0}, {"value": 100.0, "indicator": "part", "parent": "T1"})
    assert kinds(targets) == ["部分大于整体"]
    assert kinds(targets.assign(value=[100.0, 79.0])) == []


def test_one_number_as_total_increase_and_entry() -> None:
    targets = make_targets(
        {
            "kind": "level",
            "flow_or_stock": "stock",
            "value": 43.0,
            "unit": "家",
            "title": "示例企业",
            "quote": "达43家",
        },
        {
            "kind": "increment",
            "value": 43.0,
            "unit": "家",
            "title": "示例企业（新增）",
            "indicator": "b",
            "same_as": "T1",
        },
    )
    found = find_contradictions(targets, mentions(), make_indicators({"unit": "家"}, {"indicator": "b", "unit": "家"}))
    assert list(found["id"]) == ["口径不一:T1;T2"]
    assert found.loc[0, "citations"] == "示例〔2023〕1号 一"


def test_a_total_beside_an_increase_of_another_size_is_shown_but_blocks_nothing() -> None:
    targets = make_targets(
        {"flow_or_stock": "stock", "value": 21.78, "unit": "万亩", "title": "建成示例田（累计）"},
        {"kind": "increment", "value": 2.6, "unit": "万亩", "title": "新建示例田", "indicator": "b"},
    )
    found = find_contradictions(targets, mentions(), make_indicators({"unit": "万亩"}, {"indicator": "b"}))
    assert list(found["type"]) == ["存量与增量并列"]
    assert conflicted_codes(found) == frozenset()


def test_growth_after_two_amounts_of_one_sentence_is_unclear() -> None:
    quote = "总收入突破15亿元，实现税收1亿元以上，同比增长25%以上"
    targets = make_targets(
        {"value": 15.0, "indicator": "income", "title": "总收入"},
        {"value": 1.0, "indicator": "tax", "title": "税收"},
        {"kind": "growth_rate", "value": 25.0, "unit": "%", "indicator": "tax", "quote": quote},
    )
    assert kinds(targets) == ["增长对象不明", "隐含基数"]
    clear = quote.replace("同比增长25%以上", "分别增长10%、25%")
    assert kinds(targets.assign(quote=["", "", clear])) == ["隐含基数"]


@pytest.mark.parametrize(("published", "expected"), [(None, "隐含基数"), (50.2, "隐含基数"), (52.0, "隐含基数不符")])
def test_the_implied_base_must_meet_the_published_one(published: float | None, expected: str) -> None:
    """54 ÷ 1.08 = 50; 50.2 lies within 1%, 52 does not."""
    targets = make_targets({"value": 54.0}, {"kind": "growth_rate", "value": 8.0, "unit": "%"})
    bases = None
    if published is not None:
        observations = make_observations(*months({"2022-12": published * 10_000}, unit="万元"))
        bases = published_bases(observations, make_indicators({}), 2023, date(2023, 3, 1))
    found = find_contradictions(targets, mentions(), make_indicators({}), bases)
    assert list(found["type"]) == [expected]
    assert "隐含上年基数50亿元" in found.loc[0, "explanation"]
    assert conflicted_codes(found) == (frozenset({"T1", "T2"}) if expected == "隐含基数不符" else frozenset())


def test_words_of_measure_and_subject() -> None:
    assert measures_in("力争净增高新技术企业新增3家") == {"净增", "新增"}
    assert measures_in("科技型中小企业达43家") == {"总量"}
    assert measures_in("增量达3家") == {"增量"}
    assert subject_of("新建高标准农田") == subject_of("建成高标准农田（累计）") == "高标准农田"


def rulings(*ids: str) -> pd.DataFrame:
    base = {
        "holds": "T1",
        "decided_by": "示例领导小组",
        "document": "示例纪要",
        "decided": date(2023, 4, 1),
        "note": "",
    }
    return pd.DataFrame([{"id": one} | base for one in ids])


def test_a_ruling_settles_exactly_one_and_stays_printed() -> None:
    growth = {"kind": "growth_rate", "unit": "%"}
    targets = make_targets(
        growth | {"value": 30.0}, growth | {"value": 10.0},
        growth | {"value": 5.0, "indicator": "b"}, growth | {"value": 6.0, "indicator": "b"},
    )  # fmt: skip
    found = find_contradictions(targets, mentions(), make_indicators({}, {"indicator": "b"}))
    assert conflicted_codes(found) == {"T1", "T2", "T3", "T4"}
    settled = apply_rulings(found, rulings("数值不一:T1;T2"))
    assert conflicted_codes(settled) == {"T3", "T4"}
    assert len(settled) == len(found)
    assert list(settled["holds"]) == ["T1", ""]


def test_a_ruling_on_nothing_and_two_on_one_are_refused_together() -> None:
    growth = {"kind": "growth_rate", "unit": "%"}
    found = find_contradictions(
        make_targets(growth | {"value": 30.0}, growth | {"value": 10.0}), mentions(), make_indicators({})
    )
    with pytest.raises(ProblemsFound) as raised:
        apply_rulings(found, rulings("数值不一:T1;T3", "数值不一:T1;T2", "数值不一:T1;T2"))
    assert [one.code for one in raised.value.problems] == ["unknown_ruling", "double_ruling"]


def test_the_known_contradictions_of_the_first_place_come_out_of_the_rules() -> None:
    """What the documents are known to disagree on (read by people), against what the rules find in the register."""
    register = load_register(open_place(ROOT).rules)
    found = find_contradictions(register.targets, register.mentions, register.registry.indicators)
    by_id = found.set_index("id")["explanation"]
    assert {
        "数值不一:K005;H008",  # 技术合同成交额 30% 与 10%
        "数值不一:E075;M024;M025",  # 充电桩 110 与 60+40
        "牵头不一:E075;M024;M025",
        "口径不一:K003;K003b;H007",  # 科技型中小企业 达、新增、入库 43
        "口径不一:K002",  # 高新技术企业 新增、净增、增量
        "部分大于整体:E006;E007",  # 重点项目投资 100 亿大于固定资产投资 79 亿
        "存量与增量并列:E039;E062",  # 高标准农田 21.78 与 2.6 万亩
        "名称不一:E076;M002",  # 天然气 2100 户
        "增长对象不明:E017",  # 园区“增长25%”
    } <= set(by_id.index)
    # 50 ÷ 1.08 = 46.296…, 79 ÷ 1.10 = 71.818…, 2300 ÷ 1.15 = 2000, 210 ÷ 1.20 = 175
    for codes, base in (
        ("E003;E002", "46.3亿元"), ("E006;E005", "71.82亿元"), ("E011;E012", "2,000万人次"), ("E013;E014", "175亿元"),
    ):  # fmt: skip
        assert f"隐含上年基数{base}" in by_id[f"隐含基数:{codes}"]
    citations = found.set_index("id").loc["数值不一:K005;H008", "citations"]
    assert {"附件2·二(一)4", "附件3·二(二)3"} <= {place.split(" ")[1] for place in str(citations).split("；")}


def first_place() -> pd.DataFrame:
    """All contradictions of the first place, with the published bases left out and the lists' names put in."""
    folder = open_place(ROOT).rules
    register = load_register(folder)
    names = item_names(load_livelihood(folder))
    return find_contradictions(register.targets, register.mentions, register.registry.indicators, names=names)


FIRST_PLACE = first_place()


def test_three_names_of_one_thing_in_three_documents_places() -> None:
    """The third name stands in the county's own list, which gives no number and so is no mention."""
    gas = FIRST_PLACE.set_index("id").loc["名称不一:E076;M002"]
    assert str(gas["explanation"]).count("称“") == 3
    assert len(str(gas["citations"]).split("；")) == 3


def test_a_rate_in_percent_whose_indicator_is_kept_in_permille() -> None:
    fire = FIRST_PLACE.set_index("id").loc["单位不一:A035", "explanation"]
    assert "0.9%" in str(fire)
    assert "‰" in str(fire)


def test_every_contradiction_has_its_citations() -> None:
    """Two places, or one place that contradicts itself or the registry."""
    lone = FIRST_PLACE.loc[~FIRST_PLACE["citations"].str.contains("；"), "type"]
    assert (FIRST_PLACE["citations"] != "").all()
    assert set(lone) <= {"部分大于整体", "增长对象不明", "单位不一", "存量与增量并列", "隐含基数"}


@pytest.mark.parametrize("one", FIRST_PLACE["id"])
def test_a_ruling_on_each_removes_exactly_that_one_and_is_printed(one: str) -> None:
    settled = apply_rulings(FIRST_PLACE, rulings(one))
    still_open = settled.loc[~settled["is_settled"], "id"]
    assert sorted(still_open) == sorted(set(FIRST_PLACE["id"]) - {one})
    printed = settled.set_index("id")["ruling"]
    assert printed[one] == "已裁定：以T1为准，示例领导小组，示例纪要，2023-04-01"
    assert set(printed.drop(one)) <= {"未裁定"}
    blocked = FIRST_PLACE.loc[FIRST_PLACE["is_blocking"] & (FIRST_PLACE["id"] != one), "codes"]
    assert conflicted_codes(settled) == {code for codes in blocked for code in codes.split(";")}
    section = disagreements(settled, "2023-04-30")
    assert section.table is not None
    assert list(section.table.frame["ruling"]).count(printed[one]) == 1
    assert "ruling" in {column.name for column in section.table.columns}


def test_a_ruling_of_a_later_day_does_not_count_yet() -> None:
    one = str(FIRST_PLACE["id"].iloc[0])
    earlier = apply_rulings(FIRST_PLACE, rulings(one), date(2023, 3, 31))
    assert not earlier["is_settled"].any()
    assert set(earlier["ruling"]) == {"未裁定"}
    assert apply_rulings(FIRST_PLACE, rulings(one), date(2023, 4, 1))["is_settled"].sum() == 1
