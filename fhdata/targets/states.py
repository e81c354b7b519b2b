"""States and lights of targets, from gaps, thresholds and what is known; missing is never red and never 0."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from fhdata.targets.numbers import Bools, Floats, Texts, floats

DONE, ON_PACE, BEHIND, FAR_BEHIND = "已完成", "达序时", "欠序时(轻)", "欠序时(重)"
BREACHED, IMPOSSIBLE = "已突破", "已无法完成"
NOT_DUE, NOT_REPORTED, NOT_APPLICABLE = "未到发布期", "缺报", "不适用"
PENDING, CONFLICT = "目标待定", "目标冲突"
STATES = (
    DONE, ON_PACE, BEHIND, FAR_BEHIND, BREACHED, IMPOSSIBLE, NOT_DUE, NOT_REPORTED, NOT_APPLICABLE, PENDING, CONFLICT,
)  # fmt: skip
GREEN, AMBER, RED, NO_LIGHT = "green", "amber", "red", "none"
LIGHTS = {DONE: GREEN, ON_PACE: GREEN, BEHIND: AMBER, FAR_BEHIND: RED, BREACHED: RED, IMPOSSIBLE: RED}
REACHED, NOT_REACHED = "达标", "未达标"
LIKELY, UNSURE, UNLIKELY, NO_OUTLOOK = "预计达标", "能否达标未定", "预计未达标", ""
GROWTH_KINDS = ("growth_rate", "rate", "relative", "decline")


@dataclass(frozen=True)
class Thresholds:
    """Where the grades of 欠序时 and of the outlook begin, and the readings a run uses; the values come from rules.

    Attributes:
        level_on_pace_pp: gap in 个百分点 from which a level is on pace (0).
        growth_on_pace_pp: gap in 个百分点 from which a growth or a rate is on pace (0).
        level_far_pp: gap in 个百分点 at or below which a level is far behind (−10).
        growth_far_pp: gap in 个百分点 below which a growth or a rate is far behind (−1; −1 itself is 轻).
        likely_ratio: probability from which the outlook is 预计达标.
        unlikely_ratio: probability below which the outlook is 预计未达标.
        interval_ratio: how much of the outcomes the printed interval holds.
        share_years: past years whose shape gives s: 1 is last year's own (exact for g_req), n the mean of the last n.
        minimum_years: no forecast from fewer past years.
        few_years: with fewer past years than this, the interval comes from resampled monthly changes.
        is_rounded_compare: 修约值比较, comparison of values rounded to ``compare_digits``.
        compare_digits: decimals of that rounding.
    """

    level_on_pace_pp: float = 0.0
    growth_on_pace_pp: float = 0.0
    level_far_pp: float = -10.0
    growth_far_pp: float = -1.0
    likely_ratio: float = 0.8
    unlikely_ratio: float = 0.2
    interval_ratio: float = 0.8
    share_years: int = 1
    minimum_years: int = 1
    few_years: int = 3
    is_rounded_compare: bool = False
    compare_digits: int = 1


@dataclass(frozen=True)
class Facts:
    """What is known of each target, one value a row: the inputs of its state."""

    kind: Texts
    gap_pp: Floats
    is_strict_final: Bools  # a gap of 0 is not enough: the target itself is compared and must be exceeded
    is_conflicted: Bools
    is_pending: Bools
    is_not_due: Bools
    is_missing: Bools
    is_breached: Bools
    is_not_applicable: Bools
    is_impossible: Bools
    is_done: Bools


def state(facts: Facts, thresholds: Thresholds, far_pp: ArrayLike = np.nan) -> Texts:
    """The one state of each target.

    The first that holds of: 目标冲突, 目标待定, 已突破, 未到发布期, 缺报, 不适用, 已无法完成, 已完成; then by the
    gap: ≥ 0 达序时; for levels −10 < gap < 0 轻, gap ≤ −10 重; for growth gap ≥ −1 轻, below 重. 已突破 stands before
    未到发布期 because a zero ceiling once breached stays breached, whatever the next month brings.

    Args:
        facts: one row a target.
        thresholds: the grades in force.
        far_pp: a target's own grade, NaN where it has none.

    Returns:
        One of STATES per row.
    """
    by_growth = np.isin(facts.kind.astype(str), GROWTH_KINDS)
    usual = np.where(by_growth, thresholds.growth_far_pp, thresholds.level_far_pp)
    far = np.where(np.isnan(floats(far_pp)), usual, floats(far_pp))
    on_pace = np.where(by_growth, thresholds.growth_on_pace_pp, thresholds.level_on_pace_pp)
    gap = facts.gap_pp
    is_far = np.where(by_growth, gap < far, gap <= far)
    conditions = [
        (facts.is_conflicted, CONFLICT),
        (facts.is_pending, PENDING),
        (facts.is_breached, BREACHED),
        (facts.is_not_due, NOT_DUE),
        (facts.is_missing, NOT_REPORTED),
        (facts.is_not_applicable, NOT_APPLICABLE),
        (facts.is_impossible, IMPOSSIBLE),
        (facts.is_done, DONE),
        (np.isnan(gap), NOT_APPLICABLE),
        (np.where(facts.is_strict_final, gap > on_pace, gap >= on_pace), ON_PACE),
        (~is_far, BEHIND),
    ]
    chosen = np.full(len(gap), FAR_BEHIND, dtype=object)
    for holds, name in reversed(conditions):
        chosen = np.where(np.asarray(holds, dtype=np.bool_), name, chosen)
    return chosen.astype(object)


def progress_light(states: Texts) -> Texts:
    """The light of the progress to date: green, amber, red, or none where nothing can be said."""
    return np.array([LIGHTS.get(str(one), NO_LIGHT) for one in states], dtype=object)


def outlook(
    states: Texts,
    thresholds: Thresholds,
    *,
    is_year_end: Bools,
    is_met: Bools,
    probability: Floats,
    will_meet: Bools,
    has_forecast: Bools,
) -> tuple[Texts, Texts]:
    """Outlook and its light: where the year will end, kept apart from the progress to date.

    At the year's end 达标 or 未达标. Before it: 达标 for what is done, 未达标 for what is breached or out of reach,
    otherwise by the forecast's probability; by its
    central value alone where there is no probability; nothing where there is no forecast.

    Returns:
        Text and light, one pair a row.
    """
    known = ~np.isin(states.astype(str), (NOT_DUE, NOT_REPORTED, NOT_APPLICABLE, PENDING, CONFLICT))
    lost = np.isin(states.astype(str), (BREACHED, IMPOSSIBLE))
    judged = known & has_forecast
    by_odds = judged & ~np.isnan(probability)
    conditions = [
        (~known, NO_OUTLOOK, NO_LIGHT),
        (lost, NOT_REACHED, RED),
        (is_year_end, np.where(is_met, REACHED, NOT_REACHED), np.where(is_met, GREEN, RED)),
        (states == DONE, REACHED, GREEN),
        (by_odds & (probability >= thresholds.likely_ratio), LIKELY, GREEN),
        (by_odds & (probability < thresholds.unlikely_ratio), UNLIKELY, RED),
        (by_odds, UNSURE, AMBER),
        (judged & will_meet, LIKELY, GREEN),
        (judged, UNLIKELY, AMBER),
    ]
    words, lights = np.full(len(states), NO_OUTLOOK, dtype=object), np.full(len(states), NO_LIGHT, dtype=object)
    for holds, word, light in reversed(conditions):
        words, lights = np.where(holds, word, words), np.where(holds, light, lights)
    return words.astype(object), lights.astype(object)
