"""Small frames in the contract's columns for the tests of target tracking, and tests of the frames' own defaults."""

from datetime import date

import pandas as pd

from fhdata.targets.progress import TARGET_COLUMNS
from fhdata.targets.series import INDICATOR_COLUMNS, OBSERVATION_COLUMNS

TARGET = {
    "code": "T1", "battle": "示例仗", "title": "示例目标", "indicator": "sample", "measure": "value", "kind": "level",
    "flow_or_stock": "flow", "direction": "at_least", "is_strict": False, "value": 100.0, "unit": "亿元",
    "modality": "目标", "lead_units": "示例局", "supporting_units": "", "is_lead_inferred": False,
    "document": "示例〔2023〕1号", "section": "一", "quote": "示例", "path": "linear", "step_month": float("nan"),
    "frequency": "month", "observable_from": 1, "publisher": "示例局", "base_value": float("nan"), "base_unit": "",
    "base_period": "", "base_source": "", "parent": "", "same_as": "", "reference_indicator": "", "status": "final",
    "pending_issuer": "", "note": "",
}  # fmt: skip
INDICATOR = {
    "indicator": "sample", "name": "示例指标", "unit": "亿元", "aggregation": "cumulative", "frequency": "month",
    "has_january": True, "observable_from": 1, "publisher": "示例局", "due_day": 10, "price_basis": "current",
    "note": "",
}  # fmt: skip


def make_targets(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame([TARGET | {"code": f"T{number}"} | row for number, row in enumerate(rows, start=1)])


def make_indicators(*rows: dict) -> pd.DataFrame:
    return pd.DataFrame([INDICATOR | row for row in rows])


def make_observations(*rows: dict) -> pd.DataFrame:
    """Observations from short rows: ``period`` and ``value`` at least; each gets its own cell."""
    made = []
    for number, row in enumerate(rows, start=1):
        base = {
            "indicator": "sample", "area": "示例县", "span": "ytd", "measure": "value", "unit": "亿元",
            "basis": "current", "status": "final", "released": date(2023, 1, 1), "source_file": "示例.xlsx",
            "source_sheet": "示例", "source_cell": f"B{number}", "raw_text": str(row["value"]), "note": "",
        }  # fmt: skip
        made.append(base | row)
    columns = list(dict.fromkeys([*OBSERVATION_COLUMNS, "raw_text", "note"]))
    return pd.DataFrame(made, columns=columns).astype({"value": "float64"})


def months(values: dict[str, float], **others: object) -> list[dict]:
    """One observation row a period, all else alike."""
    return [{"period": period, "value": value} | others for period, value in values.items()]


def test_builders_fill_every_column_tracking_asks_for() -> None:
    assert set(TARGET_COLUMNS) <= set(make_targets({}).columns)
    assert set(INDICATOR_COLUMNS) <= set(make_indicators({}).columns)
    assert set(OBSERVATION_COLUMNS) <= set(make_observations({"period": "2023-01", "value": 1.0}).columns)
