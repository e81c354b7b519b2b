"""The engines answer with whole numbers, text and yes/no, the same ones, or refuse."""

import hashlib
import hmac
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
from claim_rows import read, record, refund, roster, write_csv, write_parquet

from fhdata.engines import DuckDb, Engine
from fhdata.funds import claim_sums
from fhdata.intake.claim_files import ClaimFile, register_raw
from fhdata.intake.claims import Claims
from fhdata.periods import parse_period
from fhdata.problems import ProblemsFound
from fhdata.sampledata.claims import example_institutions, write_claims
from fhdata.spark_engine import Spark, spark_missing

NO_SPARK = spark_missing()


@pytest.fixture(scope="module")
def duckdb() -> Iterator[Engine]:
    with DuckDb() as engine:
        yield engine


@pytest.fixture(scope="module")
def spark() -> Iterator[Engine]:
    if NO_SPARK:
        pytest.skip(f"Spark cannot run here: {NO_SPARK}")
    with pytest.MonkeyPatch.context() as patch:  # a short life: half the work would be polishing code run once
        patch.setenv("JDK_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
        with Spark(memory="1g", threads=2) as engine:
            yield engine


@pytest.fixture(params=["duckdb", "spark"])
def engine(request: pytest.FixtureRequest) -> Engine:
    return request.getfixturevalue(request.param)


def test_answers_are_int64_text_and_bool(engine: Engine) -> None:
    engine.register_frame("small", pd.DataFrame({"code": ["乙", "甲"], "fen": [2, 1], "is_member": [True, False]}))
    answer = engine.frame(
        "SELECT code, CAST(SUM(fen) AS BIGINT) AS fen, is_member FROM small GROUP BY ALL ORDER BY code"
    )
    assert [str(kind) for kind in answer.dtypes] == ["str", "int64", "bool"]
    # 乙 is U+4E59, 甲 U+7532: text stands in the order of code points on both engines
    assert answer.to_numpy().tolist() == [["乙", 2, True], ["甲", 1, False]]


def test_a_sum_beyond_int64_is_refused(engine: Engine) -> None:
    largest = 2**63 - 1
    engine.register_frame("large", pd.DataFrame({"fen": [largest, 1]}))
    with pytest.raises(ProblemsFound, match="合计数超出 64 位整数"):
        engine.frame("SELECT CAST(SUM(fen) AS BIGINT) AS fen FROM large")


def test_a_sum_beyond_int64_is_not_written_either(engine: Engine, tmp_path: Path) -> None:
    engine.register_frame("large", pd.DataFrame({"fen": [2**63 - 1, 1]}))
    with pytest.raises(ProblemsFound, match="合计数超出 64 位整数"):
        engine.write_parquet("SELECT CAST(SUM(fen) AS BIGINT) AS fen FROM large", tmp_path / "sum.parquet")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT CAST(1 AS DOUBLE) AS fen",
        "SELECT CAST(1 AS DECIMAL(10, 2)) AS fen",
        "SELECT CAST(NULL AS BIGINT) AS fen",
        "SELECT CAST(NULL AS STRING) AS code",
    ],
)
def test_floats_decimals_and_blanks_are_refused(engine: Engine, query: str) -> None:
    with pytest.raises(TypeError, match="a query may answer with"):
        engine.frame(query)


@pytest.mark.parametrize("key", [b"k" * 32, b"a key longer than one block of the hash" * 3])
def test_keyed_hash_is_hmac_sha_256(engine: Engine, key: bytes) -> None:
    engine.register_frame("numbers", pd.DataFrame({"psn_no": ["示例0001", "X'\\1"]}))
    answer = engine.frame(f"SELECT {engine.keyed_hash('psn_no', key)} AS person FROM numbers ORDER BY psn_no")
    # "X" is before "示"; the first 60 bits are 15 hex digits
    expected = [int(hmac.new(key, one.encode(), hashlib.sha256).hexdigest()[:15], 16) for one in ("X'\\1", "示例0001")]
    assert answer["person"].tolist() == expected


def test_parquet_is_written_and_read_again(engine: Engine, tmp_path: Path) -> None:
    engine.write_parquet("SELECT 1 AS a, 'x' AS b", tmp_path / "it's one.parquet")
    engine.register_parquet("again", [tmp_path / "it's one.parquet"])
    assert set(engine.column_types("again")) == {"a", "b"}
    assert engine.frame("SELECT a, b FROM again").to_numpy().tolist() == [[1, "x"]]


def test_duckdb_leaves_nothing_behind(tmp_path: Path) -> None:
    with DuckDb(memory="64MB", threads=1, folder=tmp_path) as engine:
        assert len(list(tmp_path.iterdir())) == 1
        rows = engine.frame("SELECT COUNT(DISTINCT range % 100000) AS persons FROM range(1000000)")
    assert rows["persons"].item() == 100_000
    assert list(tmp_path.iterdir()) == []


def test_spark_without_java_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fhdata.spark_engine.spark_missing", lambda: "没有 Java")
    with pytest.raises(ProblemsFound, match="不能用 Spark：没有 Java，请安装 Java 17"):
        Spark()


def _all_sums(claims: Claims, institutions: pd.DataFrame) -> list[pd.DataFrame]:
    engine = claims.engine
    frames = [claim_sums.costs(engine, claims.view), claim_sums.costs(engine, claims.discharge_view)]
    frames += [claim_sums.reversals(engine, claims.view), claim_sums.persons(engine, institutions, claims.view)]
    return [*frames, claims.files, claims.excluded]


def test_both_engines_give_the_same_sums_and_find_the_same_faults(
    duckdb: Engine, spark: Engine, tmp_path: Path
) -> None:
    institutions = pd.concat([example_institutions(), roster(("H1", True, True))], ignore_index=True)
    write_claims(tmp_path / "data" / "raw", ["2023-01"], 5, institutions, 3000)
    paid = record("S1")
    wrong = [
        record("S2", insutype="310"),
        record("S3", med_type="77"),
        record("S3", setl_time="2022-12-31"),
        record("S4", hifp_pay="61.00"),
        record("S5", setl_time="2023/01/31 10:00:00", psn_no=""),
        record("S6", fixmedins_code="X9"),
        record("S7", setl_time="昨天"),
        refund("R2", record("S8")),
    ]
    write_parquet(tmp_path, [paid, refund("R1", paid), *wrong])
    ours, theirs = (read(tmp_path, institutions=institutions, engine=engine) for engine in (duckdb, spark))
    assert ours.problems == theirs.problems
    pd.testing.assert_frame_equal(ours.faults(), theirs.faults())
    assert {(row.code, row.setl_id) for row in ours.faults().itertuples()} == {
        ("wrong_insurance", "S2"),
        ("unknown_code", "S3"),
        ("outside_year", "S3"),
        ("duplicate_id", "S3"),
        ("unbalanced", "S4"),
        ("no_person", "S5"),
        ("unknown_institution", "S6"),
        ("bad_day", "S7"),
        ("lone_refund", "R2"),
    }
    sums, same = (_all_sums(claims, institutions) for claims in (ours, theirs))
    assert len(sums[0]) > 100
    assert int(sums[2]["refunds"].sum()) == 12 + 2  # 0.4 % of 3,000, and R1 and R2
    for one, other in zip(sums, same, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_spark_refuses_csv(spark: Engine, tmp_path: Path) -> None:
    path = write_csv(tmp_path, [record("S1")])
    file = ClaimFile(path, "明细.csv", parse_period("2023-01"), "2023-02-03")
    assert [one.sentence for one in register_raw(spark, "raw", file)] == [
        "明细.csv：在 Spark 上不读 CSV，应为 Parquet，请另存为 Parquet，或改用 DuckDB。"
    ]
