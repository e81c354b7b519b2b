"""Every way a sheet writes a period → the period and what span of time the figure covers."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fhdata.intake.wording import fold
from fhdata.periods import TENDAY_NAMES, Period

_CHINESE = {name: number for number, name in enumerate("一二三四五六七八九十", start=1)} | {"十一": 11, "十二": 12}
_DASH = r"[-—–−~至到]+"
_YEAR = r"(?:(?P<year>(?:19|20)\d{2})年?)?"
_MONTH = r"(?:0?[1-9]|1[0-2])"
_CHINESE_MONTH = r"十[一二]|[一二三四五六七八九十]"
_END = r"(?P<end>末|底)"
_SERIAL_RANGE = (21916, 73050)  # 1960-01-01 … 2099-12-31 as Excel counts days

# Order matters: the longest reading of a text is tried first.
_FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("tenday", re.compile(rf"{_YEAR}(?P<month>{_MONTH})月份?(?P<tenday>[上中下]旬)")),
    ("range", re.compile(rf"{_YEAR}(?P<first>{_MONTH})月?份?{_DASH}(?P<month>{_MONTH})月份?")),
    ("range", re.compile(rf"{_YEAR}(?P<first_zh>{_CHINESE_MONTH})月?{_DASH}(?P<month_zh>{_CHINESE_MONTH})月份?")),
    ("month", re.compile(rf"{_YEAR}(?P<month>{_MONTH})月份?{_END}?")),
    ("month", re.compile(rf"{_YEAR}(?P<month_zh>{_CHINESE_MONTH})月份?{_END}?")),
    ("half", re.compile(rf"{_YEAR}上半年")),
    ("quarters", re.compile(rf"{_YEAR}前(?P<quarter_zh>[二三])季度?")),
    ("quarter", re.compile(rf"{_YEAR}第?(?P<quarter_zh>[一二三四])季度?{_END}?")),
    ("quarter", re.compile(rf"{_YEAR}[第-]?(?P<quarter>[1-4])季度?")),
    ("quarter", re.compile(r"(?P<year>(?:19|20)\d{2})年?-?[Qq](?P<quarter>[1-4])")),
    ("quarter", re.compile(r"[Qq](?P<quarter>[1-4])")),
    ("month", re.compile(r"(?P<year>(?:19|20)\d{2})[.\-/](?P<month>0[1-9]|1[0-2])")),
    ("month", re.compile(r"(?P<year>(?:19|20)\d{2})[-/](?P<month>[1-9])(?!\d)")),
    ("dotted", re.compile(r"(?P<year>(?:19|20)\d{2})\.(?P<month>[1-9])(?!\d)")),
    ("month", re.compile(r"(?P<year>(?:19|20)\d{2})(?P<month>0[1-9]|1[0-2])(?!\d)")),
    ("tenday", re.compile(r"(?P<tenday>[上中下]旬)")),
    ("year", re.compile(rf"(?P<year>(?:19|20)\d{{2}})(?:年度?|\.0)?{_END}?(?![\d.])")),
    ("year_end", re.compile(r"年[末底]")),
)


@dataclass(frozen=True)
class PeriodReading:
    """A period with the span the wording itself tells: month, ytd, quarter, year, stock (月末), or "" (the name tells).

    ``rest`` is what the text says after the period (完成数); ``is_dotted`` marks 2016.1, which is January or October
    and must be settled by its neighbours.
    """

    period: Period
    span: str
    rest: str = ""
    is_dotted: bool = False


def read_period(raw: object, context: Period | None = None) -> PeriodReading | None:
    """Read a cell that is a period and nothing else; None where it is not one, or where it alone is ambiguous.

    Args:
        raw: text, a date, or a number (2023.0, 202303).
        context: the period of the title or folder; gives the year (and, to 上旬, the month) that the text lacks.
    """
    reading = split_period(raw, context)
    return reading if reading and not reading.rest and not reading.is_dotted else None


def split_period(raw: object, context: Period | None = None) -> PeriodReading | None:
    """Read a cell that begins with a period; what follows it (完成数, 预期) is in ``rest``."""
    if isinstance(raw, bool) or raw is None:
        return None
    if isinstance(raw, datetime | date):
        is_month = raw.day == 1 or _is_month_end(raw)  # any other day is a day, not a month
        return PeriodReading(Period(raw.year, "month", raw.month), "") if is_month else None
    text = fold(str(int(raw)) if isinstance(raw, float) and raw.is_integer() else str(raw))
    for form, pattern in _FORMS:
        found = pattern.match(text)
        reading = _reading(form, found, context) if found else None
        if found and reading:
            rest = text[found.end() :]
            return PeriodReading(reading.period, reading.span, rest, reading.is_dotted)
    return None


def _reading(form: str, found: re.Match[str], context: Period | None) -> PeriodReading | None:
    groups = found.groupdict()
    year = int(groups["year"]) if groups.get("year") else (context.year if context else 0)
    month, quarter = _number(groups, "month"), _number(groups, "quarter")
    if form == "tenday":
        month = month or _context_month(context)
        return _tenday(year, month, groups["tenday"]) if year and month else None
    if form == "range":
        return _range(year, _number(groups, "first"), month) if year else None
    at_end = "stock" if groups.get("end") or form == "year_end" else ""
    readings = {
        "half": lambda: PeriodReading(Period(year, "month", 6), "ytd"),
        "quarters": lambda: PeriodReading(Period(year, "quarter", quarter), "ytd"),
        "quarter": lambda: PeriodReading(Period(year, "quarter", quarter), at_end),
        "year": lambda: PeriodReading(Period(year, "year", 1), at_end or "year"),
        "year_end": lambda: PeriodReading(Period(year, "year", 1), at_end),
        "month": lambda: PeriodReading(Period(year, "month", month), at_end),
        "dotted": lambda: PeriodReading(Period(year, "month", month), "", is_dotted=month == 1),
    }
    return readings[form]() if year else None


def _number(groups: dict[str, str | None], name: str) -> int:
    chinese = groups.get(f"{name}_zh")
    digits = groups.get(name)
    return _CHINESE[chinese] if chinese else int(digits) if digits else 0


def _context_month(context: Period | None) -> int:
    return context.month if context and context.cadence in ("month", "tenday") else 0


def _tenday(year: int, month: int, name: str) -> PeriodReading:
    return PeriodReading(Period(year, "tenday", 3 * (month - 1) + TENDAY_NAMES.index(name) + 1), "")


def _range(year: int, first: int, last: int) -> PeriodReading | None:
    if first == 1 and last > 1:
        return PeriodReading(Period(year, "month", last), "ytd")
    if last - first == 2 and last % 3 == 0:
        return PeriodReading(Period(year, "quarter", last // 3), "quarter")
    return None


def serial_date(raw: object) -> date | None:
    """The date an Excel serial number stands for, within 1960-2099."""
    if isinstance(raw, bool) or not isinstance(raw, int | float) or not float(raw).is_integer():
        return None
    low, high = _SERIAL_RANGE
    return date(1899, 12, 30) + timedelta(days=int(raw)) if low <= raw <= high else None


def read_period_line(
    cells: Sequence[object], context: Period | None = None
) -> tuple[list[PeriodReading | None], list[int]]:
    """Read a header row (or label column) of periods together, so that neighbours settle what one cell leaves open.

    2016.1 is October where the line also writes 2016.01 or a neighbour is 2016.9/2016.11, January where a neighbour is
    2016.2 or last year's December; where nothing settles it, it is refused. A cell without a year belongs to the year
    written last before it, else to that of the title; where the two differ and nothing settles it, it is refused. Plain
    numbers are Excel serials only where every number of the line is the serial of a month's first or last day.

    Returns:
        One reading a cell (None: not a period), and the positions that were refused as ambiguous.
    """
    dates = [serial_date(cell) for cell in cells]
    numbers = [cell for cell in cells if isinstance(cell, int | float) and not isinstance(cell, bool)]
    days = [one for one in dates if one]
    is_serial_line = len(days) == len(numbers) > 1 and all(one.day == 1 or _is_month_end(one) for one in days)
    shown = [day if is_serial_line and day else cell for cell, day in zip(cells, dates, strict=True)]
    readings, of_two_years = _with_years(shown, context)
    dotted = [position for position, one in enumerate(readings) if one and one.is_dotted]
    is_padded = any(re.match(r"(19|20)\d{2}\.0[1-9]", fold(str(cell))) for cell in cells)
    refused = []
    settled = list(readings)
    for position in dotted:
        one = readings[position]
        month = None
        if one:
            month = 10 if is_padded else _settled_by_neighbours(readings, position, one.period.year)
        if one is None or month is None:
            refused.append(position)
            settled[position] = None
        else:
            settled[position] = PeriodReading(Period(one.period.year, "month", month), one.span, one.rest)
    settled = [None if place in of_two_years else one for place, one in enumerate(settled)]
    return settled, sorted({*refused, *of_two_years})


def _with_years(cells: Sequence[object], context: Period | None) -> tuple[list[PeriodReading | None], list[int]]:
    """Read each cell with the year of the line or the title; and the places where those differ and nothing settles it.

    What the title itself is about is meant, and of two readings the one that no other cell of the line has.
    """
    readings: list[PeriodReading | None] = []
    other: dict[int, PeriodReading] = {}
    told: Period | None = None
    for place, cell in enumerate(cells):
        own = split_period(cell)
        told = Period(own.period.year, "year", 1) if own else told
        reading = own or split_period(cell, context or told)
        if reading and not own and context and told and told.year != context.year:
            carried = split_period(cell, told)
            is_titles = (reading.period.year, reading.period.month) == (context.year, context.month)
            if carried and not (is_titles and context.cadence != "year"):
                other[place] = carried
        readings.append(reading)
    certain = {(one.period, one.span) for place, one in enumerate(readings) if one and place not in other}
    doubtful = []
    for place, carried in other.items():
        by_title = readings[place]
        taken = [one is None or (one.period, one.span) in certain for one in (by_title, carried)]
        if taken == [True, False]:
            readings[place] = carried
        elif taken != [False, True]:
            doubtful.append(place)
    return readings, doubtful


def _is_month_end(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def _settled_by_neighbours(readings: Sequence[PeriodReading | None], position: int, year: int) -> int | None:
    beside = [readings[near] for near in (position - 1, position + 1) if 0 <= near < len(readings)]
    months = {(one.period.year, one.period.month) for one in beside if one and not one.is_dotted}
    january = months & {(year, 2), (year - 1, 12)}
    october = months & {(year, 9), (year, 11)}
    if bool(january) == bool(october):
        return None
    return 1 if january else 10
