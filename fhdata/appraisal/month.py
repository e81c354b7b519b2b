"""A month's appraisal from its tables: totals, ranks, streaks and the execution list; any number of months at once."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from fhdata.appraisal.awards import execution_list
from fhdata.appraisal.checks import item_problems, refuse_incomplete, score_problems, unit_problems
from fhdata.appraisal.event_checks import event_problems
from fhdata.appraisal.events import count_events, event_points
from fhdata.appraisal.grid import Grid, build_grid
from fhdata.appraisal.grouping import positions
from fhdata.appraisal.placing import placed, total_points
from fhdata.appraisal.scheme import Scheme
from fhdata.appraisal.scoring import Scored, base_points, impute
from fhdata.appraisal.streaks import streaks
from fhdata.problems import stop_on

MONTH_COLUMNS = [
    "county", "period", "series", "unit", "unit_name", "annual_series", "base_e4", "bonus_e4", "deduction_e4",
    "total_e4", "rank", "last_place", "units_in_series", "imputed_ratio", "is_reference", "uncovered_items", "is_draft",
    "compared_e4", "standing",
]  # fmt: skip


@dataclass(frozen=True)
class MonthInputs:
    """The tables of one month or several, of one county or many.

    Attributes:
        units: county, unit, unit_name, monthly_series, annual_series ("" for a unit that is not ranked), and
            head_count (Int64) where known.
        items: county, month, series, item, weight (points), department, approval_no.
        scores: county, month, unit, item, score (points, NaN where none), status (scored | not_concerned |
            not_handed_in), source_file, source_sheet, source_cell.
        events: see ``events.EVENT_COLUMNS``; the bonus and deduction register, of months and year.
        exclusions: county, period, unit, document: 一票否决; None for none.
        published: rankings as announced (RANKED, unit, last_place), for streaks read ``as_published``.
    """

    units: pd.DataFrame
    items: pd.DataFrame
    scores: pd.DataFrame
    events: pd.DataFrame
    exclusions: pd.DataFrame | None = None
    published: pd.DataFrame | None = None


@dataclass(frozen=True)
class Months:
    """What an appraisal of months gives.

    Attributes:
        ranking: MONTH_COLUMNS, one row a county, month and unit; a series in the order of its units.
        events: the register with what each row brings; see ``events.count_events``.
        scored: every cell; ``scoring.cells_table`` makes a table of it.
        streaks: units last in their series, and for how many months running.
        execution: rewards and penalties; see ``awards.execution_list``.
    """

    ranking: pd.DataFrame
    events: pd.DataFrame
    scored: Scored
    streaks: pd.DataFrame
    execution: pd.DataFrame


def appraise_months(inputs: MonthInputs, scheme: Scheme, *, is_final: bool = True) -> Months:
    """Rank every month of the tables, and draw what follows from the ranks.

    total = Σ weight × score ÷ 100 (the series' mean where an item does not concern a unit) + bonus + deduction, in
    whole 0.0001 points; ranks compare those.

    Args:
        inputs: the tables.
        scheme: in force in the months given.
        is_final: a final ranking is refused while anything is not handed in; a draft leaves out such items for the
            whole series and says so (is_draft).

    Raises:
        ProblemsFound: every fault of the tables; for a final ranking everything that is not handed in.

    Source: 凤政办函〔2023〕6号 五(一)、六、附件3.
    """
    scored, counted, ranking = rank_months(inputs, scheme, is_final=is_final)
    runs = streaks(ranking, scheme, inputs.published)
    execution = execution_list(ranking, scheme, "month", units=inputs.units, exclusions=inputs.exclusions, streaks=runs)
    return Months(ranking, counted, scored, runs, execution)


def rank_months(
    inputs: MonthInputs, scheme: Scheme, *, is_final: bool = True
) -> tuple[Scored, pd.DataFrame, pd.DataFrame]:
    """The checked tables' cells, counted events and ranking, without what follows from it; see ``appraise_months``."""
    scored = impute(checked_grid(inputs, scheme, is_final=is_final), scheme)
    counted = count_events(inputs.events, scheme)
    points = with_event_points(points_before_events(scored, scheme), counted, "month")
    return scored, counted, placed_months(points, scheme, scored)


def checked_grid(inputs: MonthInputs, scheme: Scheme, *, is_final: bool) -> Grid:
    """The cells of the tables once nothing is wrong with any of them; see ``appraise_months``."""
    stop_on([*unit_problems(inputs.units, scheme), *item_problems(inputs.items, scheme)])
    grid, placement = build_grid(inputs.units, inputs.items, inputs.scores)
    faults = score_problems(inputs.scores, grid, placement, inputs.units)
    stop_on([*faults, *event_problems(inputs.events, inputs.units, scheme)])
    if is_final:
        refuse_incomplete(grid, scheme)
    return grid


def points_before_events(scored: Scored, scheme: Scheme) -> pd.DataFrame:
    """The rows of a ranking with their points before bonuses and deductions."""
    return base_points(scored, scheme).rename(columns={"month": "period"})


def placed_months(points: pd.DataFrame, scheme: Scheme, scored: Scored) -> pd.DataFrame:
    """The ranking (MONTH_COLUMNS) of rows that have all their points."""
    return placed(total_points(points, scheme), scheme, scored)[MONTH_COLUMNS]


def with_event_points(totals: pd.DataFrame, counted: pd.DataFrame, span: str) -> pd.DataFrame:
    """Rows with the bonus_e4 and deduction_e4 of their unit and period; 0 where there are no events."""
    own = counted[counted["span"] == span]
    if own.empty:
        return totals.assign(bonus_e4=np.int64(0), deduction_e4=np.int64(0))
    points = event_points(own)
    at = positions(totals, points, ["county", "period", "unit"])
    zero = np.zeros(1, dtype=np.int64)  # position −1: no event
    both = {
        name: np.concatenate([points[name].to_numpy(dtype=np.int64), zero])[at] for name in ("bonus_e4", "deduction_e4")
    }
    return totals.assign(**both)
