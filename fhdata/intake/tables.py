"""One layout against one sheet: the table found, with what its rows and columns say, or how the sheet differs."""

import itertools
import re
from dataclasses import dataclass, field, replace

from fhdata.intake.grids import Grid, Row, address, filled, is_blank, text_of
from fhdata.intake.headers import Columns, read_columns
from fhdata.intake.layouts import Layout, Pattern
from fhdata.intake.numbers import read_number
from fhdata.intake.table_rows import Rows, read_rows
from fhdata.intake.titles import preamble, title_period
from fhdata.intake.wording import fold, split_unit
from fhdata.periods import Period

_SEARCH_ROWS = 25
_SEARCH_LABELS = 6
_SHOWN = 5


@dataclass(frozen=True)
class Misfit:
    """Why a layout does not fit: ``score`` grows with how much of it was found."""

    layout: Layout
    score: float
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table found: grid rows and columns of its data cells, and the facts told by each of them.

    ``row_facts`` and ``column_facts`` hold one text a row or column for series, area, unit, period, span, measure and
    label; ``unread`` are grid rows above or below, ``unread_columns`` columns beside, that hold something else;
    ``refusals`` are (row, column, found, allowed) of headers and labels that could not be understood. ``below`` are
    the rows after its end and ``stop`` the first column beyond it, where a further table may stand; ``period`` is what
    the title tells.
    """

    layout: Layout
    rows: list[int]
    columns: list[int]
    row_facts: dict[str, list[str]]
    column_facts: dict[str, list[str]]
    header_rows: range
    unread: list[int] = field(default_factory=list)
    unread_columns: list[int] = field(default_factory=list)
    refusals: list[tuple[int, int, str, str]] = field(default_factory=list)
    below: range = range(0)
    stop: int = 0
    period: Period | None = None


def find_table(grid: Grid, layout: Layout, context: Period | None) -> Table | Misfit:
    """Match one layout against one sheet.

    Args:
        grid: the sheet.
        layout: the family.
        context: the period of the folder; a period in the title comes before it.
    """
    filled_rows = (row for row, cells in enumerate(grid.rows) if any(not is_blank(cell) for cell in cells))
    top_row = next(filled_rows, 0)
    used = [top_row] if grid.rows else []
    used += list(itertools.takewhile(lambda row: row < top_row + _SEARCH_ROWS, filled_rows))
    if not used:
        return Misfit(layout, 0.0, ("工作表是空的",))
    base = min(next(i for i, c in enumerate(grid.rows[row]) if not is_blank(c)) for row in used)
    start, column = next((used[0], i) for i, c in enumerate(grid.rows[used[0]]) if not is_blank(c))
    first = fold(text_of(grid.rows[start][column]))
    where = f"{address(start, column)} 写的是“{first[:20]}”"
    if layout.without_first_cell.search(first):
        return Misfit(layout, 0.0, (where,))
    if layout.first_cell and not layout.first_cell.search(first):
        return Misfit(layout, 0.0, (f"{where}，应为{_words(layout.first_cell)}",))
    score = 1.0 if layout.first_cell else 0.0
    corner = _corner(grid, layout, used, base)
    if corner is None:
        return Misfit(layout, score, (_no_header(grid, layout, used, base),))
    is_told = not is_blank(grid.rows[corner[0]][corner[1]])  # a blank corner is found on many a sheet
    return _match(grid, layout, corner, context, score + (2.0 if is_told else 0.5))


def _words(pattern: Pattern) -> str:
    """The words of a pattern, quoted for people."""
    words = list(dict.fromkeys(re.findall(r"[\u4e00-\u9fff]+", pattern.pattern)))
    quoted = "".join(f"“{word}”" for word in words[:_SHOWN]) + ("等" if len(words) > _SHOWN else "")
    return quoted or "空白"


def _corner(grid: Grid, layout: Layout, used: list[int], base: int) -> tuple[int, int] | None:
    """Where the header begins: its first row, and its first column once 序号 and the like are passed over."""
    height = len(layout.header)
    for top in used[:1] if layout.header_first else used:
        if top + height > len(grid.rows):
            return None
        rows = filled(grid, top, top + height - 1)
        left = base
        while left + 1 < grid.width and layout.skip.search(fold(text_of(rows[0][left]))):
            left += 1
        corners = [fold(text_of(row[left])) for row in rows]
        corners = [corners[0], *("" if own == above else own for above, own in itertools.pairwise(corners))]
        fits = all(one.corner.search(text) for one, text in zip(layout.header, corners, strict=True))
        others = [cell for cell in rows[0][left + 1 :] if not is_blank(cell)]
        if fits and any(fold(text_of(cell)) != corners[0] for cell in others):  # not one title merged across
            return top, left
    return None


def _no_header(grid: Grid, layout: Layout, used: list[int], base: int) -> str:
    """The cell that keeps a sheet from having the layout's header: in the row that begins like it, else at its top."""
    leads = {row: fold(text_of(grid.rows[row][base])) for row in used}
    begins = next((row for row in used if leads[row] and layout.header[0].corner.search(leads[row])), None)
    below = [] if begins is None else layout.header[1:]
    for row, one in enumerate(below, start=(begins or 0) + 1):
        text = text_of(grid.rows[row][base]) if row < len(grid.rows) else ""
        if not one.corner.search(fold(text)):
            return f"{_told(row, base, text)}，表头的这一行应为{_words(one.corner)}"
    likely = next((row for row in used if sum(not is_blank(c) for c in grid.rows[row]) >= 3), used[0])
    return f"{_told(likely, base, text_of(grid.rows[likely][base]))}，表头首格应为{_words(layout.header[0].corner)}"


def _told(row: int, column: int, text: str) -> str:
    return f"{address(row, column)} {f'写的是“{text[:20]}”' if text else '是空白'}"


def _match(grid: Grid, layout: Layout, corner: tuple[int, int], context: Period | None, score: float) -> Table | Misfit:
    top, base = corner
    bottom = top + len(layout.header) - 1
    if _is_header_taller(grid, corner, bottom):
        return Misfit(layout, score, (f"第 {bottom + 2} 行还是表头，比这种版式的表头多",))
    header = filled(grid, top, bottom)
    labels, missing = _label_columns(header, layout, base)
    if missing:
        return Misfit(layout, score, tuple(f"第 {top + 1} 行里没有{_words(one)}一列" for one in missing))
    told = title_period(grid, top, context)
    columns = read_columns(header, top, labels, layout, told)
    if not columns.places or len(columns.places) * 2 < columns.total or columns.differs:
        fraction = len(columns.places) / max(columns.total, 1)
        shown = [f"{address(r, c)} 写的是“{found[:20]}”，{allowed}" for r, c, found, allowed in columns.refusals[:3]]
        return Misfit(layout, score + fraction, tuple(shown) or (_other_columns(header, top, labels),))
    rows = read_rows(grid, layout, bottom + 1, labels, columns.places, context=told)
    if rows.strange:
        return Misfit(layout, score + 1.0, rows.strange)
    return replace(_table(grid, layout, range(top, bottom + 1), columns, rows), period=told)


def _other_columns(header: list[Row], top: int, labels: dict[str, int]) -> str:
    """What stands over the columns of a sheet whose header begins like the layout's and is another's."""
    places = [place for place in range(max(labels.values()) + 1, len(header[0])) if not is_blank(header[0][place])]
    told = [f"{address(top, place)} 写的是“{text_of(header[0][place])[:20]}”" for place in places[:3]]
    return f"{'，'.join(told) or f'第 {top + 1} 行没有数据列'}，不是这种版式的栏目"


def _table(grid: Grid, layout: Layout, header: range, columns: Columns, rows: Rows) -> Table:
    row_facts, column_facts = _with_preamble(grid, layout, header.start, rows.facts, columns.facts)
    return Table(
        layout=layout,
        rows=rows.places,
        columns=columns.places,
        row_facts=row_facts,
        column_facts=column_facts,
        header_rows=header,
        unread=sorted({*_unread_above(grid, header.start), *rows.unread}),
        unread_columns=columns.unread,
        refusals=columns.refusals + rows.refusals,
        below=rows.below,
        stop=columns.stop,
    )


def _is_header_taller(grid: Grid, corner: tuple[int, int], bottom: int) -> bool:
    top, base = corner
    if bottom + 1 >= len(grid.rows) or is_blank(grid.rows[top][base]):
        return False
    if any(first <= top and left <= base <= right and last > bottom for first, left, last, right in grid.marks.merges):
        return True
    below = grid.rows[bottom + 1]
    beside = [cell for cell in below[base + 1 :] if not is_blank(cell)]
    return (
        is_blank(below[base])
        and bool(beside)
        and all(isinstance(cell, str) and read_number(cell) is None for cell in beside)
    )


def _label_columns(header: list[Row], layout: Layout, base: int) -> tuple[dict[str, int], list[Pattern]]:
    found: dict[str, int] = {}
    missing = []
    for label in layout.labels:
        for column in range(base, min(base + _SEARCH_LABELS, len(header[0]))):
            texts = dict.fromkeys(fold(text_of(row[column])) for row in header if not is_blank(row[column]))
            if column not in found.values() and any(
                label.header.search(text) for text in [*texts, *([""] * (not texts))]
            ):
                found[label.role] = column
                break
        else:
            if not label.is_optional:
                missing.append(label.header)
    return found, missing


Facts = dict[str, list[str]]


def _with_preamble(grid: Grid, layout: Layout, above: int, rows: Facts, columns: Facts) -> tuple[Facts, Facts]:
    """Fill what neither row nor column says from the lines above the header: 地区, 指标, 单位."""
    told = preamble(grid, layout, above)
    if layout.series_from == "sheet":
        told["series"] = grid.name
    if "series" in told and not layout.axis("series"):
        told.setdefault("unit", split_unit(told["series"])[1])
    rows, columns = dict(rows), dict(columns)
    for name, text in told.items():
        side = columns if layout.axis(name) == "columns" else rows
        side[name] = [own or text for own in side[name]]
    return rows, columns


def _unread_above(grid: Grid, top: int) -> list[int]:
    return [row for row in range(top) if any(isinstance(cell, int | float) for cell in grid.rows[row])]
