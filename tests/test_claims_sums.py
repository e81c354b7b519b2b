"""Sums of claims, the reconciliation with the platform's totals, and the made-up settlements."""

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from claim_rows import ROSTER, read, record, refund, write_csv

from fhdata.funds import claim_sums
from fhdata.funds.reconciliation import reconcile
from fhdata.intake.claims import Claims
from fhdata.sampledata.claims import example_institutions, write_claims


@pytest.fixture(scope="module")
def claims(tmp_path_factory: pytest.TempPathFactory) -> Claims:
    """Seven settlements of three persons at three institutions, each 100 元 (统筹 60, 基金 70)."""
    home = tmp_path_factory.mktemp("sums")
    refunded = record("A6", psn_no="丙")
    rows = [
        record("A1", psn_no="甲"),
        record("A2", psn_no="甲", med_type="21", clr_way="3"),
        record("A3", psn_no="乙", med_type="21", dscg_maindiag_code="F20.0"),
        record("A4", psn_no="乙", fixmedins_code="C1", med_type="14", dscg_maindiag_code="I10.0"),
        record("A5", psn_no="乙", fixmedins_code="C1", med_type="14", dscg_maindiag_code="F20.0"),
        refunded,
        refund("R6", refunded),
        record("A7", psn_no="丙", fixmedins_code="Y1", med_type="41", setl_time="2023-01-31 23:59:59"),
        record("A8", psn_no="丙", fixmedins_code="Y1", med_type="9924", dscg_maindiag_code="I10.0"),
    ]
    write_csv(home, rows)
    read_now = read(home)
    assert read_now.problems == ()
    return read_now


def test_costs_by_institution_month_category_and_flags(claims: Claims) -> None:
    sums = claim_sums.costs(claims.engine, claims.view)
    flags = ["institution", "category", "is_dip", "is_psychiatric", "is_four_disease", "records", "medfee_fen"]
    assert sums[flags].to_numpy().tolist() == [
        ["C1", "outpatient", False, False, True, 1, 10000],  # A4: 高血压, in the package
        ["C1", "outpatient", False, True, True, 1, 10000],  # A5: 重性精神病 is both
        ["H1", "inpatient", False, True, False, 1, 10000],  # A3
        ["H1", "inpatient", True, False, False, 1, 10000],  # A2
        ["H1", "outpatient", False, False, False, 1, 10000],  # A1; A6 and R6 are 0
        ["Y1", "dual_channel", False, False, False, 1, 10000],  # A8: the package is outpatients' alone
        ["Y1", "pharmacy", False, False, False, 1, 10000],  # A7
    ]
    assert set(sums["month"]) == {"2023-01"}
    assert sums["hifp_fen"].tolist() == [6000] * 7
    assert sums["fund_fen"].tolist() == [7000] * 7


def test_persons_inside_and_outside(claims: Claims) -> None:
    people = claim_sums.persons(claims.engine, ROSTER, claims.view)
    assert people.to_numpy().tolist() == [
        ["2023-01", "member", "", 2],  # 甲 and 乙; 丙 was refunded at H1
        ["2023-01", "member", "inpatient", 2],
        ["2023-01", "member", "outpatient", 2],
        ["2023-01", "outside", "", 1],  # 丙 once, though in two categories
        ["2023-01", "outside", "dual_channel", 1],
        ["2023-01", "outside", "pharmacy", 1],
    ]


def test_no_float_in_any_sum(claims: Claims) -> None:
    frames = [
        claim_sums.costs(claims.engine, claims.view),
        claim_sums.persons(claims.engine, ROSTER, claims.view),
        claim_sums.reversals(claims.engine, claims.view),
    ]
    numbers = [frame[name].dtype for frame in frames for name in frame if frame[name].dtype.kind != "b"]
    assert {str(kind) for kind in numbers} == {"int64", "str"}
    types = claims.engine.column_types(claims.view)
    assert {kind for name, kind in types.items() if name.endswith("_fen")} == {"bigint"}


# --- reconciliation ------------------------------------------------------------------------------------------------


def platform_of(sums: pd.DataFrame) -> pd.DataFrame:
    stated = sums.groupby(["institution", "month", "category"], as_index=False)[
        ["records", "medfee_fen", "hifp_fen"]
    ].sum()
    cells = [f"E{number}" for number in range(5, 5 + len(stated))]
    return stated.assign(source_file="平台.xlsx", source_sheet="合计", source_cell=cells)


def test_same_totals_reconcile(claims: Claims) -> None:
    sums = claim_sums.costs(claims.engine, claims.view)
    unmatched, problems = reconcile(sums, platform_of(sums), 0)
    assert (len(unmatched), problems) == (0, [])


def test_differences_are_listed_and_beyond_tolerance_they_stop(claims: Claims) -> None:
    sums = claim_sums.costs(claims.engine, claims.view)
    late = claim_sums.reversals(claims.engine, claims.view)
    platform = platform_of(sums)
    # C1 门诊: 120.00 by claims; H1 门诊 60.00, stated 60.01; Y1 药店 not stated; Y1 门诊 stated only
    is_c1, is_h1 = (
        platform["institution"] == "C1",
        (platform["institution"] == "H1") & (platform["category"] == "outpatient"),
    )
    platform.loc[is_c1, ["records", "hifp_fen"]] = [3, 11000]
    platform.loc[is_h1, "hifp_fen"] += 1
    platform.loc[platform["category"] == "pharmacy", "category"] = "outpatient"
    unmatched, problems = reconcile(sums, platform, 1, late)
    assert unmatched[["institution", "category", "state", "difference_hifp_fen", "is_within"]].to_numpy().tolist() == [
        ["Y1", "outpatient", "only_platform", -6000, False],
        ["Y1", "pharmacy", "only_claims", 6000, False],
        ["C1", "outpatient", "differs", 1000, False],
        ["H1", "outpatient", "differs", -1, True],
    ]
    assert unmatched["refunds"].tolist() == [0, 0, 0, 1]
    assert [one.sentence for one in problems] == [
        "平台.xlsx「合计」 E9：Y1 2023-01 门诊：只有平台合计，结算明细里没有，人次须相同，金额相差不超过 0.01 元，"
        "请与平台核对，对平之前不能决算。",
        "Y1 2023-01 药店：只有结算明细，平台合计里没有，人次须相同，金额相差不超过 0.01 元，"
        "请与平台核对，对平之前不能决算。",
        "平台.xlsx「合计」 E5：C1 2023-01 门诊：人次 2，平台 3，统筹基金支付明细 120.00 元，平台 110.00 元，"
        "相差 10.00 元，人次须相同，金额相差不超过 0.01 元，请与平台核对，对平之前不能决算。",
    ]
    assert len(reconcile(sums, platform, 0, late)[1]) == 4


def test_platform_row_stated_twice(claims: Claims) -> None:
    sums = claim_sums.costs(claims.engine, claims.view)
    platform = platform_of(sums)
    twice = pd.concat([platform, platform.iloc[[0]].assign(source_cell="E30")], ignore_index=True)
    unmatched, problems = reconcile(sums, twice, 0)
    assert len(unmatched) == 0
    assert [one.sentence for one in problems] == [
        "平台.xlsx「合计」 E30：C1 2023-01 门诊：平台合计出现不止一次，只能有一行，请删去重复的行。"
    ]


def test_refunds_are_named_as_what_may_explain(claims: Claims) -> None:
    sums = claim_sums.costs(claims.engine, claims.view)
    platform = platform_of(sums)
    is_h1 = (platform["institution"] == "H1") & (platform["category"] == "outpatient")
    platform.loc[is_h1, ["records", "medfee_fen", "hifp_fen"]] = [2, 20000, 12000]  # the refund was not taken off
    _, problems = reconcile(sums, platform, 0, claim_sums.reversals(claims.engine, claims.view))
    assert len(problems) == 1
    assert "H1 2023-01 门诊：人次 1，平台 2，" in problems[0].sentence
    assert (
        "相差 -100.00 元，统筹基金支付明细 60.00 元，平台 120.00 元，相差 -60.00 元（其中退费 1 条）"
        in problems[0].sentence
    )


# --- made-up settlements -------------------------------------------------------------------------------------------


def test_same_seed_same_settlements_whatever_else_is_made(tmp_path: Path) -> None:
    institutions = example_institutions()
    made = write_claims(tmp_path / "a", ["2023-01", "2023-02"], 9, institutions, 500)
    again = write_claims(tmp_path / "b", ["2023-02"], 9, institutions, 500)
    other = write_claims(tmp_path / "c", ["2023-02"], 10, institutions, 500)
    tables = [pq.read_table(path) for path in (made[1], again[0], other[0])]
    assert tables[0].equals(tables[1])
    assert not tables[0].equals(tables[2])
    assert [path.relative_to(tmp_path).as_posix() for path in made] == [
        f"a/{month}/医保/结算明细（示例数据）.parquet" for month in ("2023-01", "2023-02")
    ]


def test_example_settlements_pass_the_door_and_have_the_public_mix(tmp_path: Path) -> None:
    institutions = example_institutions()
    write_claims(tmp_path / "data" / "raw", ["2023-01"], 2023, institutions, 20_000)
    claims = read(tmp_path, institutions=institutions, engine=None)
    assert claims.problems == ()
    assert claims.is_example
    assert claims.files[["records", "released"]].to_numpy().tolist() == [[20_000, "2023-02-05"]]
    sums = claim_sums.costs(claims.engine, claims.view)
    # 0.4 % are refunds: 80 rows and the 80 they take back; about 0.1 % of the others are void
    void = int(claims.excluded["records"].sum())
    assert int(sums["records"].sum()) == 20_000 - 2 * 80 - void
    # 0.16 stays of 2.2 settlements a head and year are 7.3 %
    stays = sums.loc[sums["category"] == "inpatient", "records"].sum() / sums["records"].sum()
    assert abs(stays - 0.16 / 2.2) < 0.01
    # an income of 1,030 元 a head must be able to carry them: 20,000 a month are 109,091 heads at 2.2 a year
    a_head = sums["hifp_fen"].sum() * 12 / (20_000 * 12 / 2.2) / 100
    assert 650 < a_head < 900
    assert sums["institution"].nunique() == len(institutions)


def test_example_settlements_add_up_and_are_marked(tmp_path: Path) -> None:
    path = write_claims(tmp_path, ["2023-02"], 1, example_institutions(), 2_000)[0]
    rows = pq.read_table(path).to_pandas()
    assert len(rows) == 2_000
    assert rows["setl_id"].is_unique
    assert rows["setl_id"].str.startswith("示例").all()
    assert rows["psn_no"].str.startswith("示例").all()
    assert set(rows["setl_time"].dt.strftime("%Y-%m")) == {"2023-02"}
    assert type(rows["medfee_sumamt"].iloc[0]) is Decimal
    assert (rows["medfee_sumamt"] == rows["fund_pay_sumamt"] + rows["psn_pay"]).all()
    assert (rows["fund_pay_sumamt"] == rows["hifp_pay"] + rows["hifmi_pay"] + rows["maf_pay"]).all()
    assert (rows["psn_pay"] == rows["acct_pay"] + rows["cash_payamt"]).all()
    assert np.sum(rows["medfee_sumamt"] < 0) == 8  # 0.4 % of 2,000


def test_example_roster_has_what_the_county_has() -> None:
    roster = example_institutions()
    counts = roster["kind"].value_counts()
    assert counts["hospital"] == 2
    assert counts["clinic"] >= 17
    assert set(counts.index) == {"hospital", "clinic", "private", "pharmacy", "outside"}
    assert roster["name"].str.startswith("示例").all()
    assert roster["score"].dtype == np.int64
    assert roster.loc[roster["institution"] == "H001", "score"].tolist() == [935_000]  # 93.50 points
    assert roster["institution"].is_unique
