"""Any workbook → raw cells: one row a data cell, with where it stands, what its row and column say, and its number."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa

from fhdata.intake.cells import COLUMNS, generic_cells, no_cells, plain_numbers, table_cells, to_frame
from fhdata.intake.grids import Grid, is_blank
from fhdata.intake.layouts import Layout
from fhdata.intake.notes import Note
from fhdata.intake.process_state import arrow_on_system_memory, collector_at_rest
from fhdata.intake.releases import sheet_facts
from fhdata.intake.sheet_problems import (
    formula_problems,
    has_numbers,
    hidden_notes,
    misfit_problem,
    personal_cells,
    table_problems,
)
from fhdata.intake.tables import Misfit, Table, find_table
from fhdata.intake.workbooks import read_grid
from fhdata.periods import Period
from fhdata.problems import Problem, ProblemsFound, problem

__all__ = ["COLUMNS", "Cells", "read_raw_cells", "read_sheet", "workbook_cells"]


@dataclass(frozen=True)
class Cells:
    """Raw cells of a sheet or a workbook, with what is wrong and what is worth knowing about them."""

    cells: pa.Table
    problems: tuple[Problem, ...] = ()
    notes: tuple[Note, ...] = ()


def read_raw_cells(
    path: Path, layouts: tuple[Layout, ...], *, shown: str = "", context: Period | None = None
) -> tuple[pd.DataFrame, list[Problem]]:
    """Read every sheet of one workbook.

    Grain: one row a data cell. Cells outside any known layout are listed too, with an empty ``layout``, the nearest
    text on their left as series label and the nearest text above as column label; they never become observations.

    Args:
        path: the workbook.
        layouts: the families to try (``layouts.load_layouts()``); may be empty.
        shown: the file's name in messages and in ``source_file``.
        context: the period of the folder the file lies in, for sheets that name no year.

    Returns:
        The frame (COLUMNS) and every problem found; a file that cannot be read gives an empty frame and its problem.
    """
    found = workbook_cells(path, layouts, shown=shown, context=context)
    return to_frame([found.cells]), list(found.problems)


def workbook_cells(
    path: Path,
    layouts: tuple[Layout, ...],
    *,
    shown: str = "",
    context: Period | None = None,
    received: date | None = None,
) -> Cells:
    """``read_raw_cells`` before it becomes a frame; ``received`` is the day of release of sheets that name none."""
    with collector_at_rest(), arrow_on_system_memory():
        try:
            book = read_grid(path, shown or path.name)
        except ProblemsFound as found:
            return Cells(no_cells(), found.problems)
        read = _joined([_sheet_cells(grid, layouts, context, received) for grid in book.grids])
    if read.cells.num_rows or read.problems:
        return read
    nothing = problem("no_data", "文件里没有一个数", "", "请核对是不是放错了文件，或请报送单位重发", file=book.name)
    return Cells(read.cells, (nothing,))


def read_sheet(
    grid: Grid, layouts: tuple[Layout, ...], context: Period | None = None
) -> tuple[pd.DataFrame, list[Problem]]:
    """Read one sheet, by the one layout that fits it, or cell by cell where none does.

    Args:
        grid: the sheet.
        layouts: the families to try.
        context: the period of the folder.

    Returns:
        Raw cells (COLUMNS) and every problem of the sheet.
    """
    found = _sheet_cells(grid, layouts, context, None)
    return to_frame([found.cells]), list(found.problems)


def _joined(parts: list[Cells]) -> Cells:
    tables = [one.cells for one in parts if one.cells.num_rows]
    return Cells(
        pa.concat_tables(tables) if tables else no_cells(),
        tuple(one for part in parts for one in part.problems),
        tuple(one for part in parts for one in part.notes),
    )


def _sheet_cells(grid: Grid, layouts: tuple[Layout, ...], context: Period | None, received: date | None) -> Cells:
    problems = formula_problems(grid)
    if grid.is_empty:
        return Cells(no_cells(), tuple(problems))
    table, misfit = _find(grid, layouts, context)
    found = _side_by_side(grid, layouts, context) if table is None else _tables(grid, table, layouts, context)
    if not found:
        personal, personal_problems = personal_cells(grid, [], [])
        cells = generic_cells(grid, range(len(grid.rows)), (), personal)
        return Cells(cells, (*problems, *misfit, *personal_problems))
    table = found[0][1]
    if grid.is_hidden:
        problems.append(
            grid.problem("hidden_sheet", "工作表是隐藏的，里面有表", "要用的表不能隐藏", "请取消隐藏或删去")
        )
    numbers = [plain_numbers(one, grid) for _, one in found]
    personal, personal_problems = personal_cells(grid, [one for _, one in found], numbers)
    parts = [Cells(no_cells(), (*problems, *personal_problems))]
    released = status = ""
    for (part, one), matrix in zip(found, numbers, strict=True):
        last = max(one.rows, default=one.header_rows.stop - 1)
        is_first = one is table
        own, own_status, undated = sheet_facts(grid if is_first else part, one.header_rows.start, last)
        released, status = own or released, own_status if is_first or own_status != "final" else status
        day = released or (received.isoformat() if received else "")
        cells, unreadable = table_cells(one, part, matrix, personal, released=day, status=status)
        beside = [(row, column) for row in range(one.header_rows.start, last + 1) for column in one.unread_columns]
        rest = generic_cells(part, one.unread, beside, personal)
        told = (*unreadable, *(undated if is_first else []), *table_problems(one, part))
        parts.append(Cells(_joined([Cells(cells), Cells(rest)]).cells, told, tuple(hidden_notes(one, part))))
    return _joined(parts)


def _find(grid: Grid, layouts: tuple[Layout, ...], context: Period | None) -> tuple[Table | None, list[Problem]]:
    """The table of the one layout that fits, or why there is none; nothing is wrong with a sheet of words.

    Of several that fit, the one that understands every header and label is meant.
    """
    answers = [find_table(grid, layout, context) for layout in layouts]
    tables = [one for one in answers if isinstance(one, Table)]
    clear = [one for one in tables if not one.refusals]
    tables = clear if len(clear) == 1 else tables
    if len(tables) == 1:
        return tables[0], []
    if not tables and not has_numbers(grid):
        return None, []
    return None, [misfit_problem(grid, tables, [one for one in answers if isinstance(one, Misfit)])]


def _side_by_side(grid: Grid, layouts: tuple[Layout, ...], context: Period | None) -> list[tuple[Grid, Table]]:
    """The tables of a sheet that holds several side by side, none of which begins where the sheet does.

    They stand apart by blank columns; where one part with numbers fits no layout, none is read.
    """
    is_used = [any(not is_blank(row[column]) for row in grid.rows) for column in range(grid.width)]
    edges = [
        column for column in range(grid.width + 1) if [False, *is_used, False][column : column + 2].count(True) == 1
    ]
    parts = [grid.part(range(len(grid.rows)), range(*ends)) for ends in zip(edges[::2], edges[1::2], strict=True)]
    found: list[tuple[Grid, Table]] = []
    for part in parts if len(parts) > 1 else []:
        if part is None or not has_numbers(part):
            continue
        table, _ = _find(part, layouts, context)
        if table is None:
            return []
        context = table.period or context
        found += _tables(part, table, layouts, context)
    return found


def _tables(grid: Grid, table: Table, layouts: tuple[Layout, ...], context: Period | None) -> list[tuple[Grid, Table]]:
    """The table with its part of the sheet, then the tables beside and below it.

    What a further table takes is no longer unread; what fits no layout stays unread, and is told.
    """
    told = table.period or context
    same = (table.layout.anywhere(),)

    def further(part: Grid | None) -> list[tuple[Grid, Table]]:
        other = None if part is None else _find(part, same, told)[0] or _find(part, layouts, told)[0]
        return [] if part is None or other is None else _tables(part, other, layouts, told)

    below = further(grid.part(table.below, range(grid.width))) if table.below else []
    if below:
        table.unread[:] = [row for row in table.unread if row < table.below.start]
        grid = grid.part(range(table.below.start), range(grid.width)) or grid
    has_more = any(not is_blank(row[column]) for column in table.unread_columns for row in grid.rows)
    rest = range(len(grid.rows)), range(table.stop, grid.width)
    beside = further(grid.part(*rest)) if has_more and table.stop < grid.width else []
    if beside:
        table.unread_columns[:] = [column for column in table.unread_columns if column < table.stop]
    return [(grid, table), *beside, *below]
