"""What must hold of every settlement of the fund whatever the figures: cases drawn at random, and the laws.

``test_fund_properties.py`` checks a few hundred cases, ``benchmarks/fund_properties.py`` ten thousand or more.
"""

from collections.abc import Callable
from dataclasses import dataclass, fields, is_dataclass, replace
from fractions import Fraction

from fund_cases import terms
from hypothesis import assume
from hypothesis import strategies as st

from fhdata.funds.fund_terms import READINGS, Terms, with_readings
from fhdata.funds.fund_totals import Cost, FundTotals, Institution
from fhdata.funds.settlement import Outcome, outcome
from fhdata.funds.waterfall import INSTITUTION, LEVEL, party_amounts
from fhdata.problems import ProblemsFound
from fhdata.rules.rulebook import READING

TERMS = terms()
CHOICES = {
    # Claims flagged psychiatric stop the settlement by default wherever the cost is reported too, as it is here.
    name: [str(one.value) for one in TERMS.rules[READING + name].alternatives if one.value != "stopped"]
    for name in READINGS
}
MONTHS = tuple(f"2023-{number:02d}" for number in range(1, 13))
MONEY = st.integers(0, 10**12)  # 100 亿元 in fen
KINDS = ("hospital", "clinic", "private", "pharmacy", "outside")
LEVELS = ("county", "township")


@dataclass(frozen=True)
class Case:
    """A year, the readings and the pass mark it is settled by."""

    totals: FundTotals
    chosen: dict[str, str]
    pass_mark_e4: int

    @property
    def terms(self) -> Terms:
        return replace(with_readings(TERMS, self.chosen), pass_mark_e4=self.pass_mark_e4)

    def with_totals(self, **changes: object) -> "Case":
        return replace(self, totals=replace(self.totals, **changes))


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """A year whose budget is above zero, and any readings."""
    institutions = [
        Institution(f"H{number}", f"示例{number}", KINDS[number % 2], LEVELS[number % 2], True, True, score)
        for number, score in enumerate(draw(st.lists(st.integers(1, 1_000_000), min_size=2, max_size=7)))
    ]
    others = draw(st.lists(st.sampled_from(KINDS[2:]), max_size=4))
    institutions += [
        Institution(f"X{number}", f"示例外{number}", kind, "", False, False, 0) for number, kind in enumerate(others)
    ]
    costs = []
    for one in institutions:
        kinds = draw(st.lists(st.tuples(*[st.booleans()] * 3), unique=True, max_size=3))
        # The first always has claims flagged psychiatric: the reading that goes by them needs some.
        sure = [(False, False, False), *([(False, True, False)] if one.code == "H0" else [])]
        flags = [*sure, *(kind for kind in kinds if kind not in sure)]
        costs += [Cost(one.code, *flag, *sorted(draw(st.tuples(MONEY, MONEY)), reverse=True)) for flag in flags]
    # Every member of a level has settled something, so that it can share.
    costs = [replace(one, hifp_fen=one.hifp_fen + 1, medfee_fen=one.medfee_fen + 1) for one in costs]
    items = {name: draw(MONEY) for name in ("dip_budget", "serious_illness_remitted", "psychiatric_pot")}
    items |= {name: draw(MONEY) for name in ("four_disease_package", "psychiatric_actual", "reserve_balance")}
    penalties = {
        one.code: draw(MONEY) for one in draw(st.lists(st.sampled_from(institutions), max_size=2, unique=True))
    }
    flagged = sum(one.hifp_fen for one in costs if one.is_psychiatric)
    spent = sum(items.values()) + sum(penalties.values()) + flagged
    incomes = ("income_received", "income_budgeted", "income_quota")
    # The largest reserve is 10% of the largest income: 9 × above everything leaves B above zero.
    base = 2 * spent + draw(st.integers(10, 2 * 10**13))
    items |= {name: base + draw(st.integers(0, base)) for name in incomes}
    totals = FundTotals(
        months=MONTHS,
        items=items,
        item_months=dict.fromkeys(items, ("",)),
        cells=dict.fromkeys(items, ()),
        preliminary=frozenset(),
        institutions={one.code: one for one in sorted(institutions, key=lambda one: one.code)},
        costs=tuple(costs),
        costs_by_discharge=tuple(draw(st.permutations(costs))[: len(costs)]),
        late=(),
        penalties=penalties,
        penalty_cells=(),
        prepaid={},
        declared={},
    )
    chosen = {name: draw(st.sampled_from(values)) for name, values in CHOICES.items()}
    return Case(totals, chosen, draw(st.sampled_from([0, 0, 500_000])))


def settled(case: Case) -> Outcome:
    """The settlement of a case; a case in which nobody at all is left to share among is no case."""
    try:
        return outcome(case.totals, case.terms)
    except ProblemsFound as refused:
        assume({one.code for one in refused.problems} != {"empty_level"})
        raise


def closes(case: Case) -> None:
    """Every line from income to the last share adds up to nothing, every total is the sum so far, parts their line."""
    lines = settled(case).lines
    balance = 0
    for number, line in enumerate(lines):
        if line.kind in ("start", "change"):
            balance += line.amount_fen
            parts = []
            for other in lines[number + 1 :]:
                if other.kind != "part":
                    break
                parts.append(other.amount_fen)
            assert not parts or sum(parts) == line.amount_fen, line
        elif line.kind == "total":
            assert line.amount_fen == balance, line
    assert balance == 0


def pools_are_shared_out(case: Case) -> None:
    """Shares add up to their pools, none has the wrong sign, and what parties gain and pay is S before penalties."""
    totals, used = case.totals, case.terms
    found = settled(case)
    signs = {(one.share_fen > 0) - (one.share_fen < 0) for one in found.shares} - {0}
    surplus = found.surplus_fen
    assert signs <= {1 if surplus > 0 else -1}
    amounts = party_amounts(found.lines, found.shares, totals, used)
    kept_by_fund = sum(totals.penalties.values()) if used.readings.penalty == "budget" else 0
    assert sum(fen for (kind, _), fen in amounts.items() if kind != LEVEL) == surplus + kept_by_fund
    if surplus < 0:
        borne = sum(line.amount_fen for line in found.lines if line.kind == "change" and line.step == "members")
        assert sum(one.share_fen for one in found.shares) == -borne
        assert all(totals.institutions[one.institution].is_member for one in found.shares)
    for one in found.shares:
        assert one.adjusted_fen in (0, 1)


def does_not_depend_on_order(case: Case) -> None:
    """The same lines and shares whatever the order of institutions and claims."""
    totals = case.totals
    turned = case.with_totals(
        institutions=dict(reversed(totals.institutions.items())),
        costs=totals.costs[::-1],
        costs_by_discharge=(totals.costs_by_discharge or ())[::-1],
        penalties=dict(reversed(totals.penalties.items())),
    )
    one, other = settled(case), settled(turned)
    assert sorted(one.shares, key=str) == sorted(other.shares, key=str)
    assert sorted(one.lines, key=str) == sorted(other.lines, key=str)


def better_scores_never_cost(case: Case, gain: int) -> None:
    """An institution whose score rises alone never gets less, and more income never makes S smaller."""
    totals, found = case.totals, settled(case)
    for code in ("H0", "H1"):
        who = totals.institutions[code]
        better = replace(who, score_e4=min(who.score_e4 + gain, 1_000_000))
        other = settled(case.with_totals(institutions={**totals.institutions, code: better}))
        before, after = (
            next((one.share_fen for one in result.shares if one.institution == code), 0) for result in (found, other)
        )
        assert after >= before
    richer = {name: fen + (gain if name.startswith("income_") else 0) for name, fen in totals.items.items()}
    assert settled(case.with_totals(items=richer)).surplus_fen >= found.surplus_fen


def holds_no_float(case: Case) -> None:
    """Nothing in a settlement is a float, however deep."""
    found = settled(case)
    seen = list(numbers(found))
    assert len(seen) > 20
    assert {type(one) for one in seen} <= {int, Fraction}


def numbers(value: object) -> list[object]:
    if is_dataclass(value) and not isinstance(value, type):
        return [one for field in fields(value) for one in numbers(getattr(value, field.name))]
    if isinstance(value, dict):
        return [one for inner in value.values() for one in numbers(inner)]
    if isinstance(value, tuple | list):
        return [one for inner in value for one in numbers(inner)]
    return [] if isinstance(value, str | bool) else [value]


def levels_sum_their_institutions(case: Case) -> None:
    """A level's amount is that of its institutions."""
    totals, found = case.totals, settled(case)
    amounts = party_amounts(found.lines, found.shares, totals, case.terms)
    for level in LEVELS:
        inside = [
            fen for (kind, code), fen in amounts.items()
            if kind == INSTITUTION and totals.institutions[code].level == level
        ]  # fmt: skip
        assert amounts[LEVEL, level] == sum(inside)


LAWS: dict[str, Callable[[Case], None]] = {
    "closes": closes,
    "pools": pools_are_shared_out,
    "order": does_not_depend_on_order,
    "no float": holds_no_float,
    "levels": levels_sum_their_institutions,
}
