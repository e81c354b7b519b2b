"""Settlement records written out in a test, as the platform would export them."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from fhdata.engines import Engine
from fhdata.intake.claims import Claims, read_claims

AMOUNTS = ["medfee_sumamt", "hifp_pay", "hifmi_pay", "maf_pay", "fund_pay_sumamt", "psn_pay", "acct_pay", "cash_payamt"]
AS_OF = date(2024, 4, 30)


def roster(*rows: tuple[str, bool, bool]) -> pd.DataFrame:
    """Institutions (code, is_member, is_dip) that stand in the roster all the time."""
    frame = pd.DataFrame(rows, columns=["institution", "is_member", "is_dip"])
    return frame.assign(from_month="", to_month="")


ROSTER = roster(("H1", True, True), ("C1", True, False), ("Y1", False, False))


def record(setl_id: str, /, **changes: str) -> dict[str, str]:
    """An outpatient's settlement of 100 元: 统筹 60 + 大病 5 + 救助 5 = 基金 70; 个人 30 = 账户 10 + 现金 20."""
    plain = {
        "setl_id": setl_id,
        "psn_no": f"P-{setl_id}",
        "insu_admdvs": "示例区划",
        "fixmedins_code": "H1",
        "insutype": "390",
        "med_type": "11",
        "setl_time": "2023-01-15 09:30:00",
        "dscg_time": "",
        "vali_flag": "1",
        "refd_setl_flag": "0",
        "init_setl_id": "",
        "clr_way": "1",
        "dscg_maindiag_code": "J06.9",
    }
    amounts = ("100.00", "60.00", "5.00", "5.00", "70.00", "30.00", "10.00", "20.00")
    return plain | dict(zip(AMOUNTS, amounts, strict=True)) | changes


def refund(setl_id: str, of: dict[str, str], /, **changes: str) -> dict[str, str]:
    """The negative row that takes a settlement back, naming it."""
    taken = {name: f"-{of[name]}" for name in AMOUNTS}
    return of | taken | {"setl_id": setl_id, "refd_setl_flag": "1", "init_setl_id": of["setl_id"]} | changes


def write_csv(
    home: Path, rows: list[dict[str, str]], month: str = "2023-01", encoding: str = "utf-8-sig", name: str = "明细.csv"
) -> Path:
    """A CSV of a month, with the day it came in beside it."""
    path = home / "data" / "raw" / month / "医保" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    received = path.with_name("received.csv")
    known = received.read_text(encoding="utf-8") if received.exists() else "file,released\n"
    received.write_text(f"{known}{name},{month}-28\n", encoding="utf-8")
    return path


def write_parquet(home: Path, rows: list[dict[str, str]], month: str = "2023-01", name: str = "明细.parquet") -> Path:
    """A Parquet file of a month with amounts as decimals; its metadata tells the day."""
    path = home / "data" / "raw" / month / "医保" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = {
        key: pa.array([Decimal(row[key]) for row in rows], pa.decimal128(16, 2))
        if key in AMOUNTS
        else pa.array([row[key] for row in rows], pa.string())
        for key in rows[0]
    }
    pq.write_table(pa.table(columns).replace_schema_metadata({"released": f"{month}-28"}), path)
    return path


def read(
    home: Path,
    *,
    until: int = 1,
    institutions: pd.DataFrame = ROSTER,
    engine: Engine | None = None,
    as_of: date = AS_OF,
    insured: tuple[str, ...] = (),
) -> Claims:
    """Everything handed in up to a month of 2023."""
    return read_claims(
        home / "data" / "raw",
        institutions,
        home=home,
        year=2023,
        until_month=until,
        as_of=as_of,
        insured=insured,
        engine=engine,
    )
