"""The door for claims: one broken input a message, refunds as pairs, CSV as Parquet, no personal number beyond it."""

import hashlib
import hmac
import tempfile
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from claim_rows import AMOUNTS, ROSTER, read, record, refund, roster, write_csv, write_parquet

from fhdata.engines import DuckDb
from fhdata.funds import claim_sums
from fhdata.intake.claim_faults import CODES
from fhdata.intake.claims import Claims

IN = "data/raw/2023-01/医保/明细.csv"


def sentences(claims: Claims) -> list[str]:
    return [one.sentence for one in claims.problems]


def costs(claims: Claims, view: str = "claims") -> pd.DataFrame:
    return claim_sums.costs(claims.engine, view)


# Each: a code, what is changed in one record of otherwise right ones, the whole sentence.
BROKEN = [
    ("no_id", {"setl_id": ""}, "：有 1 条记录没有结算编号，每条须有编号，请补齐后重新导出。"),
    (
        "bad_flag",
        {"vali_flag": "Y"},
        " setl_id B1：有 1 条记录有效标志或退费标志不是 0、1：B1（Y/0），请核对后重新导出。",
    ),
    (
        "wrong_insurance",
        {"insutype": "310"},
        " setl_id B1：有 1 条记录险种不是城乡居民基本医疗保险：B1（310），只收居民医保的结算，请剔除后重新导出。",
    ),
    (
        "insured_elsewhere",
        {"insu_admdvs": "别处"},
        " setl_id B1：有 1 条记录不是本县参保：B1（别处），只收本县参保人员的结算，请剔除后重新导出。",
    ),
    (
        "no_person",
        {"psn_no": " "},
        " setl_id B1：有 1 条记录没有人员编号：B1，每条须能认出是谁，才能数人，请补齐后重新导出。",
    ),
    (
        "bad_day",
        {"setl_time": "2023-02-30 08:00:00"},
        " setl_id B1：有 1 条记录日期读不出来：B1（setl_time），应写成 2023-01-05，请改正后重新导出。",
    ),
    (
        "bad_day",
        {"dscg_time": "20230105"},
        " setl_id B1：有 1 条记录日期读不出来：B1（dscg_time），应写成 2023-01-05，请改正后重新导出。",
    ),
    (
        "outside_year",
        {"setl_time": "2022-12-31 23:59:59"},
        " setl_id B1：有 1 条记录结算日期不在应收的月份内：B1（2022-12-31），本年文件只收本年已到月份的结算，"
        "请移到相应年月的文件夹。",
    ),
    (
        "unknown_code",
        {"med_type": "77"},
        " setl_id B1：有 1 条记录医疗类别不认识：B1（77），类别代码列在 claims.toml，请改正，或在 claims.toml 里补登。",
    ),
    (
        "unknown_institution",
        {"fixmedins_code": "X9"},
        " setl_id B1：有 1 条记录医疗机构不在名册里：B1（X9），请在名册里补登，或更正机构编号。",
    ),
    (
        "not_listed_then",
        {"fixmedins_code": "C9"},
        " setl_id B1：有 1 条记录医疗机构在结算当月不在名册有效期内：B1（C9 2023-01），请核对名册的起止月份。",
    ),
    (
        "dip_elsewhere",
        {"fixmedins_code": "C1", "clr_way": "3"},
        " setl_id B1：有 1 条记录按病种分值结算，而机构不是 DIP 机构：B1（C1），请核对名册或清算方式。",
    ),
    (
        "bad_amount",
        {"hifp_pay": "六十"},
        " setl_id B1：有 1 条记录金额读不出来：B1（hifp_pay 不是数），应为以元为单位的数，不带逗号和文字，"
        "请改正后重新导出。",
    ),
    (
        "bad_amount",
        {"medfee_sumamt": "1,100.00"},
        " setl_id B1：有 1 条记录金额读不出来：B1（medfee_sumamt 为“1,100.00”），应为以元为单位的数，不带逗号和文字，"
        "请改正后重新导出。",
    ),
    (
        "bad_amount",
        {"acct_pay": ""},
        " setl_id B1：有 1 条记录金额读不出来：B1（acct_pay 为空白），应为以元为单位的数，不带逗号和文字，"
        "请改正后重新导出。",
    ),
    (
        "finer_than_fen",
        {"cash_payamt": "20.001"},
        " setl_id B1：有 1 条记录金额比分还细：B1（cash_payamt 为“20.001”），最细到分，请改正后重新导出。",
    ),
    (
        "negative_amount",  # −5 and +15 keep the identities: 60 − 5 + 15 = 70
        {"hifmi_pay": "-5.00", "maf_pay": "15.00"},
        " setl_id B1：有 1 条记录金额为负而不是退费，或退费记录里正负不一致：B1（医疗费总额 100.00 元），"
        "只有退费记录可以全为负，请核对。",
    ),
    (
        "unbalanced",  # 60.02 + 5 + 5 = 70.02, stated 70.00
        {"hifp_pay": "60.02"},
        " setl_id B1：有 1 条记录合计与各项之和不平：B1（fund_pay_sumamt 相差 -0.02 元），相差不超过 0.01 元，"
        "请核对后重新导出。",
    ),
    (
        "duplicate_id",
        {"setl_id": "A1"},
        " setl_id A1：有 2 条记录结算编号重复：A1、A1，一个编号只能有一条，请删去重复的记录。",
    ),
    (
        "lone_refund",
        {"refd_setl_flag": "1"},
        " setl_id B1：有 1 条记录退费没有成对：B1（缺负数记录），须有金额完全相反的一正一负两条，"
        "请补齐另一条；确属单边退费（如上年结算、本年退费）的，在 corrections.toml 里写明 accept 和原因。",
    ),
]


@pytest.mark.parametrize(("code", "changes", "sentence"), BROKEN, ids=[f"{one[0]}-{min(one[1])}" for one in BROKEN])
def test_broken_record_is_one_sentence(code: str, changes: dict[str, str], sentence: str, tmp_path: Path) -> None:
    left = pd.DataFrame([("C9", True, False, "2023-02", "")], columns=[*ROSTER.columns])
    institutions = pd.concat([ROSTER, left], ignore_index=True)
    write_csv(tmp_path, [record("A1"), record("B1", **changes)])
    claims = read(tmp_path, institutions=institutions, insured=("示例区划",))
    assert sentences(claims) == [IN + sentence]
    assert [one.code for one in claims.problems] == [code]


def test_every_fault_is_broken_once() -> None:
    assert {one[0] for one in BROKEN} == set(CODES)


def test_tolerance_is_one_fen(tmp_path: Path) -> None:
    # 60.01 + 5 + 5 = 70.01 against 70.00: one fen apart passes; the two-fen case is among the broken ones
    write_csv(tmp_path, [record("A1", hifp_pay="60.01")])
    claims = read(tmp_path)
    assert claims.problems == ()
    assert costs(claims)["hifp_fen"].tolist() == [6001]


def test_first_few_are_named_and_all_are_kept(tmp_path: Path) -> None:
    write_csv(tmp_path, [record(f"B{number}", insutype="310") for number in range(9)] + [record("A1")])
    claims = read(tmp_path)
    assert sentences(claims) == [
        f"{IN} setl_id B0：有 9 条记录险种不是城乡居民基本医疗保险：B0（310）、B1（310）、B2（310）、B3（310）、"
        "B4（310）等，只收居民医保的结算，请剔除后重新导出。"
    ]
    assert claims.faults()["setl_id"].tolist() == [f"B{number}" for number in range(9)]
    assert set(claims.faults()["file"]) == {IN}


def test_missing_month_and_missing_topic(tmp_path: Path) -> None:
    write_csv(tmp_path, [record("A1")])
    assert sentences(read(tmp_path, until=2)) == [
        "2023-02 没有一条结算记录，每月都须有，请放进 data/raw/2023-02/医保/。"
    ]
    empty = read(tmp_path / "nowhere")
    assert [one.code for one in empty.problems] == ["missing_month"]
    assert len(costs(empty)) == 0
    assert len(empty.files) == 0


def test_roster_that_would_count_a_claim_twice(tmp_path: Path) -> None:
    write_csv(tmp_path, [record("A1")])
    claims = read(tmp_path, institutions=pd.concat([ROSTER, roster(("H1", True, True))], ignore_index=True))
    assert sentences(claims) == ["机构“H1”在名册里有重叠的月份，同一月份只能有一行，请改正名册的起止月份。"]


# --- files ---------------------------------------------------------------------------------------------------------


def test_missing_column_is_named_with_the_nearest(tmp_path: Path) -> None:
    rows = [{("hifp_payamt" if key == "hifp_pay" else key): text for key, text in record("A1").items()}]
    write_csv(tmp_path, rows)
    found = [one for one in read(tmp_path).problems if one.code == "missing_column"]
    assert len(found) == 1
    assert found[0].sentence.startswith(f"{IN}：没有“hifp_pay”这一列，最接近的是“hifp_payamt”")


def test_shifted_cells_are_refused(tmp_path: Path) -> None:
    path = write_csv(tmp_path, [record("A1"), record("A2")])
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    path.write_text("\n".join([*lines[:2], lines[2] + ",9"]) + "\n", encoding="utf-8")
    found = sentences(read(tmp_path))
    assert f"{IN}：有 1 行的列数与表头（21 列）不同：第 3 行，单元格里有逗号的要加引号，请重新导出。" in found


def test_column_twice_and_unreadable_text(tmp_path: Path) -> None:
    path = write_csv(tmp_path, [record("A1")])
    text = path.read_text(encoding="utf-8-sig")
    path.write_text(text.replace("init_setl_id", "psn_no"), encoding="utf-8")
    assert f"{IN}：“psn_no”这一列出现不止一次，请删去一列。" in sentences(read(tmp_path))
    path.write_bytes(text.encode() + b"\xff\xff\xff")
    assert f"{IN}：既不是 UTF-8 也不是 GB18030 编码，请另存为 CSV UTF-8。" in sentences(read(tmp_path))
    path.write_text(text + '"A2', encoding="utf-8")
    assert f"{IN}：读不出来，应为逗号分隔的 CSV，请重新导出。" in sentences(read(tmp_path))


def test_broken_parquet_float_amounts_and_odd_names(tmp_path: Path) -> None:
    path = write_parquet(tmp_path, [record("A1")])
    table = pq.read_table(path)
    place = table.column_names.index("hifp_pay")
    floats = table.set_column(place, "hifp_pay", pa.array([60.0]))
    pq.write_table(floats, path)
    shown = IN.replace("csv", "parquet")
    assert f"{shown}：金额列“hifp_pay”是浮点数，应为文字或定点小数，浮点数会丢掉分，请重新导出。" in sentences(
        read(tmp_path)
    )
    path.write_bytes(b"PAR1 not at all")
    found = sentences(read(tmp_path))
    assert f"{shown}：读不出来，应为完整的 Parquet 文件，请重新导出。" in found
    assert f"{shown}：不知道何时报出，应记在同一文件夹的 received.csv 里，请补上。" in found
    path.rename(path.with_name("明细[1].parquet"))
    assert any("文件名里有 * ? [ ] { }，请改名" in one for one in sentences(read(tmp_path)))


def test_only_what_was_released_counts(tmp_path: Path) -> None:
    write_parquet(tmp_path, [record("A1")])
    claims = read(tmp_path, as_of=date(2023, 1, 27))  # it came out on the 28th
    assert [one.code for one in claims.problems] == ["missing_month"]
    assert claims.excluded.to_numpy().tolist() == [
        [IN.replace("csv", "parquet"), "报出日期 2023-01-28 晚于 2023-01-27", 0, 0]
    ]


def test_csv_in_both_encodings_and_parquet_are_the_same(tmp_path: Path) -> None:
    rows = [record("示例1"), record("示例2", fixmedins_code="C1", med_type="21", dscg_time="2023-01-14")]
    for name in ("utf-8-sig", "gb18030"):
        write_csv(tmp_path / name, rows, encoding=name)
    write_parquet(tmp_path / "parquet", rows)
    read_by = [read(tmp_path / name) for name in ("utf-8-sig", "gb18030", "parquet")]
    assert [one.problems for one in read_by] == [(), (), ()]
    sums = [costs(one) for one in read_by]
    # each 100 元: 统筹 60, 基金 70
    assert sums[0][
        ["institution", "category", "records", "medfee_fen", "hifp_fen", "fund_fen"]
    ].to_numpy().tolist() == [
        ["C1", "inpatient", 1, 10000, 6000, 7000],
        ["H1", "outpatient", 1, 10000, 6000, 7000],
    ]
    pd.testing.assert_frame_equal(sums[0], sums[1])
    pd.testing.assert_frame_equal(sums[0], sums[2])


def test_optional_columns_may_be_missing(tmp_path: Path) -> None:
    rows = [record("A1")]
    write_csv(
        tmp_path, [{key: text for key, text in one.items() if key not in ("dscg_time", "init_setl_id")} for one in rows]
    )
    assert read(tmp_path).problems == ()


# --- refunds, voided records, years --------------------------------------------------------------------------------


def test_refund_pair_is_zero_and_its_person_does_not_count(tmp_path: Path) -> None:
    paid = record("A1")
    other = record("A2", psn_no="P-2")
    write_csv(tmp_path, [paid, other, refund("R1", paid, setl_time="2023-01-20")])
    claims = read(tmp_path)
    assert claims.problems == ()
    row = costs(claims).iloc[0]
    assert (row["records"], row["medfee_fen"], row["hifp_fen"]) == (1, 10000, 6000)  # A2 alone
    people = claim_sums.persons(claims.engine, ROSTER, claims.view)
    assert people[people["category"] == ""]["persons"].tolist() == [1]
    assert claim_sums.reversals(claims.engine, claims.view)[["refunds", "refund_medfee_fen"]].to_numpy().tolist() == [
        [1, -10000]
    ]


def test_refund_that_names_nothing_is_paired_by_person_place_and_amounts(tmp_path: Path) -> None:
    flagged = record("A1", refd_setl_flag="1")
    taken = refund("R1", flagged, init_setl_id="")
    write_csv(tmp_path, [flagged, taken, record("A2")])
    assert read(tmp_path).problems == ()
    write_csv(tmp_path / "apart", [flagged, taken | {"psn_no": "P-9"}])
    assert [(one.code, one.found[:6]) for one in read(tmp_path / "apart").problems] == [("lone_refund", "有 2 条记")]


def test_refund_of_part_of_a_bill_is_no_pair(tmp_path: Path) -> None:
    paid = record("A1")
    half = {name: f"-{Decimal(paid[name]) / 2:.2f}" for name in AMOUNTS}
    write_csv(tmp_path, [paid, refund("R1", paid, **half)])
    assert read(tmp_path).faults()[["setl_id", "detail"]].to_numpy().tolist() == [
        ["A1", "positive"],
        ["R1", "negative"],
    ]


def test_refund_of_another_month_counts_in_its_own(tmp_path: Path) -> None:
    paid = record("A1")
    write_csv(tmp_path, [paid])
    write_csv(tmp_path, [refund("R1", paid, setl_time="2023-02-03")], month="2023-02")
    claims = read(tmp_path, until=2)
    assert claims.problems == ()
    assert costs(claims)[["month", "records", "medfee_fen"]].to_numpy().tolist() == [
        ["2023-01", 1, 10000],
        ["2023-02", -1, -10000],
    ]


def test_ten_thousand_refund_pairs_are_zero_person_by_person(tmp_path: Path) -> None:
    stream = np.random.default_rng(20230106)
    count = 10_000
    hifp, account, cash = (stream.integers(0, 10**9, count) for _ in range(3))
    fen = [hifp + account + cash, hifp, 0 * hifp, 0 * hifp, hifp, account + cash, account, cash]
    base = record("A")
    columns: dict[str, object] = {name: [text] * 2 * count for name, text in base.items() if name not in AMOUNTS}
    ids = [f"A{number}" for number in range(count)]
    columns |= {"setl_id": ids + [f"R{one}" for one in ids], "psn_no": ids * 2, "init_setl_id": [""] * count + ids}
    columns["refd_setl_flag"] = ["1"] * 2 * count
    yuan = [[f"{one // 100}.{one % 100:02d}" for one in amounts.tolist()] for amounts in fen]
    columns |= {name: [*one, *(f"-{text}" for text in one)] for name, one in zip(AMOUNTS, yuan, strict=True)}
    path = tmp_path / "data" / "raw" / "2023-01" / "医保" / "明细.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(pa.table(columns).replace_schema_metadata({"released": "2023-02-05"}), path)
    claims = read(tmp_path)
    assert claims.problems == ()
    left = claims.engine.frame(
        "SELECT COUNT(*) AS persons FROM (SELECT person, SUM(records) AS r, SUM(medfee_fen) AS m, SUM(hifp_fen) AS h,"
        " COUNT(*) AS n FROM claims GROUP BY person) AS each WHERE r = 0 AND m = 0 AND h = 0 AND n = 2"
    )
    assert left["persons"].tolist() == [count]
    assert costs(claims)[["records", "medfee_fen", "hifp_fen", "fund_fen"]].to_numpy().tolist() == [[0, 0, 0, 0]]


ACCEPT = """[[accept]]
file = "明细.csv"
sheet = ""
cell = "setl_id R1"
says = "-100.00"
why = "上年结算、本年退费"
who = "示例"
when = 2023-02-01
"""


def test_lone_refund_that_is_explained_counts(tmp_path: Path) -> None:
    path = write_csv(tmp_path, [record("A1"), refund("R1", record("A0"))])
    assert [one.code for one in read(tmp_path).problems] == ["lone_refund"]
    listed = path.with_name("corrections.toml")
    listed.write_text(ACCEPT, encoding="utf-8")
    claims = read(tmp_path)
    assert claims.problems == ()
    assert claims.accepted.to_numpy().tolist() == [[IN, "R1", -10000, "上年结算、本年退费", "示例"]]
    assert costs(claims)[["records", "medfee_fen"]].to_numpy().tolist() == [[0, 0]]  # A1 and R1
    listed.write_text(ACCEPT.replace("-100.00", "-90.00"), encoding="utf-8")
    assert {one.code for one in read(tmp_path).problems} == {"lone_refund", "stale_correction"}
    listed.write_text(ACCEPT.replace("-100.00", "一百"), encoding="utf-8")
    assert {one.code for one in read(tmp_path).problems} == {"lone_refund", "bad_amount"}
    listed.write_text(ACCEPT.replace("setl_id R1", "B7"), encoding="utf-8")
    assert {one.code for one in read(tmp_path).problems} == {"lone_refund", "bad_corrections"}


def test_voided_records_are_left_out_and_told(tmp_path: Path) -> None:
    write_csv(tmp_path, [record("A1"), record("A1", vali_flag="0"), record("A3", vali_flag="0", insutype="310")])
    claims = read(tmp_path)
    assert claims.problems == ()
    assert costs(claims)["records"].tolist() == [1]
    assert claims.excluded.to_numpy().tolist() == [[IN, "作废记录（有效标志为 0）", 2, 20000]]
    assert claims.files[["records", "is_example"]].to_numpy().tolist() == [[3, False]]


def test_year_by_settlement_or_by_discharge(tmp_path: Path) -> None:
    stay = {"med_type": "21"}
    rows = [record(f"M{month}", setl_time=f"2023-{month:02d}-15") for month in range(1, 13)]
    rows += [record("OLD", setl_time="2023-01-03", dscg_time="2022-12-30", **stay)]
    write_csv(tmp_path, rows)
    late = [
        record("LATE", setl_time="2024-01-05", dscg_time="2023-12-28", **stay),
        record("NEXT", setl_time="2024-01-05", dscg_time="2024-01-04", **stay),
    ]
    write_csv(tmp_path, late, month="2024-01")
    claims = read(tmp_path, until=12)
    assert claims.problems == ()
    settled, left = costs(claims, claims.view), costs(claims, claims.discharge_view)
    stays = [frame[frame["category"] == "inpatient"] for frame in (settled, left)]
    assert [one["month"].tolist() for one in stays] == [
        ["2023-01"],
        ["2023-12"],
    ]  # OLD by settlement, LATE by discharge
    assert [int(one["records"].sum()) for one in (settled, left)] == [13, 13]
    by = [claim_sums.reversals(claims.engine, view) for view in (claims.view, claims.discharge_view)]
    assert [one[["month", "late", "late_hifp_fen"]].to_numpy().tolist() for one in by] == [
        [["2023-01", 1, 6000]],
        [["2023-12", 1, 6000]],
    ]
    assert claims.excluded["reason"].tolist() == ["次年出院、次年结算，不属于本年"]
    # before the year is over, the next year's folder is not looked at
    assert "2024-01" not in set(read(tmp_path, until=11).files["month"])


# --- personal numbers ----------------------------------------------------------------------------------------------

SECRETS = ("PSN-7f3a-0001", "示例姓名甲", "999999190001010000")


def test_no_personal_number_leaves_the_door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(work))
    beside = {"psn_name": SECRETS[1], "certno": SECRETS[2]}
    good, bad = record("A1", psn_no=SECRETS[0]), record("A2", psn_no=SECRETS[0], hifp_pay="61.00", insutype="310")
    write_csv(tmp_path, [good | beside, bad | beside, refund("R1", good) | beside])
    claims = read(tmp_path)
    told = [*sentences(claims), *map(repr, claims.problems)]
    engine = claims.engine
    frames = [claims.files, claims.excluded, claims.faults(), costs(claims)]
    frames += [claim_sums.persons(engine, ROSTER, claims.view), claim_sums.reversals(engine, claims.view)]
    told += [frame.to_csv() for frame in frames]
    written = [path for path in work.rglob("*") if path.is_file()]
    assert {path.suffix for path in written} == {".parquet"}
    assert len(written) >= 4
    told += [pq.read_table(path).to_pandas().to_csv() for path in written]
    assert [(secret, text) for secret in SECRETS for text in told if secret in text] == []
    assert [path for path in written for secret in SECRETS if secret.encode() in path.read_bytes()] == []
    engine.close()
    del claims, engine
    assert list(work.rglob("*.parquet")) == []


def test_words_in_an_amounts_place_are_not_repeated(tmp_path: Path) -> None:
    write_csv(tmp_path, [record("A1", hifp_pay=SECRETS[1]), record("A2", hifp_pay="110101190001010000")])
    claims = read(tmp_path)
    told = "".join([*sentences(claims), claims.faults().to_csv()])
    assert SECRETS[1] not in told
    assert "110101190001010000" not in told
    assert "A1（hifp_pay 不是数）" in told


def test_an_id_number_as_settlement_number_is_not_repeated(tmp_path: Path) -> None:
    # the last place is the check digit of the other 17, weighted, modulo 11
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    first = "11010119000101001"
    number = first + "10X98765432"[sum(int(one) * weight for one, weight in zip(first, weights, strict=True)) % 11]
    write_csv(tmp_path, [record(number, insutype="310", psn_no="P")])
    claims = read(tmp_path)
    told = sentences(claims)
    assert len(told) == 1
    assert number not in told[0] + claims.faults().to_csv()
    assert "疑为身份证号，不显示" in told[0]


def test_key_is_random_or_given(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_csv(tmp_path, [record("A1", psn_no="P1")])

    def person() -> int:
        claims = read(tmp_path, engine=DuckDb())
        return int(claims.engine.frame("SELECT person FROM claims")["person"].item())

    monkeypatch.delenv("FHDATA_CLAIMS_KEY", raising=False)
    assert person() != person()
    monkeypatch.setenv("FHDATA_CLAIMS_KEY", "示例密钥")
    expected = int(hmac.new("示例密钥".encode(), b"P1", hashlib.sha256).hexdigest()[:15], 16)
    assert person() == person() == expected
