"""DIP points: properties of the settlement, one broken input a message, both engines, readings, comparison."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhdata.engines import DuckDb, Engine
from fhdata.funds import dip_settlement
from fhdata.funds.dip_cases import case_points, near_lines, standards
from fhdata.funds.dip_inputs import DipInputs, case_problems, table_problems
from fhdata.funds.dip_readings import alternatives, compare
from fhdata.funds.dip_settlement import by_group, corrections, settle_dip
from fhdata.funds.dip_tables import published_hospitals, published_readings
from fhdata.funds.dip_terms import DipTerms, dip_terms_on
from fhdata.funds.dip_weights import weigh
from fhdata.funds.dip_year import year_inputs
from fhdata.problems import ProblemsFound
from fhdata.rules.dip import load_dip
from fhdata.spark_engine import Spark, spark_missing

RULES = load_dip(Path(__file__).parents[1] / "fhdata" / "rules" / "fenghuang")
DAY = date(2023, 12, 31)
YUAN = 100


def terms(**choices: str) -> DipTerms:
    return dip_terms_on(RULES, DAY, choices)


def make_inputs(fund_yuan: int = 7_000, **columns: object) -> DipInputs:
    """Two hospitals and two groups; the means of last year are 1,000 元."""
    groups = pd.DataFrame(
        {
            "group_code": ["G1", "G2"],
            "group_name": ["示例甲", "示例乙"],
            "is_basic": [False, False],
            "points": [Fraction(1000), Fraction(500)],
        }
    )
    hospitals = pd.DataFrame(
        {
            "institution": ["H1", "H2"],
            "name": ["示例一院", "示例二院"],
            "level": ["甲", "甲"],
            "coefficient_e4": [10_000, 10_000],
            "assessment_e4": [10_000, 10_000],
            "audit_fen": [0, 0],
            "prepaid_fen": [0, 0],
        }
    ).assign(**columns)
    means = pd.DataFrame(
        {"level": "甲", "group_code": ["G1", "G2"], "cases": [10, 10], "cost_fen": [1_000_000, 1_000_000]}
    )
    return DipInputs(fund_yuan * YUAN, groups, hospitals, means)


def make_cases(*rows: tuple[str, str, int], **columns: object) -> pd.DataFrame:
    """Cases from (hospital, group, cost in 元); nothing was borne by patients."""
    frame = pd.DataFrame(rows, columns=["institution", "group_code", "cost_fen"])
    return frame.assign(
        case_id=[f"C{number}" for number in range(len(rows))],
        cost_fen=frame["cost_fen"] * YUAN,
        patient_fen=0,
        auxiliary_e4=10_000,
        ruling="",
    ).assign(**columns)


@cache
def one_engine() -> DuckDb:
    """Opening one takes longer than any of these questions."""
    return DuckDb()


def scored(cases: pd.DataFrame, inputs: DipInputs, used: DipTerms) -> pd.DataFrame:
    one_engine().register_frame("dip_cases", cases)
    return case_points(one_engine(), "dip_cases", standards(one_engine(), "dip_cases", inputs, used), used)


def told(cases: pd.DataFrame, inputs: DipInputs) -> list[str]:
    one_engine().register_frame("dip_cases", cases)
    return [one.sentence for one in [*table_problems(inputs), *case_problems(one_engine(), "dip_cases", inputs)]]


COST = st.integers(min_value=1, max_value=7_000)
MANY = st.lists(st.tuples(st.sampled_from(["H1", "H2"]), st.sampled_from(["G1", "G2"]), COST), min_size=1, max_size=12)


@settings(max_examples=60, deadline=None)
@given(rows=MANY, fund=st.integers(1, 10**9), rounding=st.sampled_from(["shared", "published"]),
       share=st.sampled_from(["actual", "ratio"]), assessed=st.sampled_from(["after", "gross"]),
       by=st.integers(1, 12_000), audit=st.integers(0, 10**6))  # fmt: skip
def test_the_lines_close_to_the_fen_under_every_reading(
    *, rows: list, fund: int, rounding: str, share: str, assessed: str, by: int, audit: int
) -> None:
    used = terms(value_rounding=rounding, patient_share=share, assessment=assessed, under_review="formula")
    inputs = make_inputs(1, assessment_e4=[by, 10_000], audit_fen=[audit, 0])
    inputs = DipInputs(fund, inputs.groups, inputs.hospitals, inputs.means)
    cases = make_cases(*rows, patient_fen=[cost * 30 for *_, cost in rows])  # 30 of every 100 fen
    settled = settle_dip(scored(cases, inputs, used), inputs, used)
    assert int(settled.lines["amount_fen"].sum()) == fund
    assert (settled.hospitals.filter(like="_fen").dtypes == "int64").all()


@settings(max_examples=60, deadline=None)
@given(rows=MANY, fund=st.integers(1, 10**9))
def test_what_is_due_adds_up_to_the_fund_where_patients_bear_the_complement(rows: list, fund: int) -> None:
    used = terms(patient_share="ratio", under_review="formula")
    inputs = make_inputs()
    inputs = DipInputs(fund, inputs.groups, inputs.hospitals, inputs.means)
    settled = settle_dip(scored(make_cases(*rows), inputs, used), inputs, used)
    assert int(settled.hospitals["due_fen"].sum()) == fund
    assert int(settled.hospitals["gross_fen"].sum()) == settled.pool_fen


@settings(max_examples=30, deadline=None)
@given(rows=MANY, order=st.randoms(use_true_random=False))
def test_the_order_of_cases_changes_nothing(rows: list, order: object) -> None:
    used = terms(under_review="formula")
    shuffled = list(rows)
    order.shuffle(shuffled)  # type: ignore[attr-defined]
    first, second = (scored(make_cases(*one), make_inputs(), used) for one in (rows, shuffled))
    pd.testing.assert_frame_equal(first, second)


def test_point_value_stands_rounded_and_unrounded_side_by_side() -> None:
    # one case of 1000 points, one of 500, fund 7,000 元 ÷ 0.7 = 10,000 元: 10,000 ÷ 1,500 = 6.6666… → 6.6667
    settled = settle_dip(
        scored(make_cases(("H1", "G1", 1_000), ("H2", "G2", 1_000)), make_inputs(), terms()), make_inputs(), terms()
    )
    assert settled.value_fen == Fraction(1_000_000, 1_500)
    assert settled.published_value == Fraction("6.6667")
    # 1000 × 6.6667 = 6,666.70 and 500 × 6.6667 = 3,333.35 beside the shares 6,666.67 and 3,333.33
    assert settled.hospitals["published_fen"].tolist() == [666_670, 333_335]
    assert settled.hospitals["gross_fen"].tolist() == [666_667, 333_333]


def test_a_hospital_without_cases_has_zeros_and_owes_its_prepayment() -> None:
    inputs = make_inputs(prepaid_fen=[0, 5_000])
    settled = settle_dip(scored(make_cases(("H1", "G1", 1_000)), inputs, terms()), inputs, terms())
    assert settled.hospitals["gross_fen"].tolist() == [1_000_000, 0]
    assert settled.hospitals["balance_fen"].tolist() == [1_000_000, -5_000]


def test_groups_share_the_whole_pool_and_corrections_say_what_they_move() -> None:
    # G1 400 元 of 1,000: 0.4 × 1000 = 400 points; G2 3,000 元: (3 − 2 + 1) × 500 = 1,000 points; together 1,400
    inputs, used = make_inputs(fund_yuan=980), terms()  # 980 ÷ 0.7 = 1,400 元: a point is worth 1 元
    points = scored(make_cases(("H1", "G1", 400), ("H2", "G2", 3_000)), inputs, used)
    settled = settle_dip(points, inputs, used)
    assert by_group(points, settled)["gross_fen"].tolist() == [40_000, 100_000]
    assert by_group(points, settled)["gain_fen"].tolist() == [0, 100_000 - 300_000]
    moved = corrections(points, settled)
    assert moved["band"].tolist() == ["low", "high"]
    assert moved["points_moved"].tolist() == [400 - 1000, 1000 - 500]
    assert moved["worth_fen"].tolist() == [-60_000, 50_000]


def test_standard_may_be_the_payment_standard() -> None:
    # 1000 points × 1.2 × 0.5 元 = 600 元: 280 元 is below half of it, 450 元 is not; both are below half of 1,000 元
    inputs = make_inputs(coefficient_e4=[12_000, 10_000])
    inputs = DipInputs(inputs.fund_fen, inputs.groups, inputs.hospitals, inputs.means, Fraction(50))
    cases = make_cases(("H1", "G1", 280), ("H1", "G1", 450))
    by_payment = scored(cases, inputs, terms(standard="payment"))
    assert by_payment[["band", "cases"]].to_numpy().tolist() == [["low", 1], ["normal", 1]]
    assert by_payment["points"].tolist() == [Fraction(1200 * 280, 600), Fraction(1200)]
    assert scored(cases, inputs, terms())[["band", "cases"]].to_numpy().tolist() == [["low", 2]]


def test_cases_near_a_line_are_counted() -> None:
    inputs, used = make_inputs(), terms()
    with DuckDb() as engine:
        # 500 and 525 lie within a twentieth of 500, 526 does not; 2,100 of 2,000 does; 5,251 of 5,000 does not
        rows = [("H1", "G1", cost) for cost in (500, 525, 526, 2_100, 5_251)]
        engine.register_frame("dip_cases", make_cases(*rows))
        near = near_lines(engine, "dip_cases", standards(engine, "dip_cases", inputs, used))
    assert near[["line", "cases"]].to_numpy().tolist() == [["high", 1], ["low", 2]]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"cost_fen": [-1, 100_000]}, "病例“C0”费用为负：“-1”，不得为负，请核对病例。"),
        ({"patient_fen": [100_001, 0]}, "病例“C0”个人负担为负，或大于费用：“100001”，应在 0 和费用之间，请核对病例。"),
        ({"auxiliary_e4": [0, 10_000]}, "病例“C0”辅助系数不是正数：“0”，应为正数，请核对病例。"),
        (
            {"ruling": ["三倍", ""]},
            "病例“C0”评议结论读不懂：“三倍”，应为 0 到 100 之间的小数，是病组分值的倍数，请改正。",
        ),
        ({"case_id": ["C7", "C7"]}, "病例“C7”出现不止一次：“2”，一个病例只能结算一次，请删去重复的。"),
        ({"group_code": ["G1", "G9"]}, "病例“C1”的病组不在目录里：“G9”，应为目录里的病组，请核对病组编码，或补目录。"),
        (
            {"institution": ["H1", "H9"]},
            "病例“C1”的医疗机构没有系数：“H9”，名册里应有它的机构系数和考核系数，请补名册。",
        ),
    ],
)
def test_a_wrong_case_is_told_with_its_number(columns: dict, said: str) -> None:
    cases = make_cases(("H1", "G1", 1_000), ("H2", "G2", 1_000)).assign(**columns)
    assert told(cases, make_inputs()) == [f"dip_cases：{said}"]


def test_of_many_wrong_cases_five_are_named_and_all_counted() -> None:
    found = told(make_cases(*[("H1", "G9", 1_000)] * 7), make_inputs())
    assert len(found) == 5
    assert all("（同类共 7 例）" in one for one in found)


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"coefficient_e4": [0, 10_000]}, "“H1”的机构系数为 0.0，应大于零，请改正。"),
        ({"assessment_e4": [-1, 10_000]}, "“H1”的考核系数为 -0.0001，应大于零，请改正。"),
        ({"audit_fen": [-1, 0]}, "“H1”的稽核扣款为负，不得为负，请改正。"),
        ({"prepaid_fen": [0, -1]}, "“H2”的已预付为负，不得为负，请改正。"),
        ({"institution": ["H1", "H1"]}, "医疗机构“H1”写了不止一次，只能有一行，请删去重复的。"),
    ],
)
def test_a_wrong_hospital_is_told(columns: dict, said: str) -> None:
    assert told(make_cases(("H1", "G1", 1_000)), make_inputs(**columns)) == [said]


def test_no_fund_and_no_points_are_told() -> None:
    empty = make_inputs(fund_yuan=0)
    assert told(make_cases(("H1", "G1", 1_000)), empty) == ["可用于 DIP 的基金为 0.00 元，应大于零，请核对基金预算。"]
    under_review = scored(make_cases(("H1", "G1", 9_000)), make_inputs(), terms())
    with pytest.raises(ProblemsFound, match="总分值为零"):
        settle_dip(under_review, make_inputs(), terms())


def test_a_group_without_a_mean_or_with_a_mean_of_zero_stops() -> None:
    inputs = make_inputs()
    means = inputs.means.assign(cost_fen=[0, 1_000_000], level=["甲", "乙"])
    broken = DipInputs(inputs.fund_fen, inputs.groups, inputs.hospitals, means)
    with pytest.raises(ProblemsFound) as found:
        scored(make_cases(("H1", "G1", 1_000), ("H2", "G2", 1_000)), broken, terms())
    assert [one.sentence for one in found.value.problems] == [
        "病组“G2”在“甲”级没有上年次均费用，没有它就分不出偏低、偏高，请补齐。",
        "病组“G1”在“甲”级上年次均费用为零，没有它就分不出偏低、偏高，请补齐。",
    ]


def test_the_payment_standard_needs_a_budget_value() -> None:
    with pytest.raises(ProblemsFound, match="支付标准要用预算点值"):
        scored(make_cases(("H1", "G1", 1_000)), make_inputs(), terms(standard="payment"))


def history(**changes: object) -> pd.DataFrame:
    rows = [(group, year, 2, 200_000) for group in ("G1", "G2") for year in (2020, 2021, 2022)]
    return pd.DataFrame(rows, columns=["group_code", "year", "cases", "cost_fen"]).assign(**changes)


@pytest.mark.parametrize(
    ("frame", "said"),
    [
        (history(cost_fen=[-1, *[1] * 5]), "病组“G1” 2020 年的例数或费用为负"),
        (history(cost_fen=[0, 0, 0, 1, 1, 1]), "病组“G1”的次均费用为零"),
        (history(year=[2020, 2020, 2022, 2020, 2021, 2022]), "病组“G1” 2020 年的写了不止一次"),
        (history(year=[2020, 2021, 2022, 2020, 2021, 2022]).query("year != 2021"), "没有 2021 年的病例数据"),
    ],
)
def test_wrong_history_is_told(frame: pd.DataFrame, said: str) -> None:
    with pytest.raises(ProblemsFound, match=said):
        weigh(frame, 2023, terms())


def test_a_group_that_lacks_a_year_is_refused_where_the_rule_says_so() -> None:
    with pytest.raises(ProblemsFound, match="病组“G1”缺 2020 年的病例"):
        weigh(history().iloc[1:], 2023, terms(missing_year="refused"))


def test_readings_name_who_gains_and_who_loses_largest_first() -> None:
    # 500 元 is half the mean of 1,000: 1000 points, or 500 where half is low. H2 has 1,000 points either way.
    # Of 10,000 元: 5,000 each; or 500 : 1,000, that is 3,333.33 and 6,666.67
    with DuckDb() as engine:
        engine.register_frame("dip_cases", make_cases(("H1", "G1", 500), ("H2", "G1", 1_000)))
        table = alternatives(engine, "dip_cases", make_inputs(), RULES, DAY)
    low = table[table["reading"] == "reading.low_boundary"].set_index("institution")["change_fen"]
    assert low.to_dict() == {"H1": 333_333 - 500_000, "H2": 666_667 - 500_000}
    sizes = table["change_fen"].abs().tolist()
    assert sizes == sorted(sizes, reverse=True)
    assert "reading.high_boundary" not in set(table["reading"])  # it moves nobody here


def test_a_reading_that_moves_points_is_scored_anew() -> None:
    # G1 is basic: H1 has 1,000 points however its coefficient, or 1,000 × 1.5 where it counts; H2 has 1,000 × 1
    # Of 10,000 元: 5,000 each; or 1,500 : 1,000, that is 6,000 and 4,000
    inputs = make_inputs(coefficient_e4=[15_000, 10_000])
    basic = replace(inputs, groups=inputs.groups.assign(is_basic=[True, False]))
    with DuckDb() as engine:
        engine.register_frame("dip_cases", make_cases(("H1", "G1", 1_000), ("H2", "G1", 1_000)))
        table = alternatives(engine, "dip_cases", basic, RULES, DAY)
    moved = table[table["reading"] == "reading.basic_groups"].set_index("institution")["change_fen"]
    assert moved.to_dict() == {"H1": 100_000, "H2": -100_000}


def test_a_years_inputs_take_printed_points_first_and_last_years_means_only() -> None:
    groups = pd.DataFrame(
        {
            "group_code": ["G1", "G2"],
            "group_name": ["示例甲", "示例乙"],
            "is_basic": [False, False],
            "points": [Decimal("812.5"), Decimal(0)],
        }
    )
    rows = [(group, year, "甲", 2, 100_000 * (year - 2019)) for group in ("G1", "G2") for year in (2020, 2021, 2022)]
    before = pd.DataFrame(rows, columns=["group_code", "year", "level", "cases", "cost_fen"])
    inputs = year_inputs(groups, make_inputs().hospitals, before, 7_000 * YUAN, terms())
    # the directory prints 812.5 for G1; both groups cost the same every year, so G2 weighs 1 × 1,000 points
    assert inputs.groups["points"].tolist() == [Fraction("812.5"), Fraction(1000)]
    # 2022 alone: 300,000 fen for two cases, not 100,000 or 200,000 of the years before
    assert inputs.means[["group_code", "cases", "cost_fen"]].to_numpy().tolist() == [
        ["G1", 2, 300_000],
        ["G2", 2, 300_000],
    ]


def test_the_prefectures_figures_stand_beside_the_countys() -> None:
    inputs = make_inputs()
    settled = settle_dip(scored(make_cases(("H1", "G1", 1_000)), inputs, terms()), inputs, terms())
    given_ones = pd.DataFrame(
        {"institution": ["H1", "H1"], "figure": ["points", "due_fen"], "value": [Decimal("999.5"), 1_000_001]}
    )
    beside = compare(settled, given_ones)
    assert beside["reckoned"].tolist() == [1000, 1_000_000]
    assert beside["difference"].tolist() == [Fraction(-1, 2), 1]
    strange = given_ones.assign(institution=["H1", "H8"], figure=["points", "price"])
    with pytest.raises(ProblemsFound) as found:
        compare(settled, strange)
    assert [one.code for one in found.value.problems] == ["unknown_institution", "unknown_figure"]


def test_every_parameter_of_the_prefecture_is_unverified() -> None:
    used = terms()
    assert set(used.unverified) == set(used.rules)
    assert len(used.rules) == len(RULES.rules)


def test_changed_terms_are_marked_as_not_the_default() -> None:
    changed = terms(low_boundary="inclusive")
    assert changed.readings.low_boundary == "inclusive"
    assert not changed.rules["reading.low_boundary"].is_default


@pytest.mark.skipif(bool(spark_missing()), reason=f"Spark: {spark_missing()}")
def test_both_engines_agree_to_the_last_point() -> None:
    rows = [(f"H{1 + number % 2}", f"G{1 + number % 3 % 2}", 37 * number % 6_100 + 1) for number in range(400)]
    cases = make_cases(*rows, auxiliary_e4=[10_000 + number for number in range(400)])
    inputs, used = make_inputs(), terms()
    answers = []
    for open_engine in (DuckDb, Spark):
        with open_engine() as engine:
            answers.append(_settled(engine, cases, inputs, used))
    (points, hospitals, faults, near), (other_points, other_hospitals, other_faults, other_near) = answers
    pd.testing.assert_frame_equal(points, other_points)
    pd.testing.assert_frame_equal(hospitals, other_hospitals)
    pd.testing.assert_frame_equal(near, other_near)
    assert faults == other_faults == []


def _settled(engine: Engine, cases: pd.DataFrame, inputs: DipInputs, used: DipTerms) -> tuple:
    engine.register_frame("dip_cases", cases)
    faults = case_problems(engine, "dip_cases", inputs)
    bands = standards(engine, "dip_cases", inputs, used)
    points, near = case_points(engine, "dip_cases", bands, used), near_lines(engine, "dip_cases", bands)
    return points, settle_dip(points, inputs, used).hospitals, faults, near


def test_a_value_is_rounded_half_up() -> None:
    assert dip_settlement.rounded(Fraction("0.00005"), 4) == Fraction("0.0001")
    assert dip_settlement.rounded(Fraction("0.000049"), 4) == 0


def test_published_rows_carry_their_cells_and_citations() -> None:
    table = pd.DataFrame({"institution": ["H1", ""], "name": ["示例一院", "合计"], "cases": [3, 3]})
    origin = {"source_file": ["甲.xlsx"], "source_sheet": ["系数"], "source_cell": ["B4"]}
    fund = pd.DataFrame({**origin, "source_sheet": ["基金"], "source_cell": ["C4"]})
    (row,) = published_hospitals(table, pd.DataFrame({"institution": ["H1"], **origin}), fund, terms()).to_dict(
        "records"
    )
    assert (row["institution"], row["source_sheet"], row["source_cell"]) == ("H1", "系数", "B4")  # the sum is no row
    assert row["reading_note"] == "可用于DIP的基金：甲.xlsx「基金」C4"
    assert "州政办发〔2022〕26号" in row["rule_source"]
    changed = pd.DataFrame({"reading": ["reading.assessment"], "value": ["gross"], "institution": ["H1"]})
    (told,) = published_readings(changed, terms()).to_dict("records")
    assert told["code"] == "assessment=gross.H1"
    assert told["rule_source"] == RULES.value("reading.assessment", DAY).citation
