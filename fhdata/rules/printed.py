"""Rules as a table that a report prints."""

from collections.abc import Iterable

import pandas as pd

from fhdata.rules.rulebook import Rule

COLUMNS = ["key", "title", "value", "unit", "source"]


def rules_table(rules: Iterable[Rule]) -> pd.DataFrame:
    """The rules a run used: key, title, value and unit as an office writes them, source; one row a rule."""
    rows = [(rule.key, rule.title, *rule.printed, rule.citation) for rule in rules]
    return pd.DataFrame(rows, columns=COLUMNS)
