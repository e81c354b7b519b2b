"""Contradictions within the documents, found by rule from the register and the mentions; only a ruling settles one."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date

import pandas as pd

from fhdata.problems import hint, problem, stop_on
from fhdata.targets.disagreements import (
    LIST_MARK,
    implied_bases,
    other_leads,
    other_measures,
    other_names,
    other_sums,
    other_units,
    other_values,
    parts_above_whole,
    statements,
    unclear_subjects,
)

COLUMNS = ("id", "type", "codes", "explanation", "citations", "is_blocking")
UNSETTLED = "未裁定"
RULING_COLUMNS = ("id", "holds", "decided_by", "document", "decided", "note")


def find_contradictions(
    targets: pd.DataFrame,
    mentions: pd.DataFrame,
    indicators: pd.DataFrame,
    bases: pd.DataFrame | None = None,
    base_tolerance_ratio: float = 0.01,
    *,
    names: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Places where the documents disagree with themselves.

    One row per contradiction. Statements are about the same thing where they share an indicator, where the register
    says so (``same_as``, ``parent``), or where a mention names several targets joined by "+" as one sum.

    Args:
        targets: the register.
        mentions: ``code``, ``document``, ``section``, ``wording``, ``quote``, ``value``, ``unit``.
        indicators: the registry (``indicator``, ``unit``).
        bases: last year's published totals, ``indicator``, ``value`` in the registry's unit, ``source``.
        base_tolerance_ratio: how far an implied base may lie from the published one (targets are rounded numbers).
        names: what lists call a target, ``code``, ``name``, ``document``, ``section``.

    Returns:
        ``id`` (stable: type and codes), ``type``, ``codes`` (joined by ";"), ``explanation`` (Chinese), ``citations``,
        ``is_blocking`` (what is asked for is left open).
    """
    said = statements(targets, mentions)
    rules: tuple[Callable[[], Iterable[dict[str, object]]], ...] = (
        lambda: other_values(said, targets),
        lambda: other_sums(targets, mentions),
        lambda: other_measures(said, targets),
        lambda: parts_above_whole(targets),
        lambda: other_units(said, targets, indicators),
        lambda: other_leads(targets, mentions),
        lambda: other_names(targets, names),
        lambda: unclear_subjects(targets),
        lambda: implied_bases(targets, indicators, bases, base_tolerance_ratio),
    )
    rows = [row for rule in rules for row in rule()]
    return pd.DataFrame(rows, columns=list(COLUMNS)).drop_duplicates("id").reset_index(drop=True)


def apply_rulings(contradictions: pd.DataFrame, rulings: pd.DataFrame, as_of: date | None = None) -> pd.DataFrame:
    """Mark the contradictions that somebody has decided; each ruling settles exactly the one it names.

    Args:
        contradictions: ``find_contradictions``' table.
        rulings: ``id``, ``holds`` (the reading that holds), ``decided_by``, ``document``, ``decided`` (date), ``note``.
        as_of: only rulings decided by this day count; None for all.

    Returns:
        The table with ``is_settled``, the ruling's columns (empty where none) and ``ruling`` (all of it in words);
        all rows stay.

    Raises:
        ProblemsFound: a ruling on a contradiction that does not exist, or two on one.
    """
    unknown = rulings.loc[~rulings["id"].isin(contradictions["id"])]
    twice = rulings.loc[rulings["id"].duplicated()]
    stop_on(
        [
            *(
                problem(
                    "unknown_ruling", f"裁定所指的矛盾“{name}”不存在", hint(str(name), contradictions["id"]), "请改正"
                )
                for name in unknown["id"]
            ),
            *(problem("double_ruling", f"矛盾“{name}”有两个裁定", "只能有一个", "请删去一个") for name in twice["id"]),
        ]
    )
    in_force = rulings if as_of is None else rulings.loc[[day <= as_of for day in rulings["decided"]]]
    renamed = in_force[list(RULING_COLUMNS)].rename(columns={"document": "ruling_document", "note": "ruling_note"})
    joined = contradictions.merge(renamed, on="id", how="left")
    filled = joined.assign(is_settled=joined["id"].isin(in_force["id"]))
    texts = ["holds", "decided_by", "ruling_document", "ruling_note"]
    told = filled.assign(**{name: filled[name].fillna("") for name in texts})
    return told.assign(ruling=[_ruling_text(row) for row in told.to_dict("records")])


def _ruling_text(row: Mapping[Hashable, object]) -> str:
    """What was decided, by whom and when, or that nobody has: every row of the report says so."""
    if not row["is_settled"]:
        return UNSETTLED
    note = f"（{row['ruling_note']}）" if row["ruling_note"] else ""
    return f"已裁定：以{row['holds']}为准{note}，{row['decided_by']}，{row['ruling_document']}，{row['decided']}"


def conflicted_codes(contradictions: pd.DataFrame) -> frozenset[str]:
    """Codes of targets whose state is 目标冲突: in a blocking contradiction that no ruling settles."""
    is_open = contradictions["is_blocking"].astype(bool)
    if "is_settled" in contradictions:
        is_open &= ~contradictions["is_settled"].astype(bool)
    return frozenset(code for codes in contradictions.loc[is_open, "codes"] for code in str(codes).split(LIST_MARK))
