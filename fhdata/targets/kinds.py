"""Each kind of target by its own arithmetic (spec: progress, by kind), whole columns at a time."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

import numpy as np

from fhdata.targets.growth import allowed_for_the_rest
from fhdata.targets.numbers import Bools, Floats, Ints, Texts, difference, divide, meets
from fhdata.targets.pace import SLOTS, quarters_met


@dataclass(frozen=True)
class Inputs:
    """One value a row (arrays of 36 where said): what a kind's arithmetic needs."""

    kind: Texts
    direction: Texts
    is_strict: Bools
    target: Floats
    unit: Texts
    path: Texts
    slot: Ints  # of the figure looked at
    report_slot: int
    level: Floats  # A or x
    levels: Floats  # rows × 36
    highest: Floats  # rows × 36, greatest value in any release
    growth: Floats  # percent
    has_growth_figure: Bools  # a growth or a level was reported, whether or not a growth can be told from it
    base: Floats  # last year, same slot
    base_total: Floats  # last year, year's end
    opening: Floats  # x0
    reference: Floats
    planned_ratio: Floats
    planned_growth: Floats  # g* or a plan's own
    is_additive: Bools
    is_balance: Bools
    has_zero_denominator: Bools

    @property
    def is_year_end(self) -> Bools:
        """The figure looked at is the year's."""
        return self.slot == SLOTS


@dataclass(frozen=True)
class Outcome:
    """What a kind's arithmetic gives, one value a row; ``state_gap_pp`` decides where ``gap_pp`` cannot be printed."""

    observed: Floats
    completion_ratio: Floats
    distance_ratio: Floats
    planned_ratio: Floats
    gap_pp: Floats
    state_gap_pp: Floats
    headroom: Floats
    is_missing: Bools
    is_met: Bools
    is_done: Bools
    is_impossible: Bools
    is_breached: Bools
    is_not_applicable: Bools
    is_strict_gap: Bools


def _outcome(inputs: Inputs, observed: Floats, gap: Floats, is_met: Bools) -> Outcome:
    """The parts most kinds fill alike: nothing breached; done, or out of reach, at the year's end only."""
    nothing, never = np.full(len(gap), np.nan), np.zeros(len(gap), dtype=np.bool_)
    return Outcome(
        observed=observed, completion_ratio=nothing, distance_ratio=nothing, planned_ratio=nothing, gap_pp=gap,
        state_gap_pp=gap, headroom=nothing, is_missing=np.isnan(observed), is_met=is_met,
        is_done=inputs.is_year_end & is_met, is_impossible=inputs.is_year_end & ~is_met, is_breached=never,
        is_not_applicable=never, is_strict_gap=inputs.is_strict,
    )  # fmt: skip


def has_plan(inputs: Inputs) -> Bools:
    """Whether something is asked of this year: a target of several years whose yearly parts are not set has no plan."""
    return inputs.path != "none"


def flow(inputs: Inputs) -> Outcome:
    """Level of a flow, increment, milestone: completion A ÷ T, gap 100·(A ÷ T − p); done as soon as T is reached.

    Where each quarter owes its own part, only what was done in its quarter counts, and a quarter missed is missed.
    """
    credited, missed = quarters_met(inputs.levels, inputs.target, inputs.slot)
    by_quarter = inputs.path == "per_quarter"
    done = np.where(by_quarter, credited, inputs.level)
    completion = divide(done, inputs.target)
    met = meets(done, inputs.target, "at_least", inputs.is_strict)
    usual = _outcome(inputs, inputs.level, difference(100 * completion, 100 * inputs.planned_ratio), met)
    late = (inputs.is_year_end & has_plan(inputs)) | (by_quarter & (missed > 0))
    return replace(
        usual,
        completion_ratio=completion,
        planned_ratio=inputs.planned_ratio,
        is_done=met,
        is_impossible=late & ~met,
        is_not_applicable=inputs.target == 0,
        is_strict_gap=np.zeros(len(met), dtype=np.bool_),
    )


def balance(inputs: Inputs) -> Outcome:
    """Level of a stock: x ÷ T, and (x − x0) ÷ (T − x0) against the plan on the same distance.

    T not above x0, or a plan that asks for all of it all year, is 维持型: gap 100·(x ÷ T − 1), no division by a
    distance. A standard (equal) must be hit exactly: its gap is −100·|x ÷ T − 1|. Without x0 no distance is known.
    """
    x, goal = inputs.level, inputs.target
    is_equal = inputs.direction == "equal"
    ratio = divide(x, goal)
    keep = is_equal | (difference(goal, inputs.opening) <= 0) | (inputs.path == "flat")
    distance = np.where(keep, np.nan, divide(x - inputs.opening, goal - inputs.opening))
    planned = np.where(keep, 1.0, inputs.planned_ratio)
    level_gap = 100 * difference(ratio, 1.0)
    gap = np.where(keep, level_gap, difference(100 * distance, 100 * planned))
    met = meets(x, goal, inputs.direction, inputs.is_strict)
    return replace(
        _outcome(inputs, x, np.where(is_equal, -np.abs(gap), gap), met),
        completion_ratio=ratio,
        distance_ratio=distance,
        planned_ratio=planned,
        is_done=met,
        is_impossible=inputs.is_year_end & ~met & has_plan(inputs),
        is_strict_gap=keep & inputs.is_strict,
    )


def growth_rate(inputs: Inputs) -> Outcome:
    """Growth: g − g* in 个百分点, never g ÷ g*; a base of 0 gives no growth (不适用)."""
    met = meets(inputs.growth, inputs.target, inputs.direction, inputs.is_strict)
    gap = difference(inputs.growth, inputs.planned_growth)
    usual = _outcome(inputs, inputs.growth, np.where(inputs.direction == "at_most", -gap, gap), met)
    has_none = np.isnan(inputs.growth)
    return replace(usual, is_missing=~inputs.has_growth_figure, is_not_applicable=has_none & inputs.has_growth_figure)


def rate(inputs: Inputs) -> Outcome:
    """Rate: x less what is asked by now (T all year, or its planned part) in 个百分点; denominator 0 is 不适用."""
    x = inputs.level
    in_points = np.isin(inputs.unit.astype(str), ("%", "‰", "百分点", "个百分点"))
    upward = np.where(
        in_points,
        difference(x, inputs.target * inputs.planned_ratio),
        difference(100 * divide(x, inputs.target), 100 * inputs.planned_ratio),
    )
    gap = np.where(inputs.direction == "at_most", difference(inputs.target, x), upward)
    met = meets(x, inputs.target, inputs.direction, inputs.is_strict)
    zero = inputs.has_zero_denominator
    return replace(
        _outcome(inputs, x, gap, met),
        planned_ratio=inputs.planned_ratio,
        is_missing=np.isnan(x) & ~zero,
        is_not_applicable=zero & np.isnan(x),
        is_strict_gap=inputs.is_strict & (inputs.planned_ratio == 1),
    )


def ceiling(inputs: Inputs) -> Outcome:
    """Ceiling: headroom T − x; counts against an even plan, rates and balances against T all year.

    A count above T cannot come back: 已突破. A zero ceiling once breached in any month or release stays so for the
    year, even if a later release says otherwise; only a balance with a deadline (step or even plan) may start above 0.
    """
    x, goal = inputs.level, inputs.target
    by_deadline = inputs.is_balance & np.isin(inputs.path.astype(str), ("step", "linear", "custom"))
    ever = np.where(np.arange(SLOTS)[None] < inputs.report_slot, inputs.highest, -np.inf).max(axis=1)
    latched = (inputs.is_additive | (goal == 0)) & ~by_deadline
    above_ever = ~meets(ever, goal, "at_most", inputs.is_strict & (goal > 0)) & (ever > -np.inf)
    above_now = ~np.isnan(x) & ~meets(x, goal, "at_most", inputs.is_strict & (goal > 0))
    breached = np.where(latched, above_ever, above_now & ~by_deadline)
    in_points = np.isin(inputs.unit.astype(str), ("%", "‰"))
    even = inputs.is_additive & (inputs.path != "flat")
    used = divide(x, goal)
    flat_gap = np.where(in_points, difference(goal, x), 100 * difference(1.0, used))
    gap = np.where(even, difference(100 * inputs.planned_ratio, 100 * used), flat_gap)
    # T = 0 leaves no ratio: nothing happened is exactly on plan; what did happen is breached, or still to be cleared.
    gap = np.where(goal == 0, np.nan, gap)
    early = inputs.planned_ratio < 1
    zero_gap = np.where(~np.isnan(x) & ((x <= 0) | (by_deadline & early)), 0.0, np.where(np.isnan(x), np.nan, -np.inf))
    met = meets(x, goal, "at_most", inputs.is_strict & (goal > 0)) & ~breached
    return replace(
        _outcome(inputs, x, gap, met),
        state_gap_pp=np.where(goal == 0, zero_gap, gap),
        completion_ratio=used,
        planned_ratio=np.where(even, inputs.planned_ratio, np.nan),
        headroom=difference(goal, x),
        is_breached=breached,
        is_strict_gap=np.zeros(len(met), dtype=np.bool_),
    )


def reduction_pct(target: Floats, direction: Texts) -> Floats:
    """The fall asked for, r in percent: 减少 30% 以上 is at_least 30, 变动不超过 −30% is at_most −30."""
    return np.where(direction == "at_most", -target, target)


def decline(inputs: Inputs) -> Outcome:
    """Decline: change on the same months a year earlier at most −r; gap (−r) − change in 个百分点.

    Base 0: counts are compared, none is on plan (there is nothing left to fall), any is far behind.
    Headroom is what the rest of the year may still add, (1 − r)·A'(12) − A; below 0 it is out of reach.
    """
    asked = reduction_pct(inputs.target, inputs.direction)
    change = inputs.growth
    gap = difference(-asked, change)
    zero_base = (inputs.base == 0) & ~np.isnan(inputs.level)
    counted = np.where(inputs.level > 0, -np.inf, 0.0)
    met = np.where(zero_base, inputs.level <= 0, meets(change, -asked, "at_most", inputs.is_strict))
    left = np.where(inputs.is_additive, allowed_for_the_rest(inputs.base_total, inputs.level, asked), np.nan)
    too_many = (left < 0) | (inputs.is_strict & (left == 0) & (asked == 0) & (inputs.base_total > 0))
    usual = _outcome(inputs, change, gap, met.astype(np.bool_))
    return replace(
        usual,
        state_gap_pp=np.where(zero_base, counted, gap),
        headroom=left,
        is_missing=~inputs.has_growth_figure,
        is_not_applicable=np.isnan(change) & ~zero_base & inputs.has_growth_figure,
        is_impossible=usual.is_impossible | too_many,
        is_strict_gap=inputs.is_strict & ~zero_base,
    )


def relative(inputs: Inputs) -> Outcome:
    """Margin over a reference series of the same month: x − reference, against the margin asked, in 个百分点."""
    margin = difference(inputs.growth, inputs.reference)
    met = meets(margin, inputs.target, inputs.direction, inputs.is_strict)
    gap = difference(margin, inputs.target)
    return _outcome(inputs, margin, np.where(inputs.direction == "at_most", -gap, gap), met)


def by_kind(inputs: Inputs) -> Outcome:
    """The outcome of every row by its own kind; a level to stay under is a ceiling."""
    kind = inputs.kind
    is_level = np.isin(kind.astype(str), ("level", "increment", "binary"))
    under = is_level & (inputs.direction == "at_most")
    stock = (kind == "level") & inputs.is_balance & ~under
    parts = [
        (is_level & ~under & ~stock, flow(inputs)),
        (stock, balance(inputs)),
        (kind == "growth_rate", growth_rate(inputs)),
        (kind == "rate", rate(inputs)),
        ((kind == "ceiling") | under, ceiling(inputs)),
        (kind == "decline", decline(inputs)),
        (kind == "relative", relative(inputs)),
    ]
    return _combine(parts)


def _combine(parts: Sequence[tuple[Bools, Outcome]]) -> Outcome:
    masks = [mask for mask, _ in parts]
    return Outcome(
        **{one.name: np.select(masks, [getattr(outcome, one.name) for _, outcome in parts]) for one in fields(Outcome)}
    )
