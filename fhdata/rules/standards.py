"""Assistance standards of a place as tables: what each category is paid a month on a day, and what changes."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TypeVar

import pandas as pd

from fhdata.money import fen_of
from fhdata.periods import Period, parse_period
from fhdata.problems import Problem, ProblemsFound, problem, stop_on
from fhdata.rules.rulebook import Rule, RuleBook

MONTHS_A_YEAR = 12
SPANS = {"月": 1, "年": MONTHS_A_YEAR}
PAYMENTS = ("difference", "full")

RATE_COLUMNS = [
    "category", "title", "month", "payment", "is_floor", "is_inferred",
    "old_fen", "new_fen", "delta_fen", "old_source", "new_source",
]  # fmt: skip

STANDARD = "standard."
REFERRED = {"derived.": False, "floor.": True}  # prefix → whether the document only says "not below"

Key = TypeVar("Key")
Value = TypeVar("Value")


@dataclass(frozen=True)
class Standard:
    """What one category of people is paid a month, and where that is said; a row of ``standards_on``."""

    category: str
    title: str
    standard_fen: int
    payment: str
    is_floor: bool
    is_inferred: bool
    source: str


def fraction_of(rule: Rule) -> Fraction:
    """The exact fraction a rule states as text, such as "1/6".

    Raises:
        ProblemsFound: the value is no fraction, or not above zero.
    """
    try:
        fraction = Fraction(rule.value)
    except (ValueError, TypeError, ZeroDivisionError):
        fraction = Fraction(0)
    if fraction > 0:
        return fraction
    said = f"写的是“{rule.value}”"
    raise ProblemsFound(
        [problem("bad_fraction", said, "应为“1/6”这样大于零的分数", "请改正", file=rule.file, cell=rule.key)]
    )


def amount_fen(rule: Rule) -> int:
    """A standard as fen for the span it is written for, a month or a year.

    Raises:
        ProblemsFound: another unit than 元/月 or 元/年 (or a multiple of 元).
    """
    unit, _, span = rule.unit.partition("/")
    if span not in SPANS:
        place = {"file": rule.file, "cell": rule.key}
        raise ProblemsFound([problem("bad_unit", f"单位写的是“{rule.unit}”", "应为 元/月 或 元/年", "请改正", **place)])
    return fen_of(rule.value, unit)


def monthly_fen(rule: Rule) -> int:
    """A standard as fen a month; one written by the year is divided by twelve, and must divide to the fen.

    Raises:
        ProblemsFound: another unit than 元/月 or 元/年, or a year's amount that is no whole fen a month.
    """
    fen, months = amount_fen(rule), SPANS[rule.unit.partition("/")[2]]
    if fen % months:
        place = {"file": rule.file, "cell": rule.key}
        said = f"{rule.value} {rule.unit}不能除尽为每月整分"
        raise ProblemsFound([problem("bad_standard", said, "", "请写明每月标准", **place)])
    return fen // months


def rules_in_force(book: RuleBook, prefix: str, on: date) -> list[Rule]:
    """The rules of a group that have a value on a day, in the order of the file; the others are left out."""
    return [
        rule
        for key in book.keys(prefix)
        for rule in book.rules[key]
        if rule.start <= on and (rule.until is None or on <= rule.until)
    ]


def standards_on(book: RuleBook, on: date) -> pd.DataFrame:
    """What each category of people is paid a month on a day.

    One row a category, in the order of the rule file. A category whose amount is not printed but refers to another
    category's gets that one's × its fraction, to the fen.

    Args:
        book: the rules of ``assistance.toml``.
        on: the day.

    Returns:
        category, title, standard_fen (int64, a month), payment (difference: topped up to the standard by household;
        full: paid as it stands), is_floor (the document only says "not below"), is_inferred, source.

    Raises:
        ProblemsFound: categories without a value in force that day, each with the citations of the values it has.

    Source: 凤政函〔2023〕43号 一（一）（三）（四）.

    Example:
        >>> standards_on(book, date(2023, 1, 1)).set_index("category")["standard_fen"]["orphan_scattered"]
        110000
    """
    printed = _collect(lambda key: _printed(book, key, on), book.keys(STANDARD))
    amounts = {one.category: one for one in printed}
    referring = [key for prefix in REFERRED for key in book.keys(prefix)]
    rows = printed + _collect(lambda key: _referred(book, key, on, amounts), referring)
    return pd.DataFrame(rows).astype({"standard_fen": "int64"})


def rates(book: RuleBook, months: Sequence[str], before: date) -> pd.DataFrame:
    """Old and new standard of every category in every month; the raise is their difference.

    One row a category and month. Δ = standard on the month's first day − standard on ``before``, fen a person.

    Args:
        book: the rules of ``assistance.toml``.
        months: such as ``["2023-01", "2023-02"]``.
        before: a day on which the old standards were in force (the last day of the year before).

    Returns:
        category, title, month, payment, is_floor, is_inferred (either of the two), old_fen, new_fen, delta_fen (int64),
        old_source, new_source.

    Raises:
        ProblemsFound: a month that is none, or a day without standards; all of them.
    """
    firsts = dict(zip(months, _collect(_first_day, months), strict=True))
    days = sorted({before, *firsts.values()})
    tables = dict(zip(days, _collect(lambda day: standards_on(book, day), days), strict=True))
    old = tables[before][["category", "standard_fen", "is_inferred", "source"]]
    new = pd.concat([tables[first].assign(month=month) for month, first in firsts.items()], ignore_index=True)
    both = new.merge(old, on="category", validate="many_to_one", suffixes=("_new", "_old")).rename(
        columns={"standard_fen_new": "new_fen", "standard_fen_old": "old_fen"}
    )
    return both.assign(
        delta_fen=both["new_fen"] - both["old_fen"],
        is_inferred=both["is_inferred_new"] | both["is_inferred_old"],
        old_source=both["source_old"],
        new_source=both["source_new"],
    )[RATE_COLUMNS]


def year_rates(book: RuleBook, year: int) -> pd.DataFrame:
    """``rates`` of all months of a year against the last day of the year before."""
    months = [f"{year}-{month:02d}" for month in range(1, MONTHS_A_YEAR + 1)]
    return rates(book, months, date(year - 1, 12, 31))


def townships(book: RuleBook, units: pd.DataFrame, aliases: pd.DataFrame, on: date) -> pd.DataFrame:
    """The townships whose sheets are read, and every way their names are written.

    One row a township and spelling.

    Args:
        book: the rules of ``assistance.toml``: ``township_series`` names the units' annual series that they are.
        units: the registry's units: code, name, annual_series.
        aliases: alias, unit; one that several units share is none.
        on: the day.

    Returns:
        name, alias.
    """
    own = units[units["annual_series"] == book.value("township_series", on).value]
    single = aliases[~aliases["alias"].duplicated(keep=False)]
    other = single.merge(own[["code", "name"]], left_on="unit", right_on="code")[["name", "alias"]]
    return pd.concat([own[["name"]].assign(alias=own["name"]), other], ignore_index=True)


def _printed(book: RuleBook, key: str, on: date) -> Standard:
    rule = book.value(key, on)
    category = key.removeprefix(STANDARD)
    payment = _payment(book, category, on)
    is_inferred = rule.status != "quoted"
    return Standard(category, rule.title, monthly_fen(rule), payment, False, is_inferred, rule.citation)


def _referred(book: RuleBook, key: str, on: date, printed: dict[str, Standard]) -> Standard:
    """One category that is paid a fraction of another: ``derived.<category>.<base>`` or ``floor.<category>.<base>``."""
    rule = book.value(key, on)
    group, category, base = names_of(rule)
    place = {"file": rule.file, "cell": key}
    if base not in printed or category in printed:
        said = f"“{base}”没有印出的标准" if base not in printed else f"“{category}”已有印出的标准"
        raise ProblemsFound([problem("bad_rule", said, "只有未印金额的类别才参照别的类别", "请改正", **place)])
    amount = printed[base].standard_fen * fraction_of(rule)
    if amount.denominator != 1:
        said = f"参照“{base}”折算为 {amount} 分，不是整分"
        raise ProblemsFound([problem("bad_standard", said, "", "请写明金额", **place)])
    sources = dict.fromkeys([rule.citation, printed[base].source])
    return Standard(
        category=category,
        title=rule.title,
        standard_fen=amount.numerator,
        payment=_payment(book, category, on),
        is_floor=REFERRED[f"{group}."],
        is_inferred=rule.status != "quoted" or printed[base].is_inferred,
        source="；".join(sources),
    )


def names_of(rule: Rule) -> tuple[str, str, str]:
    """Group, category and the category it is held against, from a key such as ``ratio.border_urban.subsistence_urban``.

    Raises:
        ProblemsFound: the key has another form.
    """
    parts = rule.key.split(".")
    if len(parts) != 3:
        allowed = f"应为 {parts[0]}.<类别>.<参照类别>"
        raise ProblemsFound([problem("bad_rule", "规则名不对", allowed, "请改正", file=rule.file, cell=rule.key)])
    return parts[0], parts[1], parts[2]


def _payment(book: RuleBook, category: str, on: date) -> str:
    rule = book.value(f"payment.{category}", on)
    if rule.value not in PAYMENTS:
        said = f"发放方式写的是“{rule.value}”"
        allowed = f"只能是{'、'.join(PAYMENTS)}"
        raise ProblemsFound([problem("bad_choice", said, allowed, "请改正", file=rule.file, cell=rule.key)])
    return str(rule.value)


def _first_day(month: str) -> date:
    period: Period = parse_period(month)
    if period.cadence != "month":
        raise ProblemsFound([problem("bad_period", f"期间写的是“{month}”", "应为月份，如 2023-03", "请改正")])
    return date(period.year, period.number, 1)


def _collect(read: Callable[[Key], Value], keys: Iterable[Key]) -> list[Value]:
    """What each key gives; the problems of all of them are raised together."""
    values: list[Value] = []
    problems: list[Problem] = []
    for key in keys:
        try:
            values.append(read(key))
        except ProblemsFound as found:
            problems += found.problems
    stop_on(problems)
    return values
