"""Limits within which a place's figures can be true at all (``indicator_ranges.csv``, which may be absent)."""

from pathlib import Path

import pandas as pd

from fhdata.problems import Problem, problem, stop_on
from fhdata.rules.registry import LAYOUTS as REGISTRY_LAYOUTS
from fhdata.rules.registry import NAME_MEASURES
from fhdata.rules.tables import Table, as_numbers, known, numbers, one_of, read_tables, required

FILE = "indicator_ranges.csv"
COLUMNS = ("indicator", "measure", "low", "high", "note")


def load_ranges(folder: Path) -> pd.DataFrame:
    """The limits, one row an indicator and measure.

    Args:
        folder: a place's rules folder.

    Returns:
        ``indicator``, ``measure``, ``low``, ``high`` (float64 in the registry's unit, NaN for an open end), ``note``.

    Raises:
        ProblemsFound: an unknown indicator or measure, a limit that is no number, a low above its high, a repeated row.
    """
    if not (folder / FILE).is_file():
        return _frame(Table(FILE, COLUMNS, ()))
    tables = read_tables(folder, {FILE: COLUMNS, "indicators.csv": REGISTRY_LAYOUTS["indicators.csv"]})
    table = tables[FILE]
    wrong = [
        *required(table, "indicator", "measure"),
        *known(table, "indicator", frozenset(tables["indicators.csv"].cells["indicator"]), "indicators.csv "),
        *one_of(table, "measure", NAME_MEASURES),
        *numbers(table, "low"),
        *numbers(table, "high"),
    ]
    stop_on(wrong or _row_problems(table))
    return _frame(table)


def _frame(table: Table) -> pd.DataFrame:
    frame = table.frame()
    return frame.assign(low=as_numbers(frame["low"]), high=as_numbers(frame["high"]))


def _row_problems(table: Table) -> list[Problem]:
    frame = _frame(table)
    found = []
    for index, row in enumerate(frame.to_dict("records")):
        if row["low"] > row["high"]:
            told = f"下限 {row['low']:.12g} 高于上限 {row['high']:.12g}"
            found.append(problem("bad_range", told, "", "请改正", **table.where(index, "low")))
    for index in frame.index[frame.duplicated(["indicator", "measure"])]:
        told = f"“{table.cells['indicator'][index]}”的界限写了两次"
        found.append(problem("duplicate", told, "一个指标一行", "请删去一行", **table.where(int(index), "indicator")))
    return found
