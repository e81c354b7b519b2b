"""Lays out sheets of a fixed form: title, what the sheet is about, header, rows, origin, signature and day."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fhdata.sampledata.entries import Content
from fhdata.sampledata.forms import HEADER_ROW, Cell, Table


@dataclass(frozen=True)
class Row:
    """One row's cells; figures but the running number are written with ``decimals``, one for all or one a cell."""

    cells: tuple[Content, ...]
    decimals: int | tuple[int, ...] = 0

    def decimals_of(self, number: int) -> int:
        """Decimals of one of its figures."""
        return self.decimals if isinstance(self.decimals, int) else self.decimals[number]


def sheet(
    tab: str,
    title: str,
    about: tuple[str, str],
    headings: Sequence[str],
    *,
    rows: Sequence[Row],
    marks: Mapping[str, str],
    released: date,
    widths: tuple[float, ...],
) -> Table:
    """One sheet of a form.

    Args:
        tab: name on the tab.
        title: first line.
        about: the two halves of the second line, such as 考核内容：… and 填报部门：….
        headings: the header.
        rows: the rows.
        marks: what stands under made-up figures (``source``, ``signature``).
        released: the day it is handed in.
        widths: of the columns.
    """
    width = len(headings)
    left = max(2, width // 2)
    cells = [
        Cell(0, 0, title, "title", 1, width),
        Cell(1, 0, about[0], "left", 1, left),
        Cell(1, left, about[1] or None, "right", 1, width - left),
        *(Cell(HEADER_ROW, number, words, "header") for number, words in enumerate(headings)),
    ]
    for at, row in enumerate(rows, HEADER_ROW + 1):
        cells += [_cell(at, number, content, row.decimals_of(number)) for number, content in enumerate(row.cells)]
    lines = [marks["source"], f"{marks['signature']}　　报出日期：{released.isoformat()}"]
    at = HEADER_ROW + 1 + len(rows)
    cells += [Cell(at + number, 0, line, "foot", 1, width) for number, line in enumerate(lines)]
    return Table(tab, tuple(cells), widths, (HEADER_ROW, HEADER_ROW))


def _cell(at: int, number: int, content: Content, decimals: int) -> Cell:
    if not number:
        return Cell(at, number, content, "unit")
    if isinstance(content, float):
        return Cell(at, number, content, "figure", decimals=decimals)
    return Cell(at, number, content, "label" if number == 1 else "text")
