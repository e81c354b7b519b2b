"""Checks across observations: one value a fact and release, and cumulative figures that do not fall."""

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from fhdata.intake.resolve import KEY
from fhdata.problems import Problem, problem

_TOLERANCE = 1e-9


def check(
    observations: pd.DataFrame, indicators: pd.DataFrame, corrections: pd.DataFrame
) -> tuple[pd.DataFrame, list[Problem]]:
    """Check observations; the same value written twice is one fact.

    Args:
        observations: OBSERVATION_COLUMNS.
        indicators: the registry (code, name, aggregation).
        corrections: corrections in force, for cells whose oddity has been accepted.
    """
    once, problems = one_value_a_fact(observations)
    return once, problems + falling_cumulatives(once, indicators, corrections)


def one_value_a_fact(observations: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem]]:
    """Keep the first of equal duplicates; two values for one fact and release are a problem."""
    key = [*KEY, "released"]
    again = observations.duplicated(key, keep=False)
    problems = []
    for _, part in observations[again].groupby(key, sort=True):
        first, *others = part.to_dict("records")
        for row in others:
            if not math.isclose(row["value"], first["value"], rel_tol=_TOLERANCE):
                where = f"{first['source_file']}「{first['source_sheet']}」{first['source_cell']}"
                found = f"写的是“{row['raw_text']}”，而{where} 写的是“{first['raw_text']}”"
                problems.append(_at(row, "two_values", found, "同一次报出的同一个数只能有一个值", "请核对"))
    return observations.drop_duplicates(key).reset_index(drop=True), problems


def _at(row: Mapping[Any, Any], code: str, found: str, allowed: str, action: str) -> Problem:
    return problem(
        code, found, allowed, action, file=row["source_file"], sheet=row["source_sheet"], cell=row["source_cell"]
    )


def falling_cumulatives(
    observations: pd.DataFrame, indicators: pd.DataFrame, corrections: pd.DataFrame
) -> list[Problem]:
    """A cumulative level that is lower than at the period before, in the same year, and not accepted."""
    sums = indicators.loc[indicators["aggregation"].isin(["cumulative", "count_event"]), "indicator"]
    names = dict(zip(indicators["indicator"], indicators["name"], strict=True))
    part = observations[
        (observations["span"] == "ytd") & (observations["measure"] == "value") & observations["indicator"].isin(sums)
    ]
    newest = part.sort_values([*KEY, "released"]).drop_duplicates(list(KEY), keep="last")
    newest = newest.assign(year=newest["period"].str[:4], is_quarter=newest["period"].str.contains("Q"))
    ordered = newest.sort_values(["indicator", "area", "year", "is_quarter", "period"])
    same = ["indicator", "area", "year", "is_quarter"]
    before = ordered.groupby(same)["value"].shift()
    period_before = ordered.groupby(same)["period"].shift()
    falls = ordered.assign(before=before, period_before=period_before)[ordered["value"] < before * (1 - _TOLERANCE)]
    accepted = set(
        corrections.loc[corrections["kind"] == "accept", ["file", "sheet", "cell"]].itertuples(index=False, name=None)
    )
    problems = []
    for row in falls.to_dict("records"):
        if (row["source_file"], row["source_sheet"], row["source_cell"]) not in accepted:
            now, then = f"{row['value']:.12g} {row['unit']}", f"{row['period_before']} 的 {row['before']:.12g}"
            action = "请核对；确属调整的，在 corrections.toml 里写明 accept 和原因"
            found = f"{names[row['indicator']]}累计数 {now}，低于 {then}"
            problems.append(_at(row, "cumulative_falls", found, "累计数不应减少", action))
    return problems
