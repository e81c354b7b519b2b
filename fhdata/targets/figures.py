"""What each target is measured by: this year's figures and past years', in the target's own unit."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import pandas as pd

from fhdata.problems import problem, stop_on
from fhdata.quantities import conversion_factor, is_convertible
from fhdata.targets.growth import growth_pct
from fhdata.targets.numbers import Bools, Floats, Ints, Texts, divide, floats
from fhdata.targets.pace import SLOTS, slot_period
from fhdata.targets.series import ADDITIVE, DENOMINATOR, GROWTH, NUMERATOR, VALUE, Series

STEPS = {"month": 3, "quarter": 9, "halfyear": 18, "year": 36}  # 旬 between two figures of an indicator
RATIO_UNITS = {"%": 100.0, "‰": 1000.0}


@dataclass(frozen=True)
class Figures:
    """Per target (row): level and growth by year and slot in the target's unit, and which figure is looked at.

    ``slot`` is the 旬 whose figure is expected, 0 where the year has none yet; ``is_due`` whether it should be out.
    """

    level: Floats  # rows × years × 36
    published_growth: Floats  # rows × years × 36, percent
    level_rows: Ints
    growth_rows: Ints
    basis: Texts  # rows × years × 36, price basis of the level
    highest: Floats  # rows × 36, this year's greatest value in any release
    is_summed: Bools  # rows × years × 36
    is_pooled: Bools  # rows, the rate is Σ numerator ÷ Σ denominator
    has_zero_denominator: Bools
    aggregation: Texts
    price_basis: Texts
    frequency: Texts
    slot: Ints
    is_due: Bools
    year: int  # position of the tracked year

    def now(self, cube: Floats) -> Floats:
        """The tracked year's value at each row's slot; NaN where no figure is expected yet."""
        return self.at(cube, self.year)

    def at(self, cube: Floats, year: int) -> Floats:
        """A year's value at each row's slot."""
        picked = cube[np.arange(len(cube)), year, np.maximum(self.slot, 1) - 1]
        return np.where(self.slot > 0, picked, np.nan)


def read_figures(
    targets: pd.DataFrame,
    indicators: pd.DataFrame,
    series: Series,
    *,
    year: int,
    slot: int,
    as_of: date,
    is_tenday: bool = False,
) -> Figures:
    """Line the series up with the targets, one row a target, converted to the target's unit.

    Args:
        targets: the register's columns.
        indicators: the registry.
        series: ``build_series``'s arrays.
        year: the year tracked.
        slot: how far the report reaches, 1-36.
        as_of: the day of knowledge; a figure not published by its due day is overdue.
        is_tenday: whether the report is a ten-day one, made before its month's figures are due: where a figure is
            neither out nor due it looks at the one before.

    Raises:
        ProblemsFound: a target's unit does not convert to its indicator's.
    """
    place = pd.Index(series.indicators).get_indexer(pd.Index(targets["indicator"]))
    registry = indicators.iloc[place]
    figures, at = series.figures[:, place], series.year(year)
    level, pooled, zero = _rates(figures, targets)
    factor = _factors(targets, registry)
    frequency = _first_written(targets["frequency"], registry["frequency"])
    observable = _first_written(targets["observable_from"], registry["observable_from"]).astype(np.float64)
    expected = _expected_slot(frequency, observable, slot, figures[:, :, at])
    due_days = registry["due_day"].to_numpy(dtype=np.float64)
    if is_tenday:
        early = ~_is_out(figures[:, :, at], expected) & ~_is_due(year, expected, due_days, as_of)
        before = np.maximum(expected - _steps(frequency), 0)
        expected = np.where(early & (before >= 3 * observable), before, np.where(early, 0, expected))
    return Figures(
        level=np.where(pooled[:, None, None], level, level * factor[:, None, None]),
        published_growth=figures[GROWTH],
        level_rows=np.where(
            (series.rows[VALUE, place] < 0) & pooled[:, None, None],
            series.rows[NUMERATOR, place],
            series.rows[VALUE, place],
        ),
        growth_rows=series.rows[GROWTH, place],
        basis=_basis(series, place, registry["price_basis"].to_numpy(dtype=object)),
        highest=series.highest[place] * factor[:, None],
        is_summed=series.is_summed[VALUE, place],
        is_pooled=pooled,
        has_zero_denominator=zero,
        aggregation=registry["aggregation"].to_numpy(dtype=object),
        price_basis=registry["price_basis"].to_numpy(dtype=object),
        frequency=frequency,
        slot=expected,
        is_due=_is_due(year, expected, due_days, as_of),
        year=at,
    )  # fmt: skip


def _first_written(own: pd.Series, registry: pd.Series) -> Texts:
    """The target's own entry, the registry's where it has none."""
    mine = own.to_numpy(dtype=object)
    empty = own.isna().to_numpy() | (mine == "")
    return np.where(empty, registry.to_numpy(dtype=object), mine)


def _rates(figures: Floats, targets: pd.DataFrame) -> tuple[Floats, Bools, Bools]:
    """Level of each row; a rate with numerator and denominator is their quotient to date, never a mean of months."""
    is_rate = (targets["kind"] == "rate").to_numpy(dtype=np.bool_)
    scale = np.array([RATIO_UNITS.get(str(unit), 1.0) for unit in targets["unit"]])
    quotient = scale[:, None, None] * divide(figures[NUMERATOR], figures[DENOMINATOR])
    has_both = ~np.isnan(figures[NUMERATOR]) & ~np.isnan(figures[DENOMINATOR])
    pooled = is_rate & has_both.any(axis=(1, 2))
    zero = np.where(has_both, figures[DENOMINATOR] == 0, False) & is_rate[:, None, None]
    return np.where(pooled[:, None, None], quotient, figures[VALUE]), pooled, zero


def _factors(targets: pd.DataFrame, registry: pd.DataFrame) -> Floats:
    """Registry's unit → target's unit, 1 where the target measures growth or a margin of growth."""
    as_growth = (targets["measure"] == "growth").to_numpy(dtype=np.bool_) | targets["kind"].isin(
        ("growth_rate", "decline", "relative")
    ).to_numpy(dtype=np.bool_)
    given, wanted = registry["unit"].to_numpy(dtype=object), targets["unit"].to_numpy(dtype=object)
    wanted = np.where(as_growth, given, wanted)
    codes, pairs = pd.factorize(pd.Series(given.astype(str)) + "\t" + pd.Series(wanted.astype(str)))
    split = [str(pair).split("\t") for pair in pairs]
    bad = {one for one, (unit, target) in enumerate(split) if not is_convertible(unit, target)}
    stop_on(
        problem(
            "bad_unit", f"目标 {code} 的单位与指标的单位不同：“{split[pair][1]}”“{split[pair][0]}”", "两者须能换算",
            "请核对 targets.csv 与 indicators.csv",
        )
        for code, pair in zip(targets["code"], codes, strict=True)
        if pair in bad
    )  # fmt: skip
    return np.array([float(conversion_factor(unit, target)) for unit, target in split], dtype=np.float64)[codes]


def _steps(frequency: Texts) -> Ints:
    """How many 旬 lie between two figures."""
    return np.array([STEPS[str(one)] for one in frequency], dtype=np.int64)


def _is_out(figures: Floats, slots: Ints) -> Bools:
    """Whether any measure has a figure at each row's slot; ``figures`` is measure × row × slot."""
    picked = figures[:, np.arange(figures.shape[1]), np.maximum(slots, 1) - 1]
    return (slots > 0) & ~np.isnan(picked).all(axis=0)


def _expected_slot(frequency: Texts, observable_from: Floats, slot: int, figures: Floats) -> Ints:
    """The last slot within the report whose figure the indicator's own rhythm brings; 0 where there is none yet.

    A ten-day figure that was reported is used; otherwise a report within a month looks at the last whole month.
    """
    step = _steps(frequency)
    expected = slot // step * step
    reported = ~np.isnan(figures[VALUE, :, slot - 1])
    expected = np.where(reported & (slot % 3 > 0), slot, expected)
    return np.where(expected >= 3 * observable_from, expected, 0)


def _is_due(year: int, slots: Ints, due_days: Floats, as_of: date) -> Bools:
    ends = {int(slot): slot_period(year, int(slot)).end for slot in np.unique(slots) if slot > 0}
    days = np.array([(as_of - ends[int(slot)]).days if slot > 0 else -1 for slot in slots], dtype=np.float64)
    return (slots > 0) & (days >= np.nan_to_num(due_days))


def due_date(year: int, slot: int, due_day: float) -> date:
    """The day by which the figure of a slot is to be out: the period's end and ``due_day`` days."""
    return slot_period(year, slot).end + timedelta(days=int(due_day))


def _basis(series: Series, place: Ints, registered: Texts) -> Texts:
    """Price basis of each figure; a sheet that says none has the registry's."""
    written = series.observations["basis"].fillna("").to_numpy(dtype=object)
    found = np.append(written, "")[series.rows[VALUE, place]]  # row −1 (no figure) points at the empty one
    return np.where(found == "", registered[:, None, None], found)


@dataclass(frozen=True)
class Growth:
    """Growth to date of each target: percent, whether it was computed here, and why it could not be."""

    pct: Floats
    is_computed: Bools
    is_base_zero: Bools
    is_basis_mixed: Bools
    base: Floats


def read_growth(figures: Figures, *, prefer_levels: bool = False) -> Growth:
    """Growth on a year earlier at each row's slot: the published one, or from two levels of one price basis.

    Two levels of different bases, or of another basis than the registry gives the indicator, are never divided:
    current-price growth must not pass for growth at constant prices. Comparable growth (可比口径) is only ever taken as
    published, as the levels beside it are in current prices or another scope.

    Args:
        figures: the targets' figures.
        prefer_levels: take the two levels first (counts of events, whose change is exact).
    """
    published = figures.now(figures.published_growth)
    if figures.year == 0:
        base, earlier_basis = np.full(len(published), np.nan), np.full(len(published), "", dtype=object)
    else:
        base = figures.at(figures.level, figures.year - 1)
        earlier_basis = _at(figures.basis, figures.year - 1, figures.slot)
    current = figures.now(figures.level)
    own = _at(figures.basis, figures.year, figures.slot)
    asked = np.isin(figures.price_basis.astype(str), ("current", "constant"))
    mixed = (own != earlier_basis) | (asked & (own != figures.price_basis)) | (figures.price_basis == "comparable")
    both = ~np.isnan(current) & ~np.isnan(base)
    computed = np.where(mixed, np.nan, growth_pct(current, base))
    use_levels = np.isnan(published) | (prefer_levels & ~np.isnan(computed))
    return Growth(
        pct=np.where(use_levels, computed, published),
        is_computed=use_levels & ~np.isnan(computed),
        is_base_zero=np.isnan(published) & both & (base <= 0),
        is_basis_mixed=np.isnan(published) & both & mixed,
        base=base,
    )


def _at(cube: Texts, year: int, slots: Ints) -> Texts:
    picked: Texts = cube[np.arange(len(cube)), year, np.maximum(slots, 1) - 1]
    return picked


def past_levels(figures: Figures) -> Floats:
    """Past years' figures, rows × years before the tracked one × 36, earliest first."""
    return figures.level[:, : figures.year]


def on_own_base(figures: Figures, is_from_stock: Bools, opening: Floats) -> Figures:
    """Figures of rows that ask for an increase in a balance: each year's balance less its value a year's end before.

    A published growth of the balance says nothing about the increase and is left out of these rows.
    """
    before = np.full(figures.level.shape[:2], np.nan)
    before[:, 1:] = figures.level[:, :-1, SLOTS - 1]
    before[:, figures.year] = opening
    rows = is_from_stock[:, None, None]
    return replace(
        figures,
        level=np.where(rows, figures.level - before[:, :, None], figures.level),
        published_growth=np.where(rows, np.nan, figures.published_growth),
    )


def opening_balance(figures: Figures, targets: pd.DataFrame, year: int) -> Floats:
    """x0, the balance at last year's end: as observed, else as the register gives it for that year, else NaN."""
    last = figures.level[:, figures.year - 1, SLOTS - 1] if figures.year else np.full(len(targets), np.nan)
    written = floats(targets["base_value"].to_numpy(dtype=np.float64))
    units = targets["base_unit"].fillna("").to_numpy(dtype=object)
    goal = targets["unit"].to_numpy(dtype=object)
    is_last_year = targets["base_period"].fillna("").str.startswith(str(year - 1)).to_numpy(dtype=np.bool_)
    has = (
        ~np.isnan(written)
        & is_last_year
        & np.array([is_convertible(str(unit or wanted), str(wanted)) for unit, wanted in zip(units, goal, strict=True)])
    )
    factor = np.array(
        [
            float(conversion_factor(str(unit or wanted), str(wanted))) if usable else np.nan
            for unit, wanted, usable in zip(units, goal, has, strict=True)
        ]
    )
    return np.where(np.isnan(last), written * factor, last)


def is_additive(figures: Figures) -> Bools:
    """Whether a row's figures add up over months (amounts and counted events)."""
    return np.isin(figures.aggregation.astype(str), ADDITIVE)
