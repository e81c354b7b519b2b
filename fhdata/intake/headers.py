"""What stands over the data columns: period, span, measure, series, area, unit of each column."""

import itertools
from collections import Counter
from dataclasses import dataclass, replace

from fhdata.intake.grids import Row, column_letters, is_blank, text_of
from fhdata.intake.layouts import Layout
from fhdata.intake.period_text import PeriodReading, read_period_line, split_period
from fhdata.intake.wording import fold, narrow, split_unit
from fhdata.periods import Period

_OF_THE_LEFT = ("growth", "progress", "change")
_FIGURES = ("value", "growth")
_ONE_EACH = "同一个表头下的几列说的是同一个数，或另有期间；每列应各写明期间和内容"
_PERIOD_ALLOWED = "应为期间，如 2023年3月、2023年1-3月、2023年第一季度"


@dataclass(frozen=True)
class Columns:
    """The data columns: grid columns, one fact of each kind a column, and what was not understood.

    ``places`` are the columns whose header is clear, out of ``total``; ``unread`` are grid columns beyond the table and
    those with an unclear header; ``stop`` is the first column beyond the table; ``differs`` tells that the columns are
    of another family.
    """

    places: list[int]
    facts: dict[str, list[str]]
    total: int
    unread: list[int]
    refusals: list[tuple[int, int, str, str]]
    differs: bool = False
    stop: int = 0


@dataclass(frozen=True)
class _Heading:
    """One column while it is being read."""

    reading: PeriodReading | None = None
    measure: str = ""
    span: str = ""
    is_clear: bool = True
    says_two: bool = False


def read_columns(
    header: list[Row], top: int, labels: dict[str, int], layout: Layout, context: Period | None
) -> Columns:
    """Read the header rows over every data column.

    Args:
        header: the header rows, merged areas filled.
        top: the grid row of the first of them.
        labels: label columns by role.
        layout: the family.
        context: the period of title or folder, for headers that lack a year or say 本月.
    """
    rows = _spread(header, max(labels.values()) + 1)
    places, unread = _places(rows, labels, layout)
    texts = {row.role: [cells[c] for c in places] for row, cells in zip(layout.header, rows, strict=True)}
    facts = {name: [""] * len(places) for name in ("series", "area", "unit", "period", "span", "measure")}
    for role in ("series", "area", "unit"):
        if role in texts:
            facts[role] = [text_of(cell) for cell in texts[role]]
    if "unit" not in texts and "series" in texts:
        facts["unit"] = [split_unit(text)[1] for text in facts["series"]]
    facts["unit"] = ["" if unit in ("-", "—", "无") else fold(unit) for unit in facts["unit"]]
    refusals: list[tuple[int, int, str, str]] = []
    says_two = [False] * len(places)
    if "period" in texts:
        headings, refusals = _headings(texts, places, top, layout, context)
        says_two = [one.says_two for one in headings]
        facts["period"] = [str(one.reading.period) if one.reading else "" for one in headings]
        facts["span"] = [one.span for one in headings]
        facts["measure"] = [one.measure for one in headings]
        lower = texts.get("measure") or texts["period"]
        told = [split_unit(text_of(cell))[1] for cell in lower]
        facts["unit"] = [
            unit or ("%" if one.measure in ("growth", "progress") else own)
            for unit, one, own in zip(told, headings, facts["unit"], strict=True)
        ]
    facts["label"] = [_path(rows, column) for column in places]
    uppers = [_path(rows[:1], column) for column in places]
    muddled = _muddled(facts, uppers, says_two)
    refusals += [(top, places[run.start], _run_text(uppers, places, run), _ONE_EACH) for run in muddled]
    wrong = {column for _, column, _, _ in refusals} | {places[place] for run in muddled for place in run}
    clear = [column for column in places if column not in wrong]
    differs = _differs([fold(text_of(cell)) for cell in texts[layout.header[0].role]], layout)
    keep = [i for i, column in enumerate(places) if column in clear]
    return Columns(
        places=[places[i] for i in keep],
        facts={name: [values[i] for i in keep] for name, values in facts.items()},
        total=len(places),
        unread=[*unread, *(column for column in places if column not in clear)],
        refusals=refusals,
        differs=differs,
        stop=min(unread, default=len(header[0])),
    )


def _spread(header: list[Row], first: int) -> list[Row]:
    """A blank in an upper header row means the cell on its left where the row below says something there."""
    rows = [list(row) for row in header]
    for upper, lower in itertools.pairwise(rows):
        for column in range(first + 1, len(upper)):
            if is_blank(upper[column]) and not is_blank(lower[column]):
                upper[column] = upper[column - 1]
    return rows


def _places(rows: list[Row], labels: dict[str, int], layout: Layout) -> tuple[list[int], list[int]]:
    places: list[int] = []
    width = len(rows[0])
    for column in range(min(labels.values()), width):
        if column in labels.values():
            continue
        key = next((fold(text_of(row[column])) for row in rows if not is_blank(row[column])), "")
        if not key:
            if places:
                beyond = [c for c in range(column, width) if c not in labels.values()]
                return places, beyond
            continue
        if not layout.skip.search(key):
            places.append(column)
    return places, []


def _differs(keys: list[str], layout: Layout) -> bool:
    if layout.match and sum(bool(layout.match.search(key)) for key in keys) * 2 < len(keys):
        return True
    return sum(bool(layout.without.search(key)) for key in keys) * 2 > len(keys)


def _run_text(uppers: list[str], places: list[int], run: range) -> str:
    columns = "、".join(dict.fromkeys(column_letters(places[end]) for end in (run.start, run.stop - 1)))
    return f"{uppers[run.start]}（{columns.replace('、', ' 至 ')} 列）"


def _muddled(facts: dict[str, list[str]], uppers: list[str], says_two: list[bool]) -> list[range]:
    """Runs of columns under one heading of which two say the same, or one names another period than the heading.

    Nobody can tell which of the columns is which, so that none of the run is read.
    """
    told = zip(*(facts[name] for name in ("series", "area", "period", "span", "measure", "unit")), strict=True)
    keys = [(*key[:4], key[4] or "value", key[5]) if any(key[:3]) and key[4] in _FIGURES else () for key in told]
    counts = Counter(keys)
    runs = []
    start = 0
    for _, members in itertools.groupby(uppers):
        stop = start + len(list(members))
        if any(says_two[start:stop]) or any(counts[key] > 1 for key in keys[start:stop] if key):
            runs.append(range(start, stop))
        start = stop
    return runs


def _headings(
    texts: dict[str, list[object]], places: list[int], top: int, layout: Layout, context: Period | None
) -> tuple[list[_Heading], list[tuple[int, int, str, str]]]:
    row = top + next(i for i, one in enumerate(layout.header) if one.role == "period")
    readings, ambiguous = read_period_line(texts["period"], context)
    lower = texts.get("measure") or [""] * len(places)
    headings: list[_Heading] = []
    refusals = []
    for index, column in enumerate(places):
        text = text_of(texts["period"][index])
        reading = readings[index] or _relative(fold(text), layout, context, headings)
        heading = _heading(reading, fold(text), fold(text_of(lower[index])), layout, headings)
        if index in ambiguous:
            heading = replace(heading, is_clear=False)
            refusals.append((row, column, text, "年份和月份写得两可，请写成 2016.10 或 2016年10月"))
        elif not heading.is_clear:
            shown = "、".join(filter(None, [text, text_of(lower[index])]))
            refusals.append((row, column, shown, _PERIOD_ALLOWED))
        headings.append(heading)
    return headings, refusals


def _heading(reading: PeriodReading | None, upper: str, below: str, layout: Layout, left: list[_Heading]) -> _Heading:
    """One column: its period, and what the wording after the period and in the row below makes of it.

    A growth or progress column without a period of its own belongs to the period on its left.
    """
    own = split_period(below, reading.period) if reading and below else None
    if own and reading and reading.span == "ytd" and own.period != reading.period:
        return _Heading(reading, says_two=True)  # 7月完成数 under 1-6月
    wording = (reading.rest if reading else upper) + (own.rest if own else below)
    reading = own or reading
    if not wording and not any(row.role == "measure" for row in layout.header):
        return _Heading(reading, "", reading.span if reading else "", reading is not None)
    measure = next((one for one in layout.measures if one.text.search(wording)), None)
    if measure is None:
        return _Heading(reading, is_clear=False)
    if reading is None and measure.name in _OF_THE_LEFT and left:
        return replace(left[-1], measure=measure.name, is_clear=left[-1].reading is not None)
    span = measure.span or (reading.span if reading else "")
    return _Heading(reading, measure.name, span, reading is not None or measure.name == "plan")


def _relative(text: str, layout: Layout, context: Period | None, left: list[_Heading]) -> PeriodReading | None:
    """本月, 累计, 上年同期: told by the title's period, which must be a month."""
    if context is None or context.cadence == "year":
        return None
    for name, pattern in layout.relative.items():
        found = pattern.search(text)
        if not found:
            continue
        rest = text[found.end() :]
        if name == "last_year":
            span = left[-1].span if left else "ytd"
            return PeriodReading(Period(context.year - 1, context.cadence, context.number), span, rest)
        return PeriodReading(context, name, rest)
    return None


def _path(rows: list[Row], column: int) -> str:
    parts: list[str] = []
    for row in rows:
        text = " ".join(narrow(text_of(row[column])).split())
        if text and text not in parts:
            parts.append(text)
    return " / ".join(parts)
