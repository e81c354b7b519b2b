"""Makes the example county's workbooks for the periods asked for."""

from collections.abc import Iterable
from pathlib import Path

from fhdata.periods import Period
from fhdata.problems import problem, stop_on
from fhdata.sampledata.appraisal import write_appraisal
from fhdata.sampledata.assistance import write_assistance
from fhdata.sampledata.dip import write_dip
from fhdata.sampledata.drawing import draw
from fhdata.sampledata.figures import Course, course
from fhdata.sampledata.forms import LAST_YEAR_KINDS, Table, lay_out
from fhdata.sampledata.fund import write_fund
from fhdata.sampledata.plan import Plan
from fhdata.sampledata.published import PUBLISHED, lay_out_published, published_years
from fhdata.sampledata.reading import read_plan

SEED = 2023  # of the workbooks that are committed
KINDS = {"month": ("month", "balance"), "quarter": ("quarter",), "year": LAST_YEAR_KINDS}


def generate(folder: Path, periods: Iterable[Period], seed: int, rules_folder: Path) -> list[Path]:
    """Write the workbooks of the periods to ``folder/<period>/<topic>/<file>.xlsx``.

    A month or quarter of the plan's year is what was handed in for it; the plan's year stands for all its months and
    quarters; the year before is one set of month-by-month tables; a year with published figures is those.

    Args:
        folder: a place's ``data/raw``.
        periods: months and quarters of the plan's year, that year, the year before, or years with published figures.
        seed: same seed, same bytes.
        rules_folder: the place's rules, which name the indicators and set the targets.

    Returns:
        The files written, in order.

    Raises:
        ProblemsFound: a period nothing is known for, or data files that do not fit the rules.
    """
    plan, asked = read_plan(rules_folder), list(periods)
    wanted = [one for period in asked for one in _parts(period, plan)]
    stop_on(
        problem(
            "bad_period", f"没有 {period} 的示例", f"可选 {plan.year} 年的月、季、年，以及 {_years(plan)}", "请改正期间"
        )
        for period in wanted
        if not _is_known(period, plan)
    )
    courses = {one.indicator: course(one, plan, seed) for one in plan.series}
    written = []
    for period in wanted:
        for name, tables in _books(period, plan, courses).items():
            path = folder / str(period) / name
            draw(path, tables)
            written.append(path)
    written += write_appraisal(folder, asked, seed, plan, rules_folder)
    written += write_assistance(folder, asked, seed, plan, rules_folder)
    written += write_fund(folder, asked, seed, plan)
    return written + write_dip(folder, asked, seed, plan)


def _books(period: Period, plan: Plan, courses: dict[str, Course]) -> dict[str, list[Table]]:
    """The workbooks of one period by topic and file name; sheets that are due together lie in one."""
    is_published = period.year in published_years(plan)
    kinds = (PUBLISHED,) if is_published else KINDS[period.cadence]
    books: dict[str, list[Table]] = {}
    for sheet in plan.sheets:
        if sheet.kind in kinds:
            table = lay_out_published(sheet, plan, period) if is_published else lay_out(sheet, plan, period, courses)
            if table:
                books.setdefault(f"{sheet.topic}/{sheet.file}.xlsx", []).append(table)
    return books


def _parts(period: Period, plan: Plan) -> list[Period]:
    if period != Period(plan.year, "year", 1):
        return [period]
    months = [Period(plan.year, "month", number) for number in range(1, 13)]
    return [*months, *(Period(plan.year, "quarter", number) for number in range(1, 5))]


def _is_known(period: Period, plan: Plan) -> bool:
    if period.cadence == "year":
        return period.year in {plan.year - 1, *published_years(plan)}
    return period.year == plan.year and period.cadence in KINDS


def _years(plan: Plan) -> str:
    return "、".join(f"{year} 年" for year in sorted({plan.year - 1, *published_years(plan)}))
