"""Broken inputs of the medical fund: one clear sentence each, with its cell or record; all of them at once."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from fund_cases import FILE, ONE, SHEET, STORE, TWO, WAN, monthly, terms, year
from rule_files import RULES, copied_rules

from fhdata.funds.fund_inputs import FundInputs
from fhdata.funds.fund_terms import READINGS, terms_on
from fhdata.funds.settlement import settle
from fhdata.problems import ProblemsFound
from fhdata.rules.fund import LINE, load_fund
from fhdata.rules.rulebook import READING

Broken = Callable[[FundInputs], FundInputs]


def refused(inputs: FundInputs) -> list[str]:
    with pytest.raises(ProblemsFound) as stopped:
        settle(inputs, terms())
    return [one.sentence for one in stopped.value.problems]


def with_item(name: str, /, **changes: object) -> Broken:
    def broken(inputs: FundInputs) -> FundInputs:
        items = inputs.items
        is_it = items["item"] == name
        return replace(inputs, items=items.assign(**{key: items[key].mask(is_it, one) for key, one in changes.items()}))

    return broken


def with_institution(code: str, **changes: object) -> Broken:
    def broken(inputs: FundInputs) -> FundInputs:
        rows = inputs.institutions
        for name, value in changes.items():
            rows = rows.assign(**{name: rows[name].mask(rows["institution"] == code, value)})
        return replace(inputs, institutions=rows.astype({"score": "int64"}))

    return broken


def another_row(**changes: object) -> Broken:
    """The first institution a second time, otherwise."""

    def broken(inputs: FundInputs) -> FundInputs:
        row = inputs.institutions.head(1).assign(**{"source_cell": "A9", "to_month": ""} | changes)
        return replace(inputs, institutions=pd.concat([inputs.institutions, row], ignore_index=True))

    return broken


def with_cost(**changes: object) -> Broken:
    """The first row of costs once more, otherwise."""

    def broken(inputs: FundInputs) -> FundInputs:
        row = inputs.costs.head(1).assign(**changes)
        return replace(inputs, costs=pd.concat([inputs.costs, row], ignore_index=True))

    return broken


def no_may(inputs: FundInputs) -> FundInputs:
    return replace(inputs, costs=inputs.costs[inputs.costs["month"] != "2023-05"])


def with_months(inputs: FundInputs) -> FundInputs:
    return replace(inputs, items=pd.concat([inputs.items, monthly("income_received", [3000])], ignore_index=True))


def repeated_item(inputs: FundInputs) -> FundInputs:
    return replace(inputs, items=pd.concat([inputs.items, inputs.items.iloc[[1]]], ignore_index=True))


def penalty(**row: object) -> Broken:
    usual = {"institution": ONE, "document": "", "amount_fen": 1, "source_file": "扣减.xlsx", "source_sheet": "表"}
    return lambda inputs: replace(inputs, penalties=pd.DataFrame([usual | {"source_cell": "B3"} | row]))


def prepaid(*rows: dict[str, object]) -> Broken:
    usual = {"institution": ONE, "month": "2023-01", "declared_fen": 1, "paid_fen": 1, "source_file": "预付.xlsx"}
    places = {"source_sheet": "表", "source_cell": "B3"}
    return lambda inputs: replace(inputs, prepayments=pd.DataFrame([usual | places | row for row in rows]))


moved_down = another_row(level="township", from_month="2023-07")
AT_C2 = f"{FILE}「{SHEET}」 C2："
ROSTER = "示例机构.xlsx「名册」"
CASES: dict[str, tuple[Broken, str]] = {
    "negative income": (
        with_item("income_received", amount_fen=-36000 * WAN),
        f"{AT_C2}金额为 -360,000,000.00 元，不得为负",
    ),
    "unknown item": (
        with_item("income_received", item="income_recieved"),
        "不认识项目“income_recieved”，最接近的是“income_received”",
    ),
    "bad status": (with_item("income_received", status="估计"), f"{AT_C2}状态写的是“估计”，只能是final、preliminary"),
    "another year": (
        with_item("income_received", month="2022-12"),
        f"{AT_C2}月份写的是“2022-12”，应为 2023-01 至 2023-12",
    ),
    "year and months": (with_months, f"{AT_C2}“income_received”既有全年数，又有分月数"),
    "an item twice": (repeated_item, f"{FILE}「{SHEET}」 C3：“dip_budget”全年出现不止一次"),
    "unknown kind": (with_institution(ONE, kind="医院"), f"{ROSTER} A2：“{ONE}”的类别写的是“医院”"),
    "unknown level": (
        with_institution(ONE, level="city"),
        f"{ROSTER} A2：“{ONE}”的级别写的是“city”，只能是county、township",
    ),
    "score above 100": (with_institution(TWO, score=1_000_001), f"{ROSTER} A3：“{TWO}”的考评得分超出范围"),
    "scored, no member": (
        with_institution(TWO, is_member=False),
        f"{ROSTER} A3：“{TWO}”参加考评分配，但不是医共体成员",
    ),
    "level changes": (
        lambda inputs: moved_down(with_institution(ONE, to_month="2023-06")(inputs)),
        f"{ROSTER} A9：{ONE} 年中由“county、hospital、医共体成员”改为“township、hospital、医共体成员”",
    ),
    "twice in a month": (another_row(from_month="2023-07"), f"{ROSTER} A9：机构代码“{ONE}”在同一个月出现不止一次"),
    "unknown institution": (
        with_cost(institution="示例一"),
        "费用中的机构“示例一”不在机构名单里，最接近的是“示例一院”",
    ),
    "claim outside the year": (with_cost(month="2024-01"), "费用里有 2024-01 的记录，本次只算 2023-01 至 2023-12"),
    "missing month": (no_may, "2023-05 没有任何费用记录，每个月都须有"),
    "unknown category": (with_cost(category="急诊"), "费用类别写的是“急诊”"),
    "costs twice": (with_cost(), f"{ONE} 2023-01 outpatient 的费用出现不止一次"),
    "not open": (with_institution(ONE, to_month="2023-11"), f"{ONE} 在 2023-12 有费用，但当月不在机构名单的起止月份内"),
    "DIP without the reform": (
        with_cost(is_dip=True),
        f"{ONE} 在 2023-01 有标为 DIP 的费用，但名单里当月不是 DIP 机构",
    ),
    "negative costs": (
        with_cost(category="inpatient", hifp_fen=-5001 * WAN, medfee_fen=0),
        f"{ONE} 的费用合计为 -10,000.00 元，不得为负",  # 5,000 − 5,001 = −1 万元
    ),
    "penalty of nobody": (penalty(institution="别处"), "扣减.xlsx「表」 B3：扣减的机构“别处”不在机构名单里"),
    "negative penalty": (penalty(amount_fen=-100), "扣减.xlsx「表」 B3：扣减金额为 -1.00 元，不得为负"),
    "prepaid to nobody": (prepaid({"institution": "别处"}), "预付.xlsx「表」 B3：预付的机构“别处”不在机构名单里"),
    "prepaid twice": (prepaid({}, {}), f"预付.xlsx「表」 B3：{ONE} 2023-01 的预付出现不止一次"),
    "prepaid below zero": (prepaid({"paid_fen": -1}), "预付.xlsx「表」 B3：预付金额为 -0.01 元"),
    "declared below zero": (prepaid({"declared_fen": -1}), "预付.xlsx「表」 B3：申报金额为 -0.01 元"),
    "prepaid another year": (prepaid({"month": "2022-12"}), "预付.xlsx「表」 B3：月份写的是“2022-12”"),
}


@pytest.mark.parametrize(("broken", "said"), CASES.values(), ids=list(CASES))
def test_a_broken_input_is_one_clear_sentence(broken: Broken, said: str) -> None:
    sentences = refused(broken(year()))
    assert any(said in one for one in sentences), sentences
    assert len(sentences) == 1, sentences


def test_all_of_them_are_told_at_once() -> None:
    inputs = with_cost(month="2024-01")(no_may(with_institution(ONE, level="city")(year())))
    sentences = refused(penalty(institution="别处")(inputs))
    for said in ("city", "2024-01", "2023-05", "别处"):
        assert any(said in one for one in sentences)
    assert len(sentences) == 4


def test_a_closed_institution_of_earlier_years_is_no_matter() -> None:
    inputs = another_row(institution="旧院", to_month="2022-06", level="", is_scored=False)(year())
    assert settle(inputs, terms()).surplus_fen == 700 * WAN


def test_an_institution_in_two_stretches_stays_one() -> None:
    inputs = another_row(from_month="2023-07", score=880_000)(with_institution(ONE, to_month="2023-06")(year()))
    shares = settle(inputs, terms()).shares.set_index("institution")
    # The last stretch says name and score.
    assert (shares.loc[ONE, "share_fen"], shares.loc[ONE, "score"]) == (280 * WAN, 880_000)


@pytest.mark.parametrize("frame", ["items", "costs", "penalties", "prepayments"])
def test_a_float_in_money_is_a_programming_error(frame: str) -> None:
    inputs = penalty()(year())
    columns = {name: "float64" for name in getattr(inputs, frame).columns if str(name).endswith("_fen")}
    with pytest.raises(TypeError, match="must be int64"):
        settle(replace(inputs, **{frame: getattr(inputs, frame).astype(columns)}), terms())


def test_a_pharmacy_has_no_level_and_gets_no_share() -> None:
    assert STORE not in set(settle(year(), terms()).shares["institution"])


# ── the rules ──


def test_every_reading_is_a_field_and_its_default_the_first_alternative() -> None:
    rules = load_fund(RULES)
    assert {key.removeprefix(READING) for key in rules.keys(READING)} == set(READINGS)
    for rule in rules.readings(terms().on):
        assert rule.value == rule.alternatives[0].value, rule.key
        assert len(rule.alternatives) > 1, rule.key
        assert rule.problem, rule.key


def test_every_item_and_level_has_a_line() -> None:
    used = terms()
    lines = {key.removeprefix(LINE) for key in used.rules if key.startswith(LINE)}
    assert {f"level.{level}" for level in used.level_ratios} <= lines
    assert set(year().items["item"]) <= lines


RULE_FAULTS = {
    "a ratio above one": ("value = 0.10\n", "value = 1.10\n", "reserve.ratio：比例写的是“1.10”，应在 0 和 1 之间"),
    "a ratio as text": ("value = 0.20\n", 'value = "两成"\n', "surplus.kept_ratio：比例写的是“两成”"),
    "shares of 110 percent": (
        "[[share.county.values]]\nfrom = 2023-01-06\nvalue = 0.40",
        "[[share.county.values]]\nfrom = 2023-01-06\nvalue = 0.50",
        "share.county：2023-01-06 起各比例合计为 1.10，合计须等于 1",
    ),
    "bands that fall": ("[[0.10, 0.60], [0.20, 0.30]]", "[[0.20, 0.60], [0.10, 0.30]]", "overrun.bands：分档写得不对"),
    "bands of one number": ("[[0.10, 0.60], [0.20, 0.30]]", "[0.10, 0.60]", "overrun.bands：分档写得不对"),
    "no pass mark": ("[pass_mark]", "[passmark]", "没有规则“pass_mark”，最接近的是“passmark”"),
}


@pytest.mark.parametrize(("right", "wrong", "said"), RULE_FAULTS.values(), ids=list(RULE_FAULTS))
def test_a_rule_written_wrong_is_named(right: str, wrong: str, said: str, tmp_path: Path) -> None:
    folder = copied_rules(tmp_path)
    path = folder / "fund.toml"
    text = path.read_text(encoding="utf-8")
    assert right in text
    text = text.replace(right, wrong, 1).replace(
        "[[pass_mark.", "[[passmark." if "passmark" in wrong else "[[pass_mark."
    )
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ProblemsFound) as stopped:
        load_fund(folder)
    assert any(said in one.sentence for one in stopped.value.problems), stopped.value.problems


def test_a_reading_that_does_not_exist_is_refused_with_the_nearest() -> None:
    rules = load_fund(RULES)
    with pytest.raises(ProblemsFound, match=r"没有读法“penalties”，最接近的是“penalty”"):
        terms_on(rules, terms().on, {"penalties": "both"})
    with pytest.raises(ProblemsFound, match=r"没有“half”这种读法"):
        terms_on(rules, terms().on, {"penalty": "half"})
