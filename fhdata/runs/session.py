"""What a notebook opens first: its place, its checked parameters, and the folder its outputs go to."""

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fhdata.periods import Period
from fhdata.places import Place, open_place
from fhdata.problems import stop_on
from fhdata.publish.methods import Methods
from fhdata.runs.catalogue import OBSERVATIONS, load_catalogue
from fhdata.runs.engine import OUTPUT_VARIABLE
from fhdata.runs.methods import methods_of
from fhdata.runs.parameters import Parameters, check_parameters
from fhdata.runs.published import Published
from fhdata.runs.wiring import calendar_cutoff, target_year_problems

DRAFTS = "drafts"


@dataclass(frozen=True)
class Session:
    """One notebook at work on one period of one place."""

    place: Place
    report: str
    parameters: Parameters
    output: Path
    previous_as_of: date  # up to which day figures counted in the year's report before; its own in the first

    def methods(self) -> Methods:
        """How the numbers of the tables written so far are reckoned, for the page that is written after them.

        Raises:
            ProblemsFound: no table has been written yet.
        """
        return methods_of(Published(self.parameters.period, self.report, self.output, None))

    def last_monthly(self) -> tuple[Period, date]:
        """The last month whose report was due by this report's own day, and up to which day figures counted in it.

        The search ends with December of the year before: that is another register's.
        """
        month = Period(self.parameters.period.year, "month", self.parameters.period.month).previous()
        while month.year == self.parameters.period.year and calendar_cutoff(self.place, month) > self.parameters.as_of:
            month = month.previous()
        if month.year != self.parameters.period.year:
            return month, self.parameters.as_of
        return month, calendar_cutoff(self.place, month)


def open_session(report: str, **given: str) -> Session:
    """Open the place at or above the working folder and check the parameters, before anything is loaded.

    A run says in the environment where its outputs go; a notebook opened by hand writes a draft of its own below
    ``data/processed``, never into what is published.

    Raises:
        ProblemsFound: no place, or wrong parameters, all at once.
    """
    place = open_place()
    parameters = check_parameters(report, cutoff=lambda period: calendar_cutoff(place, period), **given)
    if load_catalogue().report(report).reads == OBSERVATIONS:  # other raw data has no targets to be of another year
        stop_on(target_year_problems(place, parameters.period))
    told = os.environ.get(OUTPUT_VARIABLE)
    draft = place.processed / DRAFTS / str(parameters.period) / report
    output = Path(told) if told else draft
    output.mkdir(parents=True, exist_ok=True)
    return Session(place, report, parameters, output, _previous_as_of(place, parameters))


def _previous_as_of(place: Place, parameters: Parameters) -> date:
    before = parameters.period.previous()
    if before.year != parameters.period.year:
        return parameters.as_of
    return min(calendar_cutoff(place, before), parameters.as_of)
