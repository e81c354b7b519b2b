"""From 征求意见 over 签批 to 审定: what was objected to, what became of it, and which table was approved."""

from datetime import date
from hashlib import sha256

import numpy as np
import pandas as pd

from fhdata.appraisal.checks import at_rows
from fhdata.appraisal.grouping import group_ids
from fhdata.problems import Problem, problem, stop_on

CONSULTATION, SIGN_OFF, APPROVAL = "consultation", "sign_off", "approval"
STAGES = {CONSULTATION: "征求意见", SIGN_OFF: "签批", APPROVAL: "审定"}
NONE, OPEN, UPHELD, REJECTED = "none", "open", "upheld", "rejected"
OUTCOMES = {NONE: "无异议", OPEN: "待答复", UPHELD: "采纳", REJECTED: "不采纳"}
LOG_COLUMNS = ["county", "period", "item", "stage", "on", "unit", "text", "outcome", "document", "table_hash"]
STEP = ["county", "period", "item"]
RANKING_HASHED = ["period", "series", "unit", "total_e4", "rank"]  # of the whole table
SCORES_HASHED = ["month", "unit", "item", "score", "status"]  # of one item's results
SHORTEST = 12  # characters of a fingerprint that a log must at least write
_FIELD, _ROW = "\x1f", "\x1e"  # unit and record separator: no cell of a table holds them


def table_hash(table: pd.DataFrame, columns: list[str]) -> str:
    """A fingerprint of what a table says: SHA-256 over its rows in order of their text, columns as named.

    The order of rows, the index and further columns make no difference; any other change does.
    """
    texts = [[_text(value) for value in table[name].tolist()] for name in columns]
    rows = sorted(_FIELD.join(cells) for cells in zip(*texts, strict=True))
    return sha256(_ROW.join([_FIELD.join(columns), *rows]).encode()).hexdigest()


def fingerprints(scores: pd.DataFrame, ranking: pd.DataFrame, period: str) -> pd.DataFrame:
    """What the log of a period can refer to: one row an item scored, the last one the ranking (item "").

    Args:
        scores: county, month, unit, item, score, status.
        ranking: of any periods, of months or years.
        period: the month or year; a year has no items of its own.

    Returns:
        item, table_hash.
    """
    own = scores[scores["month"] == period]
    items = [(str(item), table_hash(rows, SCORES_HASHED)) for item, rows in own.groupby("item", sort=False)]
    whole = ("", table_hash(ranking[ranking["period"] == period], RANKING_HASHED))
    return pd.DataFrame([*items, whole], columns=["item", "table_hash"])


def is_of(told: str, fingerprint: str) -> bool:
    """Whether a fingerprint as written in a log, which may be shortened, is this one."""
    return len(told) >= SHORTEST and fingerprint.startswith(told)


def steps_reached(log: pd.DataFrame, prints: pd.DataFrame) -> pd.DataFrame:
    """How far each item and the whole table have come: one row a row of ``prints``.

    Args:
        log: LOG_COLUMNS of the period.
        prints: see ``fingerprints``.

    Returns:
        item, table_hash, stage ("" for nothing logged), on, document, objections (how many were raised), open (how
        many have no answer), told_hash, is_of_this_table (the last step refers to the table as it is now).
    """
    rows = []
    for item, fingerprint in prints[["item", "table_hash"]].itertuples(index=False):
        own = log[log["item"] == item]
        raised = own[own["unit"] != ""].drop_duplicates(["unit", "text"], keep="last")
        last = own.iloc[-1] if len(own) else None
        told = "" if last is None else str(last["table_hash"])
        rows.append(
            {
                "item": item,
                "table_hash": fingerprint,
                "stage": "" if last is None else str(last["stage"]),
                "on": None if last is None else last["on"],
                "document": "" if last is None else str(last["document"]),
                "objections": len(raised),
                "open": int((raised["outcome"] == OPEN).sum()),
                "told_hash": told,
                "is_of_this_table": is_of(told, fingerprint),
            }
        )
    return pd.DataFrame(rows)


def logged(log: pd.DataFrame, step: dict[str, object]) -> pd.DataFrame:
    """The log with one more row; what is already there is never changed.

    Args:
        log: LOG_COLUMNS.
        step: one value a column; ``item`` is "" for the month as a whole, ``unit`` and ``text`` for no objection.

    Raises:
        ProblemsFound: a column missing or unknown, or the log is at fault with the new row.
    """
    wrong = sorted(set(LOG_COLUMNS) ^ set(step))
    stop_on(problem("bad_log", f"日志的一行多了或少了“{name}”", f"应为{'、'.join(LOG_COLUMNS)}") for name in wrong)
    longer = pd.concat([log, pd.DataFrame([step], columns=LOG_COLUMNS)], ignore_index=True)
    stop_on(log_problems(longer))
    return longer


def log_problems(log: pd.DataFrame) -> list[Problem]:
    """Faults of a log: words, stages out of order, approval over an open objection, steps after the approval.

    An item is consulted on, then signed off; the month as a whole (item "") is approved after that.

    Source: 凤政办函〔2023〕6号 七(二)(三)、附件2.
    """
    if log.empty:
        return []
    found = [
        *at_rows(log, ~log["stage"].isin(STAGES), "bad_choice", "阶段写的是“{row.stage}”", "、".join(STAGES)),
        *at_rows(log, ~log["outcome"].isin(OUTCOMES), "bad_choice", "结果写的是“{row.outcome}”", "、".join(OUTCOMES)),
        *at_rows(log, log["table_hash"] == "", "no_hash", "“{row.item}”{row.stage}没有记下表的指纹", action="请补上"),
    ]
    step = log["stage"].map({name: number for number, name in enumerate(STAGES)}).fillna(0).to_numpy(dtype=np.int64)
    ids = group_ids(log, STEP)
    is_back = [bool((step[:row][ids[:row] == ids[row]] > step[row]).any()) for row in range(len(log))]
    found += at_rows(
        log, is_back, "stage_order", "{row.period}“{row.item}”在后一阶段之后又登记了{row.stage}", "阶段不能倒退"
    )
    return found + _missing_steps(log)


def _missing_steps(log: pd.DataFrame) -> list[Problem]:
    """Sign-offs without consultation or over an open objection, approvals over items not signed off."""
    found = []
    steps = log[["county", "period", "item", "stage"]].astype("str").itertuples(index=False)
    for number, (county, period, item, stage) in enumerate(steps):
        if stage not in {SIGN_OFF, APPROVAL}:
            continue
        before = log.iloc[:number]
        same = before[(before["county"] == county) & (before["period"] == period)]
        own = same[same["item"] == item] if stage == SIGN_OFF else same
        name = f"{period}“{item}”" if item else f"{period} 全月"
        if stage == SIGN_OFF and not (own["stage"] == CONSULTATION).any():
            found.append(problem("stage_missing", f"{name}没有征求意见就签批", "", "请先登记征求意见"))
        unsigned = sorted(set(same["item"]) - set(same.loc[same["stage"] == SIGN_OFF, "item"]) - {""})
        if stage == APPROVAL and unsigned:
            found.append(problem("stage_missing", f"{name}审定时“{'、'.join(unsigned)}”还没有签批", "", "请先签批"))
        if _has_open_objection(own):
            found.append(problem("open_objection", f"{name}还有没答复的意见就{STAGES[stage]}", "", "请先答复"))
    return found


def _has_open_objection(log: pd.DataFrame) -> bool:
    """Whether an objection has no later row of the same unit and item that answers it."""
    objections = log[log["outcome"].isin([OPEN, UPHELD, REJECTED])]
    latest = objections.drop_duplicates(["county", "period", "item", "unit", "text"], keep="last")
    return bool((latest["outcome"] == OPEN).any())


def refuse_unapproved(log: pd.DataFrame, county: str, period: str, fingerprint: str) -> None:
    """Refuse to call a table final that is not the one that was approved.

    Raises:
        ProblemsFound: no approval of the month in the log, or of a table with another fingerprint.
    """
    is_month = (log["county"] == county) & (log["period"] == period) & (log["stage"] == APPROVAL)
    approved = log[is_month]
    if approved.empty:
        stop_on([problem("not_approved", f"{county} {period} 的结果还没有审定", "", "请先报领导小组审定")])
    known = str(approved["table_hash"].iloc[-1])
    if not is_of(known, fingerprint):
        said = f"{county} {period} 的结果与审定时的不是同一张表（审定 {known[:12]}，现在 {fingerprint[:12]}）"
        stop_on([problem("changed_after_approval", said, "", "请重新审定，或查明改动")])


def _text(value: object) -> str:
    """A cell as text, the same whatever type holds the number."""
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(value, ".12g")
    return value.isoformat() if isinstance(value, date) else str(value)
