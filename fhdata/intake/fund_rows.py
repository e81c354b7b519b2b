"""The rows of each medical fund form → records: words looked up, money in whole fen, every slip told with its cell."""

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from fhdata.intake.forms import Form, Line
from fhdata.intake.fund_cells import (
    FORMS_FILE,
    Read,
    amount,
    choice,
    count,
    month_of,
    once,
    score,
    source_of,
    unit_of,
    word,
)
from fhdata.intake.wording import fold
from fhdata.periods import Period
from fhdata.problems import Problem, hint

KINDS = ("hospital", "clinic", "private", "pharmacy", "outside")
LEVELS = ("county", "township", "none")
CATEGORIES = ("outpatient", "inpatient", "dual_channel", "pharmacy")


@dataclass(frozen=True)
class Item:
    """One line of 基金收支: its code, how it may be written, and for which spans it is reported."""

    item: str
    names: tuple[str, ...]
    spans: tuple[str, ...]

    @property
    def name(self) -> str:
        """How it is printed."""
        return self.names[0]


@dataclass(frozen=True)
class Listed:
    """One row of the newest 医疗机构名册, by which other sheets' codes and names are checked."""

    name: str
    from_month: str
    to_month: str


Roster = Mapping[str, Sequence[Listed]]


@cache
def item_list() -> tuple[Item, ...]:
    """The items of 基金收支, in their order."""
    data = tomllib.loads(FORMS_FILE.read_text(encoding="utf-8"))
    return tuple(Item(one["item"], tuple(one["names"]), tuple(one["spans"])) for one in data["fund_item"])


@cache
def _items() -> Mapping[str, Item]:
    """The items by every name they may be written by, folded."""
    return {fold(name): one for one in item_list() for name in one.names}


def item_rows(form: Form, month: Period, _: Roster) -> Read:
    """One record an item and span: its amount."""
    read, first = Read(), dict[tuple[str, str], Line]()
    unit = unit_of(form, read)
    for line in map(form.line, form.rows):
        item = _items().get(fold(line.text("item")))
        span = choice(line, "span", ("month", "year"), "时段", read)
        status = choice(line, "status", ("final", "preliminary"), "状态", read)
        if item is None:
            names = [one.name for one in item_list()]
            said = f"没有项目“{line.text('item')}”" if line.text("item") else "没有写项目"
            read.problems.append(line.problem("unknown_item", said, hint(line.text("item"), names), "请改正", "item"))
            continue
        if span and span not in item.spans:
            allowed = "、".join(word(one) for one in item.spans)
            said = f"“{item.name}”的时段写的是“{line.text('span')}”"
            read.problems.append(line.problem("bad_choice", said, f"只能是{allowed}", "请改正", "span"))
            continue
        once(line, "item", (item.item, span), first, read)
        fen = amount(line, "amount", unit, read, about={"what": item.item, "month": str(month)})
        if fen is not None and span and status:
            of = str(month) if span == "month" else ""
            read.rows.append(
                {"item": item.item, "month": of, "amount_fen": fen, "status": status} | source_of(line, "amount")
            )
    return read


def institution_rows(form: Form, month: Period, _: Roster) -> Read:
    """One record an institution and stretch of months of the roster."""
    read = Read()
    for line in map(form.line, form.rows):
        code = line.text("institution")
        if not code or not line.text("name"):
            lacking = "name" if code else "institution"
            read.problems.append(line.problem("empty_cell", "没有写机构编码或名称", "", "请补上", lacking))
            continue
        level = choice(line, "level", LEVELS, "级别", read)
        points, status = score(line, read)
        months = {name: month_of(line, name, read) for name in ("from_month", "to_month")}
        flags = {name: choice(line, name, ("yes", "no"), label, read) == "yes" for name, label in _FLAGS.items()}
        if months["from_month"] and months["to_month"] and months["from_month"] > months["to_month"]:
            said = f"终止月 {months['to_month']} 早于起始月 {months['from_month']}"
            read.problems.append(line.problem("bad_months", said, "", "请核对", "to_month"))
        if not months["from_month"]:
            read.problems.append(line.problem("empty_cell", "没有写起始月", "应写成 2023-01", "请补上", "from_month"))
        row: dict[str, Any] = {
            "institution": code,
            "name": line.text("name"),
            "kind": choice(line, "kind", KINDS, "类别", read),
            "level": "" if level == "none" else level,
            "score": points,
            "score_status": status,
        }
        read.rows.append(row | flags | months | source_of(line, "institution"))
    read.problems += _overlaps(form, read.rows)
    return read


def platform_rows(form: Form, month: Period, roster: Roster) -> Read:
    """One record an institution and category: the platform's own totals of the month."""
    read, first = Read(), dict[tuple[str, str], Line]()
    unit = unit_of(form, read)
    for line, code in _listed(form, roster, month, read):
        category = choice(line, "category", CATEGORIES, "结算类别", read)
        once(line, "category", (code, category), first, read)
        about = {"what": category, "month": str(month), "institution": code}
        records = count(line, "records", read, about)
        amounts = {
            f"{name}_fen": amount(line, name, unit, read, about=about, is_signed=True) for name in ("medfee", "hifp")
        }
        if category and records is not None and None not in amounts.values():
            own = {"institution": code, "month": str(month), "category": category, "records": records}
            read.rows.append(own | amounts | source_of(line, "hifp"))
    return read


def penalty_rows(form: Form, month: Period, roster: Roster) -> Read:
    """One record an institution and document: what is deducted from the year's budget and borne by the offender."""
    read = Read()
    unit = unit_of(form, read)
    for line, code in _listed(form, roster, month, read):
        document = line.text("document")
        if not document:
            read.problems.append(line.problem("empty_cell", "没有写文号", "扣款须有处理文书", "请补上", "document"))
        fen = amount(line, "amount", unit, read, about={"what": "penalty", "month": str(month), "institution": code})
        if fen is not None and document:
            read.rows.append(
                {"institution": code, "month": str(month), "document": document, "amount_fen": fen}
                | source_of(line, "amount")
            )
    return read


def prepayment_rows(form: Form, month: Period, roster: Roster) -> Read:
    """One record an institution: what it declared for the month and what it has been prepaid.

    A blank 预付金额 is nothing paid as yet; it is told among the blanks.
    """
    read, first = Read(), dict[tuple[str, str], Line]()
    unit = unit_of(form, read)
    for line, code in _listed(form, roster, month, read):
        once(line, "institution", (code, ""), first, read)
        about = {"what": "declared", "month": str(month), "institution": code}
        declared = amount(line, "declared", unit, read, about=about)
        paid = amount(line, "paid", unit, read, about=about | {"what": "paid"})
        if declared is not None:
            own = {"institution": code, "month": str(month), "declared_fen": declared, "paid_fen": paid or 0}
            read.rows.append(own | source_of(line, "declared"))
    return read


READERS: dict[str, Callable[[Form, Period, Roster], Read]] = {
    "institutions": institution_rows,
    "items": item_rows,
    "platform": platform_rows,
    "penalties": penalty_rows,
    "prepayments": prepayment_rows,
}
_FLAGS = {"is_member": "医共体成员", "is_dip": "DIP机构", "is_scored": "参加考评"}


def roster_of(rows: Iterable[Mapping[str, Any]]) -> Roster:
    """The roster by code, as other sheets are checked against it."""
    found: dict[str, list[Listed]] = {}
    for row in rows:
        listed = Listed(row["name"], row["from_month"], row["to_month"])
        found.setdefault(row["institution"], []).append(listed)
    return found


def _listed(form: Form, roster: Roster, month: Period, read: Read) -> list[tuple[Line, str]]:
    """Rows whose institution is on the roster in that month under that name."""
    found = []
    for line in map(form.line, form.rows):
        code, name = line.text("institution"), line.text("name")
        listed = [one for one in roster.get(code, ()) if one.from_month <= str(month) <= (one.to_month or str(month))]
        if not code:
            read.problems.append(line.problem("empty_cell", "没有写机构编码", "", "请补上", "institution"))
        elif code not in roster:
            said, near = f"名册里没有机构“{code}”（{name}）", hint(code, roster)
            read.problems.append(line.problem("unknown_institution", said, near, "请改正，或补进名册", "institution"))
        elif not listed:
            said = f"机构“{code}”（{name}）{month} 不在名册的起止月份之内"
            read.problems.append(line.problem("unknown_institution", said, "", "请核对名册", "institution"))
        elif fold(name) not in {fold(one.name) for one in listed}:
            said = f"编码“{code}”的名称写的是“{name}”，名册上是“{listed[0].name}”"
            read.problems.append(line.problem("wrong_name", said, "", "请核对", "name"))
        else:
            found.append((line, code))
    return found


def _overlaps(form: Form, rows: list[dict[str, Any]]) -> list[Problem]:
    """An institution listed twice for the same months, or with two levels in one year."""
    found = []
    for at, row in enumerate(rows):
        for before in rows[:at]:
            if before["institution"] != row["institution"]:
                continue
            ends = (before["to_month"] or "9999-12", row["to_month"] or "9999-12")
            if before["from_month"] <= ends[1] and row["from_month"] <= ends[0]:
                said = f"机构“{row['institution']}”与 {before['source_cell']} 的月份重叠"
                found.append(
                    form.grid.problem("duplicate", said, "同一月份只能有一行", "请改正起止月", row["source_cell"])
                )
    return found
