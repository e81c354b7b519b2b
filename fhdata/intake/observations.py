"""Raw workbooks → observations: names become indicators, units the registry's, and every fact keeps its cell."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from fhdata.intake import checks, corrections
from fhdata.intake.cells import from_frame, no_cells, plain, texts_in, to_coded_frame, to_frame
from fhdata.intake.corrections import no_corrections
from fhdata.intake.layouts import Layout, load_layouts
from fhdata.intake.notes import Note, notes_frame
from fhdata.intake.process_state import arrow_on_system_memory
from fhdata.intake.raw_cells import workbook_cells
from fhdata.intake.releases import EXAMPLE, RECEIVED, read_received
from fhdata.intake.resolve import KEY, OBSERVATION_COLUMNS, known_names, resolve
from fhdata.intake.topics import is_for_indicators
from fhdata.intake.totals import settle_label_totals, settle_totals
from fhdata.periods import Period, parse_period
from fhdata.places import relative_to_home
from fhdata.problems import Problem, ProblemsFound, problem
from fhdata.remembered import remembered

__all__ = ["KEY", "OBSERVATION_COLUMNS", "Intake", "latest", "read_observations"]

_BESIDE = {RECEIVED, corrections.FILE}
_FILE_COLUMNS = ["file", "period", "topic", "layouts", "cells", "numbers", "released", "problems"]
_NOT_READ = (".md", ".txt", ".json")


@dataclass(frozen=True)
class Intake:
    """What a reading of the raw folder gave.

    ``observations``: one row a fact and release. ``blanks``: one row a cell without a number, with the kind of
    ``nothing``. ``files``: one row a workbook. ``excluded``: cells and files left out on purpose, with the reason.
    ``problems``: everything that is wrong; where there is one, nothing should be computed. ``notes``: what is worth
    knowing and wrong with nothing (kind, file, sheet, cell, text).
    """

    observations: pd.DataFrame
    problems: tuple[Problem, ...]
    files: pd.DataFrame
    excluded: pd.DataFrame
    blanks: pd.DataFrame
    corrections: pd.DataFrame
    notes: pd.DataFrame

    @property
    def is_example(self) -> bool:
        """Whether any figure comes from a sheet that says its figures are made up (示例数据)."""
        return bool((self.observations["status"] == EXAMPLE).any())


@remembered
@arrow_on_system_memory()
def read_observations(
    raw_folder: Path,
    indicators: pd.DataFrame,
    indicator_names: pd.DataFrame,
    home: Path,
    as_of: date,
    *,
    area: str = "",
    layouts: tuple[Layout, ...] | None = None,
    ranges: pd.DataFrame | None = None,
) -> Intake:
    """Read every workbook under ``raw_folder/<period>/<topic>/``.

    Grain of the result: one row an indicator, area, period, span, measure and release.

    Args:
        raw_folder: the raw folder of a place.
        indicators: the registry (code, unit, aggregation, frequency, has_january, observable_from, price_basis …).
        indicator_names: names as written in sheets and what they stand for.
        home: the place's folder; file names are shown relative to it.
        as_of: only what was released by this day counts.
        area: the area of sheets that name none.
        layouts: the families to try; the shipped ones where left out.
        ranges: a place's own limits of its indicators (indicator, measure, low, high).

    Returns:
        Observations with all problems of all files; a broken file never keeps the others from being read.
    """
    families = load_layouts() if layouts is None else layouts
    read = [
        one
        for folder, paths in sorted(_folders(raw_folder).items())
        if is_for_indicators(folder.name)
        for one in _read_folder(folder, paths, raw_folder, families, home=home, as_of=as_of)
    ]
    readings = [reading for reading, _ in read]
    cells = to_coded_frame([table for _, table in read])
    known = _where(cells, cells["layout"] != "")
    released = known["released"].cat
    is_later = pd.Series((released.categories > as_of.isoformat())[released.codes], index=known.index)
    in_force = pd.concat([reading.corrections for reading in readings] or [no_corrections()], ignore_index=True)
    by_row = [one.name for one in families if one.axis("series") == "rows"]
    wanted = _where(known, (known["released"] != "") & ~is_later)
    wanted, summed = settle_label_totals(wanted, by_row, known_names(indicator_names), in_force)
    outcome = resolve(wanted, indicators, indicator_names, area)
    later = _excluded(plain(known[is_later]), f"报出日期晚于 {as_of.isoformat()}") if is_later.any() else []
    del read, cells, known, wanted  # the cells as read need not lie beside the facts while those are checked
    settled = settle_totals(outcome.observations, outcome.blanks, indicators, in_force, area)
    checked = checks.check(settled.observations, indicators, in_force, ranges)
    problems = {problem for reading in readings for problem in reading.problems}
    unread = [reading.unread for reading in readings if reading.unread]
    excluded = [*unread, *later, *summed.excluded, *outcome.excluded, *settled.excluded]
    sheet_notes = [one for reading in readings for one in reading.notes]
    everything = sorted(problems | {*summed.problems, *outcome.problems, *settled.problems, *checked.problems})
    return Intake(
        observations=checked.observations,
        problems=tuple(everything),
        files=_files([reading.file for reading in readings if reading.file], everything),
        excluded=pd.DataFrame(excluded, columns=["file", "sheet", "cells", "reason", "released"]),
        blanks=outcome.blanks,
        corrections=in_force,
        notes=notes_frame([*sheet_notes, *summed.notes, *settled.notes, *checked.notes]),
    )


@dataclass(frozen=True)
class _Reading:
    """What one workbook gave, or the lists beside the workbooks of one folder (``file`` empty).

    ``notes`` are of its sheets; ``unread`` tells of a workbook that was left alone because its period had not begun by
    ``as_of``.
    """

    problems: list[Problem]
    file: dict[str, object] = field(default_factory=dict)
    corrections: pd.DataFrame = field(default_factory=no_corrections)
    unread: dict[str, object] = field(default_factory=dict)
    notes: list[Note] = field(default_factory=list)


def _read_folder(
    folder: Path, paths: list[Path], raw_folder: Path, layouts: tuple[Layout, ...], *, home: Path, as_of: date
) -> Iterator[tuple[_Reading, pa.Table]]:
    """What each workbook of a folder gave, and its raw cells."""
    received, wrong = read_received(folder, relative_to_home(folder / RECEIVED, home))
    where = relative_to_home(folder / corrections.FILE, home)
    listed, unclear = corrections.load(folder, where)
    yield _Reading([*wrong, *unclear]), no_cells()
    for path in paths:
        shown = relative_to_home(path, home)
        context, problems = _context(path, raw_folder, shown)
        if context and context.previous().end >= as_of:
            reason = f"{context} 在 {as_of.isoformat()} 还没有开始"
            unread = {"file": shown, "sheet": "", "cells": 0, "reason": reason, "released": ""}
            yield _Reading([], unread=unread), no_cells()
            continue
        book = workbook_cells(path, layouts, shown=shown, context=context, received=received.get(path.name))
        cells, found = book.cells, list(book.problems)
        in_force = no_corrections()
        if any(one.file == path.name for one in listed):
            frame, found, in_force, unmet = corrections.apply(to_frame([cells]), found, listed, path.name, where)
            cells, found = from_frame(frame), found + unmet
        days = texts_in(cells, "released", of_layouts=True)
        if "" in days:
            allowed = "表内写“报出日期：2023-04-08”，或记在 received.csv 里"
            problems.append(problem("no_release_date", "不知道何时报出", allowed, "请补上", file=shown))
        row = _file_row(path, raw_folder, shown, cells)
        is_later = bool(days) and min(days) > as_of.isoformat()  # what is wrong with it was not known by then either
        told = [] if is_later else found
        yield _Reading([*problems, *told], row, in_force, notes=[] if is_later else list(book.notes)), cells


def latest(observations: pd.DataFrame) -> pd.DataFrame:
    """The last release of each fact.

    Grain: one row an indicator, area, period, span and measure.

    Args:
        observations: OBSERVATION_COLUMNS; already cut at ``as_of``.
    """
    ordered = observations.sort_values([*KEY, "released"], kind="stable")
    return ordered.drop_duplicates(list(KEY), keep="last").reset_index(drop=True)


def _files(rows: list[dict[str, object]], problems: list[Problem]) -> pd.DataFrame:
    counts = Counter(one.file for one in problems)
    return pd.DataFrame([row | {"problems": counts[str(row["file"])]} for row in rows], columns=_FILE_COLUMNS)


def _where(cells: pd.DataFrame, is_kept: pd.Series) -> pd.DataFrame:
    return cells if is_kept.all() else cells[is_kept]


def _folders(raw_folder: Path) -> dict[Path, list[Path]]:
    """Every file that may be a workbook, by its folder."""
    found: dict[Path, list[Path]] = {}
    for path in sorted(raw_folder.rglob("*")):
        is_other = path.name in _BESIDE or path.suffix.lower() in _NOT_READ or path.name.startswith((".", "~$"))
        if path.is_file() and not is_other:
            found.setdefault(path.parent, []).append(path)
    return found


def _context(path: Path, raw_folder: Path, shown: str) -> tuple[Period | None, list[Problem]]:
    parts = path.relative_to(raw_folder).parts
    misplaced = [
        problem(
            "misplaced_file",
            "文件放错了地方",
            "应放在 data/raw/<期间>/<专题>/ 里，如 data/raw/2023-03/indicators/",
            "请移动",
            file=shown,
        )
    ]
    if len(parts) != 3:
        return None, misplaced
    try:
        return parse_period(parts[0]), []
    except ProblemsFound:
        return None, misplaced


def _file_row(path: Path, raw_folder: Path, shown: str, cells: pa.Table) -> dict[str, object]:
    parts = path.relative_to(raw_folder).parts
    return {
        "file": shown,
        "period": parts[0] if len(parts) > 1 else "",
        "topic": parts[1] if len(parts) > 2 else "",
        "layouts": ";".join(sorted(texts_in(cells, "layout") - {""})),
        "cells": cells.num_rows,
        "numbers": pc.sum(pc.is_finite(cells["value"])).as_py() or 0,
        "released": max(texts_in(cells, "released"), default=""),
    }


def _excluded(cells: pd.DataFrame, reason: str) -> list[dict[str, object]]:
    return [
        {"file": file, "sheet": sheet, "cells": len(part), "reason": reason, "released": released}
        for (file, sheet, released), part in cells.groupby(["source_file", "source_sheet", "released"])
    ]
