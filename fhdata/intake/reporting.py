"""上报情况: which figure was due from whom and when, what came in, and what is wrong with it."""

from collections.abc import Hashable, Iterable
from dataclasses import astuple
from datetime import date, timedelta
from typing import Any

import pandas as pd

from fhdata.periods import Period, parse_period
from fhdata.problems import Problem

ON_TIME, LATE, NOT_DUE, MISSING = "按期报出", "迟报", "未到期", "未报"
NOTHING_STATES = {
    "nil": "报了无", "not_applicable": "报了不适用", "not_due": "报了未发布", "not_reported": "报了未统计",
    "empty": "报了空白",
}  # fmt: skip
STATES = (ON_TIME, LATE, *NOTHING_STATES.values(), MISSING, NOT_DUE)
ANSWERED = (ON_TIME, LATE, NOTHING_STATES["nil"], NOTHING_STATES["not_applicable"])  # nothing more is to come
OPEN = (NOTHING_STATES["not_due"], NOTHING_STATES["not_reported"], NOTHING_STATES["empty"], MISSING)
LIGHTS = dict.fromkeys(ANSWERED, "green") | dict.fromkeys(OPEN, "red") | {
    LATE: "amber", NOTHING_STATES["not_due"]: "amber", NOT_DUE: "none",
}  # fmt: skip
PROBLEM_COLUMNS = ["file", "sheet", "cell", "code", "found", "allowed", "action"]
_LIST_MARK = ";"
_MONTHS = {"month": 1, "quarter": 3, "halfyear": 6, "year": 12}
_ORIGIN = ["source_file", "source_sheet", "source_cell"]
_COLUMNS = [
    "publisher", "indicator", "name", "period", "due_date", "state", "light", "received", "days_late", "is_open",
    "problems", *_ORIGIN,
]  # fmt: skip

Row = dict[Hashable, Any]


def expected_period(indicator: Row, period: Period) -> Period | None:
    """The indicator's own period that closes with a report's period; None where none does.

    A quarterly figure closes in March, June, September and December, a half-yearly one in June and December, a yearly
    one in December; before the first month in which it can be observed there is none.

    Args:
        indicator: one row of the registry (frequency, observable_from, has_january).
        period: the report's period.
    """
    month, frequency = period.month, str(indicator["frequency"])
    if month % _MONTHS[frequency] or month < int(indicator["observable_from"]):
        return None
    if frequency == "month":
        return None if month == 1 and not bool(indicator["has_january"]) else Period(period.year, "month", month)
    return Period(period.year, "year", 1) if frequency == "year" else Period(period.year, "quarter", month // 3)


def reporting(
    indicators: pd.DataFrame,
    observations: pd.DataFrame,
    blanks: pd.DataFrame,
    problems: Iterable[Problem],
    period: Period,
    *,
    as_of: date,
    area: str,
) -> pd.DataFrame:
    """What was due in a period's report and what came in.

    Grain: one row an indicator whose period closes with the report's. A figure is due at its period's end + ``due_day``
    days; it is late where its first release is after that day.

    Args:
        indicators: the registry (indicator, name, frequency, observable_from, has_january, publisher, due_day).
        observations: OBSERVATION_COLUMNS, all releases.
        blanks: BLANK_COLUMNS.
        problems: of all files; those of the file a figure came from are counted beside it.
        period: the report's period.
        as_of: the day of knowledge.
        area: the place's own area; figures of its towns alone are not the place's.

    Returns:
        ``publisher``, ``indicator``, ``name``, ``period``, ``due_date``, ``state`` (STATES: each kind of nothing is
        one), ``light``, ``received`` (ISO day or ""), ``days_late`` (0 where in time), ``is_open`` (it has fallen due
        and no figure came), ``problems`` and the cell; by publisher, due date and the registry's order.
    """
    first = _first_releases(observations, as_of, area)
    empty = _first_releases(blanks, as_of, area)
    counted = pd.Series([one.file for one in problems], dtype="str").value_counts()
    rows = []
    for indicator in indicators.to_dict("records"):
        expected = expected_period(indicator, period)
        if expected is None:
            continue
        key = (str(indicator["indicator"]), str(expected))
        found = first.get(key) or empty.get(key)
        due = expected.end + timedelta(days=int(indicator["due_day"]))
        rows.append(_row(indicator, expected, found, key in first, due=due, as_of=as_of))
    frame = pd.DataFrame(rows, columns=[name for name in _COLUMNS if name != "problems"])
    frame = frame.assign(problems=frame["source_file"].map(counted).fillna(0).astype("int64"))[_COLUMNS]
    return frame.sort_values(["publisher", "due_date"], kind="stable").reset_index(drop=True)


def _first_releases(frame: pd.DataFrame, as_of: date, area: str) -> dict[tuple[str, str], Row]:
    known = frame[(frame["released"] <= as_of.isoformat()) & (frame["area"] == area)]
    first = known.sort_values("released", kind="stable").drop_duplicates(["indicator", "period"])
    return {(str(row["indicator"]), str(row["period"])): row for row in first.to_dict("records")}


def _row(indicator: Row, expected: Period, found: Row | None, has_value: bool, *, due: date, as_of: date) -> Row:
    received = str(found["released"]) if found else ""
    late = max((date.fromisoformat(received) - due).days, 0) if received else 0
    if found is None:
        state = MISSING if as_of > due else NOT_DUE
    elif has_value:
        state = LATE if late else ON_TIME
    else:
        state = NOTHING_STATES[str(found["nothing"])]
    row: Row = {name: indicator[name] for name in ("publisher", "indicator", "name")}
    told = {"period": str(expected), "due_date": due.isoformat(), "state": state, "light": LIGHTS[state]}
    origin = {name: str(found[name]) if found else "" for name in _ORIGIN}
    return row | told | {"received": received, "days_late": late, "is_open": state in OPEN} | origin


def by_publisher(status: pd.DataFrame) -> pd.DataFrame:
    """How each unit reported: one row a publisher, those with most missing first.

    Returns:
        ``publisher``, ``due`` (all that have fallen due), one int column a state, ``light`` (red where something is
        missing or blank, amber where something was late or is said to be not out yet); a figure of two publishers
        counts for both.
    """
    each = status.assign(publisher=status["publisher"].str.split(_LIST_MARK)).explode("publisher")
    counts = pd.crosstab(each["publisher"], each["state"]).reindex(columns=list(STATES), fill_value=0)
    due = counts.drop(columns=NOT_DUE).sum(axis=1)
    by_light = {
        light: counts[[one for one in STATES if LIGHTS[one] == light]].sum(axis=1) for light in ("red", "amber")
    }
    light = pd.Series("green", index=counts.index).mask(due == 0, "none").mask(by_light["amber"] > 0, "amber")
    light = light.mask(by_light["red"] > 0, "red")
    table = counts.assign(due=due, light=light).reset_index().rename_axis(columns=None)
    table = table.assign(bad=-by_light["red"].to_numpy(), slow=-by_light["amber"].to_numpy(), missing=-table[MISSING])
    table = table.sort_values(["missing", "bad", "slow", "publisher"])
    return table[["publisher", "due", *STATES, "light"]].reset_index(drop=True)


def problem_table(problems: Iterable[Problem]) -> pd.DataFrame:
    """问题清单: one row a problem, as it is told to the one who has to mend it.

    Returns:
        ``file``, ``sheet``, ``cell``, ``code``, ``found``, ``allowed``, ``action``.
    """
    return pd.DataFrame([astuple(one) for one in problems], columns=PROBLEM_COLUMNS, dtype="str")


def received_files(files: pd.DataFrame, as_of: date, previous_as_of: date) -> pd.DataFrame:
    """The workbooks known by a day, with what came in since the report before.

    Args:
        files: ``Intake.files``.
        as_of: the day of knowledge; what was released later is left out.
        previous_as_of: the day of knowledge of the report before.

    Returns:
        The columns of ``files``, ``state`` (已读 | 有问题) with its ``light``, and ``news`` (新收 or "").
    """
    known = files[files["released"] <= as_of.isoformat()]
    is_new = known["released"] > previous_as_of.isoformat()
    has_problem = known["problems"] > 0
    return known.assign(
        state=has_problem.map({True: "有问题", False: "已读"}).astype("str"),
        light=has_problem.map({True: "red", False: "green"}).astype("str"),
        news=is_new.map({True: "新收", False: ""}).astype("str"),
    ).reset_index(drop=True)


def known_by(excluded: pd.DataFrame, as_of: date) -> pd.DataFrame:
    """What was left out on purpose, without what came in after the day: a report made then could not know of it."""
    is_known = (excluded["released"] != "") & (excluded["released"] <= as_of.isoformat())
    return excluded[is_known].reset_index(drop=True)


def overview(files: pd.DataFrame, problems: pd.DataFrame, corrections: pd.DataFrame, status: pd.DataFrame) -> str:
    """The first sentence of the report: how much came in, what is open, who has not reported."""
    wrong = problems["file"].nunique()
    read = f"收到工作簿{len(files)}个，读出数据{int(files['numbers'].sum()):,}个"
    open_ones = f"待处理问题{len(problems)}个，涉及{wrong}个文件" if len(problems) else "没有待处理的问题"
    counts = status["state"].value_counts()
    due = len(status) - int(counts.get(NOT_DUE, 0))
    came = sum(int(counts.get(state, 0)) for state in ANSWERED)
    corrected = f"更正{int((corrections['kind'] == 'correction').sum())}处"
    return f"{read}；{open_ones}；{corrected}；本期应报{due}项，已报{came}项，未报出{due - came}项。"


def period_label(text: str) -> str:
    """A period's written form as an office writes it: 2023-03 as 2023年3月; an empty one stays empty."""
    return parse_period(text).label if text else ""
