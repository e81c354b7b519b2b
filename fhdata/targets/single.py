"""One case from plain values: what an official writes down to see whether the suite agrees with a hand calculation."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pandas as pd

from fhdata.periods import parse_period
from fhdata.problems import hint, problem, stop_on
from fhdata.targets import pace as paces
from fhdata.targets.forecast import forecast as forecasts
from fhdata.targets.growth import growth_pct
from fhdata.targets.growth import required_growth as required
from fhdata.targets.numbers import Floats
from fhdata.targets.progress import track
from fhdata.targets.sentences import against, sentence
from fhdata.targets.states import Thresholds

_TARGET: Mapping[str, Any] = {
    "code": "1", "battle": "", "title": "", "indicator": "one", "measure": "value", "kind": "level",
    "flow_or_stock": "", "direction": "at_least", "is_strict": False, "value": np.nan, "unit": "", "lead_units": "",
    "supporting_units": "", "document": "", "section": "", "path": "linear", "step_month": np.nan, "frequency": "",
    "observable_from": "", "publisher": "", "base_value": np.nan, "base_unit": "", "base_period": "",
    "reference_indicator": "", "status": "final",
}  # fmt: skip
_INDICATOR: Mapping[str, Any] = {
    "indicator": "one", "name": "", "unit": "", "aggregation": "cumulative", "frequency": "month",
    "observable_from": 1, "publisher": "", "due_day": 0, "price_basis": "current",
}  # fmt: skip
_FIGURE: Mapping[str, Any] = {
    "indicator": "one", "area": "", "period": "", "span": "ytd", "measure": "value", "value": np.nan, "unit": "",
    "basis": "current", "status": "final", "released": None, "source_file": "", "source_sheet": "", "source_cell": "",
}  # fmt: skip


def required_growth(*, target: float, to_date: float, share: float) -> dict[str, float]:
    """g_req = (g* − s·g) ÷ (1 − s); see ``growth.required_growth``. Gives ``required_growth``, inf for 已无法完成."""
    return {"required_growth": float(required(target, to_date, share))}


def growth(*, current: float, base: float) -> dict[str, float]:
    """Growth on a year earlier in percent; see ``growth.growth_pct``. Gives ``growth_pct``, nan for 不适用."""
    return {"growth_pct": float(growth_pct(current, base))}


def pace(
    *,
    target: float,
    to_date: float,
    month: int,
    path: str = "linear",
    step_month: int | None = None,
    last_year: Sequence[float] = (),
) -> dict[str, Any]:
    """Completion against the plan at a month's end, for an amount counted since January.

    Args:
        target: T, the year's target.
        to_date: A, done from January to the month.
        month: 1-12.
        path: linear, history, flat or step.
        step_month: month of the step.
        last_year: last year's twelve cumulative figures, for history; NaN where there is none.

    Returns:
        ``completion_pct``, ``planned_pct``, ``gap_pp``, ``needed_per_month``, ``wording``.
    """
    slot = np.array([3 * month])
    history = paces.history_shares(_years([last_year] if last_year else []), slot)
    planned = paces.planned_share(
        [path], slot, linear=[month / 12],
        history=history[:, -1] if history.shape[1] else [np.nan],
        step_month=[np.nan if step_month is None else step_month], custom=[np.nan],
    )  # fmt: skip
    completion, planned_pct = 100 * to_date / target, 100 * float(planned[0])
    return {
        "completion_pct": completion,
        "planned_pct": planned_pct,
        "gap_pp": completion - planned_pct,
        "needed_per_month": float(paces.needed_per_month([target], [to_date], slot)[0]),
        "wording": against(completion - planned_pct),
    }


def forecast(
    *, this_year: Sequence[float], past: Sequence[Sequence[float]], target: float = np.nan, share_years: int = 1
) -> dict[str, float]:
    """Year end from past years' shapes, for an amount counted since January; see ``forecast.forecast``.

    Args:
        this_year: cumulative figures from January to the month reached; NaN where a month has none.
        past: each past year's twelve cumulative figures, earliest first.
        target: the year's target, for the probability.
        share_years: past years averaged into s, 1 for last year's alone.

    Returns:
        ``value``, ``low``, ``high``, ``probability``, ``years``, ``share``.
    """
    told = forecasts(
        _years([this_year])[:, 0], _years(past), np.array([3 * len(this_year)]), target=[target],
        direction=["at_least"], is_strict=[False], share_years=share_years,
    )  # fmt: skip
    return {name: float(getattr(told, name)[0]) for name in ("value", "low", "high", "probability", "years", "share")}


def state(
    *,
    target: Mapping[str, Any],
    figures: Sequence[Mapping[str, Any]],
    period: str,
    as_of: date,
    indicator: Mapping[str, Any] | None = None,
    reference: Mapping[str, Any] | None = None,
    readings: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Where one target stands at a period: all columns of ``track``, and its ``sentence``.

    Args:
        target: columns of the register; what is left out is an ordinary level with an even plan.
        figures: observations, ``period`` and ``value`` at least; ``released`` defaults to the period's end, ``unit`` to
            the indicator's (% for growth).
        period: the period reported on.
        as_of: the day of knowledge.
        indicator: columns of the registry; the unit defaults to the target's.
        reference: the reference indicator of a relative target, as ``indicator``; its figures say indicator = "other".
        readings: fields of Thresholds that differ from the default.

    Raises:
        ProblemsFound: a name that is no column, with the nearest one.
    """
    _known_names("target", target, _TARGET)
    _known_names("indicator", indicator or {}, _INDICATOR)
    _known_names("reference", reference or {}, _INDICATOR)
    _known_names("readings", readings or {}, vars(Thresholds()))
    for figure in figures:
        _known_names("figures", figure, _FIGURE)
    unit = "" if target.get("kind") in ("growth_rate", "decline", "relative") else target.get("unit", "")
    registry = [{**_INDICATOR, "unit": unit, **(indicator or {})}]
    if reference is not None:
        registry.append({**_INDICATOR, "indicator": "other", "unit": unit, **reference})
    row = {**_TARGET, **target, "reference_indicator": "other" if reference is not None else ""}
    table = track(
        pd.DataFrame([row]), _observations(figures, str(registry[0]["unit"])), pd.DataFrame(registry),
        parse_period(period), as_of, thresholds=Thresholds(**(readings or {})),
    )  # fmt: skip
    answer: dict[str, Any] = {str(name): value for name, value in table.iloc[0].items()}
    return {**answer, "sentence": sentence(answer)}


CALLS: Mapping[str, Callable[..., dict[str, Any]]] = {
    "required_growth": required_growth,
    "growth": growth,
    "pace": pace,
    "forecast": forecast,
    "state": state,
}


def _observations(figures: Sequence[Mapping[str, Any]], unit: str) -> pd.DataFrame:
    rows = [
        {
            **_FIGURE,
            "unit": "%" if figure.get("measure") == "growth" else unit,
            "released": parse_period(str(figure["period"])).end,
            **figure,
        }
        for figure in figures
    ]
    return pd.DataFrame(rows, columns=list(_FIGURE)).astype({"value": "float64"})


def _years(years: Sequence[Sequence[float]]) -> Floats:
    """One row × years × 36 slots from monthly cumulative figures."""
    grid = np.full((1, len(years), paces.SLOTS), np.nan)
    for place, year in enumerate(years):
        grid[0, place, 2 : 3 * len(year) : 3] = year
    return grid


def _known_names(what: str, given: Mapping[str, Any], allowed: Mapping[str, Any]) -> None:
    stop_on(
        problem("unknown_key", f"{what} 里没有“{name}”这一项", hint(name, allowed), "请改正")
        for name in given
        if name not in allowed
    )
