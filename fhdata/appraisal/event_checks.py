"""What the register of bonuses and deductions must be before it is counted."""

import pandas as pd

from fhdata.appraisal.checks import at_rows, repeated, unknown
from fhdata.appraisal.events import ALONE, COOPERATING, EVENT_KEYS, LEAD, ROLES, SUBJECTS, points_in_use
from fhdata.appraisal.grouping import positions
from fhdata.appraisal.scheme import Scheme
from fhdata.problems import Problem, problem


def event_problems(events: pd.DataFrame, units: pd.DataFrame, scheme: Scheme) -> list[Problem]:
    """Faults of the register: names, levels, roles, documents and dates, rows twice.

    Units that share an event may be any that ``units`` lists, also those that stand in no series (they take their part
    and are not ranked).
    """
    if events.empty:
        return []
    points = points_in_use(scheme)
    is_nameless = (events["document"] == "") | (events["work"] == "")
    is_dated = events["document_date"].notna() & events["registered"].notna()
    is_early = is_dated & (pd.to_datetime(events["registered"]) < pd.to_datetime(events["document_date"]))
    nameless, undated = "“{row.unit}”的一条加减分没有文号或工作名称", "“{row.unit}”的一条加减分没有印发日期或报来日期"
    early = "{row.document} 报来日期早于印发日期"
    return [
        *unknown(events, "unit", units["unit"].unique(), "unknown_unit", "单位"),
        *unknown(events, "kind", points["kind"].unique(), "unknown_kind", "加减分种类"),
        *unknown(events, "role", ROLES, "bad_choice", "角色"),
        *unknown(events, "subject", SUBJECTS, "bad_choice", "对象"),
        *_level_problems(events, points, scheme),
        *at_rows(events, is_nameless, "empty_cell", nameless, "两格必填", action="请补上"),
        *at_rows(events, ~is_dated, "no_date", undated, action="请补上"),
        *at_rows(events, is_early, "bad_date", early, action="请核对"),
        *repeated(events, [*EVENT_KEYS, "unit"], "加减分"),
        *_role_problems(events),
    ]


def _level_problems(events: pd.DataFrame, points: pd.DataFrame, scheme: Scheme) -> list[Problem]:
    """A level the document gives this kind no points for; one printed without a level is not guessed."""
    named = events[events["kind"].isin(points["kind"])]
    strange = named[positions(named, points, ["kind", "level"]) < 0]
    levels = points.groupby("kind", sort=False)["level"].agg(
        lambda texts: "、".join(text or "（空）" for text in texts)
    )
    unpaired = set(scheme.points.loc[~scheme.points["is_paired"], "kind"])
    note = "，文件另有一个分值没有写层级，读法未采用"
    allowed = [f"该种类只有{levels[kind]}{note if kind in unpaired else ''}" for kind in strange["kind"]]
    said = "“{row.unit}”的 {row.kind} 写的层级是“{row.level}”"
    return at_rows(strange.assign(allowed=allowed), [True] * len(strange), "unknown_level", said, "{row.allowed}")


def _role_problems(events: pd.DataFrame) -> list[Problem]:
    """Events whose roles do not fit together: one lead with those cooperating, or one unit alone."""
    roles = events.assign(**{role: events["role"] == role for role in ROLES})
    counts = roles.groupby(EVENT_KEYS, sort=False, as_index=False, dropna=False)[list(ROLES)].sum()
    found = []
    for row in counts.itertuples():
        lead, helping, alone = (getattr(row, role) for role in (LEAD, COOPERATING, ALONE))
        said = f"{row.document}“{row.work}”登记了牵头 {lead} 个、配合 {helping} 个、单独 {alone} 个"
        if (alone and (alone > 1 or lead or helping)) or lead > 1 or (bool(lead) != bool(helping)):
            allowed = "应为一个单独，或一个牵头带若干配合（不参加考核的单位也要登记）"
            found.append(problem("bad_roles", said, allowed, "请补齐或改正"))
    return found
