"""The rows of each appraisal form → records: names looked up, every cell that cannot stand told with its address."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import pandas as pd

from fhdata.intake.forms import Form, Line, vocabulary
from fhdata.intake.grids import is_blank, text_of
from fhdata.intake.numbers import number_as_written, percent_text, read_number
from fhdata.intake.score_names import Names, Records, listed, looked_up, place_of, source_of, unit_of
from fhdata.intake.wording import fold
from fhdata.periods import Period
from fhdata.problems import Problem, hint

SCORED, NOT_CONCERNED, NOT_HANDED_IN = "scored", "not_concerned", "not_handed_in"


def score_rows(form: Form, names: Names, period: Period) -> Records:
    """One record a unit listed: score and status; a blank is not handed in."""
    problems = []
    item = names.items.get(form.item, "")
    if not item:
        said = f"考核内容写的是“{form.item}”" if form.item else "表头以上没有写“考核内容：……”"
        problems.append(form.grid.problem("unknown_item", said, hint(form.item, names.items), "请改正或先登记"))
    if not form.department:
        problems.append(form.grid.problem("no_department", "没有写填报部门", "应写“填报部门：……”", "请补上"))
    records, wrong = listed(form, names, is_ranked=True)
    rows = []
    for line, unit in records:
        score, status, faults = _score(line)
        wrong += faults
        at = source_of(line, "score")
        own = {"county": names.county, "month": str(period), "unit": unit, "item": item, "note": line.text("note")}
        rows.append(own | {"score": score, "status": status} | at)
    return (rows if item else []), [*problems, *wrong]


def _score(line: Line) -> tuple[float, str, list[Problem]]:
    """A row's score and status; what the cell says and what the status column says must agree."""
    told = line.text("status")
    status = vocabulary().statuses.get(fold(told), "")
    value, marked, fault = _cell_score(line)
    if fault is None and told and not status:
        choices = "、".join(vocabulary().statuses)
        fault = line.problem("bad_choice", f"状态写的是“{told}”", f"只能是{choices}", "请改正", "status")
    elif fault is None and not _agree(value, marked, status):
        said = f"状态是“{told}”，得分写的是“{line.text('score')}”"
        fault = line.problem("score_and_mark", said, "两格要一致", "请改正", "score")
    if fault is not None:
        return math.nan, NOT_HANDED_IN, [fault]
    if value is not None:
        return value, SCORED, []
    return math.nan, marked or status or NOT_HANDED_IN, []


def _cell_score(line: Line) -> tuple[float | None, str, Problem | None]:
    """The number in the score's cell, or the status its words stand for, or what is wrong with it."""
    words, raw = vocabulary(), line.cell("score")
    marked = words.statuses.get(fold(raw), "") if isinstance(raw, str) else ""
    if is_blank(raw) or marked in {NOT_CONCERNED, NOT_HANDED_IN}:
        return None, marked, None
    number = read_number(raw)
    allowed = f"应为 {words.least:g} 至 {words.most:g} 的数，或{'、'.join(_first_words(words.statuses))}"
    is_percent = (line.row, line.form.columns["score"]) in line.form.grid.marks.percents
    if number is None or number.value is None or number.unit or is_percent:
        said = f"得分写的是“{percent_text(raw) if is_percent else text_of(raw)[:30]}”"
        return None, "", line.problem("not_a_score", said, allowed, "请改正", "score")
    if not words.least <= number.value <= words.most:
        said = f"得分是 {number_as_written(number.value)}"
        return None, "", line.problem("out_of_range", said, allowed, "请改正", "score")
    return number.value, "", None


def _agree(value: float | None, marked: str, status: str) -> bool:
    said = {marked, status, SCORED if value is not None else ""} - {""}
    return len(said) <= 1 and (status != SCORED or value is not None)


def _first_words(statuses: Mapping[str, str]) -> list[str]:
    """One word a status, the first listed, but for a plain score."""
    first: dict[str, str] = {}
    for word, status in statuses.items():
        first.setdefault(status, word)
    return [word for status, word in first.items() if status != SCORED]


def item_rows(form: Form, names: Names, period: Period) -> Records:
    """One record a series and item: its weight, the department that scores it and the approval."""
    rows, problems = [], []
    for series, column in form.others.items():
        if series not in names.series:
            allowed = f"只有{'、'.join(sorted(names.series))}"
            at = (form.rows[0] - 1 if form.rows else 0, column)
            said = f"有一栏“{series}”，不是考核序列"
            problems.append(form.grid.problem("unknown_series", said, allowed, "请改正", at))
    for line in map(form.line, form.rows):
        item, wrong = looked_up(line, "item", names.items, "unknown_item", "考核内容")
        problems += wrong
        department, wrong = unit_of(line, "department", names)
        problems += wrong
        for series, column in form.others.items():
            read = read_number(form.grid.rows[line.row][column])
            place = (line.row, column)
            if read is None or read.value is None:
                raw = text_of(form.grid.rows[line.row][column])
                allowed = "应为数，不计分的写 0"
                problems.append(form.grid.problem("bad_weight", f"权重写的是“{raw}”", allowed, "请改正", place))
                continue
            rows.append(
                {
                    "county": names.county,
                    "month": str(period),
                    "series": series,
                    "item": item,
                    "weight": read.value,
                    "department": department,
                    "department_name": names.unit_names.get(department, ""),
                    "approval_no": line.text("approval_no"),
                    **place_of(form, place),
                }
            )
    return rows, problems


def event_rows(form: Form, names: Names, period: Period) -> Records:
    """One record a unit and document of the register."""
    words = vocabulary().words
    rows, problems = [], []
    for line in map(form.line, form.rows):
        unit, wrong = unit_of(line, "unit", names)
        kind, strange = looked_up(line, "event", names.kinds, "unknown_kind", "加减分种类")
        role, odd = looked_up(line, "role", words, "bad_choice", "角色")
        subject, off = looked_up(line, "subject", words, "bad_choice", "对象")
        days = {field: line.day(field) for field in ("document_date", "registered")}
        undated = [
            line.problem("no_date", f"日期写的是“{line.text(field)}”", "应写成 2023-03-12", "请改正", field)
            for field, day in days.items()
            if day is None
        ]
        problems += [*wrong, *strange, *odd, *off, *undated]
        texts = {field: line.text(field) for field in ("work", "level", "document", "note")}
        own: dict[str, Any] = {"county": names.county, "unit": unit, "role": role, "kind": kind, "subject": subject}
        rows.append(own | texts | days | source_of(line, "unit"))
    return rows, problems


def exclusion_rows(form: Form, names: Names, period: Period) -> Records:
    """One record a unit barred from rewards (一票否决)."""
    records, problems = listed(form, names, is_ranked=True)
    rows = []
    for line, unit in records:
        document = line.text("document")
        if not document:
            problems.append(line.problem("empty_cell", "没有写文号", "一票否决须有文件", "请补上", "document"))
        own = {"county": names.county, "period": str(period), "unit": unit, "document": document}
        rows.append(own | source_of(line, "unit"))
    return rows, problems


def head_rows(form: Form, names: Names, period: Period) -> Records:
    """One record a unit: how many people take part, and the post of the leader in charge."""
    records, problems = listed(form, names, is_ranked=True)
    rows = []
    for line, unit in records:
        count = line.number("head_count")
        is_whole = count is not None and count >= 0 and float(count).is_integer()
        if not is_whole and not is_blank(line.cell("head_count")):
            said = f"人数写的是“{line.text('head_count')}”"
            problems.append(line.problem("bad_number", said, "应为整数，不清楚的空着", "请改正", "head_count"))
        heads: dict[str, Any] = {"head_count": int(count) if count is not None and is_whole else None}
        own = {"county": names.county, "month": str(period), "unit": unit, "leader_post": line.text("leader_post")}
        rows.append(heads | own | source_of(line, "head_count"))
    return rows, problems


def evaluation_rows(form: Form, names: Names, period: Period) -> Records:
    """One record a unit: the leaders' evaluation of the year; a blank has none."""
    records, problems = listed(form, names, is_ranked=True)
    rows = []
    for line, unit in records:
        if is_blank(line.cell("score")):
            continue
        score, status, wrong = _score(line)
        if status != SCORED and not wrong:
            said = f"综合评定写的是“{line.text('score')}”"
            wrong = [line.problem("not_a_score", said, "应为数", "请改正", "score")]
        problems += wrong
        own = {"county": names.county, "year": str(period.year), "unit": unit, "score": score}
        rows.append(own | source_of(line, "score"))
    return rows, problems


def shortfall_rows(form: Form, names: Names, period: Period) -> Records:
    """One record an annual task that was not finished."""
    records, problems = listed(form, names, is_ranked=True, is_once=False)
    rows = []
    for line, unit in records:
        item, wrong = looked_up(line, "item", names.items, "unknown_item", "考核内容")
        growth, odd = looked_up(line, "is_growth_target", vocabulary().words, "bad_choice", "增长类目标")
        values: dict[str, object] = {}
        for name in ("done", "target", "ruled_ratio"):
            value = line.number(name)
            values[name] = math.nan if value is None else value
            if value is None and not is_blank(line.cell(name)):
                said = f"写的是“{line.text(name)}”"
                odd.append(line.problem("bad_number", said, "应为数，没有的空着", "请改正", name))
        problems += [*wrong, *odd]
        own = {"county": names.county, "year": str(period.year), "unit": unit, "item": item, "task": line.text("task")}
        texts = {"is_growth_target": growth == "yes", "document": line.text("document")}
        rows.append(own | texts | values | source_of(line, "unit"))
    return rows, problems


def department_problems(forms: Iterable[Form], items: pd.DataFrame, names: Names) -> list[Problem]:
    """Score sheets filled in by another department than the one the table of weights names."""
    told = {
        (str(row.source_file).rsplit("/", 1)[0], row.item): (row.department, row.department_name)
        for row in items.itertuples()
    }
    found = []
    for form in forms:
        if form.kind != "scores" or not form.department:
            continue
        key = (form.grid.file.rsplit("/", 1)[0], names.items.get(form.item, ""))
        code, name = told.get(key, ("", ""))
        filled = names.units.get(form.department, "")
        if not filled:
            allowed = hint(form.department, names.units)
            said = f"填报部门“{form.department}”没有登记"
            found.append(form.grid.problem("unknown_unit", said, allowed, "请改正或先登记"))
        elif code and filled != code:
            said = f"填报部门是“{form.department}”，权重表上的责任部门是“{name}”"
            found.append(form.grid.problem("wrong_department", said, "", "请核对"))
    return found
