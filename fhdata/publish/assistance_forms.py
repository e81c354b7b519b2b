"""The blank assistance sheets: persons by township, rosters, money; headed as the intake reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fhdata.publish.entries import Entry, choice, day, money, text, whole
from fhdata.publish.submission import Cell, Column, Form, Page

ROSTER_ROWS, MEMBER_ROWS, LIST_ROWS, MONTHS = 1500, 800, 30, 12
NARROW = 12.0
WIDTHS = {
    "number": 6.0, "township": 14.0, "category": 34.0, "supplement": 20.0, "classified": 16.0, "mean": 14.0,
    "name": 14.0, "id_number": 24.0, "group": 20.0, "document": 28.0, "note": 26.0,
}  # fmt: skip
COUNT_NOTES = (
    "填表说明：一个乡镇一个类别一行，没有人的不用填；合计行可以不填，填的人均补差按人数加权，不相加、不简单平均。",
    "　　　　　人均补差＝补差合计÷人数，不含分类施保；没有分类施保的填 0。",
)
ROSTER_NOTES = (
    "填表说明：一人一行，同一户写同一户编号；家庭人口、家庭月收入写在户主一行，没有收入的填 0。",
    "　　　　　提标后可能纳入的边缘家庭也列入。姓名和身份证号只用于查重，不会写进报告。",
)
MEMBER_NOTES = ("填表说明：一人兼有几类的，每类一行，测算时取最高、只计一次。",)
FUND_NOTES = ("填表说明：从年初起逐笔累计列出；金额单位为万元。",)
SHARE_NOTES = ("填表说明：写成 60% 或 3/5，一行各级合计为 1，不分担的填 0。",)
PAYMENT_NOTES = ("填表说明：从 1 月起逐月列出已发放的月份；还没有发放的空着整行不填。",)


@dataclass(frozen=True)
class AssistanceWords:
    """What the sheets are headed with: by form and field the first way of writing each heading; titles by form."""

    headings: Mapping[str, Mapping[str, str]]
    titles: Mapping[str, str]
    rates: tuple[str, ...]


@dataclass(frozen=True)
class AssistanceMonth:
    """What is known beforehand of a month's sheets.

    Attributes:
        place: name of the place.
        label: the month as an office writes it.
        reporters: who hands a form in, by form; those that are known.
        townships: in the registry's order.
        categories: titles in the order of the standards.
        topped_up: titles of those that have rosters.
        groups: groups of classified aid; none where nothing has been handed in.
        payers: who bears a share; none where nothing has been handed in.
    """

    place: str
    label: str
    reporters: Mapping[str, str]
    townships: Sequence[str]
    categories: Sequence[str]
    topped_up: Sequence[str]
    groups: Sequence[str]
    payers: Sequence[str]


def assistance_forms(month: AssistanceMonth, words: AssistanceWords) -> list[Form]:
    """Three workbooks: 人数表, 名册 (families, classified aid), 资金 (what came in, shares, amounts, months paid)."""
    towns, categories = choice((*month.townships, "合计")), choice(month.categories)
    home = {"township": choice(month.townships), "category": choice(month.topped_up)}
    group = choice(month.groups) if month.groups else text()
    counts = dict.fromkeys(("households", "persons"), whole(0)) | dict.fromkeys(
        ("supplement", "mean", "classified"), money()
    )
    family = {"household": text(), "name": text(), "id_number": text(), "relation": text(), "persons": whole(1)}
    fund = {"payer": text(), "document": text(), "received": day(), "amount": money(None)}
    rows_of_counts = (len(month.townships) + 1) * len(month.categories)
    rates = {"month": text(), "rate": choice(words.rates), "paid": day()}
    member = {"name": text(), "id_number": text(), "group": group}
    pages = _Pages(month, words)
    persons = pages("headcounts", {"township": towns, "category": categories} | counts, COUNT_NOTES, rows_of_counts)
    families = pages("households", home | family | {"income": money()}, ROSTER_NOTES, ROSTER_ROWS)
    members = pages("members", home | member, MEMBER_NOTES, MEMBER_ROWS)
    told = [pages("funds", fund, FUND_NOTES, LIST_ROWS), *([_share_page(pages)] if month.payers else [])]
    told += [pages("amounts", {"group": text(), "amount": money()}, (), LIST_ROWS)]
    told += [pages("payments", rates, PAYMENT_NOTES, MONTHS)]
    return [Form("人数表", (persons,)), Form("低保名册", (families, members)), Form("资金", tuple(told))]


@dataclass(frozen=True)
class _Pages:
    month: AssistanceMonth
    words: AssistanceWords

    def __call__(
        self, form: str, entries: Mapping[str, Entry], notes: tuple[str, ...], spare: int, *more: Column
    ) -> Page:
        """A page of blank rows with a column for every field that is entered."""
        headings = self.words.headings[form]
        columns = tuple(Column(headings[field], WIDTHS.get(field, NARROW), entry) for field, entry in entries.items())
        return Page(self.words.titles[form], self.title(form), (*columns, *more), (), self.about(form), notes, spare)

    def title(self, form: str) -> str:
        return f"{self.month.place}{self.month.label}{self.words.titles[form]}"

    def about(self, form: str) -> tuple[str, ...]:
        """The line that says who hands the form in, where that is known."""
        reporter = self.month.reporters.get(form, "")
        return (f"填报单位：{reporter}",) if reporter else ()


def _share_page(pages: _Pages) -> Page:
    """One row a category, one column a payer."""
    heading = pages.words.headings["shares"]["category"]
    columns = (Column(heading, WIDTHS["category"]), *(Column(payer, NARROW, text()) for payer in pages.month.payers))
    rows: list[tuple[Cell, ...]] = [(title, *[None] * len(pages.month.payers)) for title in pages.month.categories]
    title, about = pages.title("shares"), pages.about("shares")
    return Page(pages.words.titles["shares"], title, columns, tuple(rows), about, SHARE_NOTES)
