"""Counts, changes and lists made from the table of progress."""

from datetime import date, timedelta

import numpy as np
import pandas as pd

from fhdata.periods import Period
from fhdata.targets.series import as_known
from fhdata.targets.states import (
    BEHIND,
    BREACHED,
    DONE,
    FAR_BEHIND,
    IMPOSSIBLE,
    NOT_REPORTED,
    ON_PACE,
    PENDING,
    STATES,
)

LIST_MARK = ";"
LAGGING = (BREACHED, IMPOSSIBLE, FAR_BEHIND, BEHIND)
# Better to worse; between states that say nothing about progress no change is called better or worse.
GRADES = {DONE: 0, ON_PACE: 1, BEHIND: 2, FAR_BEHIND: 3, IMPOSSIBLE: 4, BREACHED: 4}
BETTER, WORSE, NEWS = "好转", "转差", "其他"
MEASURE_WORDS = {"growth": "增速", "numerator": "（分子）", "denominator": "（分母）"}
SPAN_WORDS = {"ytd": "累计", "month": "当月", "quarter": "当季", "year": "全年", "stock": "期末"}
FACT = ["indicator", "area", "period", "span", "measure"]


def state_counts(progress: pd.DataFrame, by: str = "battle") -> pd.DataFrame:
    """How many targets are in each state: one row per value of ``by``, in the register's order.

    Returns:
        ``by``, one int column per state in the order of STATES, ``total`` (their sum).
    """
    counted = pd.crosstab(progress[by], progress["state"]).reindex(columns=list(STATES), fill_value=0)
    ordered = counted.reindex(list(progress[by].drop_duplicates()))
    return ordered.assign(total=ordered.sum(axis=1)).reset_index().rename_axis(columns=None)


def by_unit(progress: pd.DataFrame, roles: pd.DataFrame) -> pd.DataFrame:
    """The targets each unit leads or supports: one row per unit, role and target.

    Args:
        progress: ``track``'s table.
        roles: ``code``, ``unit``, ``unit_name``, ``role`` (lead | support), aliases resolved.

    Returns:
        ``unit_code``, ``unit_name``, ``role`` and progress's columns, by unit, leads first, then the register's order.
    """
    order = pd.Series(range(len(progress)), index=progress["code"])
    named = roles[["unit", "unit_name", "role", "code"]].rename(columns={"unit": "unit_code"})
    joined = named.merge(progress, on="code", how="inner", validate="many_to_one")
    placed = joined.assign(place=joined["code"].map(order)).sort_values(["unit_code", "role", "place"])
    return placed.drop(columns="place").reset_index(drop=True)


def counts_by_lead(progress: pd.DataFrame) -> pd.DataFrame:
    """State counts by lead unit as the register names it; a target with two leads counts for each of them.

    Returns:
        ``lead_unit``, one int column per state, ``total``; so the totals may add up to more than the targets.
    """
    leads = progress.assign(lead_unit=progress["lead_units"].str.split(LIST_MARK)).explode("lead_unit")
    return state_counts(leads.reset_index(drop=True), by="lead_unit")


def count_once(progress: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Progress with one row per thing asked for: of targets stated in several lists (``same_as``) the first stays.

    Returns:
        Rows of ``progress``, with ``also`` (codes of the rows left out, joined by ";").
    """
    parent = {str(code): str(code) for code in targets["code"]}
    for code, others in zip(targets["code"], targets["same_as"].fillna(""), strict=True):
        for other in filter(None, str(others).split(LIST_MARK)):
            first, second = sorted((_root(parent, str(code)), _root(parent, other)), key=list(parent).index)
            parent[second] = first
    head = progress["code"].map(lambda code: _root(parent, str(code)))
    also = progress["code"].groupby(head).agg(lambda codes: LIST_MARK.join(codes.iloc[1:]))
    once = progress.loc[~head.duplicated()]
    return once.assign(also=head.loc[once.index].map(also)).reset_index(drop=True)


def _root(parent: dict[str, str], code: str) -> str:
    while parent[code] != code:
        code = parent[code]
    return code


def changed_states(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Targets whose state is another than in the last report: one row each, in the register's order.

    Returns:
        ``code``, ``battle``, ``title``, ``lead_units``, ``state_before``, ``state``, ``gap_pp_before``, ``gap_pp``,
        ``change`` (好转 | 转差 | 其他).
    """
    old = before[["code", "state", "gap_pp"]].rename(columns={"state": "state_before", "gap_pp": "gap_pp_before"})
    both = after[["code", "battle", "title", "lead_units", "state", "gap_pp"]].merge(old, on="code")
    moved = both.loc[both["state"] != both["state_before"]].reset_index(drop=True)
    grades = [moved[column].map(GRADES).astype("float64") for column in ("state", "state_before")]
    step = grades[0] - grades[1]
    word = np.select([(step < 0).to_numpy(), (step > 0).to_numpy()], [BETTER, WORSE], default=NEWS)
    columns = ["code", "battle", "title", "lead_units", "state_before", "state", "gap_pp_before", "gap_pp"]
    return moved[columns].assign(change=word)


def laggards(progress: pd.DataFrame) -> pd.DataFrame:
    """Targets behind, worst first: 已突破, 已无法完成, 欠序时(重), 欠序时(轻), within a state the widest gap first.

    Gaps of levels and of growth are both in 个百分点 but of different things, so a state's levels come before its
    growths and each is ordered by itself.
    """
    behind = progress.loc[progress["state"].isin(LAGGING)]
    is_growth = behind["kind"].isin(("growth_rate", "rate", "relative", "decline"))
    rank = behind["state"].map({name: place for place, name in enumerate(LAGGING)})
    ordered = behind.assign(rank=rank, is_growth=is_growth).sort_values(
        ["rank", "is_growth", "gap_pp", "code"], na_position="first", kind="stable"
    )
    return ordered.drop(columns=["rank", "is_growth"]).reset_index(drop=True)


def not_reported(progress: pd.DataFrame) -> pd.DataFrame:
    """Who has not reported: ``publisher``, ``due_date``, ``indicator_name``, ``code``, ``title``, overdue ones only."""
    overdue = progress.loc[progress["state"] == NOT_REPORTED]
    columns = ["publisher", "due_date", "indicator_name", "code", "title", "lead_units"]
    return overdue[columns].sort_values(["publisher", "due_date", "code"]).reset_index(drop=True)


def due_within(progress: pd.DataFrame, targets: pd.DataFrame, period: Period, as_of: date, days: int) -> pd.DataFrame:
    """Milestones and deadlines not yet met that fall within ``days`` after a day.

    Returns:
        ``code``, ``battle``, ``title``, ``lead_units``, ``state``, ``progress_light``, ``deadline``, by deadline.
        A step path without a month is due at the year's end.
    """
    month = targets["step_month"].fillna(12).astype("int64")
    ends = {each: Period(period.year, "month", int(each)).end for each in month.unique()}
    dated = targets[["code"]].assign(deadline=month.map(ends))
    is_step = ((targets["path"] == "step") | (targets["kind"] == "binary")).to_numpy()
    near = dated.loc[is_step & [as_of <= day <= as_of + timedelta(days=days) for day in dated["deadline"]]]
    columns = ["code", "battle", "title", "lead_units", "state", "progress_light"]
    open_ones = progress.loc[~progress["state"].isin((DONE, PENDING)), columns]
    return open_ones.merge(near, on="code").sort_values(["deadline", "code"]).reset_index(drop=True)


def revisions(
    observations: pd.DataFrame, as_of: date, area: str | None = None, indicators: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Published numbers that a later release changed, as known on a day: one row per change.

    Args:
        observations: intake's rows, all releases.
        as_of: the day of knowledge.
        area: the area, where observations hold several.
        indicators: the registry, for ``name``, ``span_name`` and ``where``, which a report prints; left out without it.

    Returns:
        The fact's columns, ``value_before``, ``value``, ``unit``, ``released_before``, ``released``, ``source_file``,
        ``source_sheet``, ``source_cell`` (of the later one), by release; with a registry ``name`` (and 增速 where it is
        a growth), ``span_name`` (累计, 当季 …) and ``where`` (file, sheet and cell in one).
    """
    known = as_known(observations, as_of, area).sort_values([*FACT, "released"], kind="stable")
    earlier = known.groupby(FACT, sort=False)[["value", "released"]].shift()
    changed = earlier["value"].notna() & (known["value"] != earlier["value"])
    table = known.assign(value_before=earlier["value"], released_before=earlier["released"]).loc[changed]
    columns = [*FACT, "value_before", "value", "unit", "released_before", "released"]
    source = ["source_file", "source_sheet", "source_cell"]
    found = table[columns + source].sort_values(["released", *FACT], kind="stable").reset_index(drop=True)
    if indicators is None:
        return found
    names = found["indicator"].map(dict(zip(indicators["indicator"], indicators["name"], strict=True)))
    return found.assign(
        name=names.where(found["measure"] == "value", names + found["measure"].map(MEASURE_WORDS).fillna("")),
        span_name=found["span"].map(SPAN_WORDS).fillna(""),
        where=found["source_file"] + "「" + found["source_sheet"] + "」" + found["source_cell"],
    )
