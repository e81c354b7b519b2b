"""The table of progress: figures, sources and notes of every target, put together from what is known."""

import calendar
from collections.abc import Mapping
from datetime import date

import numpy as np
import pandas as pd

from fhdata.targets import states
from fhdata.targets.figures import due_date
from fhdata.targets.growth import required_growth
from fhdata.targets.judgement import Judged
from fhdata.targets.known import Known
from fhdata.targets.numbers import Bools, Floats, Ints, Texts, divide, meets
from fhdata.targets.pace import SLOTS, YEAR_END_MONTH, needed_per_month, slot_period

REGISTER_COLUMNS = ("code", "battle", "title", "kind", "direction", "lead_units", "supporting_units")


def table(known: Known, judged: Judged) -> pd.DataFrame:
    """The answer: settled columns first, then what charts and sentences also need.

    Beside what a report prints: ``distance_ratio`` (stock), ``headroom`` (ceiling, decline), ``share_ratio`` (s),
    ``forecast_level`` and ``observed_level`` in ``level_unit``, ``base_total``, ``opening_value``, ``days_early``.
    """
    targets, inputs, outcome = known.targets, known.inputs, known.outcome
    seen = ~outcome.is_missing & (inputs.slot > 0)
    columns = {
        **{name: targets[name] for name in REGISTER_COLUMNS},
        "target_value": inputs.target,
        "unit": targets["unit"],
        "observed_period": _periods(known, seen),
        "observed_value": outcome.observed,
        "growth_pct": known.growth.pct,
        "completion_ratio": outcome.completion_ratio,
        "planned_ratio": np.where(seen, outcome.planned_ratio, np.nan),
        "gap_pp": np.round(outcome.gap_pp, 9),
        **_rest_of_year(known),
        **_forecasts(known, judged),
        "state": judged.state,
        "outlook": judged.outlook,
        "progress_light": states.progress_light(judged.state),
        "outlook_light": judged.outlook_light,
        **_sources(known, seen),
        "rule_source": targets["document"] + " " + targets["section"],
        "reading_note": _notes(known, judged),
        "distance_ratio": outcome.distance_ratio,
        "headroom": outcome.headroom,
        "observed_level": inputs.level,
        "level_unit": _level_units(known),
        "base_total": inputs.base_total,
        "opening_value": inputs.opening,
        "reference_pct": inputs.reference,
        "days_early": _days_early(known),
        "is_balance": _is_balance(known),
        **_names(known),
    }
    return pd.DataFrame(columns)


def _forecasts(known: Known, judged: Judged) -> dict[str, Floats | Ints]:
    """The forecast in the target's own terms: growth in percent for a growth target, beside the level it comes from."""
    is_growth, ahead = known.inputs.kind == "growth_rate", known.forecast
    central, low, high = judged.growth_forecast
    return {
        "forecast_value": np.where(is_growth, central, ahead.value),
        "forecast_low": np.where(is_growth, low, ahead.low),
        "forecast_high": np.where(is_growth, high, ahead.high),
        "forecast_probability": ahead.probability,
        "forecast_years": ahead.years,
        "forecast_level": np.where(is_growth, ahead.value, np.nan),
        "share_ratio": ahead.share,
    }


def _names(known: Known) -> dict[str, Texts]:
    """What sentences and lists of overdue figures call things: indicator, reference series, publisher, due day."""
    registry, targets = known.indicators.set_index("indicator"), known.targets
    own = registry.loc[targets["indicator"]]
    written = targets["publisher"].fillna("").to_numpy(dtype=object) if "publisher" in targets else ""
    registered = own["publisher"].fillna("").to_numpy(dtype=object) if "publisher" in own else ""
    due = [
        due_date(known.year, int(slot), float(days)).isoformat() if slot > 0 else ""
        for slot, days in zip(known.inputs.slot, np.nan_to_num(own["due_day"].to_numpy(dtype=np.float64)), strict=True)
    ]
    reference = targets["reference_indicator"].fillna("").map(registry["name"]).fillna("")
    return {
        "indicator_name": own["name"].to_numpy(dtype=object),
        "reference_name": reference.to_numpy(dtype=object),
        "publisher": np.where(written == "", registered, written),
        "due_date": np.array(due, dtype=object),
    }


def _is_balance(known: Known) -> Bools:
    """Figures that stand at a day (月末) rather than add up since January."""
    by_level = known.inputs.is_balance & np.isin(known.inputs.kind.astype(str), ("level", "ceiling"))
    return by_level | ((known.figures.aggregation == "stock") & (known.inputs.kind != "increment"))


def _periods(known: Known, seen: Bools) -> Texts:
    slots, frequency = known.inputs.slot, known.figures.frequency
    return np.array(
        [
            str(slot_period(known.year, int(slot), str(each))) if has else ""
            for slot, each, has in zip(slots, frequency, seen, strict=True)
        ],
        dtype=object,
    )


def _rest_of_year(known: Known) -> dict[str, Floats | Bools]:
    """What the months to come must bring: growth, for additive series; an amount a month, beside the pace so far."""
    inputs = known.inputs
    is_growth, flows = inputs.kind == "growth_rate", inputs.is_additive
    asked = np.where((inputs.direction == "at_least") & is_growth & flows, inputs.target, np.nan)
    required = required_growth(asked, inputs.growth, known.forecast.share)
    goal = np.where(is_growth, inputs.base_total * (1 + inputs.target / 100), inputs.target)
    comparable = ~is_growth | (known.growth.is_computed & ~known.growth.is_basis_mixed)
    counted = np.isin(inputs.kind.astype(str), ("growth_rate", "level", "increment"))
    counted &= comparable & (inputs.direction != "at_most") & ~np.isnan(inputs.level)
    needed = needed_per_month(np.where(counted, goal, np.nan), inputs.level, inputs.slot)
    pace = divide(np.where(counted & ~inputs.is_balance & flows, inputs.level, np.nan), inputs.slot / 3)
    return {
        "required_growth_pct": np.where(np.isinf(required), np.nan, required),
        "is_required_approximate": _is_approximate(known) & np.isfinite(required),
        "needed_per_month": needed,
        "pace_per_month": pace,
    }


def _is_approximate(known: Known) -> Bools:
    """g_req is exact for amounts in current prices on last year's own share, near for anything else."""
    return known.is_at_constant_prices | (known.thresholds.share_years > 1) | known.is_off_levels


def _sources(known: Known, seen: Bools) -> dict[str, Texts]:
    """File, sheet and cell of the figure shown, and of last year's where growth was computed from two levels."""
    figures, slot = known.figures, np.maximum(known.inputs.slot, 1) - 1
    each = np.arange(len(slot))
    by_growth = np.isin(known.inputs.kind.astype(str), ("growth_rate", "decline", "relative"))
    level_rows = figures.level_rows[each, figures.year, slot]
    growth_rows = figures.growth_rows[each, figures.year, slot]
    rows = np.where(by_growth & ~known.growth.is_computed & (growth_rows >= 0), growth_rows, level_rows)
    base_rows = figures.level_rows[each, figures.year - 1, slot] if figures.year else np.full(len(slot), -1)
    base_rows = np.where(by_growth & known.growth.is_computed, base_rows, -1)
    observations = known.series.observations
    cells = {
        column: np.append(observations[column].fillna("").to_numpy(dtype=object), "")
        for column in ("source_file", "source_sheet", "source_cell")
    }
    found = {name: values[np.where(seen, rows, -1)] for name, values in cells.items()}
    base = {name: values[np.where(seen, base_rows, -1)] for name, values in cells.items()}
    mark = np.where(base["source_file"] == "", "", "「")
    where = base["source_file"] + mark + base["source_sheet"] + np.where(mark == "", "", "」") + base["source_cell"]
    return {**found, "base_source": where}


def _level_units(known: Known) -> Texts:
    """Unit of levels, ``forecast_level`` and ``needed_per_month``: the registry's for growth, else the target's."""
    registry = dict(zip(known.indicators["indicator"], known.indicators["unit"], strict=True))
    own = known.targets["indicator"].map(registry).to_numpy(dtype=object)
    in_levels = np.isin(known.inputs.kind.astype(str), ("growth_rate", "decline", "relative"))
    return np.where(in_levels, own, known.inputs.unit)


def _days_early(known: Known) -> Floats:
    """Days a milestone came before its date; below 0 late, or late so far; NaN while it is neither done nor due."""
    inputs, year = known.inputs, known.year
    months = known.targets["step_month"].to_numpy(dtype=np.float64)
    months = np.where(np.isnan(months), YEAR_END_MONTH, months)
    days = np.full(len(months), np.nan)
    reached = meets(inputs.levels, inputs.target[:, None], "at_least", False)
    reached &= np.arange(SLOTS)[None] < inputs.slot[:, None]
    for row in np.flatnonzero((inputs.kind == "binary") & ~known.outcome.is_missing & (inputs.slot > 0)):
        month = int(months[row])
        planned = date(year, month, calendar.monthrange(year, month)[1])
        slot = int(np.argmax(reached[row])) + 1 if reached[row].any() else int(inputs.slot[row])
        early = (planned - slot_period(year, slot).end).days
        days[row] = early if reached[row].any() or early < 0 else np.nan
    return days


def _notes(known: Known, judged: Judged) -> Texts:
    """Readings and reservations of each target in Chinese, joined by "；": how its number came about."""
    notes: Texts = np.full(len(known.targets), "", dtype=object)
    for text, holds in _remarks(known, judged).items():
        joined = np.where(notes == "", text, notes + "；" + text)
        notes = np.where(np.asarray(holds, dtype=np.bool_), joined, notes).astype(object)
    return notes


def _remarks(known: Known, judged: Judged) -> Mapping[str, Bools]:
    inputs, growth, figures, outcome = known.inputs, known.growth, known.figures, known.outcome
    seen = ~outcome.is_missing & (inputs.slot > 0)
    by_growth = seen & np.isin(inputs.kind.astype(str), ("growth_rate", "decline"))
    now = (np.arange(len(seen)), figures.year, np.maximum(inputs.slot, 1) - 1)
    status = np.append(known.series.observations["status"].fillna("").to_numpy(dtype=object), "")
    row = np.where(figures.level_rows[now] >= 0, figures.level_rows[now], figures.growth_rows[now])
    is_flow = np.isin(inputs.kind.astype(str), ("level", "increment")) & seen
    required = by_growth & (inputs.kind == "growth_rate") & inputs.is_additive & ~np.isnan(known.forecast.share)
    required &= ~inputs.is_year_end
    ended = seen & (judged.state == states.BREACHED) & (inputs.level <= inputs.target)
    return {
        "初步数": seen & (status[row] == "preliminary"),
        "增速为公布数": by_growth & ~growth.is_computed & ~np.isnan(growth.pct),
        "增速由本年与上年同期累计数（余额）计算": by_growth & growth.is_computed,
        "累计数由各月相加": seen & figures.is_summed[now],
        "按分子、分母的累计数计算": seen & figures.is_pooled & ~inputs.has_zero_denominator,
        "上年同期为0，不计算增速": by_growth & growth.is_base_zero,
        "两年价格口径不同，不计算增速": by_growth & growth.is_basis_mixed,
        "没有上年同期数，不计算增速": by_growth & np.isnan(growth.pct) & ~growth.is_base_zero & ~growth.is_basis_mixed,
        "基数为0，比较件数": seen & (inputs.kind == "decline") & (inputs.base == 0),
        "没有上年各月进度，按时间进度": is_flow & (inputs.path == "history") & ~known.has_history_plan,
        "没有年初数，不计算序时": is_flow & inputs.is_balance & np.isnan(outcome.gap_pp) & (inputs.path != "none"),
        "未定计划进度，不计算序时": is_flow & (inputs.path == "none") & np.isnan(outcome.gap_pp),
        "维持型": is_flow & inputs.is_balance & np.isnan(outcome.distance_ratio) & ~np.isnan(outcome.gap_pp),
        "累计分母为0": (inputs.slot > 0) & inputs.has_zero_denominator,
        "不变价（可比价），所需增速为近似": required & known.is_at_constant_prices,
        "公布增速与两年累计数不一致，所需增速为近似": required & known.is_off_levels & ~known.is_at_constant_prices,
        "有季度未完成当季任务": seen & (inputs.path == "per_quarter") & (judged.state == states.IMPOSSIBLE),
        "本年曾突破上限，后来的数不改变": ended,
        "须高于（低于）目标，持平不算": seen & inputs.is_strict & (np.abs(outcome.gap_pp) == 0),
        f"按修约到{known.thresholds.compare_digits}位小数的数比较": seen & known.thresholds.is_rounded_compare,
    }  # fmt: skip
