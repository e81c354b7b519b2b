"""Made-up DIP cases of any number, with the directory, hospitals and years before that go with them (示例数据).

The example county's sheets and cases of a year are made from them, too.
"""

import tomllib
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from fhdata.funds.dip_inputs import rows_of
from fhdata.intake.claim_files import RELEASED
from fhdata.periods import Period
from fhdata.sampledata.appraisal_forms import Row, sheet
from fhdata.sampledata.claims import yuan_column
from fhdata.sampledata.drawing import draw
from fhdata.sampledata.forms import Table
from fhdata.sampledata.plan import Plan

CHUNK = 500_000
_MIX = Path(__file__).with_name("county") / "dip_mix.toml"
_E4 = 10_000
_FEN = 100
_LEVELS = ("三级", "二级", "一级")
_COEFFICIENTS_E4 = {"三级": 11_500, "二级": 10_000, "一级": 8_200}
_HISTORY_CASES = 40  # a group, level and year
CASES_FILE = "结算病例（示例数据）.parquet"
LAYOUTS = {
    "groups": (
        "病种目录",
        {"序号": 6.0, "病种编码": 14.0, "病种名称": 24.0, "主要操作": 16.0, "病种类型": 12.0, "分值": 12.0},
    ),
    "hospitals": (
        "机构系数",
        {"序号": 6.0, "机构编码": 12.0, "机构名称": 20.0, "级别": 8.0, "机构系数": 10.0, "考核系数": 10.0,
         "稽核扣款": 14.0, "已预付": 16.0},
    ),
    "history": ("病例数据", {"序号": 6.0, "病种编码": 14.0, "年度": 8.0, "级别": 8.0, "例数": 8.0, "总费用": 16.0}),
    "fund": ("DIP基金", {"序号": 6.0, "项目": 30.0, "金额": 18.0, "说明": 24.0}),
}  # fmt: skip
_PLACES = {"机构系数": 4, "考核系数": 4, "稽核扣款": 2, "已预付": 2, "总费用": 2, "金额": 2}


@cache
def _mix() -> dict[str, Any]:
    return tomllib.loads(_MIX.read_text(encoding="utf-8"))


def example_groups(seed: int, count: int) -> pd.DataFrame:
    """A made-up directory of disease groups.

    Returns:
        group_code, group_name, is_basic, mean_fen (int64: what a case costs about, in the year settled).
    """
    mix, number = _mix(), np.arange(1, count + 1)
    stream = np.random.default_rng([seed, 1])
    mean = mix["mean_yuan"] * np.exp(mix["mean_spread"] * stream.standard_normal(len(number)))
    return pd.DataFrame(
        {
            "group_code": [f"示例{one:04d}" for one in number],
            "group_name": [f"示例病组{one}" for one in number],
            "is_basic": number % round(1 / mix["basic_share"]) == 0,
            "mean_fen": (np.round(mean) * _FEN).astype("int64"),
        }
    )


def example_hospitals(number: int, seed: int) -> pd.DataFrame:
    """Made-up hospitals of three levels.

    Returns:
        institution, name, level, coefficient_e4, assessment_e4, audit_fen, prepaid_fen (int64).
    """
    stream = np.random.default_rng([seed, 2])
    level = [_LEVELS[min(one * 3 // max(number, 1), 2)] for one in range(number)]
    return pd.DataFrame(
        {
            "institution": [f"SL{one:04d}" for one in range(1, number + 1)],
            "name": [f"示例第{one}医院" for one in range(1, number + 1)],
            "level": level,
            "coefficient_e4": np.array([_COEFFICIENTS_E4[one] for one in level], dtype="int64"),
            "assessment_e4": (_E4 - 100 * stream.integers(0, 8, number)).astype("int64"),
            "audit_fen": (stream.integers(0, 5, number) * 1_000_000).astype("int64"),
            "prepaid_fen": np.full(number, _mix()["prepaid_yuan"] * _FEN, dtype="int64"),
        }
    )


def example_history(groups: pd.DataFrame, year: int) -> pd.DataFrame:
    """Cases and cost of the three years before, by level, for a directory.

    Returns:
        group_code, year, level, cases, cost_fen (int64).
    """
    rows = []
    for before in range(year - 3, year):
        grown = (1 + _mix()["growth"]) ** (year - before)
        for level in _LEVELS:
            cost = groups["mean_fen"] * _HISTORY_CASES * _COEFFICIENTS_E4[level] / _E4 / grown
            told = {"year": before, "level": level, "cases": _HISTORY_CASES, "cost_fen": cost.round().astype("int64")}
            rows.append(groups[["group_code"]].assign(**told))
    return pd.concat(rows, ignore_index=True)


def write_cases(
    path: Path, cases: int, groups: pd.DataFrame, hospitals: pd.DataFrame, *, seed: int, released: date | None = None
) -> None:
    """Write made-up cases as Parquet under the platform's names, amounts as DECIMAL(16,2) in 元, in bounded memory.

    Args:
        path: where to; one row a case: setl_id, fixmedins_code, dip_code, medfee_sumamt, psn_pay, aux_coef,
            review_ruling.
        cases: how many.
        groups: as ``example_groups`` gives them.
        hospitals: as ``example_hospitals`` gives them; the first have more cases than the last.
        seed: same seed, same rows.
        released: the day it is handed in, kept in the file's metadata.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    share = 1 / np.arange(1, len(hospitals) + 1)
    schema = _schema().with_metadata({RELEASED: released.isoformat()} if released else {})
    with pq.ParquetWriter(path, schema) as writer:
        for number, first in enumerate(range(0, cases, CHUNK)):
            stream = np.random.default_rng([seed, 3, number])
            rows = min(CHUNK, cases - first)
            writer.write_table(
                _chunk(range(first, first + rows), groups, hospitals, share / share.sum(), stream).cast(schema)
            )


def _schema() -> pa.Schema:
    texts = ("setl_id", "fixmedins_code", "dip_code", "aux_coef", "review_ruling")
    amounts = ("medfee_sumamt", "psn_pay")
    return pa.schema([*((name, pa.string()) for name in texts), *((name, pa.decimal128(16, 2)) for name in amounts)])


def _chunk(
    numbers: range, groups: pd.DataFrame, hospitals: pd.DataFrame, share: np.ndarray, stream: np.random.Generator
) -> pa.Table:
    mix, rows = _mix(), len(numbers)
    group = stream.integers(0, len(groups), rows)
    hospital = stream.choice(len(hospitals), rows, p=share)
    level = hospitals["coefficient_e4"].to_numpy()[hospital] / _E4
    times = np.exp(mix["cost_spread"] * stream.standard_normal(rows))
    odd = stream.random(rows)
    times = np.where(odd < mix["outlier_share"], times * mix["outlier_times"], times)
    times = np.where(odd > 1 - mix["short_share"], times * mix["short_times"], times)
    cost = np.maximum(np.round(groups["mean_fen"].to_numpy()[group] * level * times), _FEN).astype("int64")
    number = np.array(numbers)
    is_ruled = (times > 5) & (number % 2 < 2 * mix["ruled_share"])
    texts = {
        "setl_id": [f"示例{one:09d}" for one in number],
        "fixmedins_code": hospitals["institution"].to_numpy(dtype=object)[hospital],
        "dip_code": groups["group_code"].to_numpy(dtype=object)[group],
        "aux_coef": np.where(stream.random(rows) < mix["auxiliary_share"], str(mix["auxiliary"]), "1"),
        "review_ruling": np.where(is_ruled, "3", ""),
    }
    amounts = {"medfee_sumamt": cost, "psn_pay": (cost * mix["patient_ratio"]).astype("int64")}
    columns = [pa.array(values, pa.string()) for values in texts.values()]
    columns += [yuan_column(fen) for fen in amounts.values()]
    return pa.table(columns, schema=_schema())


def write_dip(folder: Path, periods: Iterable[Period], seed: int, county: Plan) -> list[Path]:
    """Write the example county's DIP sheets and cases of its year to ``folder/<year>/<topic>/``.

    Args:
        folder: a place's ``data/raw``.
        periods: as ``generator.generate`` takes them; only the plan's year has any.
        seed: same seed, same bytes.
        county: the county's year and the marks on its sheets.

    Returns:
        The files written, in order.
    """
    mix, written = _mix(), []
    for year in (one for one in periods if one == Period(county.year, "year", 1)):
        groups, hospitals = example_groups(seed, mix["groups"]), example_hospitals(mix["hospitals"], seed)
        history = example_history(groups, county.year)
        target, released = folder / str(year) / mix["topic"], year.end + timedelta(days=mix["released_days"])
        books = {
            "目录和系数.xlsx": [
                _table(county, year, "groups", [(one.group_code, one.group_name, "保守治疗", _type(one.is_basic), None)
                                                for one in rows_of(groups)]),
                _table(county, year, "hospitals", [
                    (one.institution, one.name, one.level, one.coefficient_e4 / _E4, one.assessment_e4 / _E4,
                     one.audit_fen / _FEN, one.prepaid_fen / _FEN)
                    for one in rows_of(hospitals)
                ]),
                _table(county, year, "fund", [("可用于DIP的基金", float(mix["fund_yuan"]), None)]),
            ],
            "近三年病例数据.xlsx": [
                _table(county, year, "history", [(one.group_code, str(one.year), one.level, float(one.cases),
                                                  one.cost_fen / _FEN) for one in rows_of(history)]),
            ],
        }  # fmt: skip
        for name, tables in books.items():
            draw(target / name, tables)
            written.append(target / name)
        write_cases(target / CASES_FILE, mix["cases"], groups, hospitals, seed=seed, released=released)
        written.append(target / CASES_FILE)
    return written


def _type(is_basic: bool) -> str:
    return "基层病种" if is_basic else "核心病种"


def _table(county: Plan, year: Period, kind: str, lines: Sequence[tuple[Any, ...]]) -> Table:
    tab, columns = LAYOUTS[kind]
    decimals = tuple(_PLACES.get(heading, 0) for heading in columns)
    return sheet(
        tab,
        _mix()["titles"][kind].replace("{period}", year.label),
        (f"填报部门：{_mix()['reporter']}", "单位：元"),
        tuple(columns),
        rows=[Row((float(number), *line), decimals) for number, line in enumerate(lines, 1)],
        marks=county.marks,
        released=year.end + timedelta(days=_mix()["released_days"]),
        widths=tuple(columns.values()),
    )
