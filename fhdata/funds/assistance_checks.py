"""Every check of the assistance sheets in one call: how many rows each looked at, what it found, what was accepted."""

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import pandas as pd

from fhdata.funds import assistance_faults as faults
from fhdata.funds.assistance_inputs import KEYS, AssistanceInputs
from fhdata.problems import Problem

TOTAL = "合计"
SHEET = ["source_file", "source_sheet"]
FOUND_COLUMNS = ["check", "where", "found", "why", "who", "when"]


@dataclass(frozen=True)
class SheetChecks:
    """What the checks of the sheets gave.

    Attributes:
        counts: one row a check: check, rows, faults, accepted.
        accepted: one row a fault that was accepted with a reason: FOUND_COLUMNS.
        problems: the other faults; where there is one, nothing should be computed.
    """

    counts: pd.DataFrame
    accepted: pd.DataFrame
    problems: tuple[Problem, ...]


def check_sheets(
    sheets: AssistanceInputs, families: pd.DataFrame, rates: pd.DataFrame, tolerance: Fraction, month: str
) -> SheetChecks:
    """Hold the sheets against themselves, each other and the standards; nothing is mended.

    Args:
        sheets: what was read; ``accepted`` (file, sheet, cell, why, who, when) are cells to be taken as they are.
        families: see ``assistance_methods.by_household``.
        rates: see ``rules.standards.rates``; of every month with a table of persons.
        tolerance: how far printed spending may lie from persons × mean × months, as a part of it.
        month: the month of the rosters.
    """
    totals, last_totals = (frame.assign(township=TOTAL) for frame in (sheets.totals, sheets.last_year_totals))
    counts = pd.concat([sheets.headcounts, totals], ignore_index=True)
    spent = pd.concat([sheets.last_year, last_totals], ignore_index=True)
    newest = sheets.headcounts[sheets.headcounts["month"] == month]
    rostered = newest.merge(families[KEYS], on=KEYS)
    checks: list[tuple[str, int, list[Problem]]] = [
        ("户数不多于人数", len(counts), faults.more_households_than_persons(counts)),
        ("人均补差不高于当月标准", len(counts), faults.mean_above_standard(counts, rates)),
        ("人均补差＝补差合计÷人数，不混入分类施保", len(counts), by_step(counts, faults.mixed_means)),
        ("合计行的户数、人数相加，人均补差加权", len(totals), _total_rows(sheets.headcounts, totals)),
        ("上年支出≈人数×人均补差×月数", len(spent), faults.spending_faults(spent, tolerance)),
        ("人数表与名册人数一致", len(rostered), faults.roster_differs(newest, families)),
        ("分类施保名册没有重复的人", len(sheets.members), faults.repeated_members(sheets.members)),
    ]
    reasons = {(row.file, row.sheet, row.cell): row for row in sheets.accepted.itertuples()}
    rows, taken, still = [], [], []
    for name, looked_at, found in checks:
        own = [one for one in found if (one.file, one.sheet, one.cell) in reasons]
        rows.append({"check": name, "rows": looked_at, "faults": len(found), "accepted": len(own)})
        still += [one for one in found if one not in own]
        for one in own:
            reason = reasons[one.file, one.sheet, one.cell]
            where = f"{one.file}「{one.sheet}」{one.cell}"
            taken.append((name, where, one.found, reason.why, reason.who, str(reason.when)))
    return SheetChecks(pd.DataFrame(rows), pd.DataFrame(taken, columns=FOUND_COLUMNS), tuple(still))


def by_step(headcounts: pd.DataFrame, find: Callable[[pd.DataFrame, int], list[Problem]]) -> list[Problem]:
    """What a check finds on rows whose means are printed with the same last digit (``step_fen``), for each of them."""
    return [
        one
        for step in sorted(set(headcounts["step_fen"]))
        for one in find(headcounts[headcounts["step_fen"] == step].drop(columns="step_fen"), step)
    ]


def _total_rows(details: pd.DataFrame, totals: pd.DataFrame) -> list[Problem]:
    """Total rows of each sheet against the rows above them."""
    parts = dict(tuple(details.groupby(SHEET)))
    nothing = details.iloc[:0]
    return [
        one
        for place, rows in totals.groupby(SHEET)
        for one in faults.total_row_faults(parts.get(place, nothing), rows, int(rows["step_fen"].iloc[0]))
    ]
