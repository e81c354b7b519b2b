"""The one model of a run's parameters: the same for the command line, a schedule and a notebook's first cell."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import date
from typing import TypeVar

from fhdata.periods import Period, parse_period
from fhdata.problems import Problem, ProblemsFound, problem, stop_on
from fhdata.runs.catalogue import Report, load_catalogue, unknown

Result = TypeVar("Result")
CutOff = date | Callable[[Period], date]


@dataclass(frozen=True)
class Parameters:
    """What a report is made for, and the day as of which its data is known."""

    period: Period
    as_of: date

    def values(self) -> dict[str, str]:
        """The parameters as text, in the one form in which a notebook, a folder and a manifest write them."""
        return {"period": str(self.period), "as_of": self.as_of.isoformat()}


PARAMETER_NAMES = tuple(one.name for one in fields(Parameters))


def check_parameters(report: Report | str, *, cutoff: CutOff | None = None, **given: object) -> Parameters:
    """Read and check a report's parameters, all problems at once.

    Args:
        report: the report or its name.
        cutoff: the day that an empty ``as_of`` stands for, or the function that tells it for a period.
        **given: the parameters as text: ``period="2023-03"``, ``as_of="2023-04-30"`` or ``as_of=""``.

    Raises:
        ProblemsFound: unknown report, misspelt, missing or ill-typed parameter, a period the report is not made for,
            a day that does not exist or lies before the period's end.

    Example:
        >>> check_parameters("targets", period="2023-03", as_of="2023-04-30").values()
        {'period': '2023-03', 'as_of': '2023-04-30'}
    """
    problems = [unknown("参数", name, PARAMETER_NAMES) for name in given if name not in PARAMETER_NAMES]
    for name in PARAMETER_NAMES:
        value = given.get(name, "")
        if not isinstance(value, str):
            allowed = '应为带引号的文字，如 period = "2023-03"'
            problems.append(problem("bad_parameter", f"参数 {name} 写的是 {value!r}", allowed, "请改正"))
    known = report if isinstance(report, Report) else attempt(problems, load_catalogue().report, report)
    period = _period(given.get("period", ""), problems)
    written = given.get("as_of", "")
    as_of = attempt(problems, read_day, written) if isinstance(written, str) else None
    if known is not None and period is not None and period.cadence not in known.cadences:
        said = f"{known.name}（{known.title}）不按 {period} 这样的期间出"
        problems.append(problem("wrong_cadence", said, f"可按{known.cadence_text}出", "请改正后重新运行"))
    if period is not None and as_of is not None and as_of < period.end:
        said = f"参数 as_of 写的是 {as_of.isoformat()}"
        allowed = f"不能早于 {period} 的最后一天 {period.end.isoformat()}"
        problems.append(problem("as_of_too_early", said, allowed, "请改正后重新运行"))
    stop_on(problems)
    if period is None:
        raise AssertionError("a missing period has been reported")
    return Parameters(period=period, as_of=as_of or _cut_off(period, cutoff))


def cut_off_date(period: Period, count: int, unit: str) -> date:
    """The last day on which data still counts for a period's report.

    Args:
        period: the period.
        count: how many units after the period's end.
        unit: "天" for days, "个月" for months, then up to that month's last day.
    """
    if unit == "天":
        return date.fromordinal(period.end.toordinal() + count)
    months = period.end.year * 12 + period.end.month - 1 + count + 1
    return date.fromordinal(date(months // 12, months % 12 + 1, 1).toordinal() - 1)


def read_day(text: str) -> date | None:
    """Read a day in its one written form, 2023-04-30; None for an empty text.

    Raises:
        ProblemsFound: the text has another form or no calendar has the day.
    """
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:  # 20230430 and 2023-W17-7 are days, too, but not in this form
        said = f"参数 as_of 写的是“{text}”"
        raise ProblemsFound([problem("bad_date", said, "应为一个日期，如 2023-04-30", "请改正后重新运行")])
    return day


def _period(value: object, problems: list[Problem]) -> Period | None:
    if not isinstance(value, str):
        return None
    if not value:
        problems.append(problem("missing_parameter", "没有写 period（期间）", "例如 2023-03", "请补上"))
        return None
    return attempt(problems, parse_period, value)


def _cut_off(period: Period, cutoff: CutOff | None) -> date:
    if cutoff is None:
        action = "请写明数据截至哪一天，如 2023-04-30"
        raise ProblemsFound([problem("missing_parameter", "没有写 as_of，也没有截数日可用", "", action)])
    return cutoff if isinstance(cutoff, date) else cutoff(period)


def attempt(problems: list[Problem], read: Callable[..., Result], *arguments: object) -> Result | None:
    """Call ``read``; where it finds problems, add them to the list and give back None."""
    try:
        return read(*arguments)
    except ProblemsFound as found:
        problems += found.problems
        return None
