"""What the rows of the appraisal's forms have in common: names looked up, units listed once, where a cell stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from fhdata.intake.forms import Form, Line
from fhdata.intake.grids import address
from fhdata.intake.wording import fold
from fhdata.problems import Problem, hint

SOURCE = ["source_file", "source_sheet", "source_cell"]
Records = tuple[list[dict[str, Any]], list[Problem]]


@dataclass(frozen=True)
class Names:
    """What names stand for, folded; ``several`` are aliases of more than one unit."""

    county: str
    units: Mapping[str, str]
    several: frozenset[str]
    ranked: frozenset[str]
    series: frozenset[str]
    annual_series: frozenset[str]
    items: Mapping[str, str]
    kinds: Mapping[str, str]
    unit_names: Mapping[str, str]

    @classmethod
    def of(
        cls, units: pd.DataFrame, aliases: pd.DataFrame, items: pd.DataFrame, kinds: pd.DataFrame, county: str
    ) -> "Names":
        """Look-ups from the registry's tables."""
        counts = aliases["alias"].value_counts()
        single = aliases[aliases["alias"].map(counts) == 1]
        own = {fold(name): code for name, code in zip(units["name"], units["code"], strict=True)}
        other = {fold(alias): code for alias, code in zip(single["alias"], single["unit"], strict=True)}
        return cls(
            county=county,
            units=other | own,
            several=frozenset(fold(one) for one in counts[counts > 1].index),
            ranked=frozenset(units.loc[units["monthly_series"] != "", "code"]),
            series=frozenset(units["monthly_series"]) - {""},
            annual_series=frozenset(units["annual_series"]) - {""},
            items={fold(name): item for name, item in zip(items["name"], items["item"], strict=True)},
            kinds={fold(name): kind for name, kind in zip(kinds["name"], kinds["kind"], strict=True)},
            unit_names=dict(zip(units["code"], units["name"], strict=True)),
        )


def listed(
    form: Form, names: Names, *, is_ranked: bool, is_once: bool = True
) -> tuple[list[tuple[Line, str]], list[Problem]]:
    """Rows whose unit is known, each with its code; a unit listed twice is a problem where it may stand once."""
    found: list[tuple[Line, str]] = []
    problems: list[Problem] = []
    first: dict[str, Line] = {}
    for line in map(form.line, form.rows):
        unit, wrong = unit_of(line, "unit", names)
        problems += wrong
        if not unit:
            continue
        if is_ranked and unit not in names.ranked:
            said = f"“{line.text('unit')}”不是被考核单位"
            problems.append(line.problem("not_ranked", said, "只列考核序列里的单位", "请删去", "unit"))
        elif is_once and unit in first:
            before = address(first[unit].row, form.columns["unit"])
            said = f"“{line.text('unit')}”与 {before} 是同一单位"
            problems.append(line.problem("duplicate", said, "一个单位只能有一行", "请删去一行", "unit"))
        else:
            first.setdefault(unit, line)
            found.append((line, unit))
    return found, problems


def unit_of(line: Line, field: str, names: Names) -> tuple[str, list[Problem]]:
    """The unit a cell names; no code where it names none, with what is wrong."""
    text = line.text(field)
    code = names.units.get(fold(text), "")
    if code:
        return code, []
    if not text:
        return "", [line.problem("empty_cell", "没有写单位", "", "请补上", field)]
    if fold(text) in names.several:
        return "", [line.problem("several_units", f"“{text}”不止一个单位", "一行只能写一个单位", "请分开写", field)]
    near = hint(fold(text), names.units)
    return "", [line.problem("unknown_unit", f"没有单位“{text}”", near, "请改正，或登记为别名", field)]


def looked_up(line: Line, field: str, known: Mapping[str, str], code: str, what: str) -> tuple[str, list[Problem]]:
    """What a cell's word stands for; "" where it is none of the known ones, with what is wrong."""
    text = line.text(field)
    value = known.get(fold(text), "")
    if value:
        return value, []
    near = hint(fold(text), known) if len(known) > 20 else ""
    return "", [line.problem(code, f"{what}写的是“{text}”", near, "请改正或先登记", field)]


def source_of(line: Line, field: str) -> dict[str, str]:
    """Source columns of a row's cell."""
    return place_of(line.form, (line.row, line.form.columns[field]))


def place_of(form: Form, place: tuple[int, int]) -> dict[str, str]:
    """Source columns of a cell given by its row and column."""
    return dict(zip(SOURCE, (form.grid.file, form.grid.name, address(*place)), strict=True))
