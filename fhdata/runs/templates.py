"""The blank score sheets of a month, made from its table of items and weights."""

from pathlib import Path

from fhdata.intake.forms import vocabulary
from fhdata.intake.scores import read_scores
from fhdata.periods import Period
from fhdata.places import Place
from fhdata.problems import ProblemsFound, problem
from fhdata.publish.submission import ScoreSheet, write_score_sheets
from fhdata.rules.appraisal import load_appraisal
from fhdata.rules.registry import load_registry
from fhdata.runs.wiring import calendar_cutoff

SCORED, NOT_CONCERNED = "scored", "not_concerned"


def write_templates(place: Place, period: Period, folder: Path) -> list[Path]:
    """Write a blank workbook for every item and responsible department of a month.

    Args:
        place: the place.
        period: a month whose items and weights are in ``data/raw``.
        folder: where to.

    Raises:
        ProblemsFound: not a month, or its table of items and weights is missing or at fault.
    """
    if period.cadence != "month":
        raise ProblemsFound(
            [problem("wrong_cadence", f"期间写的是 {period}", "模板按月做", "请写成 2023-03 这样的月份")]
        )
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
    ranked = registry.units.loc[registry.units["monthly_series"] != "", "name"]
    sheets = [
        ScoreSheet(
            title=f"{place.name}{period.label}月考核得分表",
            item=names[str(row.item)],
            department=str(row.department_name),
            units=tuple(ranked),
            statuses=tuple(choices),
            least=words.least,
            most=words.most,
        )
        for row in listed.itertuples()
    ]
    return write_score_sheets(sheets, folder)
