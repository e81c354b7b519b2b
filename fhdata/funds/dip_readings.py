"""What each unclear point of DIP would change, and how the county's reckoning differs from the prefecture's own."""

from datetime import date
from fractions import Fraction

import pandas as pd

from fhdata.engines import Engine
from fhdata.funds.dip_cases import case_points, standards
from fhdata.funds.dip_inputs import DipInputs, rows_of
from fhdata.funds.dip_settlement import DipSettlement, settle_dip
from fhdata.funds.dip_terms import DipTerms, dip_terms_on
from fhdata.problems import hint, problem, stop_on
from fhdata.rules.rulebook import READING, RuleBook

BEFORE_CASES = ("missing_year",)  # decides the group weights, which are an input here
AFTER_POINTS = ("patient_share", "value_rounding", "assessment")  # leave the points of the cases as they are
FIGURES = ("points", "gross_fen", "due_fen")


def alternatives(engine: Engine, view: str, inputs: DipInputs, rules: RuleBook, on: date) -> pd.DataFrame:
    """The settlement again under each other reading of each unclear point.

    Grain: one row a reading, alternative and hospital whose due it changes; largest change first.

    Args:
        engine: holds the view of the cases.
        view: its name.
        inputs: fund, directory, hospitals, means.
        rules: the place's rules of DIP points.
        on: a day of the year settled.

    Returns:
        reading (key), title, value, meaning, institution, change_fen (int64: due under it − due as settled).
    """
    terms = dip_terms_on(rules, on)
    points = _points(engine, view, inputs, terms)
    usual = _due(points, inputs, terms)
    rows = []
    for rule in terms.rules.values():
        name = rule.key.removeprefix(READING)
        if name in BEFORE_CASES or (name == "standard" and inputs.budget_value_fen is None):
            continue
        for other in (one for one in rule.alternatives if one.value != rule.value):
            changed = dip_terms_on(rules, on, {name: other.value})
            scored = points if name in AFTER_POINTS else _points(engine, view, inputs, changed)
            said = rule.key, rule.title, other.value, other.meaning
            rows += [
                (*said, institution, amount - usual[institution])
                for institution, amount in _due(scored, inputs, changed).items()
                if amount != usual[institution]
            ]
    columns = ["reading", "title", "value", "meaning", "institution", "change_fen"]
    table = pd.DataFrame(rows, columns=columns).astype({"change_fen": "int64"})
    order = table["change_fen"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _points(engine: Engine, view: str, inputs: DipInputs, terms: DipTerms) -> pd.DataFrame:
    return case_points(engine, view, standards(engine, view, inputs, terms), terms)


def _due(points: pd.DataFrame, inputs: DipInputs, terms: DipTerms) -> dict[str, int]:
    settled = settle_dip(points, inputs, terms)
    return dict(zip(settled.hospitals["institution"], settled.hospitals["due_fen"], strict=True))


def compare(settlement: DipSettlement, told: pd.DataFrame) -> pd.DataFrame:
    """The county's figures beside those the prefecture has told.

    Grain: one row a hospital and figure told.

    Args:
        settlement: as reckoned here.
        told: institution, figure (points | gross_fen | due_fen), value (Decimal points, or whole fen).

    Returns:
        institution, figure, told, reckoned, difference (told − reckoned), each a Fraction.

    Raises:
        ProblemsFound: a hospital or a figure that is not known.
    """
    hospitals = settlement.hospitals.set_index("institution")
    stop_on(
        [
            *(
                problem(
                    "unknown_institution", f"州里的表有“{one}”", hint(str(one), map(str, hospitals.index)), "请核对"
                )
                for one in told["institution"].unique()
                if one not in hospitals.index
            ),
            *(
                problem("unknown_figure", f"州里的表有“{one}”", f"可以是 {'、'.join(FIGURES)}", "请改正")
                for one in told["figure"].unique()
                if one not in FIGURES
            ),
        ]
    )
    said = [Fraction(one) for one in told["value"]]
    here = [Fraction(hospitals[row.figure][row.institution]) for row in rows_of(told)]
    exact = {"told": said, "reckoned": here, "difference": [one - two for one, two in zip(said, here, strict=True)]}
    columns = {name: pd.Series(values, dtype="object") for name, values in exact.items()}
    return told[["institution", "figure"]].reset_index(drop=True).assign(**columns)
