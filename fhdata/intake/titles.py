"""What the lines above a header say of the whole table: its period, 地区, 指标, 单位, its subject."""

import re

from fhdata.intake.grids import Grid, is_blank, text_of
from fhdata.intake.layouts import Layout
from fhdata.intake.period_text import split_period
from fhdata.intake.wording import fold
from fhdata.periods import Period

_SHARES = ("%", "‰", "")


def title_period(grid: Grid, above: int, context: Period | None) -> Period | None:
    """The period a title tells; a title that tells only the year leaves the month to the folder of that year.

    Args:
        grid: the sheet.
        above: the header's first row.
        context: the period of the folder.
    """
    for row in grid.rows[:above]:
        for cell in row:
            text = fold(text_of(cell))
            year = re.search(r"(?:19|20)\d{2}", text)
            found = split_period(text[year.start() :]) if year and ":" not in text[: year.start()] else None
            if found and not found.is_dotted:
                told = found.period
                is_same_year = context is not None and told.cadence == "year" and context.year == told.year
                return context if is_same_year else told
    return context


def preamble(grid: Grid, layout: Layout, above: int) -> dict[str, str]:
    """Series, area and unit as the lines above the header state them.

    单位：亿元、% is 亿元: what is measured in % says so in its own header. Where the layout says so, the subject is the
    title without its period.

    Args:
        grid: the sheet.
        layout: the family.
        above: the header's first row.
    """
    told: dict[str, str] = {}
    for row in grid.rows[:above]:
        for cell in row:
            text = fold(text_of(cell))
            for name, pattern in layout.preamble.items():
                found = pattern.search(text)
                if found:
                    told.setdefault(name, found[1])
    units = [one for one in re.split(r"[,、;]", told.pop("unit", "")) if one not in _SHARES]
    if len(units) == 1:
        told["unit"] = units[0]
    if layout.series_from == "title" and above:
        title = fold(next((text_of(c) for row in grid.rows[:above] for c in row if not is_blank(c)), ""))
        found_period = split_period(title)
        told.setdefault("series", found_period.rest if found_period else title)
    return told
