"""From what was asked for to the reports to be made: every wrong word found before anything runs."""

from pathlib import Path

from fhdata.periods import parse_period
from fhdata.problems import Problem, problem, stop_on
from fhdata.runs.catalogue import Report, load_catalogue
from fhdata.runs.parameters import CutOff, Parameters, attempt, check_parameters, read_day

Task = tuple[Report, Parameters]


def plan(wanted: str, period: str, as_of: str, cutoff: CutOff) -> list[Task]:
    """The reports that are meant, each with its checked parameters, in the order of the catalogue.

    Args:
        wanted: a report, a group or ``all``.
        period: the period as written.
        as_of: the day as written; empty for the cut-off day.
        cutoff: the cut-off day, or what tells it for a period.

    Raises:
        ProblemsFound: all problems of all parameters, each once.
    """
    problems: list[Problem] = []
    catalogue = load_catalogue()
    known = attempt(problems, parse_period, period)
    reports = attempt(problems, catalogue.select, wanted, known)
    if reports is not None and not reports:
        said = f"没有按 {period} 这样的期间出的报告"
        problems.append(problem("nothing_to_run", said, "", "请用 fhdata list 查看各报告的周期"))
    found = [(report, attempt(problems, _check, report, period, as_of, cutoff)) for report in reports or []]
    if not reports:
        attempt(problems, read_day, as_of)
    stop_on(dict.fromkeys(problems))
    return [(report, parameters) for report, parameters in found if parameters is not None]


def offered(tasks: list[Task], rules: Path, wanted: str) -> list[Task]:
    """Without the reports whose rules a place does not have; one asked for by its name stays, to say what is missing.

    Args:
        tasks: as ``plan`` gives them.
        rules: the place's rules folder.
        wanted: a report, a group or ``all``.
    """
    return [
        (report, parameters)
        for report, parameters in tasks
        if report.name == wanted or all((rules / name).is_file() for name in report.rules)
    ]


def _check(report: Report, period: str, as_of: str, cutoff: CutOff) -> Parameters:
    return check_parameters(report, cutoff=cutoff, period=period, as_of=as_of)
