"""Corrections are data: ``corrections.toml`` beside the workbook, each with what the cell says now as its guard."""

import tomllib
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from fhdata.intake.numbers import read_number
from fhdata.problems import Problem, problem

FILE = "corrections.toml"
KINDS = ("correction", "accept")
_ALLOWED = "每条应有 file、sheet、cell、says、why、who、when，correction 还要有 should"
_COLUMNS = ["kind", "file", "sheet", "cell", "says", "should", "why", "who", "when"]
_FORGIVEN = {"unreadable_number", "error_cell", "uncached_formula"}


@dataclass(frozen=True)
class Correction:
    """One reviewed change of one cell, or the acceptance of an odd one (``kind`` accept, ``should`` empty)."""

    kind: str
    file: str
    sheet: str
    cell: str
    says: str
    should: str
    why: str
    who: str
    when: date


@cache
def no_corrections() -> pd.DataFrame:
    """No corrections in force."""
    return pd.DataFrame({name: pd.Series(dtype="object" if name == "when" else "str") for name in _COLUMNS})


def load(folder: Path, shown: str) -> tuple[list[Correction], list[Problem]]:
    """Read the corrections of one folder.

    Args:
        folder: the topic's folder.
        shown: the file's name in messages.
    """
    path = folder / FILE
    if not path.is_file():
        return [], []
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        return [], [problem("bad_corrections", f"读不懂：{error}", "应为 TOML 文本", "请改正", file=shown)]
    found: list[Correction] = []
    problems = [
        problem("bad_corrections", f"不认识的一节“{key}”", f"应为 {'、'.join(KINDS)}", "请改正", file=shown)
        for key in data
        if key not in KINDS
    ]
    for kind in KINDS:
        entries = data.get(kind, [])
        for number, entry in enumerate(entries if isinstance(entries, list) else [entries], start=1):
            one = _correction(kind, entry)
            if one is None:
                problems.append(
                    problem("bad_corrections", f"第 {number} 条 {kind} 写得不全", _ALLOWED, "请改正", file=shown)
                )
            elif not (folder / one.file).is_file():
                problems.append(
                    problem(
                        "bad_corrections", f"没有“{one.file}”这个文件", "应为同一文件夹里的文件名", "请改正", file=shown
                    )
                )
            else:
                found.append(one)
    return found, problems


def _correction(kind: str, entry: object) -> Correction | None:
    texts = ["file", "sheet", "cell", "says", "why", "who", *(["should"] if kind == "correction" else [])]
    if not isinstance(entry, dict) or set(entry) != {*texts, "when"}:
        return None
    if any(not isinstance(entry[key], str) for key in texts) or type(entry["when"]) is not date:
        return None
    if not all(entry[key].strip() for key in texts if key not in ("sheet", "says", "should")):
        return None
    return Correction(
        kind, should=str(entry.get("should", "")), when=entry["when"], **{k: entry[k] for k in texts if k != "should"}
    )


def apply(
    cells: pd.DataFrame, problems: list[Problem], corrections: list[Correction], file: str, shown: str
) -> tuple[pd.DataFrame, list[Problem], pd.DataFrame, list[Problem]]:
    """Apply a file's corrections to its raw cells.

    Args:
        cells: raw cells of one workbook.
        problems: problems of that workbook; those of a corrected cell are settled by the correction.
        corrections: all corrections of the folder.
        file: the workbook's bare name.
        shown: name of the corrections file in messages.

    Returns:
        New cells, remaining problems, the corrections in force, and problems of corrections whose guard fails.
    """
    own = [one for one in corrections if one.file == file]
    if not own:
        return cells, problems, no_corrections(), []
    changed = cells.copy()
    in_force, unmet, settled = [], [], set()
    for one in own:
        at = np.flatnonzero((changed["source_sheet"] == one.sheet) & (changed["source_cell"] == one.cell))
        says = str(changed["raw_text"].iloc[at[0]]) if len(at) else None
        number = read_number(one.should) if one.kind == "correction" else None
        if says != one.says:
            found = (
                f"{file}「{one.sheet}」{one.cell} 现在写的是“{says}”，更正写的是“{one.says}”"
                if len(at)
                else f"{file}「{one.sheet}」没有数据格 {one.cell}"
            )
            unmet.append(problem("stale_correction", found, "两者须一致", "原表若已改正，请删去这条更正", file=shown))
        elif one.kind == "correction" and number is None:
            unmet.append(
                problem(
                    "bad_corrections",
                    f"{one.cell} 的 should 写的是“{one.should}”",
                    "应是数字或空白",
                    "请改正",
                    file=shown,
                )
            )
        else:
            in_force.append({**vars(one), "file": str(changed["source_file"].iloc[at[0]])})
            if number is not None:
                row = changed.index[at[0]]
                changed.loc[row, "value"] = np.nan if number.value is None else number.value
                changed.loc[row, "nothing"] = number.nothing
                changed.loc[row, "mark"] = f"更正：原为“{one.says}”，{one.why}"
                settled.add((one.sheet, one.cell))
    kept = [one for one in problems if (one.sheet, one.cell) not in settled or one.code not in _FORGIVEN]
    return changed, kept, pd.DataFrame(in_force, columns=_COLUMNS) if in_force else no_corrections(), unmet
