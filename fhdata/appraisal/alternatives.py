"""What every other reading of an unclear article would change: ranks, rewards, penalties and money."""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Protocol

import pandas as pd

from fhdata.appraisal.awards import BOTTOM, TOP
from fhdata.appraisal.grouping import positions
from fhdata.appraisal.placing import RANKED
from fhdata.appraisal.scheme import Scheme, with_reading
from fhdata.problems import ProblemsFound
from fhdata.rules.rulebook import READING, Alternative, Rule

KEY = [*RANKED, "unit"]
TABLE_COLUMNS = [
    "reading", "title", "problem", "source", "used", "used_meaning", "alternative", "meaning",
    "ranks_changed", "largest_move", "newly_rewarded", "no_longer_rewarded", "newly_penalised", "no_longer_penalised",
    "money_changed", "net_change_fen", "note",
]  # fmt: skip
MOVE_COLUMNS = ["reading", "alternative", *KEY, "unit_name", "rank", "other_rank", "rank_change"]
NO_ALTERNATIVE = "没有列别的读法"


class Outcome(Protocol):
    """What a computation under one scheme gives: a ranking and its execution list."""

    @property
    def ranking(self) -> pd.DataFrame:
        """RANKED, unit, unit_name, rank."""

    @property
    def execution(self) -> pd.DataFrame:
        """See ``awards.execution_list``."""


def readings_table(
    rules: Sequence[Rule], scheme: Scheme, compute: Callable[[Scheme], Outcome], keys: Collection[str] | None = None
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Every open point with the reading used, and what each other reading would change.

    Args:
        rules: the readings in force; see ``AppraisalRules.readings``.
        scheme: the scheme used.
        compute: the appraisal under a scheme, such as ``lambda other: appraise_months(inputs, other)``.
        keys: only these readings; all without it.

    Returns:
        The table (TABLE_COLUMNS: one row a reading and alternative; units joined by 、; money in fen, Int64, empty
        where an alternative cannot be computed, and the note says why) and the moves (MOVE_COLUMNS: one row a
        reading, alternative and unit whose rank changes; rank_change is positive for a rise).
    """
    used = compute(scheme)
    rows, moves = [], []
    for name, rule, other in _switches(rules, scheme, keys):
        row = _described(name, rule, str(getattr(scheme.readings, name)), other)
        if other is None:
            rows.append(row | {"note": NO_ALTERNATIVE})
            continue
        try:
            outcome = compute(with_reading(scheme, name, other.value))
        except ProblemsFound as found:
            rows.append(row | {"note": found.problems[0].sentence})
            continue
        moved = _moved(used, outcome).assign(reading=name, alternative=str(other.value))
        moves.append(moved[MOVE_COLUMNS])
        rows.append(row | _changes(used, outcome, moved))
    whole = ["ranks_changed", "largest_move", "money_changed", "net_change_fen"]
    texts = dict.fromkeys((name for name in TABLE_COLUMNS if name not in whole), "")
    table = pd.DataFrame(rows).reindex(columns=TABLE_COLUMNS).fillna(texts)
    empty = pd.DataFrame(columns=MOVE_COLUMNS)
    return table.astype(dict.fromkeys(whole, "Int64")), pd.concat(moves, ignore_index=True) if moves else empty


def _switches(
    rules: Sequence[Rule], scheme: Scheme, keys: Collection[str] | None
) -> Iterator[tuple[str, Rule, Alternative | None]]:
    for rule in rules:
        name = rule.key.removeprefix(READING)
        if keys is not None and name not in keys:
            continue
        others = [one for one in rule.alternatives if one.value != getattr(scheme.readings, name)]
        yield from ((name, rule, one) for one in others)
        if not others:
            yield name, rule, None


def _described(name: str, rule: Rule, used: str, other: Alternative | None) -> dict[str, object]:
    meanings = {str(one.value): one.meaning for one in rule.alternatives}
    return {
        "reading": name,
        "title": rule.title,
        "problem": rule.problem,
        "source": rule.citation,
        "used": used,
        "used_meaning": meanings.get(used, ""),
        "alternative": "" if other is None else str(other.value),
        "meaning": "" if other is None else other.meaning,
        "note": "",
    }


def _moved(used: Outcome, other: Outcome) -> pd.DataFrame:
    """Units whose rank differs."""
    at = positions(used.ranking, other.ranking, KEY)
    both = used.ranking[[*KEY, "unit_name", "rank"]].assign(other_rank=other.ranking["rank"].to_numpy()[at])
    changed = both.assign(rank_change=both["rank"] - both["other_rank"])
    return changed[changed["rank_change"] != 0].reset_index(drop=True)


def _changes(used: Outcome, other: Outcome, moved: pd.DataFrame) -> dict[str, object]:
    before, after = _money(used.execution), _money(other.execution)
    changes = [after.get(key, 0) - before.get(key, 0) for key in before | after]
    return {
        "ranks_changed": len(moved),
        "largest_move": int(moved["rank_change"].abs().max()) if len(moved) else 0,
        "newly_rewarded": _only_in(other.execution, used.execution, TOP),
        "no_longer_rewarded": _only_in(used.execution, other.execution, TOP),
        "newly_penalised": _only_in(other.execution, used.execution, BOTTOM),
        "no_longer_penalised": _only_in(used.execution, other.execution, BOTTOM),
        "money_changed": sum(change != 0 for change in changes),
        "net_change_fen": sum(changes),
    }


def _money(execution: pd.DataFrame) -> dict[tuple[object, ...], int]:
    """Rewards less deductions by unit and period, summed as plain values: a list is short."""
    sums: dict[tuple[object, ...], int] = {}
    for *key, fen in zip(*(execution[name].tolist() for name in (*KEY, "amount_fen")), strict=True):
        sums[tuple(key)] = sums.get(tuple(key), 0) + int(fen)
    return sums


def _only_in(one: pd.DataFrame, other: pd.DataFrame, side: str) -> str:
    """Names on one list's side and not on the other's, with the period and series where there are several."""
    first, second = _with_money(one, side), _with_money(other, side)
    has_several = one["period"].nunique() > 1
    new = {key: name for key, name in first.items() if key not in second}
    return "、".join(f"{key[1]} {name}" if has_several else name for key, name in new.items())


def _with_money(execution: pd.DataFrame, side: str) -> dict[tuple[object, ...], str]:
    """Units that get or pay something on one side of a list, with their names."""
    rows = zip(*(execution[name].tolist() for name in (*KEY, "unit_name", "side", "amount_fen")), strict=True)
    return {tuple(key): str(name) for *key, name, own, fen in rows if own == side and fen != 0}
