"""A year's raise in the office's order: the terms, the checks of the sheets, then everything that is computed."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

import pandas as pd

from fhdata.funds import assistance_tables as tables
from fhdata.funds.assistance_checks import SheetChecks, check_sheets
from fhdata.funds.assistance_cost import (
    carried_forward,
    classified_aid,
    increase_steps,
    last_month_at_old_rate,
    split_arrears,
)
from fhdata.funds.assistance_document import nursing_allowances
from fhdata.funds.assistance_funding import funding_due, funding_gap
from fhdata.funds.assistance_inputs import AssistanceInputs
from fhdata.funds.assistance_methods import by_household, side_by_side
from fhdata.periods import Period
from fhdata.problems import Problem, ProblemsFound
from fhdata.rules.rulebook import RuleBook
from fhdata.rules.standards import MONTHS_A_YEAR, fraction_of, townships, year_rates


@dataclass(frozen=True)
class YearTerms:
    """What the rules say of a year, seen from one of its months.

    Attributes:
        book: the rules of ``assistance.toml``.
        rates: old and new standard of every category and month of the year.
        townships: name, alias.
        tolerance: how far printed spending may lie from persons × mean × months, as a part of it.
        period: the month up to which persons are reported.
    """

    book: RuleBook
    rates: pd.DataFrame
    townships: pd.DataFrame
    tolerance: Fraction
    period: Period

    @property
    def categories(self) -> pd.DataFrame:
        """category, title: one row a category that has a standard."""
        return self.rates[["category", "title"]].drop_duplicates(ignore_index=True)

    @property
    def township_order(self) -> list[str]:
        """The townships in the registry's order."""
        return list(self.townships["name"].drop_duplicates())

    @property
    def days(self) -> tuple[date, date]:
        """The days whose standards are compared: this year's first and last year's last."""
        return date(self.period.year, 1, 1), date(self.period.year - 1, 12, 31)


@dataclass(frozen=True)
class AssistanceYear:
    """Everything that is computed, money in int64 fen.

    Attributes:
        counts: see ``assistance_cost.carried_forward``.
        compared: see ``assistance_methods.side_by_side``, all months.
        classified: see ``assistance_cost.classified_aid``, one month.
        last_old_month: the last month paid at the old rate, "" where none was.
        due: see ``assistance_funding.funding_due``, of the year.
        gap: see ``assistance_funding.funding_gap``.
        steps: see ``assistance_cost.increase_steps``, of the year.
    """

    counts: pd.DataFrame
    compared: pd.DataFrame
    classified: pd.DataFrame
    last_old_month: str
    due: pd.DataFrame
    gap: pd.DataFrame
    steps: pd.DataFrame


def year_terms(book: RuleBook, units: pd.DataFrame, aliases: pd.DataFrame, period: Period) -> YearTerms:
    """The terms of a month's year.

    Args:
        book: the rules of ``assistance.toml``.
        units: the registry's units.
        aliases: their other names.
        period: the month.

    Raises:
        ProblemsFound: no standards in force for the year or the year before; cites both documents.
    """
    tolerance = fraction_of(book.value("tolerance.spending", period.end))
    return YearTerms(
        book, year_rates(book, period.year), townships(book, units, aliases, period.end), tolerance, period
    )


def check(inputs: AssistanceInputs, terms: YearTerms) -> SheetChecks:
    """Hold the sheets against themselves, each other and the standards; see ``assistance_checks``."""
    with _in_words(terms):
        families = by_household(inputs.households, terms.rates)
        checks = check_sheets(inputs, families, terms.rates, terms.tolerance, str(terms.period))
    return replace(checks, problems=_worded(checks.problems, terms))


def measure(inputs: AssistanceInputs, terms: YearTerms) -> AssistanceYear:
    """Compute the year: months not yet reported follow the last one; the newest rosters stand for every month.

    Raises:
        ProblemsFound: tables that do not meet, shares that do not add up, months paid out of order.

    Source: 凤政函〔2023〕43号 二、三.
    """
    with _in_words(terms):
        counts = carried_forward(inputs.headcounts, list(terms.rates["month"].unique()))
        compared = side_by_side(counts, inputs.households, inputs.last_year, terms.rates)
        classified = classified_aid(inputs.members, inputs.amounts)
        due = funding_due(tables.year_costs(compared, classified, MONTHS_A_YEAR), inputs.shares)
        aid = int(classified["classified_fen"].sum()) * MONTHS_A_YEAR
        gap, last = funding_gap(due, inputs.funds), last_month_at_old_rate(inputs.payments)
    return AssistanceYear(
        counts=counts,
        compared=compared,
        classified=classified,
        last_old_month=last,
        due=due,
        gap=gap,
        steps=increase_steps(compared, aid),
    )


def finished_tables(year: AssistanceYear, terms: YearTerms, checks: SheetChecks) -> dict[str, pd.DataFrame]:
    """The tables of the report by name: names beside codes, money in fen."""
    rates, order = terms.rates, terms.township_order
    arrears = [split_arrears(year.compared, year.last_old_month, one, ["category"]) for one in tables.RAISES]
    return {
        "by_category": tables.by_category(year.compared, rates),
        "by_township": tables.by_township(year.compared, rates, order),
        "by_month": tables.by_month(year.compared, year.last_old_month),
        "every_row": tables.every_row(year.compared, year.counts, rates, order),
        "newly_eligible": tables.newly_eligible(year.compared, rates, str(terms.period), order),
        "classified": tables.classified_table(year.classified, rates, MONTHS_A_YEAR),
        "arrears": tables.arrears_table(arrears[0], arrears[1], rates),
        "funding": tables.funding_table(year.due, rates),
        "gap": tables.gap_table(year.gap),
        "steps": tables.steps_table(year.steps, rates),
        "standards": tables.standards_table(rates),
        "nursing": nursing_allowances(terms.book, terms.period.end),
        "findings": tables.findings_table(terms.book, terms.days),
        "checks": checks.counts,
        "accepted": checks.accepted,
    }


@contextmanager
def _in_words(terms: YearTerms) -> Iterator[None]:
    """Problems that are raised inside name the categories by their titles."""
    try:
        yield
    except ProblemsFound as found:
        raise ProblemsFound(_worded(found.problems, terms)) from found


def _worded(problems: tuple[Problem, ...], terms: YearTerms) -> tuple[Problem, ...]:
    titles = dict(zip(terms.categories["category"], terms.categories["title"], strict=True))
    code = re.compile(rf"\b({'|'.join(titles)})\b", re.ASCII)
    return tuple(
        replace(
            one,
            found=code.sub(lambda known: titles[known[0]], one.found),
            allowed=code.sub(lambda known: titles[known[0]], one.allowed),
        )
        for one in problems
    )
