"""Raw cells → facts of the registry: which indicator, which span, which measure, in which unit."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd

from fhdata.intake.cells import plain, plain_text, spread_texts
from fhdata.intake.wording import fold, split_unit, wording
from fhdata.periods import Period, parse_period
from fhdata.problems import Problem, hint, problem
from fhdata.quantities import conversion_factor, is_convertible

Registry = dict[str, dict[str, Any]]
Names = dict[str, list[dict[str, str]]]

KEY = ("indicator", "area", "period", "span", "measure")
OBSERVATION_COLUMNS = (
    *KEY, "value", "unit", "basis", "status", "released",
    "source_file", "source_sheet", "source_cell", "raw_text", "note",
)  # fmt: skip
BLANK_COLUMNS = (*KEY, "nothing", "released", "source_file", "source_sheet", "source_cell", "raw_text")
_UNUSED_MEASURES = {"plan": "计划、预期数", "progress": "进度、比重", "change": "增减量"}
_SPAN_WORDS = {"month": "当月数", "ytd": "累计数"}
_COMBINATION = ["series_label", "unit_text", "span", "measure"]
_ADD_NAME = "请在 indicator_names.csv 里补上这个写法"


@dataclass(frozen=True)
class Outcome:
    """Observations, blanks, what was left out on purpose, and problems."""

    observations: pd.DataFrame
    blanks: pd.DataFrame
    excluded: list[dict[str, object]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class _Meaning:
    """What one combination of label, unit, span and measure stands for; ``wrong`` where it stands for nothing."""

    indicator: str = ""
    span: str = ""
    measure: str = ""
    unit: str = ""
    factor: Decimal = Decimal(1)
    wrong: tuple[str, str, str, str] | None = None
    period: str = ""
    is_never_due: bool = False


def resolve(cells: pd.DataFrame, indicators: pd.DataFrame, indicator_names: pd.DataFrame, area: str) -> Outcome:
    """Turn raw cells into observations.

    Formula: value in the registry's unit = value as written × conversion factor; growth stays in %.

    Args:
        cells: raw cells of known layouts with their day of release, as ``to_coded_frame`` gives them.
        indicators: the registry.
        indicator_names: names as written.
        area: the area of cells that name none.
    """
    if cells.empty:
        return Outcome(_empty(OBSERVATION_COLUMNS), _empty(BLANK_COLUMNS))
    unused = cells["measure"].isin(list(_UNUSED_MEASURES))
    excluded = _unused_cells(plain(cells[unused])) if unused.any() else []
    used = cells[~unused] if excluded else cells
    registry = {str(row["indicator"]): _by_text(row) for row in indicators.to_dict("records")}
    known = known_names(indicator_names)
    codes, combinations = combinations_of(used, [*_COMBINATION, "period"])
    meanings: dict[tuple[str, ...], _Meaning] = {}
    for one in combinations:
        key = tuple(one[name] for name in _COMBINATION)
        meanings.setdefault(key, _meaning(one, registry, known))
    settled = [_settled(registry, meanings[tuple(one[n] for n in _COMBINATION)], one["period"]) for one in combinations]
    problems = _meaning_problems(used, codes, settled)
    facts = _facts(used, codes, settled, registry, area)
    facts, wrong = _due(facts, settled)
    has_value = facts["value"].notna()
    empty = facts[~has_value & (facts["nothing"] != "")]
    values = facts if has_value.all() else facts[has_value]
    return Outcome(
        values[list(OBSERVATION_COLUMNS)].reset_index(drop=True),
        empty[list(BLANK_COLUMNS)].reset_index(drop=True),
        excluded,
        problems + wrong,
    )


def _unused_cells(cells: pd.DataFrame) -> list[dict[str, object]]:
    sheets = cells.groupby(["source_file", "source_sheet", "measure", "released"]).size()
    return [
        {"file": key[0], "sheet": key[1], "cells": count, "reason": _UNUSED_MEASURES[key[2]], "released": key[3]}
        for key, count in zip(sheets.index.tolist(), sheets.tolist(), strict=True)
    ]


def _empty(columns: tuple[str, ...]) -> pd.DataFrame:
    return pd.DataFrame({name: pd.Series(dtype="float64" if name == "value" else "str") for name in columns})


def _by_text(row: Mapping[Any, Any]) -> dict[str, Any]:
    return {str(key): entry for key, entry in row.items()}


def known_names(indicator_names: pd.DataFrame) -> Names:
    """What each name, folded, stands for; one name may stand for several indicators until unit or span decide."""
    known: Names = {}
    for row in indicator_names.fillna("").to_dict("records"):
        known.setdefault(fold(str(row["name"])), []).append({str(key): str(text) for key, text in row.items()})
    return known


def combinations_of(cells: pd.DataFrame, columns: list[str]) -> tuple[np.ndarray, list[dict[str, str]]]:
    """The different combinations of some text columns, and the number of its combination for each row."""
    codes = np.zeros(len(cells), dtype=np.int64)
    for name in columns:
        part, uniques = pd.factorize(cells[name])
        if len(uniques) > 1:
            codes, _ = pd.factorize(codes * len(uniques) + part)
    _, first = np.unique(codes, return_index=True)
    return codes, [_by_text(row) for row in cells.iloc[first][columns].to_dict("records")]


def names_of(label: str, known: Names) -> list[dict[str, str]]:
    """What a label stands for as written, without its unit, or without the number before it; [] where unknown."""
    whole = fold(label)
    bare = fold(split_unit(label)[0])
    plain = wording().ordinal.sub("", bare)
    return next((known[key] for key in (whole, bare, plain) if key in known), [])


def _meaning(cell: dict[str, str], registry: Registry, known: Names) -> _Meaning:
    """One combination, by the names as written; what the sheet says and what the name says must agree."""
    label, unit, span, measure = (cell[name] for name in _COMBINATION)
    if not label:
        return _Meaning(wrong=("no_indicator", "表里没有写是什么指标", "应在表头以上写“指标：…”", "请补上"))
    names = names_of(label, known)
    names = [one for one in names if one["span"] in ("", span) or span in ("", "year")] or names
    names = [
        one for one in names if one["unit"] in ("", unit) or not unit or is_convertible(unit, one["unit"])
    ] or names
    if len({one["indicator"] for one in names}) > 1:
        shown = "、".join(sorted({one["indicator"] for one in names}))
        return _Meaning(
            wrong=(
                "ambiguous_name",
                f"“{label}”可以是 {shown}",
                "只能是一个指标",
                "请在 indicator_names.csv 里写明单位或期间",
            )
        )
    if not names:
        bare = fold(split_unit(label)[0])
        return _Meaning(wrong=("unknown_indicator", f"不认识的指标“{label}”", hint(bare, known), _ADD_NAME))
    name = names[0]
    if name["indicator"] not in registry:
        return _Meaning(
            wrong=(
                "unknown_indicator",
                f"“{label}”指向没有登记的指标 {name['indicator']}",
                "",
                "请改正 indicator_names.csv",
            )
        )
    entry = registry[name["indicator"]]
    told = measure if measure == "growth" else name["measure"] or measure or "value"
    told = "growth" if entry["aggregation"] == "growth_only" else told
    joined = _span(name["span"], span, str(entry["aggregation"]))
    if joined is None:
        found = f"“{label}”按名称是 {name['span']}，按表头是 {span}"
        return _Meaning(wrong=("span_conflict", found, "名称和表头说的期间应当一致", "请核对表头"))
    return _in_unit(
        _Meaning(name["indicator"], joined, told),
        label,
        unit or name["unit"],
        str(entry["unit"]),
        str(entry["aggregation"]),
    )


def _span(by_name: str, by_header: str, aggregation: str) -> str | None:
    """Name and header together; "" is left to the period. A stock has no span but its day."""
    if aggregation == "stock" or "stock" in (by_name, by_header):
        return "stock"
    if by_header == "year" or not by_name:
        return by_header
    return by_name if by_header in ("", by_name) else None


def _in_unit(meaning: _Meaning, label: str, unit: str, registered: str, aggregation: str) -> _Meaning:
    target = "%" if meaning.measure == "growth" else registered
    if meaning.measure == "growth" and not unit:
        unit = "%"
    if aggregation == "index" and (not unit or wording().index.search(unit) or unit in ("%", registered)):
        return _Meaning(meaning.indicator, meaning.span, meaning.measure, target)
    if not unit:
        wrong = ("no_unit", f"“{label}”没有写计量单位", f"应为 {target} 或可换算的单位", "请在表里写明单位")
        return _Meaning(wrong=wrong)
    if not is_convertible(unit, target):
        wrong = ("bad_unit", f"“{label}”的单位是“{unit}”", f"应为 {target} 或可换算的单位", "请核对单位")
        return _Meaning(wrong=wrong)
    return _Meaning(meaning.indicator, meaning.span, meaning.measure, target, conversion_factor(unit, target))


def _meaning_problems(cells: pd.DataFrame, codes: np.ndarray, meanings: list[_Meaning]) -> list[Problem]:
    bad = [code for code, one in enumerate(meanings) if one.wrong]
    if not bad:
        return []
    part = plain(cells.assign(code=codes)[np.isin(codes, bad)])
    firsts = part.drop_duplicates(["source_file", "source_sheet", "code"])
    problems: dict[tuple[str, ...], Problem] = {}
    for row in firsts.to_dict("records"):
        code, found, allowed, action = meanings[row["code"]].wrong or ("", "", "", "")
        where = {"file": row["source_file"], "sheet": row["source_sheet"], "cell": row["source_cell"]}
        one = problem(code, found, allowed, action, **where)
        problems.setdefault((one.file, one.sheet, one.code, one.found), one)
    return list(problems.values())


def _facts(
    cells: pd.DataFrame, codes: np.ndarray, meanings: list[_Meaning], registry: Registry, area: str
) -> pd.DataFrame:
    is_good = np.array([one.wrong is None for one in meanings], dtype=bool)
    kept, own = (cells, codes) if is_good.all() else (cells[is_good[codes]], codes[is_good[codes]])

    def spread(texts: list[str]) -> pd.Series:
        different = list(dict.fromkeys(texts))
        numbers = np.array([different.index(text) for text in texts])
        known = pd.array(different, dtype="str")
        return pd.Series(spread_texts(known, numbers[own] if len(different) > 1 else own), index=kept.index)

    factors = [one.factor for one in meanings]
    times = np.array([float(one) if one >= 1 else 1.0 for one in factors])
    over = np.array([float(1 / one) if one < 1 else 1.0 for one in factors])
    basis = {code: "" if row["price_basis"] == "none" else row["price_basis"] for code, row in registry.items()}
    origin = ["source_file", "source_sheet", "source_cell", "raw_text", "nothing", "released", "status"]
    return plain(kept[origin]).assign(
        indicator=spread([one.indicator for one in meanings]),
        period=spread([one.period for one in meanings]),
        span=spread([one.span for one in meanings]),
        measure=spread([one.measure for one in meanings]),
        unit=spread([one.unit for one in meanings]),
        basis=spread([basis.get(one.indicator, "") for one in meanings]),
        area=plain_text(kept["area"], area),
        value=kept["value"].to_numpy() * times[own] / over[own],
        note=plain_text(kept["mark"]),
        is_never_due=np.array([one.is_never_due for one in meanings], dtype=bool)[own],
    )


def _settled(registry: Registry, meaning: _Meaning, text: str) -> _Meaning:
    """Bring the period to the indicator's own frequency, and give a span where name and header left it open."""
    if meaning.wrong:
        return meaning
    entry = registry[meaning.indicator]
    period, span = parse_period(text), meaning.span
    frequency = str(entry["frequency"])
    sums = entry["aggregation"] in ("cumulative", "count_event", "growth_only")
    if not span:
        is_first = period.cadence == "month" and period.number == 1 and sums
        span = "ytd" if is_first else {"tenday": "tenday"}.get(period.cadence, period.cadence)
    if frequency in ("quarter", "halfyear") and period.cadence == "month" and period.month % 3 == 0 and span != "month":
        period = Period(period.year, "quarter", period.month // 3)
    elif frequency == "month" and period.cadence == "quarter" and span in ("ytd", "stock"):
        period = Period(period.year, "month", period.month)
    return replace(meaning, period=str(period), span=span, is_never_due=_is_never_due(entry, period, span))


def _is_never_due(entry: dict[str, Any], period: Period, span: str) -> bool:
    if period.cadence != "month":
        return False
    if not bool(entry["has_january"]) and (period.month == 1 or (period.month == 2 and span == "month")):
        return True
    is_between = str(entry["frequency"]) == "quarter" and period.month % 3 != 0
    return is_between or (span == "ytd" and period.month < int(entry["observable_from"]))


def _due(facts: pd.DataFrame, meanings: list[_Meaning]) -> tuple[pd.DataFrame, list[Problem]]:
    """A blank where the registry expects none is not due; a number where there can be none is a problem."""
    if not any(one.is_never_due for one in meanings):
        return facts, []
    marked = facts["is_never_due"]
    blank = marked & facts["value"].isna() & facts["nothing"].isin(["empty", "nil"])
    problems = [
        problem(
            "not_due",
            f"写着 {row['raw_text']}，而这个指标没有 {row['period']} 的{_SPAN_WORDS.get(row['span'], '数')}",
            "应为空白",
            "请核对是不是填错了格",
            **{name: row[f"source_{name}"] for name in ("file", "sheet", "cell")},
        )
        for row in facts[marked & facts["value"].notna()].to_dict("records")
    ]
    return facts.assign(nothing=facts["nothing"].where(~blank, "not_due")), problems
