"""What is known of every target at a period: its figures, its plan, its outcome and where its year is heading."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from fhdata.periods import Period
from fhdata.problems import hint, problem, stop_on
from fhdata.targets.figures import (
    Figures,
    Growth,
    is_additive,
    on_own_base,
    opening_balance,
    past_levels,
    read_growth,
)
from fhdata.targets.forecast import Forecast, forecast
from fhdata.targets.growth import growth_pct
from fhdata.targets.kinds import Inputs, Outcome, by_kind
from fhdata.targets.numbers import Bools, Floats, Ints, Texts, divide, floats, rounded
from fhdata.targets.pace import SLOTS, YEAR_END_MONTH, linear_shares, planned_share, slot_of
from fhdata.targets.series import DENOMINATOR, GROWTH, VALUE, Series
from fhdata.targets.states import Thresholds

HALF_A_DIGIT = 0.05 + 1e-9  # growth is published to 0.1%


@dataclass(frozen=True)
class Known:
    """All that was read and computed of the targets before the answer is put together."""

    targets: pd.DataFrame
    indicators: pd.DataFrame
    series: Series
    figures: Figures
    growth: Growth
    inputs: Inputs
    outcome: Outcome
    forecast: Forecast
    thresholds: Thresholds
    year: int
    has_history_plan: Bools

    @property
    def is_at_constant_prices(self) -> Bools:
        """Rows whose growth is at constant or comparable prices, whose parts are deflated apart."""
        return np.isin(self.figures.price_basis.astype(str), ("constant", "comparable"))

    @property
    def is_off_levels(self) -> Bools:
        """Rows whose published growth is not, to its last printed digit, what the two levels give (another scope)."""
        implied = growth_pct(self.figures.now(self.figures.level), self.growth.base)
        return ~self.growth.is_computed & (np.abs(self.growth.pct - implied) > HALF_A_DIGIT)


def compute(
    targets: pd.DataFrame,
    indicators: pd.DataFrame,
    series: Series,
    figures: Figures,
    *,
    period: Period,
    thresholds: Thresholds,
    plans: pd.DataFrame | None,
) -> Known:
    """Read and compute everything the answer is made of, one row a target."""
    kind = targets["kind"].to_numpy(dtype=object)
    opening = opening_balance(figures, targets, period.year)
    figures = on_own_base(figures, (kind == "increment") & (figures.aggregation == "stock"), opening)
    growth = read_growth(figures)
    counted = read_growth(figures, prefer_levels=True)
    is_count = kind == "decline"
    growth = Growth(
        **{
            name: np.where(is_count, getattr(counted, name), getattr(growth, name))
            for name in ("pct", "is_computed", "is_base_zero", "is_basis_mixed", "base")
        }
    )
    target = targets["value"].to_numpy(dtype=np.float64)
    target = np.where((kind == "binary") & np.isnan(target), 1.0, target)
    own = _own_plan(targets, plans, figures.slot)
    ahead = _look_ahead(targets, figures, growth, target, thresholds)
    inputs = _inputs(
        targets, figures, growth, series, target=target, opening=opening, own=own, share=ahead.share, period=period
    )
    shown = _as_compared(inputs, thresholds)
    return Known(
        targets=targets,
        indicators=indicators,
        series=series,
        figures=figures,
        growth=growth,
        inputs=inputs,
        outcome=_with_exact_figures(by_kind(shown), by_kind(inputs)),
        forecast=ahead,
        thresholds=thresholds,
        year=period.year,
        has_history_plan=~np.isnan(ahead.share),
    )


def _with_exact_figures(compared: Outcome, exact: Outcome) -> Outcome:
    """The comparison's outcome with the unrounded figures: rounding decides a comparison, it changes no number."""
    return replace(compared, observed=exact.observed, completion_ratio=exact.completion_ratio, headroom=exact.headroom)


def _as_compared(inputs: Inputs, thresholds: Thresholds) -> Inputs:
    """The inputs as compared: unrounded, or rounded once where the 修约值比较 reading is on."""
    if not thresholds.is_rounded_compare:
        return inputs
    digits = thresholds.compare_digits
    return replace(
        inputs,
        level=rounded(inputs.level, digits),
        growth=rounded(inputs.growth, digits),
        reference=rounded(inputs.reference, digits),
    )


def _own_plan(targets: pd.DataFrame, plans: pd.DataFrame | None, slots: Ints) -> Floats:
    """What a target's own plan asks for by its figure's month, in the target's unit: the latest entry, or NaN."""
    planned = np.full(len(targets), np.nan)
    if plans is None or plans.empty:
        return planned
    place = pd.Index(targets["code"]).get_indexer(pd.Index(plans["code"]))
    stop_on(
        problem("unknown_target", f"计划表里的目标“{code}”不在目标表里", hint(str(code), targets["code"]), "请改正")
        for code, at in zip(plans["code"], place, strict=True)
        if at < 0
    )
    grid = np.full((len(targets), YEAR_END_MONTH), np.nan)
    grid[place, plans["month"].to_numpy(dtype=np.int64) - 1] = plans["planned"].to_numpy(dtype=np.float64)
    has_plan = ~np.isnan(grid).all(axis=1)
    filled = pd.DataFrame(grid).ffill(axis=1).to_numpy(dtype=np.float64)
    filled = np.where(has_plan[:, None], np.nan_to_num(filled), np.nan)  # before a plan's first month nothing is due
    months = slots // 3
    return np.where(
        months > 0, filled[np.arange(len(grid)), np.maximum(months, 1) - 1], np.where(has_plan, 0.0, np.nan)
    )


def _inputs(
    targets: pd.DataFrame,
    figures: Figures,
    growth: Growth,
    series: Series,
    *,
    target: Floats,
    opening: Floats,
    own: Floats,
    share: Floats,
    period: Period,
) -> Inputs:
    """Line up what the kinds' arithmetic needs, one row a target."""
    kind, path = targets["kind"].to_numpy(dtype=object), _paths(targets, own)
    level = figures.now(figures.level)
    even = linear_shares(period.year)[np.maximum(figures.slot, 1) - 1]
    base_year = figures.year - 1
    has_base = figures.year > 0
    missing = np.full(len(targets), np.nan)
    custom = np.where(kind == "growth_rate", np.nan, divide(own, target))
    zero = _zero_denominators(targets, series, figures)
    written = targets["flow_or_stock"].fillna("").to_numpy(dtype=object)
    return Inputs(
        kind=kind, direction=targets["direction"].to_numpy(dtype=object),
        is_strict=targets["is_strict"].to_numpy(dtype=np.bool_), target=target,
        unit=targets["unit"].to_numpy(dtype=object), path=path, slot=figures.slot, report_slot=slot_of(period),
        level=level, levels=figures.level[:, figures.year], highest=figures.highest, growth=growth.pct,
        has_growth_figure=~np.isnan(growth.pct) | (~np.isnan(level) & (figures.price_basis != "comparable")),
        base=growth.base,
        base_total=figures.level[:, base_year, SLOTS - 1] if has_base else missing, opening=opening,
        reference=_reference(targets, series, figures),
        planned_ratio=planned_share(
            path,
            figures.slot,
            linear=even,
            history=share,
            step_month=targets["step_month"].to_numpy(dtype=np.float64),
            custom=custom,
        ),
        planned_growth=np.where((kind == "growth_rate") & ~np.isnan(own), own, target),
        is_additive=is_additive(figures),
        is_balance=(written == "stock") | ((written == "") & (figures.aggregation == "stock")),
        has_zero_denominator=zero,
    )  # fmt: skip


def _paths(targets: pd.DataFrame, own: Floats) -> Texts:
    """The path each row follows: its own plan where it has one; a milestone without a path is due at its month."""
    path = targets["path"].fillna("none").to_numpy(dtype=object)
    kind = targets["kind"].to_numpy(dtype=object)
    bare = (path == "none") | (path == "")
    path = np.where(bare & (kind == "binary"), "step", path)
    path = np.where(bare & np.isin(kind.astype(str), ("rate", "ceiling")), "flat", path)
    return np.where(~np.isnan(own), "custom", path).astype(object)


def _zero_denominators(targets: pd.DataFrame, series: Series, figures: Figures) -> Bools:
    """Rates whose denominator to date is 0: there was nothing to have a rate of."""
    place = pd.Index(series.indicators).get_indexer(pd.Index(targets["indicator"]))
    denominator = series.figures[DENOMINATOR, place]
    return (figures.now(denominator) == 0) & (targets["kind"] == "rate").to_numpy(dtype=np.bool_)


def _reference(targets: pd.DataFrame, series: Series, figures: Figures) -> Floats:
    """Growth of each row's reference series at the same slot; of the year before, at its end, where it names itself."""
    names = targets["reference_indicator"].fillna("").to_numpy(dtype=object)
    place = pd.Index(series.indicators).get_indexer(pd.Index(names))
    is_self = names == targets["indicator"].to_numpy(dtype=object)
    with_reference = replace(
        figures,
        level=series.figures[VALUE, place],
        published_growth=series.figures[GROWTH, place],
        basis=_basis_of(series, place),
        price_basis=np.full(len(place), "", dtype=object),
    )
    same_month = read_growth(with_reference).pct
    if figures.year == 0:
        return np.where((place < 0) | is_self, np.nan, same_month)
    published = with_reference.published_growth[:, figures.year - 1, SLOTS - 1]
    if figures.year >= 2:
        earlier = with_reference.level[:, figures.year - 2, SLOTS - 1]
        computed = growth_pct(with_reference.level[:, figures.year - 1, SLOTS - 1], earlier)
        published = np.where(np.isnan(published), computed, published)
    return np.where(place < 0, np.nan, np.where(is_self, published, same_month))


def _basis_of(series: Series, place: Ints) -> Texts:
    written = np.append(series.observations["basis"].fillna("").to_numpy(dtype=object), "")
    found: Texts = written[series.rows[VALUE, place]]
    return found


def _look_ahead(
    targets: pd.DataFrame, figures: Figures, growth: Growth, target: Floats, thresholds: Thresholds
) -> Forecast:
    """Forecast of the year's end in levels; a growth target becomes the level it asks for, on last year's total.

    Where growth was published, the level it implies is looked at: a level of another price basis only lends its shape.
    """
    kind = targets["kind"].to_numpy(dtype=object)
    is_growth = kind == "growth_rate"
    goal = np.where(is_growth, _level_asked(figures, growth, target), target)
    told = np.isin(kind.astype(str), ("growth_rate", "level", "increment"))
    told &= targets["direction"].to_numpy(dtype=object) != "at_most"
    told &= ~((targets["direction"] == "equal").to_numpy(dtype=np.bool_) & (kind == "level"))
    told &= targets["path"].to_numpy(dtype=object) != "per_quarter"
    direction = targets["direction"].to_numpy(dtype=object)
    return forecast(
        figures.level[:, figures.year],
        past_levels(figures),
        np.where(told, figures.slot, 0),
        target=goal,
        direction=np.where(direction == "equal", "at_least", direction),
        is_strict=targets["is_strict"].to_numpy(dtype=np.bool_),
        share_years=thresholds.share_years,
        minimum_years=thresholds.minimum_years,
        few_years=thresholds.few_years,
        interval_ratio=thresholds.interval_ratio,
        is_resampled=is_additive(figures),
    )


def level_factor(figures: Figures, growth: Growth) -> Floats:
    """(1 + published growth) ÷ (1 + growth of the two levels): 1 where they agree or only one is there."""
    implied = growth_pct(figures.now(figures.level), growth.base)
    factor = divide(100 + growth.pct, 100 + implied)
    return np.where(np.isnan(factor), 1.0, factor)


def _level_asked(figures: Figures, growth: Growth, target: Floats) -> Floats:
    if figures.year == 0:
        return np.full(len(target), np.nan)
    total = figures.level[:, figures.year - 1, SLOTS - 1]
    asked: Floats = divide(total * (1 + floats(target) / 100.0), level_factor(figures, growth))
    return asked
