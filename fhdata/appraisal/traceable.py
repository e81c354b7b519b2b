"""What a ranking report publishes as CSV: fixed columns, a key a row, and where each number comes from.

What each column means stands in ``fhdata/runs/formulas.toml``; ``fhdata trace`` goes by it.
"""

from collections.abc import Sequence
from datetime import date

import pandas as pd

from fhdata.appraisal.grid import SOURCE_COLUMNS
from fhdata.appraisal.grouping import positions
from fhdata.rules.appraisal import PER_HEAD, AppraisalRules

RANKED = ["series", "unit", "unit_name", "rank", "last_place", "units_in_series", "total", "base"]
MONTH_COLUMNS = [*RANKED, "bonus", "deduction", "previous_rank", "rank_change", "imputed_ratio", "mark", "rule_source"]
YEAR_COLUMNS = [
    *RANKED, "q1", "q2", "q3", "q4", "leaders", "shortfall", "bonus", "deduction", "imputed_ratio", "mark",
    "rule_source", *SOURCE_COLUMNS,
]  # fmt: skip
MONTHS_COLUMNS = ["code", "period", *RANKED, "bonus", "deduction", "imputed_ratio", "rule_source"]
EXECUTION_COLUMNS = [
    "code", "series", "unit", "unit_name", "rank", "side", "place", "kind", "kind_name", "label", "leader_post",
    "per_head_yuan", "head_count", "amount_yuan", "executor", "rule_source", "note", *SOURCE_COLUMNS,
]  # fmt: skip
CELL_COLUMNS = [
    "code", "series", "unit", "unit_name", "item", "item_name", "weight", "score", "state_name", "mean", "gap",
    "place", "covered_units", "share", "rule_source", *SOURCE_COLUMNS,
]  # fmt: skip
REGISTER_COLUMNS = [
    "code", "unit", "unit_name", "name", "level", "role_name", "subject_name", "work", "document", "document_date",
    "registered", "points", "counted", "note", "rule_source", *SOURCE_COLUMNS,
]  # fmt: skip
SHOWN_DIGITS = 10  # far below 0.0001 point: takes away what binary fractions leave behind


def month_rows(ranking: pd.DataFrame, rules: AppraisalRules, on: date) -> pd.DataFrame:
    """A month's ranking (MONTH_COLUMNS), one row a unit."""
    return ranking.assign(rule_source=_citation(rules, on, "series.monthly"))[MONTH_COLUMNS]


def year_rows(ranking: pd.DataFrame, evaluation: pd.DataFrame, rules: AppraisalRules, on: date) -> pd.DataFrame:
    """A year's ranking (YEAR_COLUMNS), one row a unit; its cell is that of the leaders' evaluation."""
    cited = ranking.assign(rule_source=_citation(rules, on, "quarter.percents"))
    return _with_cells(cited, evaluation, ["unit"])[YEAR_COLUMNS]


def months_rows(ranking: pd.DataFrame, rules: AppraisalRules, on: date) -> pd.DataFrame:
    """Every month behind a year (MONTHS_COLUMNS), one row a month and unit.

    Args:
        ranking: the months' ranking in points.
        rules: for the article.
        on: a day of the year.
    """
    code = ranking["period"].astype("str") + ":" + ranking["unit"].astype("str")
    return ranking.assign(code=code, rule_source=_citation(rules, on, "series.monthly"))[MONTHS_COLUMNS]


def execution_rows(executed: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """An execution list (EXECUTION_COLUMNS), one row a unit and consequence; an amount a head has the heads' cell."""
    number = executed.groupby("unit", sort=False).cumcount() + 1
    coded = executed.assign(code=executed["unit"].astype("str") + "-" + number.astype("str"))
    known = _with_cells(coded, units, ["unit"])
    is_head = known["kind"] == PER_HEAD
    return known.assign(**{name: known[name].where(is_head, "") for name in SOURCE_COLUMNS})[EXECUTION_COLUMNS]


def cell_rows(cells: pd.DataFrame, items: pd.DataFrame, rules: AppraisalRules, on: date) -> pd.DataFrame:
    """A month's scores (CELL_COLUMNS), one row a unit and item, with the score's own cell and the weight's approval.

    Args:
        cells: see ``tables.unit_cells``.
        items: the month's items and weights, with approval_no.
        rules: for the article.
        on: a day of the month.
    """
    at = positions(cells, items, ["series", "item"])
    approval = items["approval_no"].to_numpy(dtype=object)[at]
    coded = cells.assign(
        code=cells["unit"].astype("str") + ":" + cells["item"].astype("str"),
        rule_source=_citation(rules, on, "series.monthly") + "；权重 " + pd.Series(approval, index=cells.index),
        gap=cells["gap"].round(SHOWN_DIGITS),
    )
    return coded[CELL_COLUMNS]


def register_rows(register: pd.DataFrame) -> pd.DataFrame:
    """A period's register (REGISTER_COLUMNS), one row a document and unit."""
    number = pd.Series(range(1, len(register) + 1), index=register.index, dtype="int64")
    return register.assign(code="J" + number.astype("str"))[REGISTER_COLUMNS]


def _citation(rules: AppraisalRules, on: date, key: str) -> str:
    return rules.book.value(key, on).citation


def _with_cells(rows: pd.DataFrame, table: pd.DataFrame, keys: Sequence[str]) -> pd.DataFrame:
    """The rows with the source columns of the table's row that has the same keys, "" where there is none."""
    at = positions(rows, table, keys)
    texts = {
        name: pd.Series(table[name].to_numpy(dtype=object)[at] if len(table) else "", index=rows.index).where(
            at >= 0, ""
        )
        for name in SOURCE_COLUMNS
    }
    return rows.assign(**texts)
