"""The register of bonuses and deductions: which documents count, for whom, in which period, and how much."""

import numpy as np
import pandas as pd

from fhdata.appraisal.grouping import group_ids, positions
from fhdata.appraisal.points import Bools, Ints, divided
from fhdata.appraisal.scheme import HUNDRED, Scheme

EVENT_COLUMNS = [
    "county", "unit", "role", "work", "kind", "level", "subject", "document", "document_date", "registered",
]  # fmt: skip
EVENT_KEYS = ["county", "document", "work", "kind", "level"]
LEAD, COOPERATING, ALONE = "lead", "cooperating", "alone"
ROLES = (LEAD, COOPERATING, ALONE)
UNIT, VILLAGE, PERSON = "unit", "village", "person"
SUBJECTS = (UNIT, VILLAGE, PERSON)
REFUSED = "refused"
MONTHS = 12


def points_in_use(scheme: Scheme) -> pd.DataFrame:
    """Points by kind and level, under the reading of values printed without a level (``annual_levels``).

    Returns:
        kind, span, name, level, points_e4, document, section; a value without a level is left out (``refused``), or
        stands for the level the reading names.
    """
    points, reading = scheme.points, scheme.readings.annual_levels
    if reading != REFUSED:
        levels = points["level"].where(points["is_paired"], reading)
        return points.assign(level=levels, is_paired=True)
    return points[points["is_paired"]].reset_index(drop=True)


def count_events(events: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    """What each event brings each unit; one row a row of the register, those that do not count with the reason.

    An event is one document on one work; its points by kind and level are split: the lead unit 60%, each cooperating
    unit 40% (or all of them 40% together), a unit alone 100%, each half up to 0.0001 point. Of one unit's events on one
    work in one period only the highest counts, bonuses and deductions apart. Persons never count; a village's annual
    praise only from the level the rule names. An event belongs to the month (or year) of its document; one registered
    after that month was closed to the first month still open.

    Args:
        events: EVENT_COLUMNS (dates), checked by ``checks.event_problems``.
        scheme: the scheme.

    Returns:
        The register with span, period (2023-03 or 2023), name, points_e4 (full, signed), split_e4 (this unit's part),
        counted_e4 (0 where it does not count), is_counted, reason, is_late, rule_source.

    Source: 凤政办函〔2023〕6号 六.
    """
    table = points_in_use(scheme)
    rule = table.iloc[positions(events, table, ["kind", "level"])].reset_index(drop=True)
    known = events.reset_index(drop=True).assign(
        span=rule["span"],
        name=rule["name"],
        points_e4=rule["points_e4"].to_numpy(dtype=np.int64),
        rule_source=rule["document"] + " " + rule["section"],
    )
    known = _with_period(known, scheme)
    known = known.assign(split_e4=_split(known, scheme))
    reason = _reasons(known, scheme)
    counted = reason == ""
    return known.assign(
        counted_e4=np.where(counted, known["split_e4"], 0).astype(np.int64), is_counted=counted, reason=reason
    )


def event_points(counted: pd.DataFrame) -> pd.DataFrame:
    """Bonus and deduction by unit and period: county, span, period, unit, bonus_e4 (≥ 0), deduction_e4 (≤ 0)."""
    keys = ["county", "span", "period", "unit"]
    points = counted["counted_e4"]
    split = counted[keys].assign(bonus_e4=points.clip(lower=0), deduction_e4=points.clip(upper=0))
    return split.groupby(keys, observed=True, sort=False, as_index=False).sum()


def unplaced(counted: pd.DataFrame, ranking: pd.DataFrame) -> pd.DataFrame:
    """Events that count but fall in a month in which their unit is not ranked; nobody should lose them unseen.

    Args:
        counted: as ``count_events`` gives it.
        ranking: county, period, unit of every month ranked.
    """
    monthly = counted[counted["is_counted"] & (counted["span"] == "month")]
    return monthly[positions(monthly, ranking, ["county", "period", "unit"]) < 0].reset_index(drop=True)


def _with_period(events: pd.DataFrame, scheme: Scheme) -> pd.DataFrame:
    document = _month_number(events["document_date"])
    registered = pd.to_datetime(events["registered"])
    is_within = (registered.dt.day <= scheme.results_day).to_numpy()
    still_open = _month_number(events["registered"]) - is_within
    late = np.maximum(document, still_open)
    month = late if scheme.readings.event_month == "next_open" else document
    is_fixed = (events["points_e4"].to_numpy() < 0) & (scheme.readings.late_deductions == "own_year")
    year = np.where(is_fixed, document, late) // MONTHS
    is_year = (events["span"] == "year").to_numpy()
    by_month = [f"{one // MONTHS:04d}-{one % MONTHS + 1:02d}" for one in month]
    period = np.where(is_year, [f"{one:04d}" for one in year], by_month)
    is_late = np.where(is_year, year != document // MONTHS, month != document)
    return events.assign(period=pd.Series(period, index=events.index, dtype="str"), is_late=is_late)


def _month_number(dates: pd.Series) -> Ints:
    """Months since year 0."""
    days = pd.to_datetime(dates)
    return np.asarray(days.dt.year * MONTHS + days.dt.month - 1, dtype=np.int64)


def _split(events: pd.DataFrame, scheme: Scheme) -> Ints:
    """A unit's part of the full points: 60%, 40% (each, or by the number cooperating in the event), 100%."""
    role = events["role"].to_numpy(dtype=object)
    ids = group_ids(events, EVENT_KEYS)
    helpers = np.bincount(ids, weights=role == COOPERATING, minlength=1).astype(np.int64)
    sharing = np.where(role == COOPERATING, helpers[ids], 1) if scheme.readings.cooperating == "shared" else 1
    percent = np.select([role == LEAD, role == COOPERATING], [scheme.lead_percent, scheme.cooperating_percent], HUNDRED)
    return divided(events["points_e4"].to_numpy(dtype=np.int64) * percent, HUNDRED * np.asarray(sharing))


def _reasons(events: pd.DataFrame, scheme: Scheme) -> "pd.Series[str]":
    """Why a row does not count, "" where it does."""
    is_person = events["subject"] == PERSON
    is_low = (
        (events["subject"] == VILLAGE)
        & (events["span"] == "year")
        & (events["points_e4"] > 0)
        & ~events["level"].isin(scheme.village_levels)
    )
    barred = (is_person | is_low).to_numpy(dtype=np.bool_)
    best = _highest(events, scheme, barred)
    winner = events["document"].to_numpy(dtype=object)[best]
    least = "、".join(scheme.village_levels)
    texts = [
        "个人的表彰和通报不计"
        if person
        else f"村（社区）须{least}表彰方可加分"
        if low
        else ""
        if chosen
        else f"同一工作同一时段已按最高计（{document}）"
        for person, low, chosen, document in zip(
            is_person, is_low, _is_chosen(events, scheme, best), winner, strict=True
        )
    ]
    return pd.Series(texts, index=events.index, dtype="str")


def _work_ids(events: pd.DataFrame) -> Ints:
    """Unit, work, period, and bonuses apart from deductions."""
    keyed = events.assign(is_bonus=events["points_e4"] > 0)
    return group_ids(keyed, ["county", "unit", "work", "span", "period", "is_bonus"])


def _strength(events: pd.DataFrame, scheme: Scheme) -> Ints:
    before = scheme.readings.same_work == "before_split"
    return np.abs(events["points_e4" if before else "split_e4"].to_numpy(dtype=np.int64))


def _highest(events: pd.DataFrame, scheme: Scheme, barred: Bools) -> Ints:
    """For each row the row that counts among those of its work: the highest, then the larger part, then the earlier."""
    ids = _work_ids(events)
    date = pd.to_datetime(events["document_date"]).astype("int64").to_numpy()
    document = pd.factorize(events["document"], sort=True)[0]
    part = np.abs(events["split_e4"].to_numpy(dtype=np.int64))
    order = np.lexsort((document, date, -part, -_strength(events, scheme), barred, ids))
    heads = order[np.unique(ids[order], return_index=True)[1]]
    return np.asarray(heads[ids], dtype=np.int64)


def _is_chosen(events: pd.DataFrame, scheme: Scheme, best: Ints) -> Bools:
    own = np.arange(len(events)) == best
    if scheme.readings.same_level == "once":
        return own
    strength = _strength(events, scheme)
    return np.asarray(strength == strength[best], dtype=np.bool_)
