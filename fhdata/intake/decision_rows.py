"""What was decided about a table, and what was announced: the log of 征求意见, 签批, 审定, and announced rankings."""

from typing import Any

from fhdata.intake.forms import Form, vocabulary
from fhdata.intake.grids import is_blank
from fhdata.intake.score_names import Names, Records, listed, looked_up, source_of, unit_of
from fhdata.periods import Period


def log_rows(form: Form, names: Names, period: Period) -> Records:
    """One record a step: an item's or, without an item, the whole table's; a unit only where it has objected."""
    words = vocabulary().words
    rows, problems = [], []
    for line in map(form.line, form.rows):
        item, strange = (
            looked_up(line, "item", names.items, "unknown_item", "考核内容") if line.text("item") else ("", [])
        )
        stage, odd = looked_up(line, "stage", words, "bad_choice", "阶段")
        outcome, off = looked_up(line, "outcome", words, "bad_choice", "结果")
        unit, wrong = unit_of(line, "unit", names) if line.text("unit") else ("", [])
        on = line.day("on")
        if on is None:
            said = f"日期写的是“{line.text('on')}”"
            problems.append(line.problem("no_date", said, "应写成 2023-04-03", "请改正", "on"))
        problems += [*strange, *odd, *off, *wrong]
        own: dict[str, Any] = {"county": names.county, "period": str(period), "item": item, "unit": unit, "on": on}
        texts = {field: line.text(field) for field in ("text", "document")}
        told = {"stage": stage, "outcome": outcome, "table_hash": line.text("table_hash").lower()}
        rows.append(own | texts | told | source_of(line, "stage"))
    return rows, problems


def published_rows(form: Form, names: Names, period: Period) -> Records:
    """One record a unit of an announced ranking: its series, total and rank as announced."""
    records, problems = listed(form, names, is_ranked=True)
    rows = []
    for line, unit in records:
        total, rank = line.number("total"), line.number("rank")
        series = line.text("series")
        if series not in names.series | names.annual_series:
            allowed = f"只有{'、'.join(sorted(names.series | names.annual_series))}"
            problems.append(line.problem("unknown_series", f"序列写的是“{series}”", allowed, "请改正", "series"))
        for field, value, is_fine in (
            ("total", total, total is not None),
            ("rank", rank, rank is not None and rank >= 1 and rank == int(rank)),
        ):
            if not is_fine:
                said = f"写的是“{line.text(field)}”" if value is not None or not is_blank(line.cell(field)) else "空着"
                problems.append(line.problem("bad_number", said, "应为公布的数", "请改正", field))
        if total is not None and rank is not None:
            own: dict[str, Any] = {"county": names.county, "period": str(period), "series": series, "unit": unit}
            rows.append(own | {"total": total, "rank": int(rank)} | source_of(line, "total"))
    return rows, problems
