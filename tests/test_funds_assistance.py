"""Assistance standards and what a raise costs. All rosters and counts here are made up (示例数据)."""

from datetime import date
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_files import RULES

from fhdata.funds.assistance_cost import (
    carried_forward,
    classified_aid,
    increase_steps,
    last_month_at_old_rate,
    split_arrears,
)
from fhdata.funds.assistance_document import check_document, nursing_allowance_fen, nursing_allowances
from fhdata.funds.assistance_faults import (
    mean_above_standard,
    mixed_means,
    more_households_than_persons,
    repeated_members,
    roster_differs,
    spending_faults,
    total_row_faults,
)
from fhdata.funds.assistance_funding import funding_due, funding_gap
from fhdata.funds.assistance_methods import by_headcount, by_household, by_mean, side_by_side
from fhdata.problems import Problem, ProblemsFound
from fhdata.rules.rulebook import load_rules
from fhdata.rules.standards import rates, standards_on

BOOK = load_rules(RULES / "assistance.toml")
NEW_YEAR = date(2023, 1, 1)
YEAR_BEFORE = date(2022, 12, 31)
MONTHS = [f"2023-{month:02d}" for month in range(1, 13)]
SHEET = {"source_file": "data/raw/2023-03/救助/人数表.xlsx", "source_sheet": "3月"}


def sheet(rows: list[dict[str, Any]], start: int = 4) -> pd.DataFrame:
    """Rows as intake hands them over: the first figure of each in column C, one row of the sheet each."""
    return pd.DataFrame([{**SHEET, "source_cell": f"C{start + number}", **row} for number, row in enumerate(rows)])


def count(category: str = "subsistence_rural", persons: int = 3, **more: Any) -> dict[str, Any]:
    return {"township": "甲乡", "category": category, "month": "2023-01", "persons": persons, **more}


def family(number: int, persons: int, income_fen: int, **more: Any) -> dict[str, Any]:
    return {
        "household_id": f"h{number:06d}", "township": "甲乡", "category": "subsistence_rural",
        "persons": persons, "income_fen": income_fen, **more,
    }  # fmt: skip


def january() -> pd.DataFrame:
    return rates(BOOK, ["2023-01"], YEAR_BEFORE)


def codes(problems: list[Problem]) -> list[str]:
    return [one.code for one in problems]


def stopped(error: pytest.ExceptionInfo[ProblemsFound]) -> list[str]:
    return codes(list(error.value.problems))


# ── standards in force ──


def test_raises_are_the_differences_of_the_two_years() -> None:
    raise_yuan = (january().set_index("category")["delta_fen"] // 100).to_dict()
    # 650−600, 420−385, 845−780, 546−500, 800−800, 1,100−950, 1,500−1,350; those that refer to orphans follow them,
    # the floor of a half rises by half: (1,100−950) ÷ 2
    assert raise_yuan == {
        "subsistence_urban": 50, "subsistence_rural": 35, "destitute_urban": 65, "destitute_rural": 46,
        "destitute_centralised": 0, "orphan_scattered": 150, "orphan_centralised": 150, "child_hiv": 150,
        "child_unattended_poor": 150, "child_unattended_centralised": 150, "child_unattended_other": 75,
    }  # fmt: skip


def test_a_date_before_2022_stops_with_both_citations_for_every_standard() -> None:
    with pytest.raises(ProblemsFound) as caught:
        standards_on(BOOK, date(2021, 12, 31))
    printed = list(BOOK.keys("standard."))
    assert [one.cell for one in caught.value.problems] == printed
    first = caught.value.problems[0].sentence
    assert "凤政函〔2023〕43号 一（一）所载2022年标准" in first
    assert first.count("凤政函〔2023〕43号 一（一）") == 2


@pytest.mark.parametrize("check", [check_document, nursing_allowances])
def test_checks_and_allowances_of_a_day_without_documents_stop(check: Any) -> None:
    with pytest.raises(ProblemsFound, match="2021-06-01 没有有效的值"):
        check(BOOK, date(2021, 6, 1))


def test_allowances_before_the_minimum_wage_stop_with_its_citation() -> None:
    with pytest.raises(ProblemsFound, match=r"minimum_wage.*州人社发〔2022〕13号"):
        nursing_allowances(BOOK, date(2022, 3, 31))


def two_documents(tmp_path: Path, until: str, start: str) -> Path:
    path = tmp_path / "rules" / "assistance.toml"
    path.parent.mkdir()
    path.write_text(
        f"""
[standard.one]
title = "甲类"
unit = "元/月"
[[standard.one.values]]
from = 2023-01-01
until = {until}
value = 650
source = "甲文 一"
status = "quoted"
[[standard.one.values]]
from = {start}
value = 700
source = "乙文 二"
status = "quoted"
[payment.one]
title = "甲类"
[[payment.one.values]]
from = 2023-01-01
value = "full"
source = "甲文 一"
status = "quoted"
""",
        encoding="utf-8",
    )
    return path


def test_a_day_between_two_documents_stops_with_both_citations(tmp_path: Path) -> None:
    book = load_rules(two_documents(tmp_path, until="2023-12-31", start="2024-03-01"))
    assert standards_on(book, date(2024, 3, 1))["standard_fen"].tolist() == [70000]
    with pytest.raises(ProblemsFound, match=r"2024-02-01 没有有效的值.*甲文 一.*乙文 二"):
        standards_on(book, date(2024, 2, 1))
    with pytest.raises(ProblemsFound, match=r"甲文 一.*乙文 二"):
        rates(book, ["2024-02", "2024-03"], date(2023, 12, 31))


def test_a_day_of_two_documents_stops_with_both_citations(tmp_path: Path) -> None:
    with pytest.raises(ProblemsFound, match=r"2024-03-01 有两个值同时有效.*甲文 一.*乙文 二"):
        load_rules(two_documents(tmp_path, until="2024-06-30", start="2024-03-01"))


def test_a_month_that_is_none_stops() -> None:
    with pytest.raises(ProblemsFound, match=r"2023Q1.*应为月份"):
        rates(BOOK, ["2023Q1"], YEAR_BEFORE)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('value = "1/2"', 'value = "一半"', "应为“1/6”这样大于零的分数"),
        ('value = "1/2"', 'value = "1/7"', "不是整分"),  # 950.00 ÷ 7 = 135.714…
        ('value = "full"', 'value = "cash"', "发放方式写的是“cash”"),
        ("floor.child_unattended_other.orphan_scattered", "floor.child_unattended_other.orphan", "没有印出的标准"),
        ("floor.child_unattended_other.orphan_scattered", "floor.child_unattended_other", "规则名不对"),
        ("payment.orphan_scattered", "payment.orphans", "没有规则“payment.orphan_scattered”"),
        ('unit = "元/月"', 'unit = "元/天"', "应为 元/月 或 元/年"),
    ],
)
def test_a_broken_rule_is_told_with_its_key(tmp_path: Path, old: str, new: str, message: str) -> None:
    path = tmp_path / "assistance.toml"
    text = (RULES / "assistance.toml").read_text("utf-8")
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ProblemsFound, match=message):
        rates(load_rules(path), ["2023-01"], YEAR_BEFORE)


def test_all_rules_but_the_inferred_ones_are_quoted() -> None:
    inferred = {
        key.split(".")[0] for key, values in BOOK.rules.items() if any(one.status != "quoted" for one in values)
    }
    assert inferred == {"derived", "floor", "payment", "ratio", "not_below", "arrears", "tolerance"}
    quoted_ratios = [key for key in BOOK.keys("ratio.") if BOOK.value(key, NEW_YEAR).status == "quoted"]
    assert quoted_ratios == ["ratio.border_urban.subsistence_urban", "ratio.border_rural.subsistence_rural"]


# ── the document against itself ──


def test_only_the_centralised_standard_is_at_odds_in_2023() -> None:
    findings = check_document(BOOK, NEW_YEAR)
    flagged = findings[findings["outcome"] != "agrees"]
    assert flagged["key"].tolist() == ["not_below.destitute_centralised.destitute_urban"]
    assert flagged["difference_fen"].tolist() == [(800 - 845) * 100]
    assert "仅提示，不改动数值" in flagged["sentence"].iloc[0]
    assert standards_on(BOOK, NEW_YEAR).set_index("category")["standard_fen"]["destitute_centralised"] == 80000


def test_the_rounded_rural_standard_of_2022_is_flagged_as_inferred() -> None:
    findings = check_document(BOOK, date(2022, 12, 31)).set_index("key")
    row = findings.loc["ratio.destitute_rural.subsistence_rural"]
    # 385 × 1.3 = 500.5, printed 500
    assert (row["outcome"], row["difference_fen"], bool(row["is_inferred"])) == ("rounded", -50, True)


def test_a_misprint_is_a_finding_and_not_an_end(tmp_path: Path) -> None:
    path = tmp_path / "assistance.toml"
    text = (RULES / "assistance.toml").read_text("utf-8")
    path.write_text(text.replace("value = 5040", "value = 5041").replace("value = 258", "value = 259"), "utf-8")
    findings = check_document(load_rules(path), NEW_YEAR).set_index("key")
    assert findings.loc["yearly.subsistence_rural", ["outcome", "difference_fen"]].tolist() == ["differs", 100]
    assert findings.loc["nursing_printed.semi_dependent", ["outcome", "difference_fen"]].tolist() == ["differs", 100]


@pytest.mark.parametrize(
    ("wage_yuan", "allowances_yuan"),
    [
        (1550, [155, 258, 517]),  # 155 · 258.33 · 516.67
        (1700, [170, 283, 567]),  # 170 · 283.33 · 566.67
        (1740, [174, 290, 580]),  # all whole
        (1545, [155, 258, 515]),  # 154.5 up · 257.5 up · 515
        (1, [0, 0, 0]),  # 0.1 · 0.17 · 0.33
        (2, [0, 0, 1]),  # 0.2 · 0.33 · 0.67
    ],
)
def test_allowances_for_any_minimum_wage(wage_yuan: int, allowances_yuan: list[int]) -> None:
    table = nursing_allowances(BOOK, NEW_YEAR, wage_fen=wage_yuan * 100)
    assert table["level"].tolist() == ["self_care", "semi_dependent", "dependent"]
    assert (table["allowance_fen"] // 100).tolist() == allowances_yuan


@given(st.integers(0, 10**9), st.sampled_from([Fraction(1, 10), Fraction(1, 6), Fraction(1, 3)]))
def test_allowance_is_whole_yuan_within_half_of_the_fraction(wage_fen: int, share: Fraction) -> None:
    allowance = nursing_allowance_fen(wage_fen, share)
    assert allowance % 100 == 0
    assert -50 < allowance - wage_fen * share <= 50


# ── the three methods ──


# A table of pandas costs some 10-100 ms a case: fewer cases, each of several townships with several families.
FEW = settings(max_examples=20, deadline=None)
FEWER = settings(max_examples=6, deadline=None)
FAMILIES = st.lists(st.tuples(st.integers(1, 8), st.integers(0, 400_000)), min_size=1, max_size=8)
SIZES = st.lists(st.lists(st.integers(1, 8), min_size=1, max_size=6), min_size=3, max_size=6)
RECIPIENTS = st.lists(
    st.lists(st.tuples(st.integers(1, 8), st.integers(0, 38500)), min_size=1, max_size=6), min_size=3, max_size=6
)


JANUARY = january()


def townships(homes: list[list[tuple[int, int]]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Counts and roster of townships given by their families, (persons, income): 0乡, 1乡 …"""
    counts = [count(persons=sum(size for size, _ in families), township=f"{at}乡") for at, families in enumerate(homes)]
    roster = [
        family(100 * at + number, *one, township=f"{at}乡")
        for at, families in enumerate(homes)
        for number, one in enumerate(families)
    ]
    return sheet(counts), sheet(roster)


@FEWER
@given(SIZES)
def test_without_incomes_household_and_headcount_agree(homes: list[list[int]]) -> None:
    counts, roster = townships([[(size, 0) for size in sizes] for sizes in homes])
    last_year = sheet([count(persons=1, mean_supplement_fen=38500, township=f"{at}乡") for at in range(len(homes))])
    table = side_by_side(counts, roster, last_year, JANUARY).set_index("township")
    for at, sizes in enumerate(homes):
        row, persons = table.loc[f"{at}乡"], sum(sizes)
        assert row["increase_by_household_fen"] == row["increase_by_headcount_fen"] == persons * 3500
        assert row["need_by_household_fen"] == row["need_by_headcount_fen"] == persons * 42000
        assert row["increase_spread_fen"] == 0
        assert row["need_spread_fen"] == persons * 3500  # method 3 stays at last year's 385 元


@FEW
@given(FAMILIES)
def test_one_family_at_a_time_gives_the_same_sum(families: list[tuple[int, int]]) -> None:
    roster = sheet([family(number, *one) for number, one in enumerate(families)])
    row = by_household(roster, JANUARY).iloc[0]
    old = [max(0, 38500 * persons - income) for persons, income in families]
    new = [max(0, 42000 * persons - income) for persons, income in families]
    newly = [one for one, before, (_, _) in zip(new, old, families, strict=True) if before == 0 and one > 0]
    assert row["need_by_household_fen"] == sum(new)
    assert row["paid_before_fen"] == sum(old)
    assert row["increase_by_household_fen"] == sum(new) - sum(old)
    assert (row["newly_eligible_households"], row["newly_eligible_fen"]) == (len(newly), sum(newly))


@FEW
@given(FAMILIES)
def test_no_family_gains_more_than_the_raise_a_person(families: list[tuple[int, int]]) -> None:
    roster = sheet([family(number, *one) for number, one in enumerate(families)])
    row = by_household(roster, JANUARY).iloc[0]
    assert 0 <= row["increase_by_household_fen"] <= 3500 * row["roster_persons"]


@FEWER
@given(RECIPIENTS)
def test_with_recipients_only_household_lies_on_the_upper_bound(homes: list[list[tuple[int, int]]]) -> None:
    """Families given as (persons, income a person), none above the old standard; last year's mean is what they got."""
    counts, roster = townships([[(heads, heads * each) for heads, each in families] for families in homes])
    last_year = sheet([
        count(persons=heads, mean_supplement_fen=38500 - each, township=f"{at}乡")
        for at, families in enumerate(homes)
        for heads, each in families
    ])  # fmt: skip
    table = side_by_side(counts, roster, last_year, JANUARY).set_index("township")
    for at, families in enumerate(homes):
        row, persons = table.loc[f"{at}乡"], sum(heads for heads, _ in families)
        paid = sum(heads * (38500 - each) for heads, each in families)
        assert row["need_by_mean_fen"] == paid
        assert row["need_by_headcount_fen"] == paid + 3500 * persons
        # who got exactly nothing before is newly eligible now, and gains the raise like everybody
        assert row["need_by_household_fen"] == paid + 3500 * persons
        assert row["increase_by_household_fen"] == 3500 * persons


def test_order_of_rows_does_not_matter() -> None:
    roster = sheet([family(number, number % 4 + 1, 9_000 * number) for number in range(30)])
    roster["township"] = [("甲乡", "乙乡")[number % 2] for number in range(30)]
    mixed = roster.sample(frac=1, random_state=7)
    pd.testing.assert_frame_equal(by_household(roster, JANUARY), by_household(mixed, JANUARY))


def test_a_county_of_20_000_households_is_exact_and_int64() -> None:
    numbers = np.arange(20_000)
    roster = pd.DataFrame({
        "household_id": [f"h{number}" for number in numbers],
        "township": [f"乡{number % 17:02d}" for number in numbers],
        "category": np.where(numbers % 5 == 0, "subsistence_urban", "subsistence_rural"),
        "persons": numbers % 6 + 1, "income_fen": numbers * 7_919 % 300_000,
        **SHEET, "source_cell": "C4",
    })  # fmt: skip
    table = by_household(roster, rates(BOOK, MONTHS, YEAR_BEFORE))
    standard = np.where(numbers % 5 == 0, 65000, 42000)
    month = np.maximum(0, standard * (numbers % 6 + 1) - numbers * 7_919 % 300_000).sum()
    assert table["need_by_household_fen"].sum() == 12 * month
    # 5 and 17 have no common divisor: every one of 17 townships has both categories, 12 months each
    assert len(table) == 17 * 2 * 12
    assert_whole(table)


def test_means_of_last_year_are_weighted_and_rounded_once() -> None:
    last_year = sheet([
        count(persons=100, month="2022-11", mean_supplement_fen=20000),
        count(persons=200, month="2022-12", mean_supplement_fen=20100),
    ])  # fmt: skip
    # (100 × 200 + 200 × 201) ÷ 300 = 60,200 ÷ 300 = 200.6666… 元; × 3 = 602.00 元, rounding the mean first: 602.01
    assert by_mean(sheet([count(persons=3)]), last_year, JANUARY)["need_by_mean_fen"].tolist() == [60200]
    # × 1 = 200.6666… → 200.67
    assert by_mean(sheet([count(persons=1)]), last_year, JANUARY)["need_by_mean_fen"].tolist() == [20067]


def test_a_nation_does_not_overflow_the_mean() -> None:
    millions = 40 * 10**6
    last_year = sheet([
        count(persons=millions, month=f"2022-{month:02d}", mean_supplement_fen=30001) for month in range(1, 13)
    ])  # fmt: skip
    need = by_mean(sheet([count(persons=millions)]), last_year, JANUARY)["need_by_mean_fen"]
    assert need.tolist() == [millions * 30001]


def test_categories_paid_in_full_ignore_income_and_need_no_roster() -> None:
    counts = sheet([count("destitute_rural", 4), count("subsistence_rural", 1)])
    roster = sheet([family(1, 1, 0)])
    last_year = sheet([count(persons=1, mean_supplement_fen=38500)])
    table = side_by_side(counts, roster, last_year, JANUARY).set_index("category")
    # 4 × 546; 4 × 500; 4 × 46
    assert table.loc["destitute_rural", "need_by_household_fen"] == 4 * 54600
    assert table.loc["destitute_rural", "paid_before_fen"] == 4 * 50000
    assert table.loc["destitute_rural", "increase_by_household_fen"] == 4 * 4600
    with_income = sheet([family(1, 4, 99_999, category="destitute_rural")])
    assert by_household(with_income, JANUARY)["need_by_household_fen"].tolist() == [4 * 54600]


def test_newly_eligible_families_of_a_township_without_recipients_count() -> None:
    roster = sheet([family(1, 3, 0), family(2, 2, 80000, township="乙乡")])
    last_year = sheet([count(persons=1, mean_supplement_fen=38500)])
    table = side_by_side(sheet([count(persons=3)]), roster, last_year, JANUARY).set_index("township")
    # 385 × 2 − 800 < 0; 420 × 2 − 800 = 40
    assert table.loc["乙乡", ["persons", "newly_eligible_persons", "newly_eligible_fen"]].tolist() == [0, 2, 4000]
    assert table.loc["乙乡", "need_spread_fen"] == 4000


def test_steps_add_up_from_before_to_after() -> None:
    roster = sheet([family(1, 3, 100_000), family(2, 2, 80_000)])
    last_year = sheet([count(persons=1, mean_supplement_fen=5167)])
    steps = increase_steps(side_by_side(sheet([count(persons=3)]), roster, last_year, JANUARY), classified_fen=6000)
    # before 155 元, raise 3 × 35 = 105, newly eligible 40, classified aid 60, after 360
    assert steps["amount_fen"].tolist() == [15500, 10500, 4000, 6000, 36000]
    assert steps["step"].tolist() == ["before", "raise", "newly_eligible", "classified", "after"]
    assert_whole(steps)


@pytest.mark.parametrize(
    ("counts", "kinds"),
    [
        ([count("subsistence")], ["unknown_category"]),
        ([count(), count()], ["duplicate"]),
        ([count(persons=-1)], ["negative_count"]),
        ([count(month="2024-01")], ["unknown_month"]),
        ([count("x"), count(persons=-1, month="2022-12")], ["unknown_category", "unknown_month", "negative_count"]),
    ],
)
def test_faulty_counts_stop_all_at_once(counts: list[dict[str, Any]], kinds: list[str]) -> None:
    with pytest.raises(ProblemsFound) as caught:
        by_headcount(sheet(counts), JANUARY)
    assert stopped(caught) == kinds
    assert caught.value.problems[0].sentence.startswith("data/raw/2023-03/救助/人数表.xlsx「3月」 C")


@pytest.mark.parametrize(
    ("families", "kinds"),
    [
        ([family(1, 1, 0, category="城市")], ["unknown_category"]),
        ([family(1, 1, 0), family(1, 2, 0, township="乙乡")], ["duplicate_household"]),
        ([family(1, 0, 0), family(2, 1, -1)], ["bad_count", "negative_income"]),
    ],
)
def test_faulty_rosters_stop_without_naming_anybody(families: list[dict[str, Any]], kinds: list[str]) -> None:
    with pytest.raises(ProblemsFound) as caught:
        by_household(sheet(families), JANUARY)
    assert stopped(caught) == kinds
    assert "h000001" not in str(caught.value)


def test_a_fault_points_at_its_own_cell_where_the_sheet_has_one() -> None:
    with pytest.raises(ProblemsFound) as caught:
        by_household(sheet([family(1, 0, -1, persons_cell="E4", income_cell="F4")]), JANUARY)
    assert [one.cell for one in caught.value.problems] == ["E4", "F4"]
    with pytest.raises(ProblemsFound) as caught:
        by_headcount(sheet([count(persons=-1, persons_cell="D4")]), JANUARY)
    assert [one.cell for one in caught.value.problems] == ["D4"]


def test_tables_that_do_not_meet_stop() -> None:
    counts, roster = sheet([count()]), sheet([family(1, 3, 0)])
    last_year = sheet([count(persons=1, mean_supplement_fen=38500)])
    with pytest.raises(ProblemsFound) as caught:
        side_by_side(counts, roster.assign(township="乙乡"), last_year, JANUARY)
    assert stopped(caught) == ["no_roster", "no_headcount"]
    with pytest.raises(ProblemsFound) as caught:
        by_mean(counts, last_year.assign(township="乙乡"), JANUARY)
    assert stopped(caught) == ["no_mean_last_year"]


def test_float_money_is_refused() -> None:
    with pytest.raises(TypeError, match="income_fen"):
        by_household(sheet([family(1, 3, 0)]).astype({"income_fen": "float64"}), JANUARY)
    with pytest.raises(TypeError, match="persons"):
        by_headcount(sheet([count()]).astype({"persons": "float64"}), JANUARY)


def assert_whole(table: pd.DataFrame) -> None:
    numbers = table.select_dtypes("number")
    assert {str(dtype) for dtype in numbers.dtypes} == {"int64"}
    assert [name for name in table.columns if name.endswith("_fen") and name not in numbers.columns] == []


@cache
def every_table() -> list[pd.DataFrame]:
    """Every table with money that the domain makes, from one small county."""
    book = BOOK
    rate = rates(book, MONTHS, YEAR_BEFORE)
    counts = carried_forward(sheet([count(), count("destitute_rural", 4)]), MONTHS)
    roster = sheet([family(1, 3, 100_000), family(2, 2, 80_000), family(3, 1, 70_000, township="乙乡")])
    roster = roster.assign(township="甲乡")
    last_year = sheet([count(persons=7, mean_supplement_fen=5167)])
    table = side_by_side(counts, roster, last_year, rate)
    due = funding_due(pd.DataFrame([{"category": "a", "cost_fen": 101}]), shares("1/2", "1/2"))
    money = sheet([{"payer": "province", "appropriated_fen": 7}])
    return [
        standards_on(book, NEW_YEAR), rate, check_document(book, NEW_YEAR), nursing_allowances(book, NEW_YEAR),
        by_headcount(counts, rate), by_household(roster, rate), by_mean(counts, last_year, rate), table,
        split_arrears(table, "2023-03", "increase_by_household_fen", ["township"]), increase_steps(table),
        classified_aid(members(("p1", "ill")), AMOUNTS), due, funding_gap(due, money),
    ]  # fmt: skip


def test_no_table_holds_money_or_people_in_floats() -> None:
    for table in every_table():
        assert_whole(table)


def test_no_table_carries_a_household_or_a_person() -> None:
    personal = [name for table in every_table() for name in table.columns if name.endswith("_id")]
    assert personal == []


def test_arguments_are_left_as_they_were() -> None:
    counts, roster = sheet([count()]), sheet([family(1, 3, 0)])
    last_year = sheet([count(persons=1, mean_supplement_fen=38500)])
    before = [frame.copy() for frame in (counts, roster, last_year, JANUARY)]
    side_by_side(counts, roster, last_year, JANUARY)
    for frame, copy in zip((counts, roster, last_year, JANUARY), before, strict=True):
        pd.testing.assert_frame_equal(frame, copy)


# ── months, arrears, classified aid ──


def test_the_last_month_reported_stands_for_those_after_it() -> None:
    reported = sheet([count(persons=10), count(persons=12, month="2023-03"), count(persons=9, month="2022-12")])
    table = carried_forward(reported, ["2023-01", "2023-02", "2023-03", "2023-04", "2023-05"])
    # February was not reported and stays so; April and May follow March
    assert dict(zip(table["month"], table["persons"], strict=True)) == {
        "2023-01": 10, "2023-03": 12, "2023-04": 12, "2023-05": 12,
    }  # fmt: skip
    assert table["is_carried"].tolist() == [False, False, True, True]


def test_arrears_are_a_line_of_their_own_and_sum_exactly() -> None:
    counts = carried_forward(sheet([count("orphan_scattered", 7), count("subsistence_urban", 3)]), MONTHS)
    costs = by_headcount(counts, rates(BOOK, MONTHS, YEAR_BEFORE))
    line = split_arrears(costs, "2023-03", "increase_by_headcount_fen", ["category"]).set_index("category")
    # 7 × 150 = 1,050 元 and 3 × 50 = 150 元 a month; three months owed, nine to come
    assert line.loc["orphan_scattered"].tolist() == [3 * 105000, 9 * 105000, 12 * 105000]
    assert line.loc["subsistence_urban"].tolist() == [3 * 15000, 9 * 15000, 12 * 15000]
    assert (line["arrears_fen"] + line["current_fen"] == line["total_fen"]).all()


def test_no_month_paid_at_the_old_rate_leaves_nothing_owed() -> None:
    costs = by_headcount(
        carried_forward(sheet([count("orphan_scattered", 7)]), MONTHS), rates(BOOK, MONTHS, YEAR_BEFORE)
    )
    line = split_arrears(costs, "", "increase_by_headcount_fen", ["category"]).iloc[0]
    assert line[["arrears_fen", "current_fen"]].tolist() == [0, 12 * 105000]


@pytest.mark.parametrize(
    ("paid", "last", "kinds"),
    [
        ("old old old", "2023-03", []),
        ("old old new new", "2023-02", []),
        ("new", "", []),
        ("", "", []),
        ("old new old", "", ["old_after_new"]),
        ("old - old", "", ["month_left_out"]),
        ("- old", "", ["month_left_out"]),
    ],
)
def test_the_last_month_paid_at_the_old_rate_is_read_from_the_payments(paid: str, last: str, kinds: list[str]) -> None:
    rows = [{"month": f"2023-{number:02d}", "rate": rate} for number, rate in enumerate(paid.split(), 1) if rate != "-"]
    listed = sheet(rows[::-1]) if rows else sheet([{"month": "2023-01", "rate": "old"}]).iloc[:0]
    if not kinds:
        assert last_month_at_old_rate(listed) == last
        return
    with pytest.raises(ProblemsFound) as caught:
        last_month_at_old_rate(listed)
    assert stopped(caught) == kinds


def test_the_last_month_paid_at_the_old_rate_is_a_flagged_rule() -> None:
    rule = BOOK.value("arrears.last_month_at_old_rate", date(2023, 3, 24))
    assert (rule.value, rule.status) == ("2023-03", "inferred")


AMOUNTS = pd.DataFrame({"group": ["old", "ill", "disabled"], "amount_fen": [6000, 8000, 10000]})


def members(*rows: tuple[str, str]) -> pd.DataFrame:
    people = [
        {"person_id": person, "township": "甲乡", "category": "subsistence_rural", "group": one} for person, one in rows
    ]
    return sheet(people)


def test_each_person_counts_once_at_the_highest_group() -> None:
    paid = classified_aid(members(("p1", "old"), ("p1", "disabled"), ("p2", "old"), ("p3", "old")), AMOUNTS)
    assert paid[["group", "persons", "classified_fen"]].to_numpy().tolist() == [
        ["disabled", 1, 10000],
        ["old", 2, 12000],
    ]


@FEW
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.sampled_from(["old", "ill", "disabled"])), min_size=1))
def test_classified_aid_is_the_sum_of_each_persons_best(rows: list[tuple[str, str]]) -> None:
    paid = classified_aid(members(*rows), AMOUNTS)
    amount = {"old": 6000, "ill": 8000, "disabled": 10000}
    best = {person: max(amount[group] for who, group in rows if who == person) for person, _ in rows}
    assert paid["classified_fen"].sum() == sum(best.values())
    assert paid["persons"].sum() == len(best)


def test_classified_aid_without_amount_or_person_stops() -> None:
    with pytest.raises(ProblemsFound) as caught:
        classified_aid(members(("p1", "young"), ("", "old")), pd.concat([AMOUNTS, AMOUNTS.head(1)]))
    assert stopped(caught) == ["duplicate", "unknown_group", "no_person"]


def test_a_person_in_two_places_is_found_without_being_named() -> None:
    rows = members(("p1", "old"), ("p1", "ill"), ("p2", "old"), ("p2", "old"), ("p3", "old"))
    twice = pd.concat([rows, rows.tail(1).assign(township="乙乡", source_cell="C20")])
    found = repeated_members(twice)
    assert [(one.code, one.cell) for one in found] == [("person_in_two_places", "C20"), ("person_twice", "C7")]
    assert not any("p2" in one.sentence or "p3" in one.sentence for one in found)


# ── who pays ──


def shares(*parts: str, category: str = "a") -> pd.DataFrame:
    payers = ["central", "province", "prefecture", "county"]
    return sheet([
        {"category": category, "payer": payer, "share": part} for payer, part in zip(payers, parts, strict=False)
    ])  # fmt: skip


@FEW
@given(st.integers(0, 10**12), st.lists(st.integers(1, 50), min_size=4, max_size=4))
def test_payers_bear_exactly_the_cost(cost: int, weights: list[int]) -> None:
    parts = [f"{weight}/{sum(weights)}" for weight in weights]
    due = funding_due(pd.DataFrame([{"category": "a", "cost_fen": cost}]), shares(*parts))
    assert due["due_fen"].sum() == cost
    gap = funding_gap(due, sheet([{"payer": "county", "appropriated_fen": 5}]))
    assert gap["gap_fen"].sum() == cost - 5


@pytest.mark.parametrize(
    ("parts", "kind", "message"),
    [
        (("1/2", "1/3"), "shares_not_one", "合计为 5/6"),
        (("0.6", "50%"), "shares_not_one", "合计为 11/10"),
        (("六成", "40%"), "bad_share", "六成"),
        (("120%", "40%"), "bad_share", "120%"),
        ((), "no_share", "“a”没有分担比例"),
    ],
)
def test_shares_that_cannot_be_stop(parts: tuple[str, ...], kind: str, message: str) -> None:
    table = pd.concat([shares(*parts), shares("1/1", category="b")])
    with pytest.raises(ProblemsFound, match=message) as caught:
        funding_due(pd.DataFrame([{"category": "a", "cost_fen": 100}]), table)
    assert stopped(caught) == [kind]


def test_money_from_nowhere_stops() -> None:
    due = funding_due(pd.DataFrame([{"category": "a", "cost_fen": 100}]), shares("1/1"))
    with pytest.raises(ProblemsFound, match="“慈善总会”没有分担比例"):
        funding_gap(due, sheet([{"payer": "慈善总会", "appropriated_fen": 5}]))


# ── faults of the sheets ──


def detail(township: str, households: int, persons: int, mean_fen: int) -> dict[str, Any]:
    return count(persons=persons, township=township, households=households, mean_supplement_fen=mean_fen)


DETAILS = sheet([detail("甲乡", 40, 100, 20000), detail("乙乡", 60, 300, 24000)])


def total(households: int = 100, persons: int = 400, mean_fen: int = 23000) -> pd.DataFrame:
    # (100 × 200 + 300 × 240) ÷ 400 = 92,000 ÷ 400 = 230 元
    row = detail("合计", households, persons, mean_fen) | {
        "source_cell": "C6", "households_cell": "C6", "persons_cell": "D6", "mean_supplement_cell": "E6",
    }  # fmt: skip
    return sheet([row])


@pytest.mark.parametrize(
    ("row", "kind", "cell"),
    [
        (total(mean_fen=44000), "total_sums_means", "E6"),  # 200 + 240
        (total(mean_fen=22000), "total_averages_means", "E6"),  # (200 + 240) ÷ 2
        (total(mean_fen=25000), "total_mean_differs", "E6"),
        (total(persons=401), "total_differs", "D6"),
        (total(households=99), "total_differs", "C6"),
    ],
)
def test_a_wrong_total_row_is_found_with_its_cell(row: pd.DataFrame, kind: str, cell: str) -> None:
    found = total_row_faults(DETAILS, row, step_fen=100)
    assert [(one.code, one.cell, one.sheet) for one in found] == [(kind, cell, "3月")]


def test_a_right_total_row_passes_and_one_without_rows_is_told() -> None:
    assert total_row_faults(DETAILS, total(), step_fen=100) == []
    assert total_row_faults(DETAILS, total(mean_fen=23100), step_fen=100) == []  # one 元, the last digit printed
    assert codes(total_row_faults(DETAILS, total().assign(month="2023-02"), step_fen=100)) == ["total_without_rows"]


def test_one_township_is_its_own_total() -> None:
    row = total(households=40, persons=100, mean_fen=20000)
    assert total_row_faults(DETAILS.head(1), row, step_fen=1) == []


def test_more_households_than_persons_is_found() -> None:
    rows = sheet([detail("甲乡", 5, 5, 0), detail("乙乡", 6, 5, 0)])
    assert [(one.code, one.cell) for one in more_households_than_persons(rows)] == [("households_above_persons", "C5")]
    exact = more_households_than_persons(rows.assign(households_cell="C9", persons_cell="D9"))
    assert [one.cell for one in exact] == ["C9"]


def test_a_mean_above_the_standard_is_found() -> None:
    rows = sheet([detail("甲乡", 1, 1, 42000), detail("乙乡", 1, 1, 42001)])
    found = mean_above_standard(rows, JANUARY)
    assert [(one.code, one.cell) for one in found] == [("mean_above_standard", "C5")]
    assert "420.01 元高于标准 420.00 元" in found[0].sentence
    exact = mean_above_standard(rows.assign(mean_supplement_cell="E9", persons_cell="D9"), JANUARY)
    assert [one.cell for one in exact] == ["E9"]


def test_a_standard_that_is_only_a_floor_is_no_limit() -> None:
    # the floor of 其他事实无人抚养儿童 is 550 元 a month; 集中养育孤儿 are paid 1,500 元 and no more
    floor = detail("甲乡", 1, 1, 60000) | {"category": "child_unattended_other"}
    above = detail("甲乡", 1, 1, 150001) | {"category": "orphan_centralised"}
    assert [one.cell for one in mean_above_standard(sheet([floor, above]), JANUARY)] == ["C5"]


def mixed(mean_fen: int, persons: int = 10) -> pd.DataFrame:
    # 2,000.00 元 of supplements and 150.00 元 of classified aid
    row = detail("甲乡", 5, persons, mean_fen) | {"supplement_fen": 200_000, "classified_fen": 15_000}
    return sheet([row | {"mean_supplement_cell": "F4"}])


@pytest.mark.parametrize(
    ("mean_fen", "step_fen", "kinds"),
    [
        (20000, 1, []),  # 2,000 ÷ 10
        (21500, 1, ["mean_mixes_classified_aid"]),  # 2,150 ÷ 10
        (20001, 1, ["mean_differs"]),
        (20000, 100, []),
        (21500, 100, ["mean_mixes_classified_aid"]),
        (21600, 100, ["mean_differs"]),  # a whole 元 off 215
    ],
)
def test_a_mean_with_classified_aid_in_it_is_found(mean_fen: int, step_fen: int, kinds: list[str]) -> None:
    found = mixed_means(mixed(mean_fen), step_fen)
    assert codes(found) == kinds
    assert [one.cell for one in found] == ["F4"] * len(kinds)


def test_a_rounded_mean_is_right() -> None:
    # 2,000 ÷ 7 = 285.714… → 285.71 or, in whole 元, 286
    assert mixed_means(mixed(28571, persons=7), step_fen=1) == []
    assert mixed_means(mixed(28600, persons=7), step_fen=100) == []
    assert codes(mixed_means(mixed(28572, persons=7), step_fen=1)) == ["mean_differs"]


def spending(amount_fen: int) -> pd.DataFrame:
    row = count(persons=1459, mean_supplement_fen=19100, months=12, spending_fen=amount_fen)
    return sheet([row | {"spending_cell": "G4"}])


@pytest.mark.parametrize(
    ("wan_yuan", "kind", "words"),
    [
        (3345, "off_by_power_of_ten", "约为它的 10 倍"),  # 1,459 × 191 × 12 = 3,344,028 元 = 334.40 万元
        (33, "off_by_power_of_ten", "约为它的 1/10"),
        (3_344_028, "off_by_power_of_ten", "约为它的 10,000 倍"),  # 元 printed as 万元
        (400, "spending_differs", "334.40 万元"),
        (0, "spending_differs", "0.00 万元"),
    ],
)
def test_spending_that_is_not_the_product_is_found_with_its_cell(wan_yuan: int, kind: str, words: str) -> None:
    tolerance = Fraction(BOOK.value("tolerance.spending", NEW_YEAR).value)
    found = spending_faults(spending(wan_yuan * 1_000_000), tolerance)
    assert [(one.code, one.cell) for one in found] == [(kind, "G4")]
    assert words in found[0].sentence


def test_spending_within_the_tolerance_passes() -> None:
    # 334.4028 万元 × 1.05 = 351.12294 万元
    assert spending_faults(spending(351_122_940), Fraction(1, 20)) == []
    assert codes(spending_faults(spending(351_122_941), Fraction(1, 20))) == ["spending_differs"]


def test_a_roster_that_differs_from_the_counts_is_found() -> None:
    roster = by_household(sheet([family(1, 3, 0), family(2, 2, 80_000)]), JANUARY)
    # the family of two is newly eligible (385 × 2 < 800 < 420 × 2) and was not counted before
    assert roster_differs(sheet([count(persons=3)]), roster) == []
    found = roster_differs(sheet([count(persons=5)]), roster)
    assert [(one.code, one.cell) for one in found] == [("roster_differs", "C4")]
    assert "人数表为 5 人，名册中原已享受的为 3 人" in found[0].sentence
    assert [one.cell for one in roster_differs(sheet([count(persons=5, persons_cell="D9")]), roster)] == ["D9"]
