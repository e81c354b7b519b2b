"""The appraisal scheme of a place: items, points and awards as tables, percentages and readings as dated rules."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd

from fhdata.problems import Problem, problem, stop_on
from fhdata.rules.rulebook import STATUSES, RuleBook, load_rules
from fhdata.rules.tables import (
    YES_NO,
    Table,
    as_dates,
    is_date,
    known,
    matching,
    numbers,
    one_of,
    read_tables,
    required,
    unique,
    whole_numbers,
)

RULE_FILE = "appraisal.toml"
CITED = ("starts", "ends", "document", "section", "status", "note")
LAYOUTS = {
    "appraisal_items.csv": ("item", "name", "is_fixed", "document", "section", "note"),
    "appraisal_points.csv": ("kind", "span", "name", "level", "is_paired", "points", *CITED),
    "appraisal_awards.csv": (
        "span", "series", "side", "from_place", "to_place", "streak_months",
        "kind", "label", "amount_yuan", "executor", *CITED,
    ),
}  # fmt: skip
_DOCUMENTS = {"documents.csv": ("doc_no", "title", "issuer", "issued", "note")}
SPANS = ("month", "year")
SIDES = ("top", "bottom")
FUNDS, PER_HEAD, MEASURE = "funds", "per_head", "measure"
AWARD_KINDS = (FUNDS, PER_HEAD, MEASURE)
MOST_PLACES = 10_000


@dataclass(frozen=True)
class AppraisalRules:
    """The scheme as the place's rules folder says it.

    Attributes:
        book: percentages, deadlines and readings.
        items: one row an item: item, name, is_fixed, document, section, note.
        points: one row a kind of bonus or deduction and level: kind, span (month | year), name, level, is_paired (the
            document pairs this value with a level), points (float64, signed), starts, ends, document, section, status.
        awards: one row a consequence of a place: span, series, side (top | bottom), from_place, to_place (counted from
            that side), streak_months (0: at once), kind (funds | per_head | measure), label, amount_yuan (int64,
            signed, 0 for a measure), executor, starts, ends, document, section, status.
    """

    book: RuleBook
    items: pd.DataFrame
    points: pd.DataFrame
    awards: pd.DataFrame


def load_appraisal(folder: Path) -> AppraisalRules:
    """Load and check the appraisal rules of a place.

    Args:
        folder: a place's rules folder.

    Raises:
        ProblemsFound: everything wrong with a file; the three tables are checked together.
    """
    tables = read_tables(folder, LAYOUTS | _DOCUMENTS)
    items, points, awards = (tables[name] for name in LAYOUTS)
    documents = frozenset(tables["documents.csv"].cells["doc_no"])
    cited = [one for table in (items, points, awards) for one in known(table, "document", documents, "documents.csv ")]
    stop_on([*_item_problems(items), *_point_problems(points), *_award_problems(awards), *cited])
    return AppraisalRules(load_rules(folder / RULE_FILE), _items(items), _points(points), _awards(awards))


def in_force(table: pd.DataFrame, on: date) -> pd.DataFrame:
    """The rows of a dated table that are in force on a day; no ``ends`` means still in force."""
    held = [
        start <= on and (not isinstance(end, date) or on <= end)
        for start, end in zip(table["starts"], table["ends"], strict=True)
    ]
    return table[held].reset_index(drop=True)


def _item_problems(items: Table) -> list[Problem]:
    return [
        *required(items, "item", "name", "is_fixed", "document", "section"),
        *unique(items, "item"),
        *unique(items, "name"),
        *one_of(items, "is_fixed", YES_NO),
    ]


def _point_problems(points: Table) -> list[Problem]:
    return [
        *required(points, "kind", "span", "name", "is_paired", "points"),
        *one_of(points, "span", SPANS),
        *one_of(points, "is_paired", YES_NO),
        *numbers(points, "points"),
        *_citation_problems(points),
        *_pairing_problems(points),
    ]


def _pairing_problems(points: Table) -> list[Problem]:
    """Values and levels must pair: a level once a kind and day, no paired value without one where others have one."""
    cells = points.cells
    keys = list(zip(cells["kind"], cells["level"], cells["starts"], cells["is_paired"], strict=True))
    has_levels = {kind for kind, level, _, _ in keys if level}
    found = []
    for index, (kind, level, _, paired) in enumerate(keys):
        place = points.where(index, "level")
        if paired == "yes" and not level and kind in has_levels:
            said = f"“{cells['name'][index]}”有分值没有层级"
            found.append(problem("unpaired_level", said, "分值与层级须一一对应", "请写明层级，或标为 no", **place))
        if paired == "no" and (level or cells["status"][index] == "quoted"):
            said = "没有对应层级的分值写了层级，或写成了 quoted"
            found.append(problem("unpaired_level", said, "层级应空着，status 用 unverified", "请改正", **place))
        if paired == "yes" and keys.index(keys[index]) != index:
            said = f"“{cells['name'][index]}”的层级“{level}”有两个分值"
            found.append(problem("duplicate", said, "分值与层级须一一对应", "请改正", **place))
    return found


def _award_problems(awards: Table) -> list[Problem]:
    columns = zip(awards.cells["kind"], awards.cells["amount_yuan"], strict=True)
    odd = [index for index, (kind, amount) in enumerate(columns) if (kind == MEASURE) == bool(amount)]
    allowed = "measure 不写金额，其余必须写整元"
    unpriced = [
        problem("bad_amount", "金额与种类不符", allowed, "请改正", **awards.where(index, "amount_yuan"))
        for index in odd
    ]
    places = zip(awards.cells["from_place"], awards.cells["to_place"], strict=True)
    reversed_places = [
        problem(
            "bad_number", f"名次从 {low} 到 {high}", "起止名次不得颠倒", "请改正", **awards.where(index, "to_place")
        )
        for index, (low, high) in enumerate(places)
        if low.isdigit() and high.isdigit() and int(low) > int(high)
    ]
    return [
        *required(awards, "span", "series", "side", "from_place", "to_place", "streak_months", "kind", "label"),
        *one_of(awards, "span", SPANS),
        *one_of(awards, "side", SIDES),
        *one_of(awards, "kind", AWARD_KINDS),
        *whole_numbers(awards, "from_place", 1, MOST_PLACES),
        *whole_numbers(awards, "to_place", 1, MOST_PLACES),
        *whole_numbers(awards, "streak_months", 0, 12),
        *matching(awards, "amount_yuan", lambda text: text.removeprefix("-").isdigit(), "应为整元", code="bad_number"),
        *_citation_problems(awards),
        *unpriced,
        *reversed_places,
    ]


def _citation_problems(table: Table) -> list[Problem]:
    return [
        *required(table, "starts", "document", "section", "status"),
        *matching(table, "starts", is_date, "应写成 2023-01-01", code="bad_date"),
        *matching(table, "ends", is_date, "应写成 2023-12-31", code="bad_date"),
        *one_of(table, "status", STATUSES),
    ]


def _items(table: Table) -> pd.DataFrame:
    frame = table.frame()
    return frame.assign(is_fixed=frame["is_fixed"].map(YES_NO).astype("bool"))


def _points(table: Table) -> pd.DataFrame:
    frame = table.frame()
    return frame.assign(
        is_paired=frame["is_paired"].map(YES_NO).astype("bool"),
        points=[float(Decimal(text)) for text in frame["points"]],
        starts=as_dates(frame["starts"]),
        ends=as_dates(frame["ends"]),
    )


def _awards(table: Table) -> pd.DataFrame:
    frame = table.frame()
    return frame.assign(
        from_place=frame["from_place"].astype("int64"),
        to_place=frame["to_place"].astype("int64"),
        streak_months=frame["streak_months"].astype("int64"),
        amount_yuan=frame["amount_yuan"].replace("", "0").astype("int64"),
        starts=as_dates(frame["starts"]),
        ends=as_dates(frame["ends"]),
    )
