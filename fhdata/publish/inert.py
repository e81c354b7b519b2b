"""Text from outside that a spreadsheet would run as a formula is kept as text, in tables and in CSV files."""

from pathlib import Path

import pandas as pd

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def is_formula_like(value: object) -> bool:
    """Whether a spreadsheet would take this text for a formula."""
    return isinstance(value, str) and value.lstrip(" ").startswith(FORMULA_STARTS)


def inert_frame(frame: pd.DataFrame) -> pd.DataFrame:
    """A copy for a CSV file in which such text carries a leading apostrophe, as spreadsheets mark text."""
    return frame.rename(columns=_inert).map(_inert)


def csv_bytes(frame: pd.DataFrame) -> bytes:
    """The frame as a CSV that spreadsheets open with its Chinese right: UTF-8 with BOM, no formula alive."""
    return inert_frame(frame).to_csv(index=False, lineterminator="\n").encode("utf-8-sig")


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write the frame as ``csv_bytes``; same frame, same bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(csv_bytes(frame))


def _inert(value: object) -> object:
    return f"'{value}" if is_formula_like(value) else value
