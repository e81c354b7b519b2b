"""The same tables under many readings: what a reading does not touch is computed once."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd

from fhdata.appraisal.awards import execution_list
from fhdata.appraisal.event_checks import event_problems
from fhdata.appraisal.events import count_events
from fhdata.appraisal.month import (
    MonthInputs,
    Months,
    checked_grid,
    placed_months,
    points_before_events,
    with_event_points,
)
from fhdata.appraisal.scheme import Scheme
from fhdata.appraisal.scoring import Scored, impute
from fhdata.appraisal.streaks import streaks
from fhdata.appraisal.tables import of_period
from fhdata.appraisal.year import YearInputs, list_years, rank_years
from fhdata.problems import stop_on

# The readings each step goes by; a test compares every outcome with one computed from the start.
IMPUTING = ("mean_over", "uncovered")
COUNTING = ("cooperating", "same_work", "same_level", "event_month", "late_deductions", "annual_levels")
PLACING = ("bounds", "rank_on", "ties", "last_ties")
RUNNING = ("streak_year", "streak_gap", "streak_restated")
AWARDING = ("ties", "ties_money", "imputed_heavily", "overlap", "vacancies", "fines_order", "streak_repeat")
PLACES = ["rank", "last_place", "standing", "is_reference"]

Result = TypeVar("Result")
RankedMonths = tuple[Scored, pd.DataFrame, pd.DataFrame]


@dataclass(frozen=True)
class Listed:
    """One month's ranking and the execution list that follows from it."""

    ranking: pd.DataFrame
    execution: pd.DataFrame


def ranking_under(inputs: MonthInputs, scheme: Scheme, *, is_final: bool) -> Callable[[Scheme], RankedMonths]:
    """``month.rank_months`` for schemes that differ from one another in their readings only.

    Args:
        inputs: the tables; they are checked here, once.
        scheme: one of the schemes.
        is_final: see ``month.appraise_months``.

    Raises:
        ProblemsFound: as ``month.appraise_months``.
    """
    grid = checked_grid(inputs, scheme, is_final=is_final)
    scored = _once(lambda own: impute(grid, own), IMPUTING)
    counted = _once(lambda own: _counted(inputs, own, scheme), COUNTING)
    points = _once(
        lambda own: with_event_points(points_before_events(scored(own), own), counted(own), "month"),
        (*IMPUTING, *COUNTING),
    )
    ranking = _once(lambda own: placed_months(points(own), own, scored(own)), (*IMPUTING, *COUNTING, *PLACING))
    return lambda own: (scored(own), counted(own), ranking(own))


def listing_under(inputs: MonthInputs, scheme: Scheme, month: str, *, is_final: bool) -> Callable[[Scheme], Listed]:
    """One month's ranking and execution list, for schemes that differ from one another in their readings only.

    Args:
        inputs: the tables of the month and of those before it, which decide how long a unit has been last.
        scheme: the scheme used.
        month: the month.
        is_final: see ``month.appraise_months``.

    Raises:
        ProblemsFound: as ``month.appraise_months``.
    """
    rank = ranking_under(inputs, scheme, is_final=is_final)

    def running(own: Scheme, whole: pd.DataFrame) -> pd.DataFrame:
        return of_period(streaks(whole, own, inputs.published), month)

    def listed(own: Scheme, ranking: pd.DataFrame, runs: pd.DataFrame) -> pd.DataFrame:
        units, barred = inputs.units, inputs.exclusions
        return execution_list(ranking, own, "month", units=units, exclusions=barred, streaks=runs)

    used = rank(scheme)[2]
    used_ranking, used_runs = of_period(used, month), running(scheme, used)
    used_list = listed(scheme, used_ranking, used_runs)

    def lists(own: Scheme) -> Listed:
        whole = rank(own)[2]
        ranking = of_period(whole, month)
        is_last_alike = _reads_alike(own, scheme, RUNNING) and whole["last_place"].equals(used["last_place"])
        runs = used_runs if is_last_alike else running(own, whole)
        is_alike = ranking[PLACES].equals(used_ranking[PLACES]) and runs.equals(used_runs)
        if is_alike and _reads_alike(own, scheme, AWARDING):
            return Listed(ranking, used_list)
        return Listed(ranking, listed(own, ranking, runs))

    return lists


def yearly_listing_under(
    inputs: MonthInputs, year_inputs: YearInputs, scheme: Scheme, *, is_final: bool
) -> Callable[[Scheme], Listed]:
    """The annual ranking and execution list, for schemes that differ from one another in their readings only.

    Raises:
        ProblemsFound: as ``year.appraise_years``.
    """
    rank = ranking_under(inputs, scheme, is_final=is_final)

    def ranked(own: Scheme) -> pd.DataFrame:
        scored, counted, ranking = rank(own)
        months = Months(ranking, counted, scored, pd.DataFrame(), pd.DataFrame())  # what follows monthly is not needed
        return rank_years(months, inputs, year_inputs, own, is_final=is_final)

    used = ranked(scheme)
    used_list = list_years(used, inputs, scheme)

    def lists(own: Scheme) -> Listed:
        ranking = ranked(own)
        is_alike = ranking[PLACES].equals(used[PLACES]) and _reads_alike(own, scheme, AWARDING)
        return Listed(ranking, used_list if is_alike else list_years(ranking, inputs, own))

    return lists


def _counted(inputs: MonthInputs, scheme: Scheme, checked: Scheme) -> pd.DataFrame:
    """The register as a scheme counts it; a level that only this reading knows is checked again."""
    if scheme.readings.annual_levels != checked.readings.annual_levels:
        stop_on(event_problems(inputs.events, inputs.units, scheme))
    return count_events(inputs.events, scheme)


def _once(step: Callable[[Scheme], Result], reads: Sequence[str]) -> Callable[[Scheme], Result]:
    """The step, done once for schemes that agree in the readings it goes by."""
    known: dict[tuple[str, ...], Result] = {}

    def remembered(scheme: Scheme) -> Result:
        key = _read(scheme, reads)
        if key not in known:
            known[key] = step(scheme)
        return known[key]

    return remembered


def _read(scheme: Scheme, names: Sequence[str]) -> tuple[str, ...]:
    return tuple(getattr(scheme.readings, name) for name in names)


def _reads_alike(one: Scheme, other: Scheme, names: Sequence[str]) -> bool:
    return _read(one, names) == _read(other, names)
