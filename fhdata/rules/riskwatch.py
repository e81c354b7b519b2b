"""What the risk watch looks at: pairs of accident counts, and debt ratios with their definitions and warning lines."""

from datetime import date
from pathlib import Path

import pandas as pd

from fhdata.problems import Problem, hint, problem, stop_on
from fhdata.rules.register import LAYOUTS as REGISTER_LAYOUTS
from fhdata.rules.rulebook import Rule, load_rules
from fhdata.rules.tables import known, read_tables, required, unique

COUNT_COLUMNS = ("topic", "role", "indicator", "document", "section", "note")
COUNTS, RULES = "risk_counts.csv", "risk_rules.toml"
DEFINITION, LINES = "definition.", "lines."
NOW, LAST_YEAR = "本期", "上年"
RATIO_COLUMNS = ("ratio", "title", "numerator", "denominator", "time", "lines", "source")


def load_risk_counts(folder: Path) -> pd.DataFrame:
    """The counts that are to fall together: one row per indicator, with its ``topic`` and ``role`` (起数, 死亡人数 …).

    Raises:
        ProblemsFound: every cell that is wrong, at once.
    """
    wanted = {name: REGISTER_LAYOUTS[name] for name in ("indicators.csv", "documents.csv")}
    tables = read_tables(folder, {**wanted, COUNTS: COUNT_COLUMNS})
    table = tables[COUNTS]
    stop_on(
        [
            *required(table, "topic", "role", "indicator", "document", "section"),
            *unique(table, "indicator"),
            *known(
                table, "indicator", tables["indicators.csv"].cells["indicator"], "indicators.csv ",
                code="unknown_indicator",
            ),
            *known(
                table, "document", tables["documents.csv"].cells["doc_no"], "documents.csv ", code="unknown_document"
            ),
        ]
    )  # fmt: skip
    return table.frame()


def load_debt_ratios(folder: Path, on: date) -> pd.DataFrame:
    """The debt ratios in force on a day: one row a ratio, in the order of the file.

    Args:
        folder: a place's rules folder.
        on: the day.

    Returns:
        ``ratio``, ``title``, ``numerator``, ``denominator`` (indicators), ``time`` (本期 | 上年, of the denominator),
        ``lines`` (warning lines in percent, from low to high; empty where none is set), ``source`` (with how sure).

    Raises:
        ProblemsFound: a definition that names an unknown indicator or time.
    """
    book = load_rules(folder / RULES)
    names = read_tables(folder, {"indicators.csv": REGISTER_LAYOUTS["indicators.csv"]})["indicators.csv"]
    rules = [book.value(key, on) for key in book.keys(DEFINITION)]
    stop_on([one for rule in rules for one in _definition_problems(rule, names.cells["indicator"])])
    rows = []
    for rule in rules:
        ratio = rule.key.removeprefix(DEFINITION)
        line = book.value(LINES + ratio, on) if LINES + ratio in book.keys(LINES) else None
        source = rule.citation + (f"；警戒线：{line.citation}" if line else "")
        lines = tuple(float(one) for one in line.value) if line else ()
        rows.append(dict(zip(RATIO_COLUMNS, (ratio, rule.title, *rule.value, lines, source), strict=True)))
    return pd.DataFrame(rows, columns=list(RATIO_COLUMNS))


def _definition_problems(rule: Rule, indicators: tuple[str, ...]) -> list[Problem]:
    """What is wrong with a definition: [分子, 分母, 时点], the indicators registered, the time one of two."""
    place = {"file": rule.file, "cell": rule.key}
    if not isinstance(rule.value, list | tuple) or len(rule.value) != len(("numerator", "denominator", "time")):
        said = f"value 写的是 {rule.value!r}"
        return [problem("bad_rule", said, "应为 [分子指标, 分母指标, 时点]", "请改正", **place)]
    *named, time = rule.value
    found = [
        problem("unknown_indicator", f"indicators.csv 里没有“{name}”", hint(name, indicators), "请改正", **place)
        for name in named
        if name not in indicators
    ]
    if time not in (NOW, LAST_YEAR):
        found.append(problem("bad_rule", f"时点写的是“{time}”", f"只能是{NOW}、{LAST_YEAR}", "请改正", **place))
    return found
