"""The blank sheets of the medical fund: income and balances, roster, platform totals, penalties, prepayments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fhdata.publish.entries import Entry, choice, money, number, text, whole
from fhdata.publish.submission import Cell, Column, Form, Page

SPARE_ROWS = 8
ANY = None  # an amount that refunds may make negative
MONTH_NOTE = "起止月份写成 2023-01；没有终止的空着。考评得分没有出来的空着，不要填 0。"
NOTHING_NOTE = "没有发生的填 0；还没有数的填“未报”，没有这一项的填“不适用”。"
NARROW = 11.0
WIDTHS = {
    "number": 6.0, "item": 36.0, "span": 8.0, "name": 26.0, "amount": 20.0, "medfee": 20.0, "hifp": 24.0,
    "declared": 20.0, "paid": 20.0, "document": 28.0, "note": 26.0, "institution": 14.0, "kind": 16.0,
}  # fmt: skip


@dataclass(frozen=True)
class FundWords:
    """What the sheets are headed with and which words may stand in them, as the intake reads them.

    Attributes:
        headings: by form and field, the first way of writing each heading.
        titles: by form, the words its title must hold.
        yes_no: the words for yes and no.
        kinds: words for the kinds of institutions.
        levels: words for their levels.
        least: lowest score.
        most: highest score.
    """

    headings: Mapping[str, Mapping[str, str]]
    titles: Mapping[str, str]
    yes_no: tuple[str, ...]
    kinds: tuple[str, ...]
    levels: tuple[str, ...]
    least: float
    most: float


@dataclass(frozen=True)
class Listed:
    """One institution of the roster, in the words the sheet is written with."""

    code: str
    name: str
    kind: str
    level: str
    is_member: bool
    flags: tuple[str, str, str]  # member, DIP, scored
    from_month: str
    to_month: str


@dataclass(frozen=True)
class FundMonth:
    """What is known beforehand of one month's sheets.

    Attributes:
        place: name of the place.
        label: the month as an office writes it.
        reporter: who hands the sheets in; "" where nobody has yet.
        unit: what amounts are written in.
        items: item, span and the words its status may be, in order.
        roster: the institutions; none where no roster has been handed in.
        platform: code, name and category of the rows the platform's table had last.
    """

    place: str
    label: str
    reporter: str
    unit: str
    items: Sequence[tuple[str, str, tuple[str, ...]]]
    roster: Sequence[Listed]
    platform: Sequence[tuple[str, str, str]]


def fund_forms(month: FundMonth, words: FundWords) -> list[Form]:
    """The blank sheets of one month, each a workbook of its own: what is not handed in is not sent.

    Platform totals and prepayments need a roster to be asked for.
    """
    items: list[tuple[Cell, ...]] = [
        (place, item, span, None, choice(statuses), None) for place, (item, span, statuses) in enumerate(month.items, 1)
    ]
    entries: dict[str, Entry] = {"amount": money(), "note": text()}
    forms = [_form(month, words, "items", items, entries, (NOTHING_NOTE,))]
    roster: list[tuple[Cell, ...]] = [
        (place, one.code, one.name, one.kind, one.level, *one.flags, None, one.from_month, one.to_month or None, None)
        for place, one in enumerate(month.roster, 1)
    ]
    flag = choice(words.yes_no)
    entries = dict.fromkeys(("institution", "name", "from_month", "to_month", "note"), text()) | {
        "kind": choice(words.kinds), "level": choice(words.levels), "is_member": flag, "is_dip": flag,
        "is_scored": flag, "score": number(words.least, words.most, shown="0.0###"),
    }  # fmt: skip
    forms.append(_form(month, words, "institutions", roster, entries, (MONTH_NOTE,), SPARE_ROWS))
    entries = dict.fromkeys(("institution", "name", "document", "note"), text()) | {"amount": money()}
    forms.append(_form(month, words, "penalties", [], entries, ("一份文书对一个机构列一行。",), SPARE_ROWS))
    if not month.roster:
        return forms
    platform: list[tuple[Cell, ...]] = [
        (place, *row, None, None, None, None) for place, row in enumerate(month.platform, 1)
    ]
    entries = dict.fromkeys(("institution", "name", "category", "note"), text())
    entries |= {"records": whole(0), "medfee": money(ANY), "hifp": money(ANY)}
    forms.append(_form(month, words, "platform", platform, entries, (NOTHING_NOTE,), SPARE_ROWS))
    members: list[tuple[Cell, ...]] = [
        (place, one.code, one.name, None, None, None)
        for place, one in enumerate((one for one in month.roster if one.is_member), 1)
    ]
    entries = {"declared": money(), "paid": money(), "note": text()}
    return [*forms, _form(month, words, "prepayments", members, entries, ("还没有预付的，预付金额空着。",))]


def _form(  # noqa: PLR0917 - a form's parts in the order of the sheet
    month: FundMonth,
    words: FundWords,
    kind: str,
    rows: list[tuple[Cell, ...]],
    entries: Mapping[str, Entry],
    notes: tuple[str, ...],
    spare_rows: int = 0,
) -> Form:
    title = words.titles[kind]
    columns = tuple(
        Column(heading, WIDTHS.get(field, NARROW), entries.get(field))
        for field, heading in words.headings[kind].items()
    )
    about = (f"填报部门：{month.reporter}", f"单位：{month.unit}")
    name = f"{month.place}{month.label}{title}表"
    page = Page(title, name, columns, tuple(rows), about, (f"填表说明：{notes[0]}", *notes[1:]), spare_rows)
    return Form(f"{title}表", (page,))
