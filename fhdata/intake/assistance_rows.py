"""The rows of each assistance form but the rosters → records: persons, money in whole fen, every slip told."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from fhdata.intake.forms import Form, Line, vocabulary
from fhdata.intake.fund_cells import Read, amount, count, month_of, once, refuse, source_of
from fhdata.intake.grids import address, is_blank, text_of
from fhdata.intake.numbers import number_as_written
from fhdata.intake.wording import fold, wording
from fhdata.money import FEN_PER_YUAN
from fhdata.periods import Period
from fhdata.problems import Problem, hint

FORMS_FILE = Path(__file__).with_name("assistance_forms.toml")
YUAN, WAN_YUAN = "元", "万元"
TENTH_OF_YUAN = 10  # fen
ALL = ""  # the township of a total row
HEADCOUNTS = ("households", "persons", "supplement_fen", "mean_supplement_fen", "classified_fen")
LAST_YEAR = ("persons", "mean_supplement_fen", "months", "spending_fen")


@dataclass(frozen=True)
class Names:
    """What names stand for, folded: townships and categories."""

    townships: Mapping[str, str]
    categories: Mapping[str, str]

    @classmethod
    def of(cls, townships: pd.DataFrame, categories: pd.DataFrame) -> "Names":
        """Look-ups from two tables.

        Args:
            townships: name, alias (the name itself, or another way to write it).
            categories: category, title.
        """
        return cls(
            {fold(alias): name for alias, name in zip(townships["alias"], townships["name"], strict=True)},
            {fold(title): code for title, code in zip(categories["title"], categories["category"], strict=True)},
        )


Reader = Callable[[Form, Names, Period], tuple[list[dict[str, Any]], list[Problem]]]


def headcount_rows(form: Form, names: Names, period: Period) -> tuple[list[dict[str, Any]], list[Problem]]:
    """One record a township and category of a month; a total row has no township."""
    read = Read()
    first: dict[tuple[str, str], Line] = {}
    for line in map(form.line, form.rows):
        home = home_of(line, names, read, may_be_total=True)
        households, persons = (_figure(count, line, field, read) for field in ("households", "persons"))
        supplement, mean, classified = (_money(line, field, read) for field in ("supplement", "mean", "classified"))
        figures = (households, persons, supplement, mean, classified)
        if home is None or None in figures:
            continue
        once(line, "township", home, first, read)
        read.rows.append(
            {"township": home[0], "category": home[1], "month": str(period)}
            | dict(zip(HEADCOUNTS, figures, strict=True))
            | _cells(line, households="households", persons="persons", mean_supplement="mean")
        )
    step = _step(row["mean_supplement_fen"] for row in read.rows)
    return [row | {"step_fen": step} for row in read.rows], read.problems


def last_year_rows(form: Form, names: Names, period: Period) -> tuple[list[dict[str, Any]], list[Problem]]:
    """One record a township and category of the year before; a total row has no township."""
    read = Read()
    first: dict[tuple[str, str], Line] = {}
    for line in map(form.line, form.rows):
        home = home_of(line, names, read, may_be_total=True)
        persons, months = (_figure(count, line, field, read) for field in ("persons", "months"))
        mean, spending = _money(line, "mean", read), _money(line, "spending", read, WAN_YUAN)
        figures = (persons, mean, months, spending)
        if home is None or None in figures:
            continue
        once(line, "township", home, first, read)
        read.rows.append(
            {"township": home[0], "category": home[1], "year": str(period)}
            | dict(zip(LAST_YEAR, figures, strict=True))
            | _cells(line, persons="persons", mean_supplement="mean", spending="spending")
        )
    return read.rows, read.problems


def amount_rows(form: Form, names: Names, period: Period) -> tuple[list[dict[str, Any]], list[Problem]]:
    """One record a group of classified aid: what one person gets a month."""
    read = Read()
    first: dict[tuple[str, str], Line] = {}
    for line in map(form.line, form.rows):
        group, each = fold(line.text("group")), _money(line, "amount", read)
        if not group:
            refuse(line, "group", read, "没有写施保对象", "", "empty_cell")
        elif each is not None:
            once(line, "group", (group, ""), first, read)
            read.rows.append({"group": group, "amount_fen": each} | source_of(line, "amount"))
    return read.rows, read.problems


def fund_rows(form: Form, names: Names, period: Period) -> tuple[list[dict[str, Any]], list[Problem]]:
    """One record a document by which money came in."""
    read = Read()
    for line in map(form.line, form.rows):
        payer, day, fen = fold(line.text("payer")), line.day("received"), _money(line, "amount", read, WAN_YUAN)
        if not payer:
            refuse(line, "payer", read, "没有写资金来源", "", "empty_cell")
        if day is None:
            refuse(line, "received", read, f"日期写的是“{line.text('received')}”", "应写成 2023-03-12", "no_date")
        if payer and day and fen is not None:
            told = {"payer": payer, "document": line.text("document"), "received": day.isoformat()}
            read.rows.append(told | {"appropriated_fen": fen} | source_of(line, "amount"))
    return read.rows, read.problems


def share_rows(form: Form, names: Names, period: Period) -> tuple[list[dict[str, Any]], list[Problem]]:
    """One record a category and payer: the share as text, such as 3/5 or 60%; payers are the further headings."""
    read = Read()
    first: dict[tuple[str, str], Line] = {}
    for line in map(form.line, form.rows):
        category = _category(line, names, read)
        if not category:
            continue
        once(line, "category", (category, ""), first, read)
        for payer, column in form.others.items():
            raw = form.grid.rows[line.row][column]
            where = (form.grid.file, form.grid.name, address(line.row, column))
            if is_blank(raw):
                read.problems.append(
                    form.grid.problem("empty_cell", "没有写分担比例", "不分担的写 0", "请补上", where[2])
                )
                continue
            at = dict(zip(("source_file", "source_sheet", "source_cell"), where, strict=True))
            written = text_of(raw) if isinstance(raw, str) else number_as_written(raw)
            read.rows.append({"category": category, "payer": fold(payer), "share": written} | at)
    return read.rows, read.problems


def payment_rows(form: Form, names: Names, period: Period) -> tuple[list[dict[str, Any]], list[Problem]]:
    """One record a month that has been paid: at the old or at the new standard, and on what day."""
    read = Read()
    first: dict[tuple[str, str], Line] = {}
    for line in map(form.line, form.rows):
        month, day = month_of(line, "month", read), line.day("paid")
        word = line.text("rate")
        rate = vocabulary(FORMS_FILE).words.get(fold(word), "")
        if rate not in ("old", "new"):
            refuse(line, "rate", read, f"执行标准写的是“{word}”", "只能是旧标准、新标准", "bad_choice")
        if day is None:
            refuse(line, "paid", read, f"日期写的是“{line.text('paid')}”", "应写成 2023-03-26", "no_date")
        if month and month[:4] != str(period.year):
            refuse(line, "month", read, f"月份是 {month}", f"应在 {period.year} 年内", "wrong_month")
        elif month and rate and day:
            once(line, "month", (month, ""), first, read)
            read.rows.append({"month": month, "rate": rate, "paid": day.isoformat()} | source_of(line, "rate"))
    return read.rows, read.problems


def home_of(line: Line, names: Names, read: Read, *, may_be_total: bool = False) -> tuple[str, str] | None:
    """Township and category of a row, None where either is unknown; a total row's township is ``ALL``."""
    text = line.text("township")
    category = _category(line, names, read)
    is_total = may_be_total and bool(wording().total.search(fold(text)))
    township = ALL if is_total else names.townships.get(fold(text), "")
    if not township and not is_total:
        said = f"没有乡镇“{text}”" if text else "没有写乡镇"
        read.problems.append(
            line.problem("unknown_township", said, hint(fold(text), names.townships), "请改正", "township")
        )
        return None
    return (township, category) if category else None


def _category(line: Line, names: Names, read: Read) -> str:
    text = line.text("category")
    code = names.categories.get(fold(text), "")
    if not code:
        said = f"没有类别“{text}”" if text else "没有写类别"
        read.problems.append(
            line.problem("unknown_category", said, hint(fold(text), names.categories), "请改正", "category")
        )
    return code


def _money(line: Line, field: str, read: Read, unit: str = YUAN) -> int | None:
    return _figure(lambda *given: amount(given[0], given[1], unit, given[2], about=given[3]), line, field, read)


def _figure(reader: Callable[..., int | None], line: Line, field: str, read: Read) -> int | None:
    """A figure that must be there: a blank is not 0, so it is refused."""
    before = len(read.blanks)
    value = reader(line, field, read, {})
    if len(read.blanks) > before:
        del read.blanks[before:]
        refuse(line, field, read, "没有写数", "没有的写 0", "empty_cell")
    return value


def _cells(line: Line, **fields: str) -> dict[str, str]:
    """The row's origin (the cell of its persons) and, for each figure, the cell it stands in."""
    own = {f"{name}_cell": source_of(line, field)["source_cell"] for name, field in fields.items()}
    return source_of(line, "persons") | own


def _step(means: Any) -> int:  # noqa: ANN401 - int fen, from a generator
    """The last digit that the sheet's means are printed with, in fen: a whole 元, a tenth or a fen."""
    fen = list(means)
    if all(one % FEN_PER_YUAN == 0 for one in fen):
        return FEN_PER_YUAN
    return TENTH_OF_YUAN if all(one % TENTH_OF_YUAN == 0 for one in fen) else 1
