"""The target register: counts and figures read from the gazette by hand, and one sentence for each slip."""

from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from rule_files import RULES, copied_rules, set_cell, write_lines

from fhdata.problems import ProblemsFound
from fhdata.rounding import half_up
from fhdata.rules.register import load_register, units_of_targets


@pytest.fixture(scope="module")
def targets() -> pd.DataFrame:
    return load_register(RULES).targets.set_index("code")


def sentences(folder: Path) -> list[str]:
    with pytest.raises(ProblemsFound) as caught:
        load_register(folder)
    return [one.sentence for one in caught.value.problems]


def test_targets_by_battle(targets: pd.DataFrame) -> None:
    battles = targets.groupby("battle").size().to_dict()
    assert battles == {
        "经济增长主动仗": 109,
        "科技创新攻坚仗": 17,
        "优化发展环境持久仗": 23,
        "防范化解风险阻击仗": 12,
        "安全生产翻身仗": 40,
        "重点民生保障仗": 35,
        "社会救助标准(非六仗)": 13,
    }
    # the six battles 109 + 17 + 23 + 12 + 40 + 35 = 236, and 13 welfare standards
    assert len(targets) == 236 + 13 == 249


def test_mentions_are_53_places() -> None:
    mentions = load_register(RULES).mentions
    assert len(mentions) == 53
    assert mentions["value"].dtype == "float64"
    assert not mentions["quote"].str.contains(r"\s").any()


def test_quotes_have_no_blanks_and_every_target_has_one(targets: pd.DataFrame) -> None:
    assert (targets["quote"] != "").all()
    assert not targets["quote"].str.contains(r"\s").any()


def test_a_whole_value_stands_in_its_quote(targets: pd.DataFrame) -> None:
    # Values said in words: 三个环节, 一批 each quarter (4), 全部/全面/全覆盖/每期 read as 100%, and zero ceilings.
    in_words = {"H010", "H011", "F003", "A010", "A040", "M003", "M006", "M032"}
    rows = targets[targets.index.str[0].isin(list("KHFAMS")) & (targets["kind"] != "binary") & (targets["value"] > 0)]
    stated = [
        format(Decimal(str(value)).normalize(), "f") in quote
        for value, quote in zip(rows["value"], rows["quote"], strict=True)
    ]
    assert set(rows.index[[not one for one in stated]]) == in_words


def test_pending_targets_are_those_without_a_number(targets: pd.DataFrame) -> None:
    pending = targets[targets["status"] == "pending"]
    # six have a direction or an outside limit only; 10 + 4 provincial items wait for 附表2
    assert set(pending.index) == {"H001", "H025", "F004", "F005", "A013", "M034", "M030", "M031"}
    assert pending["value"].isna().all()
    assert pending.loc[["M030", "M031"], "pending_issuer"].str.contains("附表2未印发").all()
    assert targets.loc[targets["status"] == "final", "value"].notna().all()


def test_strict_targets_are_those_said_to_exceed_or_to_fall(targets: pd.DataFrame) -> None:
    strict = set(targets.index[targets["is_strict"]])
    # 突破; 高于全县各项贷款平均增速 (six kinds of loans and the technology firms'); 持续下降, 双下降, 遏制
    loans = {f"E{number:03d}" for number in range(81, 87)} | {"K011"}
    falling = {"F007", "F008", "F009", "A002", "A004", "A005", "A011", "A012", "A031", "A032"}
    assert strict >= {"E015"} | loans | falling
    # 以上, 达, 不低于 and 不少于 are not strict
    assert not strict & {"E003", "K001", "K013", "A016", "M012", "S010"}


def test_welfare_standards_follow_from_each_other(targets: pd.DataFrame) -> None:
    value = targets["value"]
    assert value["S003"] == 650 * 1.5 == 975
    assert value["S004"] == 5040 * 1.5 == 7560
    assert value["S005"] == 650 * 1.3 == 845
    assert value["S006"] == 420 * 1.3 == 546  # 5040 / 12 = 420
    # 最低工资 1550 元/月 的十分之一、六分之一、三分之一
    assert [half_up(Decimal(1550) / part, 0) for part in (10, 6, 3)] == [155, 258, 517]
    assert value[["S011", "S012", "S013"]].tolist() == [155, 258, 517]
    assert targets.loc["S001", "base_value"] == 600


def test_parts_and_contradictions_can_be_seen(targets: pd.DataFrame) -> None:
    parts = targets[targets["parent"] == "M013"]
    assert parts["value"].tolist() == [20, 100]  # 集中 20 + 居家 100 = 120
    assert targets.loc["M013", "value"] == 20 + 100
    chargers = targets[targets["parent"] == "E075"]
    assert chargers["value"].sum() == 60 + 40  # and yet 110 in 附件1
    assert targets.loc["E075", "value"] == 110
    assert targets.loc[["K005", "H008"], "value"].tolist() == [30, 10]
    assert targets.loc["K005", "indicator"] == targets.loc["H008", "indicator"]
    assert targets.loc["E076", "indicator"] == targets.loc["M002", "indicator"]


def test_deadlines_of_the_text_are_steps(targets: pd.DataFrame) -> None:
    assert targets.loc["A023", "step_month"] == 9  # 四季度前
    assert targets.loc["A020", "step_month"] == 12  # 至2023年底
    assert targets.loc["A010", "path"] == "per_quarter"  # 每季度


def test_units_of_targets_resolves_townships_and_keeps_the_stronger_role() -> None:
    register = load_register(RULES)
    units = units_of_targets(register.targets, register.registry.units, register.registry.unit_aliases)
    # 附件5·二(二)5: two leads; 县公安局, 县交通运输局 and the 17 townships support
    fireworks = units[units["code"] == "A018"]
    assert fireworks.groupby("role").size().to_dict() == {"lead": 2, "support": 2 + 17}
    assert set(fireworks.loc[fireworks["role"] == "lead", "unit_name"]) == {"县应急管理局", "县市场监管局"}
    assert not units.duplicated(["code", "unit"]).any()


def test_a_unit_named_as_lead_and_within_a_group_is_lead() -> None:
    targets = pd.DataFrame({"code": ["T1"], "lead_units": ["甲镇"], "supporting_units": ["各乡镇;乙局"]})
    units = pd.DataFrame({"code": ["U1", "U2", "U3"], "name": ["甲镇", "丙乡", "乙局"]})
    aliases = pd.DataFrame({"alias": ["各乡镇", "各乡镇"], "unit": ["U1", "U2"]})
    found = units_of_targets(targets, units, aliases)
    assert found[["unit_name", "role"]].to_numpy().tolist() == [
        ["甲镇", "lead"],
        ["丙乡", "support"],
        ["乙局", "support"],
    ]


@pytest.mark.parametrize(
    ("code", "column", "text", "said"),
    [
        ("K001", "measure", "rate", "写的是“rate”，只能是value、growth，请改正。"),
        ("K001", "direction", "", "没有填写，此格必填，请补上。"),
        ("K001", "kind", "growth", None),
        ("K001", "path", "straight", None),
        ("K001", "direction", "at most", "写的是“at most”，只能是at_least、at_most、equal，请改正。"),
        ("K001", "value", "12%", "写的是“12%”，应为数字，请改正。"),
        ("K001", "value", "", "目标已定而没有数值，final 须有数值，请改正。"),
        ("H001", "value", "20", "目标待定却有数值，pending 不得有数值，请改正。"),
        ("H001", "pending_issuer", "", "没有写待谁下达，pending 须写明，请改正。"),
        ("K014", "value", "2", "是非类目标的值是“2”，只能是 1，请改正。"),
        ("K011", "reference_indicator", "", "没有写与哪个指标比，relative 须写明，请改正。"),
        ("A023", "step_month", "", "没有写阶梯的月份，step 须写明，请改正。"),
        ("M016", "unit", "户", "单位“户”不能换算成指标的“万元”，两者须是同一种量，请改正。"),
        ("S001", "base_unit", "", None),
        ("K001", "document", "凤政办发〔2023〕9号", None),
        ("M014", "parent", "M999", None),
        ("M014", "parent", "M014", "目标引用了自己，应引用别的目标，请改正。"),
        ("K001", "indicator", "rd_spendings", None),
        ("K001", "lead_units", "县科技工信局;县某局", None),
    ],
)  # fmt: skip
def test_one_sentence_for_each_slip(tmp_path: Path, code: str, column: str, text: str, said: str | None) -> None:
    folder = copied_rules(tmp_path)
    row = set_cell(folder / "targets.csv", code, column, text)
    found = sentences(folder)
    where = "base_value" if column == "base_unit" else column
    assert found[0].startswith(f"rules/targets.csv {row} {where}：")
    if said:
        assert found == [f"rules/targets.csv {row} {column}：{said}"]


def test_base_is_told_whole_or_not_at_all(tmp_path: Path) -> None:
    folder = copied_rules(tmp_path)
    row = set_cell(folder / "targets.csv", "S001", "base_unit", "")
    assert sentences(folder) == [
        f"rules/targets.csv {row} base_value：基数的值、单位、期间、依据没有填全，四项都填或都不填，请改正。"
    ]


def test_unknown_unit_gets_the_nearest_names(tmp_path: Path) -> None:
    folder = copied_rules(tmp_path)
    row = set_cell(folder / "targets.csv", "K001", "supporting_units", "县发改居;县财政局")
    assert sentences(folder)[0].startswith(
        f"rules/targets.csv {row} supporting_units：单位及其别名里没有“县发改居”，最接近的是“县发改局”"
    )


def test_mentions_must_name_targets_and_fitting_units(tmp_path: Path) -> None:
    folder = copied_rules(tmp_path)
    path = folder / "target_mentions.csv"
    sum_row = set_cell(path, "M024+M025", "code", "M024+M999")
    unit_row = set_cell(path, "K005", "unit", "万元")
    found = sentences(folder)
    assert found[0].startswith(f"rules/target_mentions.csv {sum_row} code：targets.csv 里没有“M999”")
    assert found[1] == (
        f"rules/target_mentions.csv {unit_row} unit：单位“万元”不能换算成 K005 的“%”，两者须是同一种量，请改正。"
    )
    assert len(found) == 2


def test_problems_of_all_files_come_together(tmp_path: Path) -> None:
    folder = copied_rules(tmp_path)
    set_cell(folder / "units.csv", "U081", "document", "无此文")
    set_cell(folder / "targets.csv", "K001", "status", "done")
    set_cell(folder / "target_mentions.csv", "E001", "value", "8%")
    assert {sentence.split(" ")[0] for sentence in sentences(folder)} == {
        "rules/units.csv",
        "rules/targets.csv",
        "rules/target_mentions.csv",
    }


def test_a_target_may_have_a_plan_and_a_grade_of_its_own(tmp_path: Path) -> None:
    """E041 asks for 200 亿元 in all; its own plan wants 50 by March, its own grade calls it far behind from −5 on."""
    folder = copied_rules(tmp_path)
    write_lines(folder / "target_plans.csv", [["code", "month", "planned", "source"], ["E041", "3", "50", "示例依据"]])
    write_lines(folder / "target_grades.csv", [["code", "far_pp", "source"], ["E041", "-5", "示例依据"]])
    register = load_register(folder)
    assert register.plans[["code", "month", "planned"]].to_dict("list") == {
        "code": ["E041"],
        "month": [3],
        "planned": [50.0],
    }
    own = register.targets.set_index("code")["far_pp"]
    assert own["E041"] == -5
    assert own.drop("E041").isna().all()


def test_a_plan_or_grade_without_source_or_target_is_refused(tmp_path: Path) -> None:
    folder = copied_rules(tmp_path)
    write_lines(folder / "target_plans.csv", [["code", "month", "planned", "source"], ["E999", "13", "很多", ""]])
    write_lines(folder / "target_grades.csv", [["code", "far_pp", "source"], ["E041", "低", "示例依据"]])
    found = sentences(folder)
    assert [sentence.split("：")[0] for sentence in sorted(found)] == [
        "rules/target_grades.csv 第2行 far_pp",
        "rules/target_plans.csv 第2行 code",
        "rules/target_plans.csv 第2行 month",
        "rules/target_plans.csv 第2行 planned",
        "rules/target_plans.csv 第2行 source",
    ]
