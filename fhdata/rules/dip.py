"""The rules of DIP points (按病种分值付费) of a place: ratios, readings, weights of the years."""

from decimal import Decimal
from pathlib import Path

from fhdata.problems import problem, stop_on
from fhdata.rules.rulebook import RuleBook, load_rules

RULE_FILE = "dip.toml"
NUMBERS = ("points.base", "low.ratio", "high.ratio", "review.ratio", "reimbursement.ratio", "value.decimals")
WEIGHTS = "weights.years"
_WEIGHTS_ALLOWED = "应为正整数的列表，由远及近，如 [1, 2, 7]"


def load_dip(folder: Path) -> RuleBook:
    """Load and check the rules of DIP points of a place.

    Args:
        folder: a place's rules folder.

    Raises:
        ProblemsFound: a rule that is missing, a number that is none or not positive, weights that are no list of
            positive whole numbers; all of them.
    """
    book = load_rules(folder / RULE_FILE)
    stop_on(book.missing((*NUMBERS, WEIGHTS)))
    stop_on(
        problem("bad_number", f"写的是“{rule.value}”", "应为正数", "请改正", file=rule.file, cell=rule.key)
        for key in NUMBERS
        for rule in book.rules[key]
        if not _is_positive(rule.value)
    )
    stop_on(
        problem("bad_weights", f"写的是“{rule.value}”", _WEIGHTS_ALLOWED, "请改正", file=rule.file, cell=rule.key)
        for rule in book.rules[WEIGHTS]
        if not isinstance(rule.value, list) or not rule.value or not all(_is_positive(one) for one in rule.value)
    )
    return book


def _is_positive(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool) and value > 0
