"""The declared list of reports: which notebook makes each, for which periods, and what it promises to hand in."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from fhdata.periods import Cadence, Period
from fhdata.problems import Problem, ProblemsFound, nearest, problem

CATALOGUE = Path(__file__).with_name("reports.toml")
CADENCE_NAMES: dict[Cadence, str] = {"month": "月", "quarter": "季", "year": "年", "tenday": "旬"}
ALL = "all"
OBSERVATIONS = "observations"  # what a report reads that follows indicators and targets
_KIND_CODES = {"报告": "report", "参数": "parameter", "命令": "command"}


@dataclass(frozen=True)
class Report:
    """One report: its notebook, the cadences it is made for, the files it promises, the most it may take.

    ``reads`` says which intake checks its raw data (observations or scores); ``rules`` are files of the rules folder
    without which a place does not make it. One that ``tolerates_problems`` is made in spite of what is wrong with the
    workbooks, because it lists it.
    """

    name: str
    title: str
    notebook: str
    cadences: tuple[Cadence, ...]
    groups: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ("**/*",)
    promised: tuple[str, ...] = ()
    timeout_seconds: float = 600.0
    memory_bytes: int = 4_000_000_000
    reads: str = OBSERVATIONS
    rules: tuple[str, ...] = ()
    tolerates_problems: bool = False

    @property
    def cadence_text(self) -> str:
        """The cadences as an office names them: "月、季、年"."""
        return "、".join(CADENCE_NAMES[one] for one in self.cadences)


@dataclass(frozen=True)
class Group:
    """Reports that are made together for periods of one cadence."""

    name: str
    title: str
    cadence: Cadence


@dataclass(frozen=True)
class Catalogue:
    """All reports and groups, by name, in the order of the file."""

    reports: dict[str, Report]
    groups: dict[str, Group]

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that can be asked for: reports, groups, ``all``."""
        return (*self.reports, *self.groups, ALL)

    def report(self, name: str) -> Report:
        """One report by its name.

        Raises:
            ProblemsFound: there is no such report; says which is nearest.
        """
        if name not in self.reports:
            raise ProblemsFound([unknown("报告", name, self.reports)])
        return self.reports[name]

    def select(self, name: str, period: Period | None = None) -> list[Report]:
        """The reports meant by a report's name, a group's name or ``all``.

        Args:
            name: what was asked for.
            period: leaves ``all`` with the reports that are made for such a period; a group takes its own cadence only.

        Raises:
            ProblemsFound: no such name, or a period the group is not made for.
        """
        if name in self.reports:
            return [self.reports[name]]
        if name == ALL:
            return [one for one in self.reports.values() if period is None or period.cadence in one.cadences]
        if name not in self.groups:
            raise ProblemsFound([unknown("报告", name, self.names)])
        group = self.groups[name]
        if period is not None and period.cadence != group.cadence:
            said = f"{name}（{group.title}）的期间写的是 {period}"
            allowed = f"应写{_example(group.cadence)}"
            raise ProblemsFound([problem("wrong_cadence", said, allowed, "请改正后重新运行")])
        return [one for one in self.reports.values() if name in one.groups]


@cache
def load_catalogue() -> Catalogue:
    """Read ``reports.toml`` of this package."""
    content = tomllib.loads(CATALOGUE.read_text(encoding="utf-8"))
    groups = {name: Group(name, entry["title"], entry["cadence"]) for name, entry in content["groups"].items()}
    reports = {name: _report(name, entry) for name, entry in content["reports"].items()}
    return Catalogue(reports, groups)


def _report(name: str, entry: dict[str, Any]) -> Report:
    return Report(
        name=name,
        title=entry["title"],
        notebook=entry["notebook"],
        cadences=tuple(entry["cadences"]),
        groups=tuple(entry["groups"]),
        inputs=tuple(entry["inputs"]),
        promised=tuple(entry["promised"]),
        timeout_seconds=60.0 * entry["timeout_minutes"],
        memory_bytes=1_000_000 * entry.get("memory_mb", 4_000),
        reads=entry.get("reads", OBSERVATIONS),
        rules=tuple(entry.get("rules", ())),
        tolerates_problems=entry.get("tolerates_problems", False),
    )


def unknown(kind: str, name: str, known: Iterable[str]) -> Problem:
    """The problem of a name that does not exist: "没有报告 tragets，最接近的是 targets"."""
    names = tuple(known)
    close = nearest(name, names, most=1)
    allowed = f"最接近的是 {close[0]}" if close else f"可用的有 {'、'.join(names)}"
    return problem(f"unknown_{_KIND_CODES[kind]}", f"没有{kind} {name}", allowed)


def _example(cadence: Cadence) -> str:
    forms = {"month": "月份，如 2023-03", "quarter": "季度，如 2023Q1", "year": "年份，如 2023"}
    return forms.get(cadence, "旬，如 2023-03-中旬")
