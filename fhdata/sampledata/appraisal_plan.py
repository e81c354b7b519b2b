"""What the example county's appraisal draws from: items, weights, units, moods, the register, and the year's extras."""

import csv
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fhdata.problems import Problem, hint, problem, stop_on
from fhdata.rules.appraisal import load_appraisal
from fhdata.rules.registry import load_registry
from fhdata.sampledata.reading import FOLDER


@dataclass(frozen=True)
class Item:
    """One item: who scores it, how high and how far apart, and which share of each annual series it concerns."""

    item: str
    name: str
    department: str
    mean: float
    spread: float
    decimals: int
    shares: Mapping[str, float]


@dataclass(frozen=True)
class Unit:
    """One unit that is ranked."""

    code: str
    name: str
    monthly_series: str
    annual_series: str


@dataclass(frozen=True)
class AppraisalPlan:
    """Everything the appraisal's generator draws from.

    Attributes:
        settings: ``appraisal.toml``.
        series: names of the monthly series.
        units: the units that are ranked, in the registry's order.
        unit_names: every registered unit's name by code.
        items: the items by identifier.
        weights: rows of ``appraisal_weights.csv``.
        tempers: rows of ``appraisal_tempers.csv``: what moves a unit's scores in some months.
        events: rows of ``appraisal_events.csv``.
    """

    settings: dict[str, Any]
    series: tuple[str, ...]
    units: tuple[Unit, ...]
    unit_names: dict[str, str]
    items: dict[str, Item]
    weights: tuple[dict[str, str], ...]
    tempers: tuple[dict[str, str], ...]
    events: tuple[dict[str, str], ...]

    def weights_of(self, month: int) -> list[dict[str, str]]:
        """The items of a month with their weights, in order."""
        return [row for row in self.weights if int(row["from_month"]) <= month <= int(row["to_month"])]


def read_appraisal_plan(rules: Path, folder: Path = FOLDER) -> AppraisalPlan:
    """Read the data files and settle them with the rules of the place.

    Raises:
        ProblemsFound: a row names a unit, an item or a kind that the rules do not know; all at once.
    """
    scheme, units = load_appraisal(rules), load_registry(rules).units
    settings = tomllib.loads((folder / "appraisal.toml").read_text(encoding="utf-8"))
    tables = {name: _rows(folder / f"appraisal_{name}.csv") for name in ("items", "weights", "tempers", "events")}
    names = dict(zip(scheme.items["item"], scheme.items["name"], strict=True))
    codes, kinds = frozenset(units["code"]), frozenset(scheme.points["name"])
    stop_on(
        [
            *_unknown(tables["items"], "item", frozenset(names), "appraisal_items.csv"),
            *_unknown(tables["items"], "department", frozenset(units["name"]), "appraisal_items.csv"),
            *_unknown(tables["weights"], "item", frozenset(names), "appraisal_weights.csv"),
            *_unknown(tables["tempers"], "unit", codes, "appraisal_tempers.csv"),
            *_unknown(tables["events"], "unit", codes, "appraisal_events.csv"),
            *_unknown(tables["events"], "event", kinds, "appraisal_events.csv"),
        ]
    )
    ranked = units[units["monthly_series"] != ""]
    return AppraisalPlan(
        settings=settings,
        series=tuple(ranked["monthly_series"].drop_duplicates()),
        units=tuple(
            Unit(*row) for row in ranked[["code", "name", "monthly_series", "annual_series"]].itertuples(index=False)
        ),
        unit_names=dict(zip(units["code"], units["name"], strict=True)),
        items={
            row["item"]: _item(row, names[row["item"]], ranked["annual_series"].unique()) for row in tables["items"]
        },
        weights=tuple(tables["weights"]),
        tempers=tuple(tables["tempers"]),
        events=tuple(tables["events"]),
    )


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream, strict=True))


def _unknown(rows: list[dict[str, str]], column: str, known: frozenset[str], file: str) -> list[Problem]:
    return [
        problem(
            "unknown_name", f"没有“{row[column]}”", hint(row[column], known), "请改正", file=file,
            cell=f"第{number}行 {column}",
        )
        for number, row in enumerate(rows, 2)
        if row[column] not in known
    ]  # fmt: skip


def _item(row: Mapping[str, str], name: str, series: Any) -> Item:  # noqa: ANN401 - an array of texts
    return Item(
        item=row["item"],
        name=name,
        department=row["department"],
        mean=float(row["mean"]),
        spread=float(row["spread"]),
        decimals=int(row["decimals"]),
        shares={one: float(row[one]) for one in series},
    )
