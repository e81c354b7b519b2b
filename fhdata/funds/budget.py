"""The county's controlled budget B: income less the reserve and what is paid for elsewhere, line by line."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from fhdata.funds.fund_inputs import YEAR
from fhdata.funds.fund_terms import Terms
from fhdata.funds.fund_totals import FundTotals
from fhdata.money import divided_half_up, money_text
from fhdata.problems import Problem, problem
from fhdata.rules.rulebook import READING

INCOME = "income_"
DEDUCTIONS = ("dip_budget", "serious_illness_remitted", "four_disease_package")
POT = "psychiatric_pot"
Kind = Literal["start", "change", "total", "part", "memo"]


@dataclass(frozen=True)
class Line:
    """A line of the settlement.

    Attributes:
        step: its name, a ``line.*`` of the rules, which hold its label, formula and article.
        kind: start and change move the balance, total states it, part is a share of the change above it, memo is told
            only.
        amount_fen: signed.
        institution: of a part, else "".
        keys: rules and readings it rests on.
        items: items it is made from.
    """

    step: str
    kind: Kind
    amount_fen: int
    institution: str = ""
    keys: tuple[str, ...] = ()
    items: tuple[str, ...] = ()


def part_of(amount_fen: int, ratio: Fraction) -> int:
    """A share of an amount that is not negative, to the fen, half up."""
    return divided_half_up(amount_fen * ratio.numerator, ratio.denominator)


def budget_lines(totals: FundTotals, terms: Terms, psychiatric_fen: int) -> tuple[list[Line], list[Problem]]:
    """B = income − reserve − DIP budget − serious illness − psychiatric pot − four-disease packages.

    Args:
        totals: the totals; items that are needed and not there are problems.
        terms: the terms.
        psychiatric_fen: what psychiatric treatment cost, for the reading that deducts it in place of the pot.

    Returns:
        The lines, the last one B itself; and the problems, with which the lines must not be used.

    Source: 凤政办发〔2023〕1号 第十条（一）.
    """
    base = INCOME + terms.readings.income_base
    of_reserve = base if terms.readings.reserve_base == "same" else INCOME + terms.readings.reserve_base
    has_pot = terms.readings.psychiatric_deduction != "actual"
    # The pot is needed even where it is not deducted: only beside it can the reading be judged.
    found = missing_items(totals, terms, dict.fromkeys([base, of_reserve, *DEDUCTIONS, POT]))
    fen = totals.items
    reserve = part_of(fen.get(of_reserve, 0), terms.reserve_ratio)
    reading = READING + "income_base"
    lines = [
        Line(base, "start", fen.get(base, 0), keys=(reading,), items=(base,)),
        Line("reserve", "change", -reserve, keys=("reserve.ratio", READING + "reserve_base"), items=(of_reserve,)),
    ]
    pot = Line(POT, "change", -fen.get(POT, 0), keys=(READING + "psychiatric_deduction",), items=(POT,))
    actual = Line(
        "psychiatric_in_budget", "change", -psychiatric_fen, keys=(READING + "psychiatric_deduction",),
        items=("psychiatric_actual",),
    )  # fmt: skip
    first, second, last = (Line(item, "change", -fen.get(item, 0), items=(item,)) for item in DEDUCTIONS)
    lines += [first, second, pot if has_pot else actual, last]
    total = sum(line.amount_fen for line in lines)
    lines.append(Line("budget", "total", total))
    return lines, found or not_above_zero(total, terms.title("budget"))


def not_above_zero(fen: int, title: str) -> list[Problem]:
    """A budget of nothing cannot be settled."""
    if fen > 0:
        return []
    said = f"{title}为 {money_text(fen)} 元"
    return [problem("no_budget", said, "须大于零才能核算和决算", "请核对收入和各项扣除")]


def missing_items(totals: FundTotals, terms: Terms, items: dict[str, None]) -> list[Problem]:
    """Items that are not there, or lack a month."""
    found = []
    for item in items:
        title = terms.title(item)
        if item not in totals.items:
            is_income = item.startswith(INCOME)
            action = "数未出之前可先用读法 income_base 的预算数试算" if is_income else "请补报；确实没有的报 0"
            found.append(problem("missing_item", f"没有“{title}”", "此项必须有数", action))
            continue
        known = totals.item_months[item]
        lacking = [month for month in totals.months if month not in known]
        if known != (YEAR,) and lacking:
            said = f"“{title}”缺 {'、'.join(lacking)}"
            place = totals.cells[item][-1]._asdict()
            found.append(problem("missing_month", said, "每个月都须有数", "请补报", **place))
    return found


def budget_of(lines: list[Line]) -> int:
    """B among the lines."""
    return next(line.amount_fen for line in lines if line.step == "budget")


def printed_sum(printed_fen: int, parts_fen: list[int], unit_fen: int) -> tuple[int, str]:
    """A published total against its published items, all rounded to the same unit.

    Every printed number is off by at most half a unit, so the sum of n items and their total may differ, without any of
    them being wrong, by less than (n + 1) ÷ 2 units.

    Args:
        printed_fen: the total as printed.
        parts_fen: the items as printed.
        unit_fen: what they are rounded to; 1,000,000 fen for 万元.

    Returns:
        Items less total, fen; and "agrees", "rounding" or "differs".

    Example:
        >>> printed_sum(17_070_000_000, [10_000_000_000, 7_071_000_000], 1_000_000)
        (1000000, 'rounding')
    """
    gap = sum(parts_fen) - printed_fen
    if gap == 0:
        return gap, "agrees"
    return gap, "rounding" if 2 * abs(gap) < (len(parts_fen) + 1) * unit_fen else "differs"
