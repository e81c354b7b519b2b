"""When a figure became known: the sheet's own 报出日期, or ``received.csv`` beside the workbook."""

import csv
import re
from datetime import date, datetime
from pathlib import Path

from fhdata.intake.grids import Grid, address, is_blank, text_of
from fhdata.intake.wording import fold, wording
from fhdata.problems import Problem, problem

RECEIVED = "received.csv"
EXAMPLE = "example"
_DATE = re.compile(r"((?:19|20)\d{2})[-年/.](\d{1,2})[-月/.](\d{1,2})日?")


def read_date(raw: object) -> date | None:
    """A day written 2023-04-08, 2023年4月8日, 2023/4/8 or 2023.4.8, or a true date; None where it is none."""
    if isinstance(raw, datetime):
        return raw.date()
    if isinstance(raw, date):
        return raw
    found = _DATE.search(fold(str(raw)))
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


def sheet_facts(grid: Grid, header_top: int, last_row: int) -> tuple[str, str, list[Problem]]:
    """What a sheet says of itself outside its table.

    Args:
        grid: the sheet.
        header_top: first row of the header; the title is above it.
        last_row: last row of the table; sign-off lines are below it.

    Returns:
        The day of release (ISO, "" where none is written), the status (final, preliminary, revised) its title tells
        or example where its title or foot says that its figures are made up, and a problem for each date that cannot
        be read.
    """
    words = wording()
    released = ""
    wrong = []
    title = "".join(fold(text_of(cell)) for row in grid.rows[:header_top] for cell in row)
    status = "preliminary" if words.preliminary.search(title) else "revised" if words.revised.search(title) else "final"
    outside = [*range(header_top), *range(last_row + 1, len(grid.rows))]
    if any(words.example.search(cell) for row in outside for cell in grid.rows[row] if isinstance(cell, str)):
        status = EXAMPLE
    for row in outside:
        for column, cell in enumerate(grid.rows[row]):
            found = words.released.search(fold(cell)) if isinstance(cell, str) else None
            if not found:
                continue
            rest = fold(str(cell))[found.end() :].strip(":")
            beside = next((one for one in grid.rows[row][column + 1 :] if not is_blank(one)), "")
            day = read_date(rest if rest else beside)
            if day:
                released = max(released, day.isoformat())
            elif rest or not is_blank(beside):
                told = f"报出日期写的是“{(rest or text_of(beside))[:30]}”"
                wrong.append(grid.problem("bad_released", told, "应写成 2023-04-08", "请改正后重发", (row, column)))
    return released, status, wrong


def read_received(folder: Path, shown: str) -> tuple[dict[str, date], list[Problem]]:
    """``received.csv`` of one folder: the day each workbook came in.

    Args:
        folder: the topic's folder.
        shown: the file's name in messages.

    Returns:
        Day by file name (empty where there is no such file), and what is wrong with the list.
    """
    path = folder / RECEIVED
    if not path.is_file():
        return {}, []
    days: dict[str, date] = {}
    problems = []
    try:
        rows = list(csv.reader(path.read_text(encoding="utf-8-sig").splitlines()))
    except (UnicodeDecodeError, csv.Error) as error:
        return {}, [problem("bad_received", f"读不懂：{error}", "应为 UTF-8 的 CSV", "请另存", file=shown)]
    if not rows or [cell.strip() for cell in rows[0][:2]] != ["file", "released"]:
        return {}, [problem("bad_received", "第一行不对", "应为 file,released", "请改正", file=shown, cell="A1")]
    for number, row in enumerate(rows[1:], start=2):
        if not any(cell.strip() for cell in row):
            continue
        day = read_date(row[1]) if len(row) > 1 else None
        name = row[0].strip()
        if day is None:
            text = row[1] if len(row) > 1 else ""
            problems.append(
                problem(
                    "bad_received", f"日期写的是“{text}”", "应写成 2023-04-08", "请改正", file=shown, cell=f"B{number}"
                )
            )
        elif name in days and days[name] != day:
            problems.append(
                problem(
                    "bad_received",
                    f"“{name}”写了两个日期",
                    "每个文件一行",
                    "请删去一行",
                    file=shown,
                    cell=address(number - 1, 0),
                )
            )
        elif not (folder / name).is_file():
            problems.append(
                problem(
                    "bad_received",
                    f"没有“{name}”这个文件",
                    "应为同一文件夹里的文件名",
                    "请改正",
                    file=shown,
                    cell=f"A{number}",
                )
            )
        else:
            days[name] = day
    return days, problems
