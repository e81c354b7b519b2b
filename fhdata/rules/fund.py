"""The medical fund's rules of a place: ratios, readings of unclear articles, the lines of the settlement."""

from decimal import Decimal
from itertools import pairwise
from pathlib import Path

from fhdata.problems import Problem, problem, stop_on
from fhdata.rules.rulebook import Rule, RuleBook, load_rules

RULE_FILE = "fund.toml"
SHARE, LINE = "share.", "line."
OVERRUN = ("overrun.reserve", "overrun.members")
RATIOS = ("reserve.ratio", "surplus.kept_ratio", *OVERRUN, "prepayment.deposit_ratio")
BANDS, PASS_MARK, INTERVAL = "overrun.bands", "pass_mark", "forecast.interval_percent"


def load_fund(folder: Path) -> RuleBook:
    """Load and check the fund's rules of a place.

    Args:
        folder: a place's rules folder.

    Raises:
        ProblemsFound: everything wrong with the file: ratios outside 0 to 1, shares that do not add up to one, bands
            that do not rise, readings whose alternatives are no text.
    """
    book = load_rules(folder / RULE_FILE)
    needed = [*RATIOS, BANDS, PASS_MARK, INTERVAL]
    found = book.missing(needed)
    if not book.keys(SHARE):
        found.append(problem("unknown_rule", f"没有 {SHARE} 开头的分配比例", "每个级别一条", "请补上", file=book.file))
    stop_on(found)
    ratios = [*RATIOS, *book.keys(SHARE)]
    found += [one for key in ratios for rule in book.rules[key] for one in _ratio_problems(rule)]
    found += [one for rule in book.rules[BANDS] for one in _band_problems(rule)]
    stop_on(found)
    stop_on([*_sum_problems(book, book.keys(SHARE)), *_sum_problems(book, OVERRUN)])
    return book


def _ratio_problems(rule: Rule) -> list[Problem]:
    if _is_ratio(rule.value):
        return []
    said = f"比例写的是“{rule.value}”"
    return [problem("bad_ratio", said, "应在 0 和 1 之间", "请改正", file=rule.file, cell=rule.key)]


def _band_problems(rule: Rule) -> list[Problem]:
    bands = rule.value if isinstance(rule.value, list) else [rule.value]
    is_read = all(isinstance(one, list) and len(one) == 2 and all(_is_number(part) for part in one) for one in bands)
    if is_read and bands:
        tops = [0, *(top for top, _ in bands)]
        if all(low < high for low, high in pairwise(tops)) and all(_is_ratio(share) for _, share in bands):
            return []
    allowed = "应为 [[上限比例, 承担比例], …]，上限逐档增大，承担比例在 0 和 1 之间"
    return [problem("bad_bands", "分档写得不对", allowed, "请改正", file=rule.file, cell=rule.key)]


def _sum_problems(book: RuleBook, keys: tuple[str, ...]) -> list[Problem]:
    """Shares of one whole that do not add up to one, on any day one of them begins."""
    days = sorted({rule.start for key in keys for rule in book.rules[key]})
    sums = {day: sum(Decimal(book.value(key, day).value) for key in keys) for day in days}
    return [
        problem(
            "shares_not_one", f"{day} 起各比例合计为 {total}", "合计须等于 1", "请改正", file=book.file, cell=keys[0]
        )
        for day, total in sums.items()
        if total != 1
    ]


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)


def _is_ratio(value: object) -> bool:
    return _is_number(value) and 0 <= Decimal(str(value)) <= 1
