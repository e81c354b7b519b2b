"""A finished table as a table of a Word notice: column widths from what stands in them, full grid, repeated header."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import east_asian_width

from fhdata.publish.lights import LIGHTS
from fhdata.publish.tables import Column, Table, cell_text
from fhdata.publish.word_profile import TWIPS_PER_POINT, Profile
from fhdata.publish.word_xml import Look, cell_frame, exact_lines, paragraph, row, run, table

PADDING_TWIPS = 57  # 1 mm at each side of a cell
LINE_HEIGHT = 1.3  # of the type size
SPARE = 1.5  # half characters; Latin letters of some fonts are wider than half a character
LATIN = 0.3  # half characters by which a digit may be wider than half a character, where the font named is not there
SHORT = 16  # half characters; a column of text no wider than this is not broken
LEAST_TEXT = 10  # half characters left to a column of long text
EASY_TEXT = 8  # half characters more, with which a long text is easy to read
LONGEST_SHARE = 6  # a column is at least as wide as this part of its longest text asks for
HEADER_LINES = 3


def word_table(shown: Table, profile: Profile, width_twips: int, *, is_wide: bool) -> str:
    """The table as XML, over the whole width given, in twips."""
    texts = [[_text(column, record) for column in shown.columns] for record in shown.records]
    points = type_size(shown.columns, texts, profile, width_twips, is_wide=is_wide)
    body, head = Look(profile.fonts.body, points), Look(profile.fonts.first, points)
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


def type_size(
    columns: Sequence[Column], texts: Sequence[Sequence[str]], profile: Profile, width_twips: int, *, is_wide: bool
) -> float:
    """The size of a table's type in points: the largest that leaves room for long texts, or at least breaks no number.

    Args:
        columns: see ``column_widths``.
        texts: likewise.
        profile: the sizes to choose from.
        width_twips: of the whole table.
        is_wide: whether it stands on a turned page.
    """
    usual = [profile.wide_table_points] if is_wide else [profile.table_points, profile.wide_table_points]
    sizes = [*usual, profile.crowded_table_points, profile.least_table_points]
    needs = {points: _needs(columns, texts, width_twips, points) for points in sizes}
    roomy = [points for points, one in needs.items() if one.spare >= EASY_TEXT * one.least.count(0)]
    whole = [points for points in sizes if fits(columns, texts, width_twips, points)]
    return [*roomy, *whole, sizes[-1]][0]


@dataclass(frozen=True)
class _Needs:
    """What columns need in half characters: ``least`` is 0 for a long text; ``spare`` is what is left of the room."""

    half_twips: float
    padding: float
    least: list[float]
    spare: float


def _needs(columns: Sequence[Column], texts: Sequence[Sequence[str]], width_twips: int, points: float) -> _Needs:
    half = points * TWIPS_PER_POINT / 2  # one half character in twips
    padding = 2 * PADDING_TWIPS / half + SPARE
    longest = [max((units(one[number]) for one in texts), default=0) for number in range(len(columns))]
    wanted = [max((_need(one[number]) for one in texts), default=0) for number in range(len(columns))]
    least = [
        max(need, _header_need(column)) if column.is_number or width <= SHORT else 0.0
        for column, width, need in zip(columns, longest, wanted, strict=True)
    ]
    taken = sum((need or LEAST_TEXT) + (padding if need else 0) for need in least)
    return _Needs(half, padding, least, width_twips / half - taken)


def fits(columns: Sequence[Column], texts: Sequence[Sequence[str]], width_twips: int, points: float) -> bool:
    """Whether a table of this width breaks no number; see ``column_widths``."""
    return _needs(columns, texts, width_twips, points).spare >= 0


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
    needs = _needs(columns, texts, width_twips, points)
    mean = [0.0 if need else _mean(texts, number) for number, need in enumerate(needs.least)]
    if sum(mean) and needs.spare >= 0:
        widths = [
            need + needs.padding if need else LEAST_TEXT + needs.spare * one / sum(mean)
            for need, one in zip(needs.least, mean, strict=True)
        ]
    else:
        plain = [(need or LEAST_TEXT) + needs.padding for need in needs.least]
        widths = [one * width_twips / needs.half_twips / sum(plain) for one in plain]
    whole = [int(one * needs.half_twips) for one in widths]
    return [*whole[:-1], whole[-1] + width_twips - sum(whole)]


def units(text: str) -> int:
    """How wide a text is in half characters."""
    return max(
        (sum(2 if east_asian_width(one) in "WFA" else 1 for one in line) for line in text.split("\n")), default=0
    )


def _need(text: str) -> float:
    """How wide a text may come out in half characters."""
    return units(text) + LATIN * sum(one.isascii() for one in text)


def _mean(texts: Sequence[Sequence[str]], number: int) -> float:
    """How wide the texts of a column are on average, a very long one counting more; at least one half character."""
    widths = [units(one[number]) for one in texts]
    return max(1.0, sum(widths) / max(len(widths), 1), max(widths, default=0) / LONGEST_SHARE)


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
