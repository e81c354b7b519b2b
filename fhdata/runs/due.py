"""What is due: every report of every period whose cut-off day has passed, and whether it has been made."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Literal

from fhdata.periods import Cadence, Period
from fhdata.places import Place
from fhdata.runs.catalogue import Catalogue, Report, load_catalogue
from fhdata.runs.published import published_reports
from fhdata.runs.wiring import calendar_cutoff

State = Literal["made", "due", "overdue"]
STATE_WORDS: dict[State, str] = {"made": "已出", "due": "今日应出", "overdue": "逾期未出"}
_PER_YEAR: dict[Cadence, int] = {"year": 1, "quarter": 4, "month": 12, "tenday": 36}


@dataclass(frozen=True)
class Due:
    """One report of one period: the last day its figures may come in, and whether it has been made."""

    report: Report
    period: Period
    cut_off: date
    state: State


def due_reports(
    catalogue: Catalogue,
    years: Iterable[int],
    as_of: date,
    cut_off: Callable[[Period], date],
    made: Iterable[tuple[str, str]],
) -> list[Due]:
    """Every report whose cut-off day has come, in the order in which they have to be made.

    A report is due on the day after its cut-off, when all its figures are in. ``due`` is what became so that very
    day, ``overdue`` what should have been made before. A report counts as made once it is published at all.

    Args:
        catalogue: the reports; each is due in every cadence that one of its groups has.
        years: the years for which reports are asked for.
        as_of: today.
        cut_off: the last day that counts for a period.
        made: period and name of every published report.

    Returns:
        One row a report and period, by cut-off day, then in the order of the catalogue.
    """
    there, asked = set(made), sorted(years)
    found = []
    for place, report in enumerate(catalogue.reports.values()):
        for cadence in dict.fromkeys(catalogue.groups[name].cadence for name in report.groups):
            for period in _periods(cadence, asked, as_of):
                last = cut_off(period)
                if last < as_of:
                    is_made = (str(period), report.name) in there
                    is_new = (as_of - last).days == 1
                    state: State = "made" if is_made else "due" if is_new else "overdue"
                    found.append((last, period.end, place, Due(report, period, last, state)))
    return [one for *_, one in sorted(found, key=lambda row: row[:3])]


def missing(rows: Iterable[Due]) -> list[Due]:
    """Those that have to be made."""
    return [one for one in rows if one.state != "made"]


def _periods(cadence: Cadence, years: Iterable[int], as_of: date) -> Iterator[Period]:
    """The periods of one cadence that have ended before ``as_of``."""
    for year in years:
        for number in range(1, _PER_YEAR[cadence] + 1):
            period = Period(year, cadence, number)
            if period.end < as_of:
                yield period


def due_at(place: Place, as_of: date) -> list[Due]:
    """What is due at a place: for the years its targets are for, by its calendar, against what it has published."""
    from fhdata.rules.rulebook import load_rules  # noqa: PLC0415 - heavy

    rules = load_rules(place.rules / "target_rules.toml").rules["target_year"]
    years = {int(rule.value) for rule in rules if rule.start <= as_of}
    made = [(str(one.period), one.name) for one in published_reports(place) if one.manifest is not None]
    rows = due_reports(load_catalogue(), years, as_of, cache(lambda period: calendar_cutoff(place, period)), made)
    return [one for one in rows if all((place.rules / name).is_file() for name in one.report.rules)]
