"""Limits of figures: general ones by kind of indicator (``limits.toml``), a place's own ones by indicator."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from fhdata.problems import Problem, problem

RANGE_COLUMNS = ["indicator", "measure", "low", "high"]
_ACCEPT = "请核对；确实如此的，在 corrections.toml 里写明 accept 和原因"


def no_ranges() -> pd.DataFrame:
    """No limits of a place's own."""
    types = {"indicator": "str", "measure": "str", "low": "float64", "high": "float64"}
    return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in types.items()})


@cache
def _general() -> tuple[dict[str, Any], ...]:
    data = tomllib.loads(Path(__file__).with_name("limits.toml").read_text(encoding="utf-8"))
    return tuple(data["limit"])


def limits_of(indicators: pd.DataFrame, ranges: pd.DataFrame) -> pd.DataFrame:
    """The limits of every indicator and measure: a place's own before the general ones.

    Returns:
        RANGE_COLUMNS; an open end is infinite.
    """
    parts = [ranges[RANGE_COLUMNS]]
    for limit in _general():
        kinds = [limit["aggregation"]] if "aggregation" in limit else indicators["aggregation"].unique().tolist()
        codes = indicators.loc[indicators["aggregation"].isin(kinds), "indicator"]
        ends = {"low": float(limit.get("low", -np.inf)), "high": float(limit.get("high", np.inf))}
        parts.append(pd.DataFrame({"indicator": codes}).assign(measure=limit["measure"], **ends))
    both = pd.concat([part for part in parts if not part.empty] or [ranges[RANGE_COLUMNS]], ignore_index=True)
    both = both.assign(low=both["low"].fillna(-np.inf), high=both["high"].fillna(np.inf))
    return both.drop_duplicates(["indicator", "measure"]).reset_index(drop=True)


def out_of_range(observations: pd.DataFrame, indicators: pd.DataFrame, ranges: pd.DataFrame) -> list[Problem]:
    """Every figure beyond the limits of its indicator and measure.

    Args:
        observations: OBSERVATION_COLUMNS, in the registry's units.
        indicators: the registry.
        ranges: a place's own limits.
    """
    limits = limits_of(indicators, ranges)
    names = dict(zip(indicators["indicator"], indicators["name"], strict=True))
    values = observations["value"].to_numpy()
    lowest, highest = np.nanmin(values, initial=np.inf), np.nanmax(values, initial=-np.inf)
    problems = []
    places = observations.groupby(["indicator", "measure"], sort=False, observed=True).indices
    for limit in limits[(limits["low"] > lowest) | (limits["high"] < highest)].to_dict("records"):
        own = places.get((limit["indicator"], limit["measure"]), np.array([], dtype=np.intp))
        beyond = own[(values[own] < limit["low"]) | (values[own] > limit["high"])]
        for row in observations.iloc[beyond].to_dict("records") if len(beyond) else []:
            ends = [f"不低于 {limit['low']:.12g}"] if np.isfinite(limit["low"]) else []
            ends += [f"不高于 {limit['high']:.12g}"] if np.isfinite(limit["high"]) else []
            what = "增速" if limit["measure"] == "growth" else ""
            found = f"{names[row['indicator']]}{what} {row['value']:.12g} {row['unit']}"
            where = {name: row[f"source_{name}"] for name in ("file", "sheet", "cell")}
            problems.append(problem("out_of_range", found, f"应{'、'.join(ends)}", _ACCEPT, **where))
    return problems
