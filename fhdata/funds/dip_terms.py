"""The rules of DIP points in force on a day as one value: ratios, weights of the years, and the readings a run uses."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from fractions import Fraction

from fhdata.rules.dip import WEIGHTS
from fhdata.rules.rulebook import READING, Rule, RuleBook


@dataclass(frozen=True)
class DipReadings:
    """How each unclear point is read; a field a reading, named as in the rule file, where each value is explained."""

    low_boundary: str
    high_boundary: str
    review_boundary: str
    standard: str
    basic_groups: str
    under_review: str
    patient_share: str
    value_rounding: str
    missing_year: str
    assessment: str


READINGS = tuple(field.name for field in fields(DipReadings))


@dataclass(frozen=True)
class DipTerms:
    """What the rule file lays down, in force on one day.

    Attributes:
        on: the day.
        readings: the readings used.
        year_weights: of the years before, oldest first.
        base_points: points of a group whose cost is the mean of all cases.
        low_ratio, high_ratio, review_ratio: of the standard, where the corrections begin.
        reimbursement_ratio: share of a case's cost that the fund pays on the average.
        value_decimals: of the point value as it is published, in 元.
        rules: every rule in force that day by key, readings as chosen.
    """

    on: date
    readings: DipReadings
    year_weights: tuple[int, ...]
    base_points: Fraction
    low_ratio: Fraction
    high_ratio: Fraction
    review_ratio: Fraction
    reimbursement_ratio: Fraction
    value_decimals: int
    rules: Mapping[str, Rule]

    @property
    def unverified(self) -> tuple[str, ...]:
        """The rules whose value nobody has seen in a document."""
        return tuple(key for key, rule in self.rules.items() if rule.status == "unverified")


def dip_terms_on(rules: RuleBook, on: date, choices: Mapping[str, str] | None = None) -> DipTerms:
    """The terms in force on a day, with the readings a run asks for.

    Args:
        rules: the place's rules of DIP points.
        on: a day of the year settled.
        choices: reading → alternative, for those that are not to be the default.

    Raises:
        ProblemsFound: a rule not in force, a reading or alternative that does not exist; all of the unknown names.
    """
    chosen, plain = rules.read_as(READINGS, on, choices), rules.in_force(on)
    number = {key: rule.value for key, rule in plain.items()}
    return DipTerms(
        on=on,
        readings=DipReadings(**{name: chosen[READING + name].value for name in READINGS}),
        year_weights=tuple(int(one) for one in number[WEIGHTS]),
        base_points=Fraction(number["points.base"]),
        low_ratio=Fraction(number["low.ratio"]),
        high_ratio=Fraction(number["high.ratio"]),
        review_ratio=Fraction(number["review.ratio"]),
        reimbursement_ratio=Fraction(number["reimbursement.ratio"]),
        value_decimals=int(number["value.decimals"]),
        rules={**plain, **chosen},
    )
