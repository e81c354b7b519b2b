"""State and outlook of every target, from what is known of it."""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np

from fhdata.targets import states
from fhdata.targets.blanks import NOT_APPLICABLE, NOT_DUE
from fhdata.targets.growth import growth_pct
from fhdata.targets.known import Known, level_factor
from fhdata.targets.numbers import Floats, Texts, meets


@dataclass(frozen=True)
class Judged:
    """State and outlook of each target; growth of the year as forecast: central, low, high, in percent."""

    state: Texts
    outlook: Texts
    outlook_light: Texts
    growth_forecast: tuple[Floats, Floats, Floats]


def judge(known: Known, conflicted: Collection[str], blank: Texts) -> Judged:
    """State, outlook and forecast growth of every target.

    Args:
        known: what was read and computed.
        conflicted: codes of targets whose contradiction no ruling has settled.
        blank: the kind of nothing that was handed in for the figure waited for, "" where nothing was.
    """
    inputs, outcome, thresholds = known.inputs, known.outcome, known.thresholds
    targets = known.targets
    kind = inputs.kind
    pending = (targets["status"] == "pending").to_numpy(dtype=np.bool_) | np.isnan(inputs.target)
    missing = outcome.is_missing | (inputs.slot == 0)
    is_void = missing & np.isin(blank.astype(str), NOT_APPLICABLE)
    is_early = missing & (~known.figures.is_due | np.isin(blank.astype(str), NOT_DUE))
    far = targets["far_pp"].to_numpy(dtype=np.float64) if "far_pp" in targets else np.full(len(targets), np.nan)
    state = states.state(
        states.Facts(
            kind=kind, gap_pp=np.round(outcome.state_gap_pp, 9), is_strict_final=outcome.is_strict_gap,
            is_conflicted=targets["code"].isin(set(conflicted)).to_numpy(dtype=np.bool_), is_pending=pending,
            is_not_due=is_early & ~is_void, is_missing=missing & ~is_void, is_breached=outcome.is_breached,
            is_not_applicable=outcome.is_not_applicable | is_void,
            is_impossible=outcome.is_impossible, is_done=outcome.is_done,
        ),
        thresholds, far,
    )  # fmt: skip
    growth_ends = _growth_ends(known)
    ahead, is_growth = known.forecast, kind == "growth_rate"
    central = np.where(is_growth, growth_ends[0], ahead.value)
    will = meets(
        central, inputs.target, np.where(inputs.direction == "equal", "at_least", inputs.direction), inputs.is_strict
    )
    words, lights = states.outlook(
        state,
        thresholds,
        is_year_end=inputs.is_year_end,
        is_met=outcome.is_met,
        probability=ahead.probability,
        will_meet=will,
        has_forecast=~np.isnan(central),
    )
    return Judged(state, words, lights, growth_ends)


def _growth_ends(known: Known) -> tuple[Floats, Floats, Floats]:
    """Forecast growth of the year: central, low, high, in percent, from the forecast level on last year's total."""
    factor = level_factor(known.figures, known.growth)
    ends = [
        growth_pct(part * factor, known.inputs.base_total)
        for part in (known.forecast.value, known.forecast.low, known.forecast.high)
    ]
    return ends[0], ends[1], ends[2]
