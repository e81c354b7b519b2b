"""A finished table as a table of a Word notice: column widths from what stands in them, full grid, repeated header."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any
from unicodedata import east_asian_width

from fhdata.publish.lights import LIGHTS
from fhdata.publish.tables import Column, Table, cell_text
from fhdata.publish.word_profile import TWIPS_PER_POINT, Profile
from fhdata.publish.word_xml import Look, cell_frame, exact_lines, paragraph, row, run, table

PADDING_TWIPS = 57  # 1 mm at each side of a cell
LINE_HEIGHT = 1.3  # of the type size
SPARE = 1.5  # half characters; Latin letters of some fonts are wider than half a character
SHORT = 16  # half characters; a column of text no wider than this is not broken
LEAST_TEXT = 10  # half characters left to a column of long text
HEADER_LINES = 3


def word_table(shown: Table, profile: Profile, width_twips: int, *, is_wide: bool) -> str:
    """The table as XML, over the whole width given, in twips."""
    points = profile.wide_table_points if is_wide else profile.table_points
    body, head = Look(profile.fonts.body, points), Look(profile.fonts.first, points)
    texts = [[_text(column, record) for column in shown.columns] for record in shown.records]
    widths = column_widths(shown.columns, texts, width_twips, points)
    heads = [
        _cell(run(one.label, head), head, "center", width) for one, width in zip(shown.columns, widths, strict=True)
    ]
    rows = [row(heads, is_header=True)]
    for record, cells in zip(shown.records, texts, strict=True):
        filled = [
            _cell(_runs(column, record, text, body), body, column.alignment, width)
            for column, text, width in zip(shown.columns, cells, widths, strict=True)
        ]
        rows.append(row(filled))
    return table(rows, widths, PADDING_TWIPS)


def column_widths(
    columns: Sequence[Column], texts: Sequence[Sequence[str]], width_twips: int, points: float
) -> list[int]:
    """Widths in twips that add up to the table's: numbers and short words unbroken, the rest shared by long texts
    in proportion to how long they are on average.

    Args:
        columns: the table's columns.
        texts: rows of printed cells.
        width_twips: of the whole table.
        points: size of the type.
    """
    half = points * TWIPS_PER_POINT / 2  # one half character in twips
    room = width_twips / half
    padding = 2 * PADDING_TWIPS / half + SPARE
    longest = [max((units(one[number]) for one in texts), default=0) for number in range(len(columns))]
    least = [
        max(width, _header_need(column)) if column.is_number or width <= SHORT else 0
        for column, width in zip(columns, longest, strict=True)
    ]
    mean = [0.0 if need else _mean(texts, number) for number, need in enumerate(least)]
    long = sum(1 for need in least if not need)
    spare = room - sum(need + padding for need in least) - LEAST_TEXT * long
    if long and spare >= 0:
        shares = [0.0 if need else LEAST_TEXT + spare * one / sum(mean) for need, one in zip(least, mean, strict=True)]
        widths = [need + padding + share for need, share in zip(least, shares, strict=True)]
    else:
        plain = [(need or LEAST_TEXT) + padding for need in least]
        widths = [one * room / sum(plain) for one in plain]
    whole = [int(one * half) for one in widths]
    return [*whole[:-1], whole[-1] + width_twips - sum(whole)]


def units(text: str) -> int:
    """How wide a text is in half characters."""
    return max(
        (sum(2 if east_asian_width(one) in "WFA" else 1 for one in line) for line in text.split("\n")), default=0
    )


def _mean(texts: Sequence[Sequence[str]], number: int) -> float:
    """How wide the texts of a column are on average; at least one half character, so that shares can be made."""
    return max(1.0, sum(units(one[number]) for one in texts) / max(len(texts), 1))


def _header_need(column: Column) -> int:
    """What a column's name needs when it is broken into no more than three lines, never less than two characters."""
    return max(4, 2 * -(-units(column.label) // (2 * HEADER_LINES)))


def _text(column: Column, record: Mapping[Hashable, Any]) -> str:
    text = cell_text(column, record[column.name]) + (str(record[column.mark]) if column.mark else "")
    return f"{LIGHTS[record[column.light]].shape} {text}" if column.light and text else text


def _runs(column: Column, record: Mapping[Hashable, Any], text: str, look: Look) -> str:
    if not (column.light and text):
        return run(text, look) if text else ""
    light = LIGHTS[record[column.light]]
    shape = Look(look.font, look.points, colour=light.colour.removeprefix("#"))
    return run(light.shape, shape) + run(text.removeprefix(light.shape), look)


def _cell(inside: str, look: Look, alignment: str, width: int) -> str:
    before, after = cell_frame(look, width, alignment, round(look.points * LINE_HEIGHT * TWIPS_PER_POINT))
    return before + inside + after


def table_lead(text: str, look: Look) -> str:
    """The line over a table (单位、数据截至), kept with it."""
    lines = exact_lines(round(look.points * LINE_HEIGHT * TWIPS_PER_POINT))
    properties = {"keepNext": {"val": 1}, "snapToGrid": {"val": 0}, "spacing": lines, "jc": {"val": "right"}}
    return paragraph(run(text, look), look, properties)


def table_note(text: str, look: Look) -> str:
    """A line under a table."""
    lines = exact_lines(round(look.points * LINE_HEIGHT * TWIPS_PER_POINT))
    return paragraph(run(text, look), look, {"snapToGrid": {"val": 0}, "spacing": lines, "jc": {"val": "left"}})


def gap(look: Look) -> str:
    """An empty line that keeps two tables apart."""
    return paragraph("", look, {"spacing": exact_lines(round(look.points * TWIPS_PER_POINT))})
