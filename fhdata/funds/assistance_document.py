"""The standards document held against itself, and the care allowance it sets as a fraction of the minimum wage."""

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import pandas as pd

from fhdata.money import FEN_PER_YUAN, divided_half_up, money_text
from fhdata.rules.rulebook import Rule, RuleBook
from fhdata.rules.standards import (
    MONTHS_A_YEAR,
    amount_fen,
    fraction_of,
    monthly_fen,
    names_of,
    rules_in_force,
    standards_on,
)

OUTCOMES = {"agrees": "相符", "rounded": "取整后相符", "differs": "不符"}


@dataclass(frozen=True)
class Finding:
    """One place where the document can be held against itself; a row of ``check_document``."""

    check: str
    key: str
    title: str
    printed_fen: int
    expected_fen: int
    difference_fen: int
    outcome: str
    is_inferred: bool
    sentence: str
    source: str


def nursing_allowance_fen(wage_fen: int, share: Fraction) -> int:
    """Care allowance of one person a month: minimum wage × fraction, half up to the whole yuan.

    Args:
        wage_fen: the month's minimum wage, fen.
        share: 1/10, 1/6, 1/3.

    Returns:
        Fen.

    Source: 凤政函〔2023〕43号 一（五）.

    Example:
        >>> nursing_allowance_fen(155000, Fraction(1, 6))  # 258.33 元
        25800
    """
    exact = wage_fen * share / FEN_PER_YUAN
    return divided_half_up(exact.numerator, exact.denominator) * FEN_PER_YUAN


def nursing_allowances(book: RuleBook, on: date, wage_fen: int | None = None) -> pd.DataFrame:
    """Care allowances of all care levels on a day, for the minimum wage in force or any other.

    One row a care level.

    Args:
        book: the rules of ``assistance.toml``.
        on: the day.
        wage_fen: a minimum wage to try instead of the one in force.

    Returns:
        level, title, wage_fen, share (text, exact), allowance_fen (int64), source.

    Raises:
        ProblemsFound: no minimum wage or no fraction in force that day.

    Source: 凤政函〔2023〕43号 一（五）.
    """
    wage = monthly_fen(book.value("minimum_wage", on)) if wage_fen is None else wage_fen
    levels = [book.value(key, on) for key in book.keys("nursing.")]
    rows = [
        {
            "level": rule.key.partition(".")[2],
            "title": rule.title,
            "wage_fen": wage,
            "share": str(fraction_of(rule)),
            "allowance_fen": nursing_allowance_fen(wage, fraction_of(rule)),
            "source": rule.citation,
        }
        for rule in levels
    ]
    return pd.DataFrame(rows).astype({"wage_fen": "int64", "allowance_fen": "int64"})


def check_document(book: RuleBook, on: date) -> pd.DataFrame:
    """Hold the document against itself; what does not agree is flagged and nothing is mended.

    One row a check: year = 12 × month; a standard or line = fraction × another standard; a care allowance = minimum
    wage × fraction rounded to the yuan; a standard not below another.

    Args:
        book: the rules of ``assistance.toml``.
        on: the day whose values are held against each other; checks without a value that day are left out.

    Returns:
        check (yearly | ratio | nursing | not_below), key, title, printed_fen, expected_fen, difference_fen (int64),
        outcome (agrees; rounded: apart by less than a yuan, the printed value being whole yuan; differs), is_inferred
        (the relation itself is not written in the document), sentence (Chinese), source.

    Raises:
        ProblemsFound: no standards in force that day.

    Source: 凤政函〔2023〕43号 一.
    """
    standards_on(book, on)  # stops, with the citations, on a day that the documents do not cover
    rows = [_yearly(book, rule, on) for rule in rules_in_force(book, "yearly.", on)]
    rows += [_ratio(book, rule, on) for rule in rules_in_force(book, "ratio.", on)]
    rows += [_nursing(book, rule, on) for rule in rules_in_force(book, "nursing_printed.", on)]
    rows += [_not_below(book, rule, on) for rule in rules_in_force(book, "not_below.", on)]
    return pd.DataFrame(rows).astype(dict.fromkeys(("printed_fen", "expected_fen", "difference_fen"), "int64"))


def _amount(book: RuleBook, category: str, on: date) -> Rule:
    """The standard of a category, or its line where it has one instead."""
    line = f"line.{category}"
    return book.value(line if line in book.rules else f"standard.{category}", on)


def _yearly(book: RuleBook, rule: Rule, on: date) -> Finding:
    month = monthly_fen(_amount(book, rule.key.partition(".")[2], on))
    said = f"{rule.title} {rule.value} {rule.unit}，按每月 {money_text(month)} 元 × 12 应为"
    return _finding("yearly", rule, amount_fen(rule), Fraction(MONTHS_A_YEAR * month), said)


def _ratio(book: RuleBook, rule: Rule, on: date) -> Finding:
    _, category, base = names_of(rule)
    own, other, share = _amount(book, category, on), _amount(book, base, on), fraction_of(rule)
    printed = monthly_fen(own)
    said = f"{own.title}每月 {money_text(printed)} 元，按{other.title}的 {share} 应为"
    return _finding("ratio", rule, printed, monthly_fen(other) * share, said)


def _nursing(book: RuleBook, rule: Rule, on: date) -> Finding:
    share = fraction_of(book.value(f"nursing.{rule.key.partition('.')[2]}", on))
    wage = monthly_fen(book.value("minimum_wage", on))
    expected = Fraction(nursing_allowance_fen(wage, share))
    said = f"{rule.title}每月 {money_text(monthly_fen(rule))} 元，按最低工资 {money_text(wage)} 元的 {share} 取整应为"
    return _finding("nursing", rule, monthly_fen(rule), expected, said)


def _not_below(book: RuleBook, rule: Rule, on: date) -> Finding:
    _, category, base = names_of(rule)
    own, other = _amount(book, category, on), _amount(book, base, on)
    printed = monthly_fen(own)
    said = f"{own.title}每月 {money_text(printed)} 元，按不低于{other.title}至少应为"
    return _finding("not_below", rule, printed, Fraction(monthly_fen(other)), said)


def _finding(check: str, rule: Rule, printed: int, expected: Fraction, said: str) -> Finding:
    gap = printed - expected
    is_rounded = abs(gap) < FEN_PER_YUAN and printed % FEN_PER_YUAN == 0
    agrees = gap >= 0 if check == "not_below" else gap == 0
    outcome = "agrees" if agrees else "rounded" if is_rounded and check == "ratio" else "differs"
    expected_fen = divided_half_up(expected.numerator, expected.denominator)
    doubt = "（该关系为推定，仅提示，不改动数值）" if rule.status != "quoted" and not agrees else ""
    return Finding(
        check=check,
        key=rule.key,
        title=rule.title,
        printed_fen=printed,
        expected_fen=expected_fen,
        difference_fen=printed - expected_fen,
        outcome=outcome,
        is_inferred=rule.status != "quoted",
        sentence=f"{said} {money_text(expected_fen)} 元：{OUTCOMES[outcome]}{doubt}",
        source=rule.citation,
    )
