"""The blank forms of a month: which offices are asked for what, from the registers and from the table of items."""

from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pandas as pd

from fhdata.intake.forms import vocabulary
from fhdata.intake.reporting import expected_period
from fhdata.intake.scores import read_scores
from fhdata.periods import Period
from fhdata.places import Place
from fhdata.problems import Problem, ProblemsFound, problem
from fhdata.publish.office_forms import Task, progress_form, score_form
from fhdata.publish.submission import Form, write_forms
from fhdata.rules.appraisal import load_appraisal
from fhdata.rules.livelihood import load_livelihood
from fhdata.rules.ranges import load_ranges
from fhdata.rules.register import SUM_MARK, load_register
from fhdata.rules.registry import load_registry
from fhdata.rules.tables import LIST_MARK
from fhdata.runs.assistance_templates import forms_of_assistance
from fhdata.runs.fund_templates import forms_of_fund
from fhdata.runs.wiring import calendar_cutoff

SCORED, NOT_CONCERNED = "scored", "not_concerned"
COUNTED_KINDS, MILESTONE_KIND = ("increment", "binary"), "binary"
LIVELIHOOD, COUNTED, MILESTONES = "民生实事", "其他计数任务", "节点任务"
PROGRESS_TOPIC = "工作进度"

Forms = dict[str, list[Form]]  # by the topic whose folder they come back to


def write_templates(place: Place, period: Period, folder: Path) -> tuple[list[Path], list[Problem]]:
    """Write the blank forms of a month, each into the folder of the topic it comes back to.

    Args:
        place: the place.
        period: a month.
        folder: where to.

    Returns:
        The files, and why some forms could not be made; the others are written all the same.

    Raises:
        ProblemsFound: the period is not a month.
    """
    if period.cadence != "month":
        raise ProblemsFound(
            [problem("wrong_cadence", f"期间写的是 {period}", "模板按月做", "请写成 2023-03 这样的月份")]
        )
    written: list[Path] = []
    problems: list[Problem] = []
    for forms_of in MAKERS:
        try:
            for topic, forms in forms_of(place, period).items():
                written += write_forms(forms, folder / topic)
        except ProblemsFound as found:
            problems += found.problems
    return written, problems


def score_forms(place: Place, period: Period) -> Forms:
    """A score sheet for every item and responsible department of the month's table of items and weights.

    Raises:
        ProblemsFound: the table is missing or at fault.
    """
    if not (place.rules / "appraisal_items.csv").is_file():
        return {}
    registry, rules = load_registry(place.rules), load_appraisal(place.rules)
    intake = read_scores(
        place.raw,
        registry.units,
        registry.unit_aliases,
        rules.items,
        rules.points,
        home=place.home,
        period=period,
        as_of=calendar_cutoff(place, period),
        county=place.name,
    )
    listed = intake.items[intake.items["month"] == str(period)].drop_duplicates("item")
    if listed.empty:
        raise ProblemsFound(intake.problems)
    words, names = vocabulary(), dict(zip(rules.items["item"], rules.items["name"], strict=True))
    choices = [next(word for word, known in words.statuses.items() if known == one) for one in (SCORED, NOT_CONCERNED)]
    ranked = registry.units.loc[registry.units["monthly_series"] != "", "name"].tolist()
    title = f"{place.name}{period.label}月考核得分表"
    forms: Forms = {}
    for row in listed.to_dict("records"):
        department, item = str(row["department_name"]), names[str(row["item"])]
        form = score_form(title, item, department, units=ranked, statuses=choices, least=words.least, most=words.most)
        forms.setdefault(PurePosixPath(row["source_file"]).parent.name, []).append(form)
    return forms


def progress_forms(place: Place, period: Period) -> Forms:
    """A progress sheet for every unit that reports 民生实事, other counted tasks or milestones due in the month.

    Counted tasks and milestones are the targets of those kinds; 民生实事 are all figures the lists' items stand for.
    """
    needed = ("targets.csv", "livelihood.csv")
    if not all((place.rules / name).is_file() for name in needed):
        return {}
    register = load_register(place.rules)
    targets, limits = register.targets, load_ranges(place.rules)
    listed = load_livelihood(place.rules)["codes"].str.split(f"[{LIST_MARK}{SUM_MARK}]", regex=True).explode()
    livelihood = set(targets.loc[targets["code"].isin(set(listed)), "indicator"])
    kinds = targets.loc[targets["kind"].isin(COUNTED_KINDS)].set_index("indicator")["kind"]
    milestones = set(kinds.index[kinds == MILESTONE_KIND])
    asked = register.registry.indicators
    asked = asked[asked["indicator"].isin(livelihood | set(kinds.index))]
    tasks: dict[str, list[Task]] = {}
    for row in asked.to_dict("records"):
        if expected_period(row, period) is not None:
            code = str(row["indicator"])
            section = LIVELIHOOD if code in livelihood else MILESTONES if code in milestones else COUNTED
            least, most = _limits(limits, code)
            task = Task(
                section,
                str(row["name"]),
                str(row["unit"]),
                is_milestone=code in milestones,
                is_counted=row["aggregation"] == "count_event",
                least=least,
                most=most,
            )
            tasks.setdefault(str(row["publisher"]).split(LIST_MARK)[0], []).append(task)
    span = f"{period.year}年1-{period.month}月" if period.month > 1 else f"{period.year}年1月"
    title = f"{place.name}{period.label}工作进度表"
    order = (LIVELIHOOD, COUNTED, MILESTONES)
    return {
        PROGRESS_TOPIC: [
            progress_form(title, publisher, f"{span}完成数", sorted(own, key=lambda one: order.index(one.section)))
            for publisher, own in sorted(tasks.items())
        ]
    }


def _limits(limits: pd.DataFrame, indicator: str) -> tuple[float | None, float | None]:
    """The place's own limits of an indicator's value; None where there is none."""
    own = limits[(limits["indicator"] == indicator) & (limits["measure"] == "value")]
    ends = own[["low", "high"]].astype("object").where(own[["low", "high"]].notna(), None).to_numpy().tolist()
    low, high = ends[0] if ends else (0.0, None)
    return low, high


MAKERS: tuple[Callable[[Place, Period], Forms], ...] = (score_forms, progress_forms, forms_of_fund, forms_of_assistance)
