"""Unverified rules of the medical fund that somebody answers for: without it no final settlement rests on one."""

from datetime import date
from pathlib import Path

from fhdata.problems import stop_on
from fhdata.rules.rulebook import RuleBook
from fhdata.rules.tables import is_date, known, matching, read_tables, required

SIGNATURES = "fund_signatures.csv"
COLUMNS = ("rule", "signed_on", "post", "document", "note")


def signed_rules(folder: Path, rules: RuleBook, on: date) -> tuple[str, ...]:
    """The keys of the unverified rules that have been signed for by a day.

    ``fund_signatures.csv`` has one row a rule and signature, with the post (职务) of who signed, never a name.

    Args:
        folder: a place's rules folder.
        rules: the fund's rules.
        on: the day.

    Raises:
        ProblemsFound: a rule that does not exist, a day that is none, a row without post or document.
    """
    table = read_tables(folder, {SIGNATURES: COLUMNS})[SIGNATURES]
    keys = rules.rules
    stop_on(
        [
            *required(table, "rule", "signed_on", "post", "document"),
            *known(table, "rule", keys, rules.file),
            *matching(table, "signed_on", is_date, "应写成 2024-01-20", code="bad_date"),
        ]
    )
    rows = zip(table.cells["rule"], table.cells["signed_on"], strict=True)
    return tuple(dict.fromkeys(rule for rule, day in rows if date.fromisoformat(day) <= on))
