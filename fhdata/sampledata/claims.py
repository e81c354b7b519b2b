"""Made-up settlement records of the medical fund, any number of them: what is drawn is data, the code only draws.

Every file is marked 示例数据 in its name, every institution in its own, every person and settlement in its number.
"""

import tomllib
from collections.abc import Iterable, Iterator
from datetime import timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from fhdata.intake.claim_files import RELEASED
from fhdata.intake.topics import FUND, topics_of
from fhdata.periods import parse_period

FILE = "结算明细（示例数据）.parquet"
CHUNK = 500_000
_COUNTY = Path(__file__).with_name("county")
_DAY = 86_400
_AMOUNTS = (
    "medfee_sumamt",
    "hifp_pay",
    "hifmi_pay",
    "maf_pay",
    "fund_pay_sumamt",
    "psn_pay",
    "acct_pay",
    "cash_payamt",
)
_YUAN = pa.decimal128(16, 2)
_RESIDENTS, _DIP, _BY_ITEM = "390", "3", "1"
_SPREAD_OF_PAID = (0.9, 1.1)
_MOST_PAID = 0.95
_OF_THE_REST = 0.3  # what 大病保险 and 医疗救助 each take of what is left


def example_institutions() -> pd.DataFrame:
    """The example county's roster: hospitals, township clinics, private ones, pharmacies, some outside; all made up.

    Returns:
        institution, name, kind, level, is_member, is_dip, is_scored, score (int64 of 0.0001 point), from_month and
        to_month ("": open).
    """
    rows = pd.read_csv(_COUNTY / "fund_institutions.csv", dtype="str", keep_default_na=False, encoding="utf-8-sig")
    flags = {name: rows[name] == "1" for name in ("is_member", "is_dip", "is_scored")}
    score = rows["score"].map(lambda points: int(Decimal(points or "0") * 10_000)).astype("int64")
    return rows.assign(**flags, score=score, from_month="", to_month="")


def write_claims(
    folder: Path, months: Iterable[str], seed: int, institutions: pd.DataFrame, per_month: int
) -> list[Path]:
    """Write made-up settlements, one Parquet file a month, in bounded memory.

    One row a settlement as the platform exports it: amounts are DECIMAL(16,2) in 元, parts add up, some settlements are
    refunded by a second, negative row of the same month, some are marked invalid. January holds some stays
    that ended in December.

    Args:
        folder: a place's ``data/raw``.
        months: such as ``["2023-01", "2023-02"]``.
        seed: same seed, same rows; a month does not depend on what else is made.
        institutions: institution, kind, is_dip.
        per_month: rows a month, the refunds' own rows among them.

    Returns:
        The files, ``<month>/<topic>/结算明细（示例数据）.parquet``.
    """
    drawing = _Drawing(institutions, heads=max(int(per_month * 12 / _mix()["settlements_a_head"]), 1))
    written = []
    for month in months:
        path = folder / month / min(topics_of(FUND)) / FILE
        path.parent.mkdir(parents=True, exist_ok=True)
        released = parse_period(month).end + timedelta(days=_mix()["released_days"])
        schema = _schema().with_metadata({RELEASED: released.isoformat()})
        with pq.ParquetWriter(path, schema) as writer:
            for number, rows in enumerate(_chunks(per_month)):
                stream = np.random.default_rng([seed, *map(int, month.split("-")), number])
                writer.write_table(drawing.table(month, number, rows, stream).cast(schema))
        written.append(path)
    return written


@cache
def _mix() -> dict[str, Any]:
    return tomllib.loads((_COUNTY / "fund_mix.toml").read_text(encoding="utf-8"))


def _chunks(rows: int) -> Iterator[int]:
    while rows > 0:
        yield min(rows, CHUNK)
        rows -= CHUNK


@cache
def _schema() -> pa.Schema:
    texts = ["setl_id", "psn_no", "insu_admdvs", "fixmedins_code", "insutype", "med_type", "clr_way"]
    texts += ["dscg_maindiag_code", "vali_flag", "refd_setl_flag", "init_setl_id"]
    times = [pa.field(name, pa.timestamp("ms")) for name in ("setl_time", "dscg_time")]
    return pa.schema(
        [*(pa.field(name, pa.string()) for name in texts), *times, *(pa.field(name, _YUAN) for name in _AMOUNTS)]
    )


class _Drawing:
    """Draws chunks of settlements; holds the flows as arrays, so that a chunk is a handful of vector operations."""

    def __init__(self, institutions: pd.DataFrame, heads: int) -> None:
        self.heads = heads
        self.codes = institutions["institution"].tolist()
        self.is_dip = institutions["is_dip"].to_numpy()
        kinds = institutions["kind"].to_numpy()
        flows = [flow for flow in _mix()["flow"] if flow["kind"] in kinds]
        weights = np.array([flow["per_1000"] for flow in flows], dtype=float)
        self.share = weights / weights.sum()
        self.med_type = [flow["med_type"] for flow in flows]
        self.number = {
            name: np.array([flow.get(name, 0) for flow in flows], dtype=float)
            for name in ("fee", "spread", "paid", "dip", "psychiatric", "four_disease")
        }
        self.is_stay = np.array([flow["med_type"].startswith("2") for flow in flows])
        self.of_kind = [np.flatnonzero(kinds == flow["kind"]) for flow in flows]

    def table(self, month: str, chunk: int, rows: int, stream: np.random.Generator) -> pa.Table:
        """One chunk of a month, the refunds' negative rows at its end."""
        refunds = round(rows * _mix()["refunded_share"])
        made = rows - refunds
        flow = stream.choice(len(self.share), made, p=self.share)
        where = self._institutions(flow, stream)
        is_psychiatric = stream.random(made) < self.number["psychiatric"][flow]
        is_four = ~is_psychiatric & (stream.random(made) < self.number["four_disease"][flow])
        is_dip = self.is_dip[where] & ~is_psychiatric & (stream.random(made) < self.number["dip"][flow])
        settled, left = self._days(month, flow, stream)
        amounts = self._amounts(flow, stream)
        person = stream.integers(0, self.heads, made)
        diagnosis = _diagnoses(is_psychiatric, is_four, stream)
        order = np.concatenate([np.arange(made), stream.choice(made, refunds, replace=False)])  # then the refunds' own
        is_negative = np.arange(rows) >= made
        is_refunded = is_negative.copy()
        is_refunded[order[made:]] = True
        is_valid = is_refunded | (stream.random(rows) >= _mix()["invalid_share"])
        numbers = chunk * CHUNK + np.arange(rows)
        originals = pa.array(chunk * CHUNK + order, mask=~is_negative)
        columns = {
            "setl_id": _numbered(f"示例{month}-", pa.array(numbers)),
            "psn_no": _numbered("示例参保人", pa.array(person[order])),
            "insu_admdvs": _one(_mix()["insured_in"], rows),
            "fixmedins_code": _named(where[order], self.codes),
            "insutype": _one(_RESIDENTS, rows),
            "med_type": _named(flow[order], self.med_type),
            "clr_way": _named(is_dip[order].astype(np.int32), [_BY_ITEM, _DIP]),
            "dscg_maindiag_code": diagnosis.take(pa.array(order)),
            "vali_flag": _named(is_valid.astype(np.int32), ["0", "1"]),
            "refd_setl_flag": _named(is_refunded.astype(np.int32), ["0", "1"]),
            "init_setl_id": pc.fill_null(_numbered(f"示例{month}-", originals), ""),
            "setl_time": _times(settled[order]),
            "dscg_time": _times(left[order], mask=~self.is_stay[flow[order]]),
        }
        sign = np.where(is_negative, -1, 1)
        return pa.table(columns | {name: yuan_column(fen[order] * sign) for name, fen in amounts.items()})

    def _institutions(self, flow: np.ndarray, stream: np.random.Generator) -> np.ndarray:
        """Where each one is settled; the first of a kind are the busiest."""
        where = np.empty(len(flow), dtype=np.int64)
        for number, places in enumerate(self.of_kind):
            here = flow == number
            weights = 1 / np.sqrt(np.arange(1, len(places) + 1))
            where[here] = stream.choice(places, int(here.sum()), p=weights / weights.sum())
        return where

    def _days(self, month: str, flow: np.ndarray, stream: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """Seconds since 1970 of settlement and of leaving the hospital."""
        first = np.datetime64(f"{month}-01", "s").astype(np.int64)
        settled = first + stream.integers(0, parse_period(month).end.day * _DAY, len(flow))
        delay = stream.integers(0, _mix()["longest_delay_days"] * _DAY, len(flow))
        return settled, settled - np.where(stream.random(len(flow)) < _mix()["settled_later_share"], delay, 0)

    def _amounts(self, flow: np.ndarray, stream: np.random.Generator) -> dict[str, np.ndarray]:
        """Whole fen whose parts add up: bill = fund + personal, fund = its three funds, personal = account + cash."""
        count, spread = len(flow), self.number["spread"][flow]
        drawn = self.number["fee"][flow] * 100 * np.exp(stream.normal(0, 1, count) * spread - spread**2 / 2)
        fee = np.maximum(np.rint(drawn), 100).astype(np.int64)
        ratio = np.minimum(self.number["paid"][flow] * stream.uniform(*_SPREAD_OF_PAID, count), _MOST_PAID)
        hifp = np.floor(fee * ratio).astype(np.int64)
        is_critical = fee > _mix()["critical_above_yuan"] * 100
        hifmi = np.where(is_critical, np.floor((fee - hifp) * _OF_THE_REST), 0).astype(np.int64)
        is_assisted = stream.random(count) < _mix()["assisted_share"]
        maf = np.where(is_assisted, np.floor((fee - hifp - hifmi) * _OF_THE_REST), 0).astype(np.int64)
        fund = hifp + hifmi + maf
        personal = fee - fund
        account = np.where(stream.random(count) < _mix()["account_share"], personal // 2, 0)
        return dict(zip(_AMOUNTS, (fee, hifp, hifmi, maf, fund, personal, account, personal - account), strict=True))


def _diagnoses(is_psychiatric: np.ndarray, is_four: np.ndarray, stream: np.random.Generator) -> pa.Array:
    lists = (_mix()["diagnoses"], _mix()["psychiatric"], _mix()["four_disease"])
    starts = np.cumsum([0, *(len(one) for one in lists)])
    which = np.where(is_psychiatric, 1, np.where(is_four, 2, 0))
    sizes = np.array([len(one) for one in lists])[which]
    drawn = np.floor(stream.random(len(which)) * sizes).astype(np.int64)
    return _named(starts[which] + drawn, [code for one in lists for code in one])


def _numbered(prefix: str, numbers: pa.Array) -> pa.Array:
    digits = pc.utf8_lpad(pc.cast(numbers, pa.string()), 9, "0")
    return pc.binary_join_element_wise(pa.scalar(prefix), digits, pa.scalar(""))


def _named(places: np.ndarray, names: list[str]) -> pa.Array:
    return pa.array(names, pa.string()).take(pa.array(places))


def _one(text: str, rows: int) -> pa.Array:
    return pa.repeat(pa.scalar(text, pa.string()), rows)


def _times(seconds: np.ndarray, mask: np.ndarray | None = None) -> pa.Array:
    return pa.array(seconds, pa.timestamp("s"), mask=mask).cast(pa.timestamp("ms"))


def yuan_column(fen: np.ndarray) -> pa.Array:
    """Fen as DECIMAL(16,2) without passing through a float: the 128-bit number is the fen itself, sign carried up."""
    halves = np.empty((len(fen), 2), dtype=np.int64)
    halves[:, 0], halves[:, 1] = fen, fen >> 63
    return pa.Array.from_buffers(_YUAN, len(fen), [None, pa.py_buffer(halves)])
