"""What is wrong on a sheet, said cell by cell."""

import numpy as np

from fhdata.intake.grids import Grid, Position, address, column_letters, is_blank, text_of
from fhdata.intake.identifiers import may_be_personal, personal_kind
from fhdata.intake.layouts import Layout
from fhdata.intake.notes import Note
from fhdata.intake.numbers import read_number
from fhdata.intake.period_text import split_period
from fhdata.intake.tables import Misfit, Table
from fhdata.intake.wording import fold
from fhdata.problems import Problem

_REWRITE = "请核对表头，或为这种表新增一个版式文件"
_RESEND = "请改正后重发"
_SHOWN = 5
_SEARCHED = 25
_LEAST_NUMBER = 1e10


def formula_problems(grid: Grid) -> list[Problem]:
    """Error cells and formulas that were never calculated: readers show both as blanks."""
    found = [
        grid.problem("error_cell", f"公式出错（{text}）", "应是数字或空白", "请改正公式后重发", at)
        for at, text in sorted(grid.marks.errors.items())
    ]
    calculate = "请用 WPS 或 Excel 打开、保存一次再放回"
    return found + [
        grid.problem("uncached_formula", "公式没有算出结果", "应是数字", calculate, at)
        for at in sorted(grid.marks.uncached)
    ]


def misfit_problem(grid: Grid, tables: list[Table], misfits: list[Misfit]) -> Problem:
    """No layout fits (the nearest is named, with the cells that differ), or more than one does."""
    if tables:
        names = "、".join(f"“{one.layout.title}”" for one in tables)
        return grid.problem("two_layouts", f"同时合于 {names}", "只能合于一种版式", "请改正版式文件")
    if not misfits:
        return grid.problem("no_layout", "没有可用的版式", "", _REWRITE)
    best = max(misfits, key=lambda one: (one.score, _likeness(grid, one.layout)))
    if not best.score and not _likeness(grid, best.layout):
        return grid.problem("no_layout", f"不合于任何版式，也没有哪一种接近：{_top_row(grid)}", "", _REWRITE)
    found = f"不合于任何版式，最接近的是“{best.layout.title}”：{'；'.join(best.reasons)}"
    return grid.problem("no_layout", found, "", _REWRITE)


def _likeness(grid: Grid, layout: Layout) -> float:
    """How much of a layout's header stands in a sheet that it does not fit: its corner before a row, periods in line.

    Two periods side by side (below each other) are a header (labels) of periods; one alone may be any date.
    """
    corner = layout.header[0].corner
    rows = [row for row in grid.rows[:_SEARCHED] if any(not is_blank(cell) for cell in row)]
    leads = [next(cell for cell in row if not is_blank(cell)) for row in rows]
    has_corner = any(corner.search(fold(text_of(cell))) for cell in leads)
    lines = rows if layout.axis("period") == "columns" else [list(column) for column in zip(*rows, strict=True)]
    has_periods = any(sum(_is_month_or_year(cell) for cell in line) > 1 for line in lines)
    return 2.0 * has_corner + has_periods


def _is_month_or_year(cell: object) -> bool:
    return split_period(cell) is not None


def _top_row(grid: Grid) -> str:
    """The row that looks most like a header, by its first words."""
    row = next((at for at, cells in enumerate(grid.rows) if sum(not is_blank(cell) for cell in cells) >= 2), 0)
    words = [text_of(cell)[:10] for cell in grid.rows[row] if not is_blank(cell)]
    return f"第 {row + 1} 行写的是“{'、'.join(words[:_SHOWN])}”"


def has_numbers(grid: Grid) -> bool:
    """Whether any cell is a number; a sheet of words alone (填表说明, lists) needs no layout."""
    readings = (read_number(cell) for row in grid.rows for cell in row if not is_blank(cell))
    return any(one is not None and one.value is not None for one in readings)


def personal_cells(
    grid: Grid, tables: list[Table], numbers: list[np.ndarray]
) -> tuple[frozenset[Position], list[Problem]]:
    """Cells that hold a personal identifier; the problem names the cell and the kind, never the number.

    Args:
        grid: the sheet.
        tables: the tables found on it.
        numbers: ``plain_numbers`` of each of them; a short number is not looked at again.
    """
    is_data = np.zeros((grid.width, len(grid.rows)), dtype=bool)
    is_short = np.zeros_like(is_data)
    for table, matrix in zip(tables, numbers, strict=True):
        places = np.array(table.rows, dtype=np.int64)
        for column, values in zip(table.columns, matrix.T, strict=True):
            is_data[column, places] = True
            is_short[column, places] = values < _LEAST_NUMBER
    kinds = {
        (row, column): kind
        for column in range(grid.width)
        for row, text in _suspects(grid, column, np.flatnonzero(~is_short[column]).tolist())
        if (kind := personal_kind(text, is_data=bool(is_data[column, row])))
    }
    allowed = "指标表和打分表里不能有个人信息"
    return frozenset(kinds), [
        grid.problem("personal_data", f"有{kind}", allowed, "请删去后重发", at) for at, kind in sorted(kinds.items())
    ]


def _suspects(grid: Grid, column: int, rows: list[int]) -> list[tuple[int, str]]:
    """Cells of a column with digits enough for an identifier: their rows and texts."""
    cells = [grid.rows[row][column] for row in rows]
    texts = [
        cell if type(cell) is str else text_of(cell) if type(cell) is float and cell >= _LEAST_NUMBER else ""
        for cell in cells
    ]
    return [(rows[place], texts[place]) for place in np.flatnonzero(may_be_personal(texts)).tolist()]


def hidden_notes(table: Table, grid: Grid) -> list[Note]:
    """Hidden rows and columns of the table: read like the others, and told."""
    rows = [str(row + 1) for row in table.rows if row in grid.marks.hidden_rows]
    columns = [column_letters(one) for one in table.columns if one in grid.marks.hidden_columns]
    parts = [
        f"第 {'、'.join(items[:_SHOWN])}{' …' if len(items) > _SHOWN else ''} {what}"
        for items, what in ((rows, "行"), (columns, "列"))
        if items
    ]
    text = f"表里有隐藏的{'和'.join(parts)}，照样读入"
    return [Note(grid.file, grid.name, "", "hidden_cells", text)] if parts else []


def table_problems(table: Table, grid: Grid) -> list[Problem]:
    """Headers and labels not understood, data cells merged into one, and whatever lies outside the table."""
    found = [
        grid.problem("unclear_header", f"写的是“{text}”" if text else "空白", allowed, _RESEND, (row, column))
        for row, column, text, allowed in table.refusals
    ]
    return found + _merged_data(table, grid) + _leftover(table, grid)


def _merged_data(table: Table, grid: Grid) -> list[Problem]:
    rows, columns = set(table.rows), set(table.columns)
    found = []
    for top, left, bottom, right in grid.marks.merges:
        across = sum(column in columns for column in range(left, min(right, grid.width - 1) + 1))
        down = sum(row in rows for row in range(top, min(bottom, len(grid.rows) - 1) + 1)) if across else 0
        if across * down > 1 and not is_blank(grid.rows[top][left]):
            where = f"{address(top, left)}:{address(bottom, right)}"
            found.append(
                grid.problem("merged_data", "几个数据格合并成了一格", "每个数据各占一格", "请拆开后重发", where)
            )
    return found


def _leftover(table: Table, grid: Grid) -> list[Problem]:
    parts = []
    for items, what in (
        ([str(row + 1) for row in table.unread], "行"),
        ([column_letters(column) for column in table.unread_columns if _has_content(grid, column)], "列"),
    ):
        if items:
            more = " …" if len(items) > _SHOWN else ""
            parts.append(f"第 {'、'.join(items[:_SHOWN])}{more} {what}")
    if not parts:
        return []
    found = f"表以外还有内容没有读（{'，'.join(parts)}）"
    return [grid.problem("leftover_cells", found, "一张工作表放一张表", "请把其他内容移到别的工作表或删去")]


def _has_content(grid: Grid, column: int) -> bool:
    return any(not is_blank(row[column]) or grid.broken((at, column)) for at, row in enumerate(grid.rows))
