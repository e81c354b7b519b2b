"""What every other reading of an unclear article would change, alone and in pairs: who would gain or lose how much."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from itertools import combinations

import pandas as pd

from fhdata.funds.fund_checks import input_problems
from fhdata.funds.fund_inputs import FundInputs, months_of
from fhdata.funds.fund_terms import READINGS, Terms, terms_on, with_readings
from fhdata.funds.fund_totals import FundTotals, add_up
from fhdata.funds.settlement import outcome
from fhdata.funds.waterfall import INSTITUTION, LEVEL, PARTY_NAMES, party_amounts
from fhdata.problems import ProblemsFound, stop_on
from fhdata.rules.fund import SHARE
from fhdata.rules.rulebook import READING, RuleBook

ALTERNATIVE_COLUMNS = [
    "reading", "title", "problem", "source", "used", "used_meaning", "alternative", "meaning", "is_pair", "party",
    "kind", "name", "used_fen", "other_fen", "change_fen", "beyond_fen", "largest_fen", "note",
]  # fmt: skip
MONEY = ["used_fen", "other_fen", "change_fen", "beyond_fen", "largest_fen"]
MOST_PAIRS = 10
NO_CHANGE = "各方金额不变"
AND = " + "
# The month's share of the budget moves no money at the year's end.
OF_THE_YEAR = tuple(name for name in READINGS if name != "month_share")
Amounts = Mapping[tuple[str, str], int]
Switch = tuple[tuple[str, str], ...]  # readings and the values they are changed to


def alternatives(
    rules: RuleBook,
    on: date,
    inputs: FundInputs,
    choices: Mapping[str, str] | None = None,
    *,
    most_pairs: int = MOST_PAIRS,
) -> pd.DataFrame:
    """Settle again under every alternative of every reading, and under the pairs that matter.

    A pair of readings matters where it changes something else for a party than the two added up do one by one: they
    cannot be judged apart then. The pairs shown are those where that difference is largest.

    Args:
        rules: the place's rules.
        on: the last day of the year.
        inputs: the frames of the whole year.
        choices: the readings used; see ``terms_on``.
        most_pairs: how many pairs to show; 0 for none.

    Returns:
        ALTERNATIVE_COLUMNS. Grain: one row an alternative (or pair) and party whose amount changes; one row with party
        "" where nothing changes or where it cannot be settled (the note says why). Parties and amounts as in
        ``waterfall.parties`` (int64 fen); largest_fen is the alternative's largest change of any party, the largest
        first, single readings before pairs; beyond_fen is what a pair changes beyond its two readings one by one (0 for
        a single one). reading, used, alternative and meanings of a pair are joined by `` + ``.

    Raises:
        ProblemsFound: what is wrong with the inputs, or why the readings used cannot be settled.

    Source: 凤政办发〔2023〕1号 第八条至第十一条.
    """
    terms = terms_on(rules, on, choices)
    months = months_of(terms.year)
    stop_on(input_problems(inputs, months, tuple(terms.level_ratios)))
    totals = add_up(inputs, months)
    used, named = _amounts(totals, terms), _names(totals, terms)
    rows: list[dict[str, object]] = []
    singles: dict[Switch, Amounts] = {}
    for switch in _singles(terms):
        told = _told(switch, terms)
        try:
            other = _amounts(totals, with_readings(terms, dict(switch)))
        except ProblemsFound as found:
            rows.append(told | {"note": found.problems[0].sentence})
            continue
        singles[switch] = other
        rows += _rows(told, used, other, named)
    if most_pairs:
        for switch, other, apart in _pairs_that_matter(singles, used, totals, terms)[:most_pairs]:
            rows += _rows(_told(switch, terms), used, other, named, apart)
    table = pd.DataFrame(rows).reindex(columns=ALTERNATIVE_COLUMNS)
    texts = dict.fromkeys((name for name in ALTERNATIVE_COLUMNS if name not in MONEY), "")
    table = table.fillna(texts | dict.fromkeys(MONEY, 0)).astype(dict.fromkeys(MONEY, "int64") | {"is_pair": "bool"})
    order = table.assign(size=table["change_fen"].abs())
    keys = ["is_pair", "largest_fen", "reading", "alternative", "size", "kind", "party"]
    ranks = order.sort_values(keys, ascending=[True, False, True, True, False, True, True], kind="stable")
    return ranks[ALTERNATIVE_COLUMNS].reset_index(drop=True)


def _amounts(totals: FundTotals, terms: Terms) -> Amounts:
    found = outcome(totals, terms)
    return party_amounts(found.lines, found.shares, totals, terms)


def _singles(terms: Terms) -> Iterator[Switch]:
    for name in OF_THE_YEAR:
        used = getattr(terms.readings, name)
        yield from (((name, str(one.value)),) for one in terms.rules[READING + name].alternatives if one.value != used)


def _pairs_that_matter(
    singles: Mapping[Switch, Amounts], used: Amounts, totals: FundTotals, terms: Terms
) -> list[tuple[Switch, Amounts, Amounts]]:
    """Pairs, what they come to, and what their two readings would add up to; the largest difference first."""
    found = []
    for first, second in combinations(singles, 2):
        if first[0][0] == second[0][0]:
            continue
        both = (*first, *second)
        try:
            other = _amounts(totals, with_readings(terms, dict(both)))
        except ProblemsFound:
            continue  # what is missing for one of the two alone has been told; together they settle nothing
        one, two = singles[first], singles[second]
        keys = {*used, *other, *one, *two}
        apart = {key: one.get(key, 0) + two.get(key, 0) - used.get(key, 0) for key in keys}
        beyond = max(abs(other.get(key, 0) - apart[key]) for key in keys)
        if beyond:
            found.append((beyond, both, other, apart))
    found.sort(key=lambda pair: (-pair[0], pair[1]))
    return [(both, other, apart) for _, both, other, apart in found]


def _rows(
    told: dict[str, object],
    used: Amounts,
    other: Amounts,
    named: Callable[[str, str], str],
    apart: Amounts | None = None,
) -> list[dict[str, object]]:
    changed = {
        key: (used.get(key, 0), other.get(key, 0))
        for key in dict.fromkeys([*used, *other])
        if used.get(key, 0) != other.get(key, 0)
    }
    if not changed:
        return [told | {"note": NO_CHANGE}]
    largest = max(abs(after - before) for before, after in changed.values())
    return [
        told
        | {"party": party, "kind": kind, "name": named(kind, party), "used_fen": before}
        | {"other_fen": after, "change_fen": after - before, "largest_fen": largest}
        | {"beyond_fen": 0 if apart is None else after - apart.get((kind, party), 0)}
        for (kind, party), (before, after) in changed.items()
    ]


def _names(totals: FundTotals, terms: Terms) -> Callable[[str, str], str]:
    def named(kind: str, party: str) -> str:
        if kind == INSTITUTION:
            return totals.institutions[party].name
        return terms.rules[SHARE + party].title if kind == LEVEL else PARTY_NAMES[party]

    return named


def _told(switch: Switch, terms: Terms) -> dict[str, object]:
    rules = [terms.rules[READING + name] for name, _ in switch]
    meanings = [{str(one.value): one.meaning for one in rule.alternatives} for rule in rules]
    chosen = [value for _, value in switch]
    used = [str(rule.value) for rule in rules]
    return {
        "reading": AND.join(name for name, _ in switch),
        "title": AND.join(rule.title for rule in rules),
        "problem": _joined(rule.problem for rule in rules),
        "source": _joined(rule.citation for rule in rules),
        "used": AND.join(used),
        "used_meaning": AND.join(texts[value] for texts, value in zip(meanings, used, strict=True)),
        "alternative": AND.join(chosen),
        "meaning": AND.join(texts[value] for texts, value in zip(meanings, chosen, strict=True)),
        "is_pair": len(switch) > 1,
    }


def _joined(texts: Iterable[str]) -> str:
    return "；".join(dict.fromkeys(texts))
