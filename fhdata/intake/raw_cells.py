"""Any workbook → raw cells: one row a data cell, with where it stands, what its row and column say, and its number."""

from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa

from fhdata.intake.cells import COLUMNS, generic_cells, no_cells, table_cells, to_frame
from fhdata.intake.grids import Grid
from fhdata.intake.layouts import Layout
from fhdata.intake.releases import sheet_facts
from fhdata.intake.sheet_problems import formula_problems, has_numbers, misfit_problem, personal_cells, table_problems
from fhdata.intake.tables import Misfit, Table, find_table
from fhdata.intake.workbooks import read_grid
from fhdata.periods import Period
from fhdata.problems import Problem, ProblemsFound

__all__ = ["COLUMNS", "read_raw_cells", "read_sheet", "workbook_cells"]


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
    cells, problems = workbook_cells(path, layouts, shown=shown, context=context)
    return to_frame([cells]), problems


def workbook_cells(
    path: Path,
    layouts: tuple[Layout, ...],
    *,
    shown: str = "",
    context: Period | None = None,
    received: date | None = None,
) -> tuple[pa.Table, list[Problem]]:
    """``read_raw_cells`` before it becomes a frame; ``received`` is the day of release of sheets that name none."""
    try:
        book = read_grid(path, shown or path.name)
    except ProblemsFound as found:
        return no_cells(), list(found.problems)
    tables, problems = [no_cells()], []
    for grid in book.grids:
        cells, found_here = _sheet_cells(grid, layouts, context, received)
        tables.append(cells)
        problems += found_here
    return pa.concat_tables(tables), problems


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
    cells, problems = _sheet_cells(grid, layouts, context, None)
    return to_frame([cells]), problems


def _sheet_cells(
    grid: Grid, layouts: tuple[Layout, ...], context: Period | None, received: date | None
) -> tuple[pa.Table, list[Problem]]:
    problems = formula_problems(grid)
    if grid.is_empty:
        return no_cells(), problems
    answers = [find_table(grid, layout, context) for layout in layouts]
    tables = [one for one in answers if isinstance(one, Table)]
    table = tables[0] if len(tables) == 1 else None
    if table is None and (tables or has_numbers(grid)):
        problems.append(misfit_problem(grid, tables, [one for one in answers if isinstance(one, Misfit)]))
    if tables and grid.is_hidden:
        problems.append(
            grid.problem("hidden_sheet", "工作表是隐藏的，里面有表", "要用的表不能隐藏", "请取消隐藏或删去")
        )
    personal, personal_problems = personal_cells(grid, table)
    problems += personal_problems
    if table is None:
        return generic_cells(grid, range(len(grid.rows)), (), personal), problems
    last = max(table.rows, default=table.header_rows.stop - 1)
    released, status, undated = sheet_facts(grid, table.header_rows.start, last)
    day = released or (received.isoformat() if received else "")
    cells, unreadable = table_cells(table, grid, personal, released=day, status=status)
    beside = [(row, column) for row in range(table.header_rows.start, last + 1) for column in table.unread_columns]
    rest = generic_cells(grid, table.unread, beside, personal)
    return pa.concat_tables([cells, rest]), [*problems, *unreadable, *undated, *table_problems(table, grid)]
