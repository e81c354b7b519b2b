"""民生实事 as a view of the register: each thing counted once and shown in every list that names it."""

import pandas as pd

from fhdata.periods import Period
from fhdata.targets import states
from fhdata.targets.summary import LIST_MARK

# An item is where the furthest-behind of its targets is; what cannot be told comes before what is going well.
GRAVEST_FIRST = (
    states.BREACHED, states.IMPOSSIBLE, states.FAR_BEHIND, states.BEHIND, states.CONFLICT, states.NOT_REPORTED,
    states.PENDING, states.NOT_APPLICABLE, states.NOT_DUE, states.ON_PACE, states.DONE,
)  # fmt: skip
TOTAL = "合计（同一事项只计一次）"
FIGURES = ("unit", "target_value", "observed_value", "observed_period", "lead_units", "days_early")
ORIGIN = ("source_file", "source_sheet", "source_cell")


def same_things(items: pd.DataFrame) -> pd.Series:
    """The number of the thing each item is about, from 1: items that share a target are one thing.

    Args:
        items: ``codes``; one row per list and number.
    """
    thing: dict[int, int] = {}
    by_code: dict[str, int] = {}
    for place, codes in enumerate(items["codes"]):
        shared = [by_code[code] for code in codes.split(LIST_MARK) if code in by_code]
        own = min(shared, default=len(thing) + 1)
        thing = {other: own if head in shared else head for other, head in thing.items()} | {place: own}
        by_code = {code: own if head in shared else head for code, head in by_code.items()}
        by_code |= {code: own for code in codes.split(LIST_MARK) if code}
    heads, _ = pd.factorize(pd.Series([thing[place] for place in range(len(items))], dtype="int64"))
    return pd.Series(heads + 1, index=items.index, dtype="int64")


def livelihood_items(items: pd.DataFrame, progress: pd.DataFrame) -> pd.DataFrame:
    """Every item of every list with its state.

    Grain: one row per list and number. The state of an item is the gravest of its targets' (GRAVEST_FIRST); an item
    whose figures are still to be issued is 目标待定, whatever else is registered for it.

    Args:
        items: ``list``, ``number``, ``title``, ``codes``, ``status`` …
        progress: ``track``'s table.

    Returns:
        The items' columns with ``thing`` (number of the thing, the same in every list), ``state``, ``progress_light``.
    """
    state_of = dict(zip(progress["code"], progress["state"], strict=True))
    state = [
        states.PENDING if status == "pending" else _gravest([state_of[code] for code in codes.split(LIST_MARK)])
        for status, codes in zip(items["status"], items["codes"], strict=True)
    ]
    light = [states.LIGHTS.get(one, states.NO_LIGHT) for one in state]
    return items.assign(thing=same_things(items), state=state, progress_light=light)


def _gravest(found: list[str]) -> str:
    return min(found, key=GRAVEST_FIRST.index)


def list_counts(items: pd.DataFrame) -> pd.DataFrame:
    """How many items of each list are in each state, and of all things once.

    Args:
        items: ``livelihood_items``' table.

    Returns:
        One row a list and a last one for all: ``list``, ``total``, one int column per state; a thing in several lists
        counts in each of them and once in the last row, there in the gravest state any of its lists gives it.
    """
    columns = list(states.STATES)
    counted = pd.crosstab(items["list"], items["state"]).reindex(
        index=list(items["list"].drop_duplicates()), columns=columns, fill_value=0
    )
    order = items["state"].map({state: place for place, state in enumerate(GRAVEST_FIRST)})
    once = items.iloc[order.argsort(kind="stable")].drop_duplicates("thing")
    whole = once["state"].value_counts().reindex(columns, fill_value=0).rename(TOTAL)
    both = pd.concat([counted, whole.to_frame().T]).astype("int64")
    return both.assign(total=both.sum(axis=1)).rename_axis("list").reset_index()


def livelihood_table(
    items: pd.DataFrame, progress: pd.DataFrame, targets: pd.DataFrame, period: Period
) -> pd.DataFrame:
    """Every thing once, with its targets, their figures and the lists it stands in.

    Grain: one row per thing and target; a thing without a registered target has one row. A thing goes by the name of
    the longest list that has it.

    Args:
        items: ``livelihood_items``' table.
        progress: ``track``'s table.
        targets: the register (``code``, ``path``, ``step_month``).
        period: the period reported on, for its year.

    Returns:
        ``thing``, ``name``, ``lists`` (list and number, joined by ";"), ``code``, ``title``, FIGURES' columns,
        ``deadline`` (of a milestone, or where one is set), ``state``, ``progress_light``, the source columns,
        ``document``, ``section``.
    """
    size = items.groupby("list")["number"].transform("size")
    named = items.iloc[(-size).argsort(kind="stable")].drop_duplicates("thing").set_index("thing")
    said = items["list"] + items["number"].astype("str")
    lists = said.groupby(items["thing"]).agg(LIST_MARK.join)
    codes = items.assign(code=items["codes"].str.split(LIST_MARK)).explode("code")[["thing", "code"]].drop_duplicates()
    figures = progress[["code", "title", "state", "progress_light", *FIGURES, *ORIGIN]]
    joined = codes.merge(figures, on="code", how="left").merge(_deadlines(targets, period), on="code", how="left")
    known = joined.assign(
        name=joined["thing"].map(named["title"]),
        lists=joined["thing"].map(lists),
        document=joined["thing"].map(named["document"]),
        section=joined["thing"].map(named["section"]),
        title=joined["title"].fillna(""),
        lead_units=joined["lead_units"].fillna(""),
        state=joined["state"].fillna(states.PENDING),
        progress_light=joined["progress_light"].fillna(states.NO_LIGHT),
    )
    rank = known["thing"].map({thing: place for place, thing in enumerate(_reading_order(items))})
    return known.iloc[rank.argsort(kind="stable")].reset_index(drop=True)


def _reading_order(items: pd.DataFrame) -> list[int]:
    """Things in the order of the longest list, then of the others."""
    size = items.groupby("list")["number"].transform("size")
    return list(items.iloc[(-size).argsort(kind="stable")]["thing"].drop_duplicates())


def _deadlines(targets: pd.DataFrame, period: Period) -> pd.DataFrame:
    """The planned day of each milestone or deadline: the end of its month, the year's end where none is written."""
    dated = targets.loc[(targets["path"] == "step") | (targets["kind"] == "binary"), ["code", "step_month"]]
    ends = [
        Period(period.year, "month", int(month)).end.isoformat() for month in dated["step_month"].fillna(12).to_numpy()
    ]
    return dated[["code"]].assign(deadline=ends)
