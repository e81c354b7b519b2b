"""Checks across observations: what cannot be right is a problem, what must be known beside the figures is a note."""

import math
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from fhdata.intake.limits import no_ranges, out_of_range
from fhdata.intake.notes import Note, note
from fhdata.intake.numbers import finest_digit, last_digit
from fhdata.intake.timeline import Timeline, timeline
from fhdata.problems import Problem, problem
from fhdata.rounding import number_text

_TOLERANCE = 1e-9
_SUMS = ("cumulative", "count_event")
_LEVELS = ("cumulative", "stock")
_JUMP = 8.0  # a slip of the decimal point or of the unit is ten times or more; growth of eight times is none
_YEAR = 36  # a year on the timeline's clock
_ACCEPT = "请核对；确实如此的，在 corrections.toml 里写明 accept 和原因"

Row = Mapping[Hashable, Any]


@dataclass(frozen=True)
class Checked:
    """Observations with every fact once a release, what is wrong with them, and what must be known beside them."""

    observations: pd.DataFrame
    problems: list[Problem]
    notes: list[Note]


@dataclass(frozen=True)
class _Desk:
    """What every check looks at: observations, their newest releases in order, and the registry."""

    observations: pd.DataFrame
    line: Timeline
    indicators: pd.DataFrame

    found: dict[tuple[str, ...], np.ndarray] = field(default_factory=dict)

    def among(self, column: str, wanted: tuple[str, ...]) -> np.ndarray:
        """Which entries of the line have one of these texts in a column of the observations; looked up once."""
        key = (column, *wanted)
        if key not in self.found:
            self.found[key] = self.line.at_row(self.observations[column].isin(list(wanted)).to_numpy())
        return self.found[key]

    def of_kind(self, *aggregations: str) -> np.ndarray:
        """Which entries of the line are of an indicator that adds up in one of these ways."""
        codes = self.indicators.loc[self.indicators["aggregation"].isin(aggregations), "indicator"]
        return self.among("indicator", tuple(codes))

    def row(self, entry: int) -> dict[Hashable, Any]:
        """The observation at one entry of the line."""
        return self.observations.iloc[int(self.line.rows[entry])].to_dict()

    def name(self, row: Row) -> str:
        """The indicator's Chinese name."""
        named = self.indicators.loc[self.indicators["indicator"] == row["indicator"], "name"]
        return str(named.iloc[0])


def check(
    observations: pd.DataFrame,
    indicators: pd.DataFrame,
    corrections: pd.DataFrame,
    ranges: pd.DataFrame | None = None,
) -> Checked:
    """Check observations; the same value written twice is one fact.

    Args:
        observations: OBSERVATION_COLUMNS.
        indicators: the registry (indicator, name, aggregation, price_basis).
        corrections: corrections in force, for cells whose oddity has been accepted.
        ranges: a place's own limits (indicator, measure, low, high), in the registry's unit.
    """
    if observations.empty:
        return Checked(observations, [], [])
    whole = timeline(observations)
    once, problems, notes = one_value_a_fact(observations, whole)
    if whole.is_repeated.any():
        whole = timeline(once)
    desk = _Desk(once, whole.only(whole.is_newest), indicators)
    odd = [
        *falling_cumulatives(desk),
        *jumps(desk),
        *revised_jumps(desk, whole),
        *out_of_range(once, indicators, no_ranges() if ranges is None else ranges),
    ]
    apart, rounding = months_against_cumulatives(desk)
    accepted = _accepted(corrections)
    kept = [one for one in [*odd, *apart] if (one.file, one.sheet, one.cell) not in accepted]
    return Checked(once, problems + kept, [*notes, *rounding, *growth_gaps(desk)])


def _accepted(corrections: pd.DataFrame) -> set[tuple[str, ...]]:
    cells = corrections.loc[corrections["kind"] == "accept", ["file", "sheet", "cell"]]
    return set(cells.itertuples(index=False, name=None))


def _at(row: Row, code: str, found: str, allowed: str, action: str) -> Problem:
    return problem(
        code, found, allowed, action, file=row["source_file"], sheet=row["source_sheet"], cell=row["source_cell"]
    )


def _place(row: Row) -> str:
    return f"{row['source_file']}「{row['source_sheet']}」{row['source_cell']}"


def one_value_a_fact(observations: pd.DataFrame, line: Timeline) -> tuple[pd.DataFrame, list[Problem], list[Note]]:
    """Keep the first of equal duplicates, with a note a sheet; two values for one fact and release are a problem."""
    if not line.is_repeated.any():
        return observations, [], []
    problems = []
    same: dict[tuple[str, ...], list[Row]] = {}
    first = 0
    for entry in range(len(line.rows)):
        if not line.is_repeated[entry]:
            first = entry
            continue
        before, row = (observations.iloc[int(line.rows[one])].to_dict() for one in (first, entry))
        if math.isclose(row["value"], before["value"], rel_tol=_TOLERANCE):
            places = (row["source_file"], row["source_sheet"], before["source_file"], before["source_sheet"])
            same.setdefault(places, []).append(row)
            continue
        found = f"写的是“{row['raw_text']}”，而{_place(before)} 写的是“{before['raw_text']}”"
        problems.append(_at(row, "two_values", found, "同一次报出的同一个数只能有一个值", "请核对"))
    notes = [
        note("duplicate", f"有 {len(rows)} 个数与{places[2]}「{places[3]}」里的相同，只算一次", rows[0])
        for places, rows in same.items()
    ]
    kept = np.sort(line.rows[~line.is_repeated])
    return observations.iloc[kept].reset_index(drop=True), problems, notes


def falling_cumulatives(desk: _Desk) -> list[Problem]:
    """A cumulative level that is lower than at the period before, in the same year."""
    line = desk.line
    line_is = desk.among("span", ("ytd",)) & desk.among("measure", ("value",)) & desk.of_kind(*_SUMS)
    follows = (line.series[1:] == line.series[:-1]) & (line.year[1:] == line.year[:-1])
    falls = follows & (line.value[1:] < line.value[:-1] * (1 - _TOLERANCE)) & line_is[1:]
    problems = []
    for entry in np.flatnonzero(falls) + 1:
        row, before = desk.row(int(entry)), desk.row(int(entry) - 1)
        found = f"{desk.name(row)}累计数 {_amount(row)}，低于 {before['period']} 的 {before['value']:.12g}"
        problems.append(_at(row, "cumulative_falls", found, "累计数不应减少", _ACCEPT))
    return problems


def _amount(row: Row) -> str:
    return f"{row['value']:.12g} {row['unit']}"


def _paces(desk: _Desk) -> np.ndarray:
    """Levels that can be compared from one point to the next: a cumulative one is shared out over its months."""
    return desk.line.value / np.where(desk.among("span", ("ytd",)), desk.line.month, 1)


def jumps(desk: _Desk) -> list[Problem]:
    """A level that is many times, or a small part of, the one before and (where known) the one of a year before."""
    line, pace = desk.line, _paces(desk)
    if len(pace) < 2:
        return []
    is_level = desk.among("measure", ("value",)) & desk.of_kind(*_LEVELS)
    follows = (line.series[1:] == line.series[:-1]) & (line.when[1:] - line.when[:-1] <= _YEAR) & is_level[1:]
    problems = []
    for entry in np.flatnonzero(follows & _is_jump(pace[:-1], pace[1:])) + 1:
        start = int(np.searchsorted(line.series, line.series[entry]))
        year_before = start + np.flatnonzero(line.when[start:entry] == line.when[entry] - _YEAR)
        if len(year_before) and not _is_jump(pace[year_before], pace[entry : entry + 1]).all():
            continue
        row, before = desk.row(int(entry)), desk.row(int(entry) - 1)
        problems.append(_jump(row, before, desk.name(row), float(pace[entry] / pace[entry - 1])))
    return problems


def _is_jump(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    positive = (before > 0) & (after > 0)
    return positive & ((after >= before * _JUMP) | (after * _JUMP <= before))


def _jump(row: Row, before: Row, name: str, ratio: float) -> Problem:
    times = f"{number_text(ratio, 1)} 倍" if ratio > 1 else f"{number_text(1 / ratio, 1)} 分之一"
    found = f"{name} {_amount(row)}，折算后约为 {before['period']}（{_amount(before)}，{_place(before)}）的 {times}"
    return _at(row, "magnitude_jump", found, "数量级不应突变，单位或小数点可能写错", _ACCEPT)


def revised_jumps(desk: _Desk, whole: Timeline) -> list[Problem]:
    """A level released again with many times, or a small part of, its earlier value."""
    same = ~whole.is_newest[:-1]
    found = same & _is_jump(whole.value[:-1], whole.value[1:])
    entries = np.flatnonzero(found) + 1
    rows = [[desk.observations.iloc[int(whole.rows[one])].to_dict() for one in (at, at - 1)] for at in entries]
    return [
        _jump(row, before, desk.name(row), row["value"] / before["value"])
        for row, before in rows
        if row["measure"] == "value"
    ]


def months_against_cumulatives(desk: _Desk) -> tuple[list[Problem], list[Note]]:
    """Cumulative = cumulative of the month before + the single month; a last digit apart is told, more is a problem.

    Figures of different releases may differ by a revision: that is told, not a problem.
    """
    line = desk.line
    is_single = desk.among("span", ("month", "quarter"))
    is_level = desk.among("measure", ("value",)) & desk.of_kind(*_SUMS) if is_single.any() else is_single
    single = np.flatnonzero(is_level & is_single)
    if not len(single):
        return [], []
    find = _lookup(desk, is_level & desk.among("span", ("ytd",)))
    step = np.where(desk.among("span", ("quarter",))[single], _YEAR // 4, _YEAR // 12)
    is_first = line.month[single] * (_YEAR // 12) == step
    now, before = find(single, 0), find(single, -step)
    known = np.where(is_first, 0.0, line.value[before])
    apart = np.where((now >= 0) & (is_first | (before >= 0)), line.value[now] - known - line.value[single], 0.0)
    problems, notes = [], []
    for place in np.flatnonzero(np.abs(apart) > np.maximum(_TOLERANCE * np.abs(line.value[now]), 1e-12)):
        row, total = desk.row(int(single[place])), desk.row(int(now[place]))
        releases = {one["released"] for one in (row, total)}
        releases |= set() if is_first[place] else {desk.row(int(before[place]))["released"]}
        digit = finest_digit([row, total])
        summed = f"上期累计加当期是 {known[place] + row['value']:.12g}"
        told = f"{desk.name(row)} {row['period']} 累计 {_amount(total)}，{summed}"
        if abs(apart[place]) <= digit * (1 + 1e-6):
            notes.append(note("rounding", f"{told}，差末位", total))
        elif len(releases) > 1:
            notes.append(note("revised_since", f"{told}，几次报出之间有修订", total))
        else:
            problems.append(_at(total, "months_do_not_add", told, "上期累计加当期应等于累计", _ACCEPT))
    return problems, notes


def growth_gaps(desk: _Desk) -> list[Note]:
    """Published growth that is not what the two published levels give: another 口径, told beside the figures.

    Formula: growth_pct = (level / level a year before - 1) x 100. Growth at constant or comparable prices is not meant
    to follow from levels at current prices and is left alone.
    """
    current = desk.indicators.loc[desk.indicators["price_basis"].isin(["current", "none"]), "indicator"]
    is_level = desk.among("measure", ("value",))
    is_growth = desk.among("measure", ("growth",))
    if not is_growth.any():
        return []
    growth = np.flatnonzero(is_growth & desk.among("indicator", tuple(current)))
    notes = []
    for span in ("month", "ytd", "quarter", "year", "stock"):
        is_span = desk.among("span", (span,))
        own = growth[is_span[growth]]
        if not len(own):
            continue
        levels = _lookup(desk, is_level & is_span)
        found = zip(own.tolist(), levels(own, 0).tolist(), levels(own, -_YEAR).tolist(), strict=True)
        notes += [
            told
            for entry, now, before in found
            if now >= 0 and before >= 0 and (told := _gap(desk, entry, now, before))
        ]
    return notes


def _gap(desk: _Desk, entry: int, now: int, before: int) -> Note | None:
    row, level, base = desk.row(entry), desk.row(now), desk.row(before)
    digits = [last_digit(one["raw_text"], one["value"]) / 2 for one in (level, base, row)]
    if base["value"] - digits[1] <= 0 or level["value"] < 0:
        return None
    least = ((level["value"] - digits[0]) / (base["value"] + digits[1]) - 1) * 100 - digits[2]
    most = ((level["value"] + digits[0]) / (base["value"] - digits[1]) - 1) * 100 + digits[2]
    if least - _TOLERANCE <= row["value"] <= most + _TOLERANCE:
        return None
    computed = (level["value"] / base["value"] - 1) * 100
    told = (
        f"{desk.name(row)} {row['period']} 公布增速 {row['value']:.12g}%，按两期绝对数推算 {number_text(computed, 1)}%"
    )
    return note("growth_gap", f"{told}，口径不同，两者都保留", row)


def _lookup(desk: _Desk, kept: np.ndarray) -> Callable[[np.ndarray, np.ndarray | int], np.ndarray]:
    """Find, for an entry, the entry of the same indicator and area among ``kept`` so much earlier; -1 for none."""
    line = desk.line
    first, width = int(line.when.min()) - _YEAR, int(line.when.max() - line.when.min()) + 2 * _YEAR
    places = np.flatnonzero(kept)
    index = pd.Index(line.subject[places] * width + line.when[places] - first)

    def find(entries: np.ndarray, shift: np.ndarray | int) -> np.ndarray:
        wanted = line.subject[entries] * width + line.when[entries] + shift - first
        at = index.get_indexer(wanted)
        return np.where(at >= 0, places[at] if len(places) else -1, -1)

    return find
