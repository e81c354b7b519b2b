"""The registry of a place: its documents, its units and their aliases, its indicators and the names they go by."""

import re
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from fhdata.problems import Problem, hint, problem, stop_on
from fhdata.quantities import is_convertible
from fhdata.rules.tables import (
    LIST_MARK,
    YES_NO,
    Table,
    as_dates,
    is_date,
    known,
    matching,
    one_of,
    read_tables,
    required,
    unique,
    whole_numbers,
)

LAYOUTS = {
    "documents.csv": ("doc_no", "title", "issuer", "issued", "note"),
    "units.csv": ("code", "name", "monthly_series", "annual_series", "document", "section", "note"),
    "unit_aliases.csv": ("alias", "unit", "note"),
    "indicators.csv": (
        "indicator",
        "name",
        "unit",
        "aggregation",
        "frequency",
        "has_january",
        "observable_from",
        "publisher",
        "due_day",
        "price_basis",
        "note",
    ),
    "indicator_names.csv": ("name", "indicator", "span", "measure", "unit", "note"),
}
AGGREGATIONS = ("cumulative", "stock", "rate", "count_event", "growth_only", "index")
FREQUENCIES = ("month", "quarter", "halfyear", "year")
PRICE_BASES = ("current", "constant", "comparable", "none")
SPANS = ("month", "ytd", "quarter", "year", "stock")
NAME_MEASURES = ("value", "growth", "numerator", "denominator")
MOST_DAYS_LATE = 400  # a figure published more than a year after its period is a slip of the pen
_IDENTIFIER = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Registry:
    """The five tables of a place, checked against each other.

    ``unit_aliases`` has one row per alias and unit: an alias of several units (各乡镇) stands for all of them.
    """

    documents: pd.DataFrame
    units: pd.DataFrame
    unit_aliases: pd.DataFrame
    indicators: pd.DataFrame
    indicator_names: pd.DataFrame


def load_registry(folder: Path) -> Registry:
    """Load and check all five tables.

    Args:
        folder: a place's rules folder.

    Returns:
        Columns as in the files; ``issued`` as dates, ``has_january`` as bool, ``observable_from`` and ``due_day`` as
        whole numbers, everything else as text ("" where empty).

    Raises:
        ProblemsFound: every cell that is wrong, in all five files at once.
    """
    tables = read_tables(folder, LAYOUTS)
    stop_on(registry_problems(tables))
    return build_registry(tables)


def build_registry(tables: dict[str, Table]) -> Registry:
    """The frames of tables that have been checked."""
    aliases = tables["unit_aliases.csv"].frame()
    indicators = tables["indicators.csv"].frame()
    documents = tables["documents.csv"].frame()
    return Registry(
        documents=documents.assign(issued=as_dates(documents["issued"])),
        units=tables["units.csv"].frame(),
        unit_aliases=aliases.assign(unit=aliases["unit"].str.split(LIST_MARK)).explode("unit", ignore_index=True),
        indicators=indicators.assign(
            has_january=indicators["has_january"].map(YES_NO).astype("bool"),
            observable_from=indicators["observable_from"].astype("int64"),
            due_day=indicators["due_day"].astype("int64"),
        ),
        indicator_names=tables["indicator_names.csv"].frame(),
    )


def unit_names(tables: dict[str, Table]) -> frozenset[str]:
    """Every name a unit may be called by: its own and its aliases."""
    return frozenset(tables["units.csv"].cells["name"]) | frozenset(tables["unit_aliases.csv"].cells["alias"])


def registry_problems(tables: dict[str, Table]) -> list[Problem]:
    """Everything wrong with the five tables, as they stand and against each other."""
    return [
        *_document_problems(tables["documents.csv"]),
        *_unit_problems(tables["units.csv"], tables["documents.csv"].cells["doc_no"]),
        *_alias_problems(tables["unit_aliases.csv"], tables["units.csv"]),
        *_indicator_problems(tables["indicators.csv"], unit_names(tables)),
        *_indicator_name_problems(tables["indicator_names.csv"], tables["indicators.csv"]),
    ]


def _document_problems(documents: Table) -> list[Problem]:
    return [
        *required(documents, "doc_no", "title", "issuer", "issued"),
        *unique(documents, "doc_no"),
        *matching(documents, "issued", is_date, "应写成 2023-02-27", code="bad_date"),
    ]


def _unit_problems(units: Table, documents: tuple[str, ...]) -> list[Problem]:
    series = zip(units.cells["monthly_series"], units.cells["annual_series"], strict=True)
    half_filled = [
        problem(
            "half_series", "月考核与年考核的序列只填了一个", "两个都填或都不填", "请补上", **units.where(index, column)
        )
        for index, (monthly, annual) in enumerate(series)
        if bool(monthly) != bool(annual)
        for column in (["annual_series"] if monthly else ["monthly_series"])
    ]
    return [
        *required(units, "code", "name"),
        *unique(units, "code"),
        *unique(units, "name"),
        *known(units, "document", documents, "documents.csv "),
        *half_filled,
    ]


def _alias_problems(aliases: Table, units: Table) -> list[Problem]:
    names = frozenset(units.cells["name"])
    return [
        *required(aliases, "alias", "unit"),
        *unique(aliases, "alias"),
        *matching(aliases, "alias", lambda text: text not in names, "它已是单位的正式名称", code="duplicate"),
        *known(aliases, "unit", frozenset(units.cells["code"]), "units.csv ", mark=LIST_MARK),
    ]


def _indicator_problems(indicators: Table, names: frozenset[str]) -> list[Problem]:
    filled = [column for column in indicators.columns if column not in {"publisher", "note"}]
    is_identifier = _IDENTIFIER.fullmatch
    return [
        *required(indicators, *filled),
        *unique(indicators, "indicator"),
        *unique(indicators, "name"),
        *matching(indicators, "indicator", lambda text: is_identifier(text) is not None, "应为小写英文、数字和下划线"),
        *one_of(indicators, "aggregation", AGGREGATIONS),
        *one_of(indicators, "frequency", FREQUENCIES),
        *one_of(indicators, "has_january", YES_NO),
        *one_of(indicators, "price_basis", PRICE_BASES),
        *whole_numbers(indicators, "observable_from", 1, 12),
        *whole_numbers(indicators, "due_day", 0, MOST_DAYS_LATE),
        *known(indicators, "publisher", names, "单位及其别名", mark=LIST_MARK, code="unknown_unit"),
    ]


def _indicator_name_problems(names: Table, indicators: Table) -> list[Problem]:
    units = dict(zip(indicators.cells["indicator"], indicators.cells["unit"], strict=True))
    rows = zip(names.cells["indicator"], names.cells["measure"], names.cells["unit"], strict=True)
    unlike = [
        problem(
            "bad_unit", f"单位“{unit}”不能换算成“{units[indicator]}”", hint(unit, units.values()), "请改正",
            **names.where(index, "unit"),
        )
        for index, (indicator, measure, unit) in enumerate(rows)
        if unit and measure in {"", "value"} and indicator in units and not is_convertible(unit, units[indicator])
    ]  # fmt: skip
    return [
        *required(names, "name", "indicator"),
        *unique(names, "name"),
        *known(names, "indicator", units, "indicators.csv ", code="unknown_indicator"),
        *one_of(names, "span", SPANS),
        *one_of(names, "measure", NAME_MEASURES),
        *unlike,
    ]
