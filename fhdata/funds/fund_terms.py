"""The fund's rules in force on a day as one value: ratios, bands, and the readings a run uses."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from fractions import Fraction
from typing import Any

from fhdata.rules.fund import BANDS, INTERVAL, LINE, PASS_MARK, SHARE
from fhdata.rules.rulebook import READING, Rule, RuleBook

UNVERIFIED = "unverified"
POINT_E4 = 10_000


@dataclass(frozen=True)
class FundReadings:
    """How each unclear article is read; a field a reading, named as in the rule file, where each value is explained."""

    psychiatric_deduction: str
    psychiatric_claims: str
    four_disease: str
    income_base: str
    reserve_base: str
    cap_base: str
    above_cap: str
    inside_level: str
    below_pass: str
    pharmacy_fee: str
    scope: str
    settlement_basis: str
    reserve_short: str
    overrun: str
    penalty: str
    month_share: str
    claim_year: str


READINGS = tuple(field.name for field in fields(FundReadings))


@dataclass(frozen=True)
class Terms:
    """What the document lays down, in force on one day.

    Attributes:
        on: the day.
        readings: the readings used.
        reserve_ratio: of income, set aside as risk reserve.
        kept_ratio: of the budget, up to which a surplus is kept.
        level_ratios: level → share of what is kept; they add up to one.
        overrun_ratios: shares of an overrun borne by the reserve and by the members; they add up to one.
        bands: (upper end as a share of the budget, share the fund bears within), for the reading ``overrun = bands``.
        pass_mark_e4: below it an institution forfeits, 0.0001 point; 0 where there is none.
        deposit_ratio: withheld from a prepayment.
        interval_percent: how much of the outcomes a forecast's interval holds.
        rules: every rule in force that day by key, readings as chosen.
    """

    on: date
    readings: FundReadings
    reserve_ratio: Fraction
    kept_ratio: Fraction
    level_ratios: Mapping[str, Fraction]
    overrun_ratios: tuple[Fraction, Fraction]
    bands: tuple[tuple[Fraction, Fraction], ...]
    pass_mark_e4: int
    deposit_ratio: Fraction
    interval_percent: int
    rules: Mapping[str, Rule]

    @property
    def year(self) -> int:
        """The year accounted."""
        return self.on.year

    @property
    def file(self) -> str:
        """The rule file, for a problem that is about a rule."""
        return self.rules[BANDS].file

    def unverified(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Those of the keys whose value nobody has seen in a document."""
        return tuple(key for key in keys if self.rules[key].status == UNVERIFIED)

    def title(self, line: str) -> str:
        """The label of a line of the settlement."""
        return self.rules[LINE + line].title


def terms_on(rules: RuleBook, on: date, choices: Mapping[str, str] | None = None) -> Terms:
    """The terms in force on a day, with the readings a run asks for.

    Args:
        rules: the place's rules of the fund.
        on: a day of the year accounted (the last of the month or year).
        choices: reading → alternative, for those that are not to be the default: ``{"penalty": "budget"}``.

    Raises:
        ProblemsFound: a rule not in force, a reading or alternative that does not exist; all of them.

    Example:
        >>> terms_on(rules, date(2023, 12, 31), {"penalty": "budget"}).readings.penalty
        'budget'
    """
    chosen, plain = rules.read_as(READINGS, on, choices), rules.in_force(on)
    value = {key: rule.value for key, rule in plain.items()}
    return Terms(
        on=on,
        readings=FundReadings(**{name: chosen[READING + name].value for name in READINGS}),
        reserve_ratio=Fraction(value["reserve.ratio"]),
        kept_ratio=Fraction(value["surplus.kept_ratio"]),
        level_ratios={key.removeprefix(SHARE): Fraction(value[key]) for key in rules.keys(SHARE)},
        overrun_ratios=(Fraction(value["overrun.reserve"]), Fraction(value["overrun.members"])),
        bands=tuple((Fraction(top), Fraction(share)) for top, share in value[BANDS]),
        pass_mark_e4=int(value[PASS_MARK] * POINT_E4),
        deposit_ratio=Fraction(value["prepayment.deposit_ratio"]),
        interval_percent=int(value[INTERVAL]),
        rules={**plain, **chosen},
    )


def with_readings(terms: Terms, changes: Mapping[str, str]) -> Terms:
    """The same terms with articles read otherwise.

    Args:
        terms: the terms.
        changes: reading → a value taken from the rule file's alternatives.
    """
    different: dict[str, Any] = dict(changes)
    rules = dict(terms.rules)
    for name, chosen in different.items():
        rules[READING + name] = replace(rules[READING + name], value=chosen, is_default=False)
    return replace(terms, readings=replace(terms.readings, **different), rules=rules)
