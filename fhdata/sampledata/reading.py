"""Reads the example county's data files against the rules of the place: indicators, their names and their targets."""

import csv
import math
import tomllib
from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from fhdata.problems import Problem, hint, problem, stop_on
from fhdata.quantities import conversion_factor, is_convertible
from fhdata.rules.register import Register, load_register
from fhdata.sampledata.plan import WAYS, Plan, Series, Sheet

FOLDER = Path(__file__).with_name("county")
LIST_MARK = ";"
AMOUNT_KINDS = ("level", "increment")  # kinds of target that a share of completion (进度) is printed against
MONTHS_APART = {"month": 1, "quarter": 3, "halfyear": 6, "year": 12}


def read_plan(rules: Path, folder: Path = FOLDER) -> Plan:
    """Read the example county's data files and settle them with the rules of the place.

    Args:
        rules: the place's rules folder.
        folder: ``county.toml``, ``sheets.csv``, ``series.csv``, ``shapes.csv`` and ``published.csv``.

    Raises:
        ProblemsFound: a row names an indicator, a name, a unit, a sheet or a shape that is not there; all at once.
    """
    register = load_register(rules)
    settings = tomllib.loads((folder / "county.toml").read_text(encoding="utf-8"))
    sheets, rows = _rows(folder / "sheets.csv"), _rows(folder / "series.csv")
    shapes = {
        row["shape"]: tuple(float(row[f"m{month}"]) for month in range(1, 13)) for row in _rows(folder / "shapes.csv")
    }
    published = _rows(folder / "published.csv")
    known = {
        "indicator": frozenset(register.registry.indicators["indicator"]),
        "sheet": frozenset(row["sheet"] for row in sheets),
        "history": frozenset(row["sheet"] for row in sheets),
        "shape": frozenset(shapes),
        "way": frozenset(WAYS),
    }
    stop_on([*_unknown(rows, known), *_unknown(published, {"indicator": known["indicator"]}, "published.csv")])
    stop_on(_misnamed(rows, register))
    facts = {str(one["indicator"]): one for one in register.registry.indicators.to_dict("records")}
    amounts = _amounts(register.targets)
    return Plan(
        year=settings["year"],
        marks=settings["marks"],
        sheets=tuple(_sheet(row) for row in sheets),
        series=tuple(_series(row, facts[row["indicator"]], amounts.get(row["indicator"], [])) for row in rows),
        shapes=shapes,
        published=tuple(published),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def _unknown(
    rows: list[dict[str, str]], known: Mapping[str, frozenset[str]], file: str = "series.csv"
) -> list[Problem]:
    return [
        problem(
            "unknown_name", f"没有“{row[column]}”", hint(row[column], names), "请改正", file=file,
            cell=f"第{number}行 {column}",
        )
        for number, row in enumerate(rows, 2)
        for column, names in known.items()
        if row[column] and row[column] not in names
    ]  # fmt: skip


def _misnamed(rows: list[dict[str, str]], register: Register) -> list[Problem]:
    """Rows written by a name that is not the indicator's, or in a unit that does not convert to the registry's."""
    written = register.registry.indicator_names
    names = dict(zip(written["name"], written["indicator"], strict=True))
    registered = register.registry.indicators
    units = dict(zip(registered["indicator"], registered["unit"], strict=True))
    found = []
    for number, row in enumerate(rows, 2):
        for name in row["names"].split(LIST_MARK):
            if names.get(name) != row["indicator"]:
                said = f"“{name}”不是 {row['indicator']} 的名称"
                found.append(
                    problem("unknown_name", said, hint(name, names), "请登记", file="series.csv", cell=f"第{number}行")
                )
        if not is_convertible(row["unit"], units[row["indicator"]]):
            said = f"单位“{row['unit']}”不能换算成“{units[row['indicator']]}”"
            found.append(problem("bad_unit", said, "", "请改正", file="series.csv", cell=f"第{number}行"))
    return found


def _sheet(row: Mapping[str, str]) -> Sheet:
    return Sheet(
        **{
            **{key: text.replace("\\n", "\n") for key, text in row.items()},
            "has_single_month": row["has_single_month"] == "yes",
            "days": int(row["days"] or 0),
            "notes": tuple(filter(None, row["notes"].split(LIST_MARK))),
        }  # type: ignore[arg-type]
    )


def _series(row: Mapping[str, str], facts: Mapping[Hashable, Any], amounts: list[dict[Hashable, Any]]) -> Series:
    return Series(
        indicator=row["indicator"],
        sheet=row["sheet"],
        history=row["history"],
        section=row["section"],
        names=tuple(row["names"].split(LIST_MARK)),
        unit=row["unit"],
        decimals=int(row["decimals"] or 0),
        way=row["way"],
        base=_number(row["base"]),
        base_source=row["base_source"],
        shape=row["shape"],
        aim=_number(row["aim"]),
        wobble=float(row["wobble"] or 0),
        growth_gap_pp=float(row["growth_gap_pp"] or 0),
        before=_numbers(row["before"]),
        now=_numbers(row["now"]),
        missing=_months(row["missing"]),
        said=_said(row["said"]),
        months=_months(row["months"]),
        has_january=bool(facts["has_january"]),
        first_month=int(facts["observable_from"]),
        months_apart=MONTHS_APART[str(facts["frequency"])],
        goal=_goal(row, amounts),
    )


def _amounts(targets: pd.DataFrame) -> dict[str, list[dict[Hashable, Any]]]:
    """The targets that set an amount, by indicator."""
    is_amount = (targets["measure"] == "value") & targets["kind"].isin(AMOUNT_KINDS) & targets["value"].notna()
    found: dict[str, list[dict[Hashable, Any]]] = {}
    for one in targets.loc[is_amount].to_dict("records"):
        found.setdefault(str(one["indicator"]), []).append(one)
    return found


def _goal(row: Mapping[str, str], amounts: list[dict[Hashable, Any]]) -> float:
    """The year's amount set for an indicator, in the unit written; NaN where none is set or only a rate is."""
    is_level = row["way"].endswith("_stock")
    for one in amounts:
        if (one["flow_or_stock"] == "stock") == is_level:
            return float(one["value"]) * float(conversion_factor(str(one["unit"]), row["unit"]))
    return math.nan


def _number(text: str) -> float:
    return float(text) if text else math.nan


def _numbers(text: str) -> tuple[float, ...]:
    return tuple(float(part) for part in text.split(LIST_MARK) if part)


def _said(text: str) -> dict[int, str]:
    """Words instead of figures: "1:—;2:不适用"."""
    pairs = (part.split(":", 1) for part in text.split(LIST_MARK) if part)
    return {int(month): words for month, words in pairs}


def _months(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split(LIST_MARK) if part)
