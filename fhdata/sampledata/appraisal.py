"""Draws the example county's appraisal: scores, head counts, evaluation; lays them out as departments hand them in."""

import random
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from fhdata.periods import Period
from fhdata.rounding import half_up
from fhdata.sampledata.appraisal_decided import decided_tables
from fhdata.sampledata.appraisal_forms import Row, sheet
from fhdata.sampledata.appraisal_plan import AppraisalPlan, Item, Unit, read_appraisal_plan
from fhdata.sampledata.drawing import draw
from fhdata.sampledata.forms import Table
from fhdata.sampledata.plan import Plan

LEAST, MOST = 55.0, 100.0
SCORE_HEADINGS = ("单位序号", "单位", "得分", "说明")
EVENT_HEADINGS = ("序号", "单位", "角色", "工作", "种类", "层级", "对象", "文号", "印发日期", "报来日期")
SHORTFALL_HEADINGS = (
    "序号", "单位", "考核内容", "任务", "增长类目标", "完成数", "目标数", "裁定比例", "文号", "说明",
)  # fmt: skip
Books = dict[str, list[Table]]


def write_appraisal(folder: Path, periods: Iterable[Period], seed: int, plan: Plan, rules: Path) -> list[Path]:
    """Write the appraisal's workbooks of the periods to ``folder/<period>/<topic>/<file>.xlsx``.

    A month has one workbook an item and responsible department, the items with their weights and the units, the
    register of bonuses and deductions, the log of approval and the announced ranking; the plan's year has all its
    months, the leaders' evaluation and the unfinished tasks. Quarters and other years have none.

    Args:
        folder: a place's ``data/raw``.
        periods: as ``generator.generate`` takes them.
        seed: same seed, same bytes; a month does not depend on what else is made.
        plan: the county's year and the marks on its sheets.
        rules: the place's rules.

    Returns:
        The files written, in order.
    """
    appraisal = read_appraisal_plan(rules)
    written = []
    for period in periods:
        if period.year != plan.year:
            continue
        whole = period.cadence == "year"
        months = [Period(period.year, "month", one) for one in range(1, 13)] if whole else [period]
        books = {
            f"{month}/{name}": tables
            for month in months
            if month.cadence == "month"
            for name, tables in _month_books(appraisal, plan, month, seed, rules).items()
        }
        books |= {
            f"{period}/{name}": tables for name, tables in _year_books(appraisal, plan, period, seed).items() if whole
        }
        for name, tables in books.items():
            draw(folder / name, tables)
            written.append(folder / name)
    return written


def _month_books(plan: AppraisalPlan, county: Plan, month: Period, seed: int, rules: Path) -> Books:
    topic, office = plan.settings["monthly_topic"], plan.settings["office"]
    last = max(_released(plan, month, item, seed) for item in plan.items)
    books = {f"{topic}/考核内容.xlsx": [_items_sheet(plan, county, month), _heads_sheet(plan, county, month, seed)]}
    for row in plan.weights_of(month.month):
        item = plan.items[row["item"]]
        day = _released(plan, month, item.item, seed)
        books[f"{topic}/{item.name}.xlsx"] = [_scores_sheet(plan, county, month, item, seed=seed, released=day)]
    for change in plan.settings["corrections"]:
        if change["month"] == month.month:
            item = plan.items[change["item"]]
            day = date.fromisoformat(change["released"])
            books[f"{topic}/{item.name}（更正）.xlsx"] = [
                _scores_sheet(plan, county, month, item, seed=seed, released=day)
            ]
    told = [*_events_sheet(plan, county, month, last), *_exclusions_sheet(plan, county, month, last, office)]
    first = {
        (unit.code, row["item"]): score(plan, unit, plan.items[row["item"]], month.month, seed)
        for row in plan.weights_of(month.month)
        for unit in plan.units
    }
    log, published = decided_tables(plan, county, month, first, rules)
    books |= {f"{topic}/征求意见和审定.xlsx": log, f"{topic}/名次公布.xlsx": published}
    return books | ({f"{topic}/加减分登记.xlsx": told} if told else {})


def _released(plan: AppraisalPlan, month: Period, item: str, seed: int) -> date:
    days = plan.settings["released_days"]
    return month.end + timedelta(days=random.Random(f"{seed}:{item}:{month}:day").choice(days))


def score(plan: AppraisalPlan, unit: Unit, item: Item, month: int, seed: int) -> float | None:
    """A unit's score on an item in a month, None where the item does not concern it.

    mean of the item + the unit's ability + how the item suits it + what the month brings + its moods, 55 to 100.
    """
    if random.Random(f"{seed}:{unit.code}:{item.item}:concern").random() >= item.shares[unit.annual_series]:
        return None
    ability = random.Random(f"{seed}:{unit.code}").gauss(0, 2.2)
    suits = random.Random(f"{seed}:{unit.code}:{item.item}").gauss(0, item.spread * 0.6)
    brings = random.Random(f"{seed}:{unit.code}:{item.item}:{month}").gauss(0, item.spread * 0.5)
    moods = sum(float(row["shift"]) for row in plan.tempers if _moves(row, unit, item, month))
    drawn = item.mean + ability + suits + brings + moods
    return float(half_up(min(MOST, max(LEAST, drawn)), item.decimals))


def _moves(row: dict[str, str], unit: Unit, item: Item, month: int) -> bool:
    is_then = int(row["from_month"]) <= month <= int(row["to_month"])
    return is_then and row["unit"] == unit.code and row["item"] in {"", item.item}


def _scores_sheet(plan: AppraisalPlan, county: Plan, month: Period, item: Item, *, seed: int, released: date) -> Table:
    changes = {
        one["unit"]: one
        for one in plan.settings["corrections"]
        if one["month"] == month.month and one["item"] == item.item and one["released"] == released.isoformat()
    }
    rows = []
    for number, unit in enumerate(plan.units, 1):
        drawn = score(plan, unit, item, month.month, seed)
        change = changes.get(unit.code)
        if drawn is not None and change:
            drawn = float(half_up(min(MOST, drawn + change["shift"]), item.decimals))
        shown = plan.settings["not_concerned"] if drawn is None else drawn
        note = change["note"] if change else None
        rows.append(Row((float(number), unit.name, shown, note), item.decimals))
    about = (f"考核内容：{item.name}", f"填报部门：{item.department}")
    title = _title(plan, "scores", month)
    return sheet(
        "得分表",
        title,
        about,
        SCORE_HEADINGS,
        rows=rows,
        marks=county.marks,
        released=released,
        widths=(10.0, 34.0, 12.0, 34.0),
    )


def _items_sheet(plan: AppraisalPlan, county: Plan, month: Period) -> Table:
    headings = ("序号", "考核内容", "责任部门", *plan.series, "批准文号")
    rows = []
    for number, row in enumerate(plan.weights_of(month.month), 1):
        item = plan.items[row["item"]]
        weights = tuple(float(row[one]) for one in plan.series)
        rows.append(Row((float(number), item.name, item.department, *weights, row["approval_no"])))
    about = (f"填报部门：{plan.settings['office']}", "权重合计：100")
    day = date(month.year, month.month, 5)
    widths = (8.0, 34.0, 22.0, *([14.0] * len(plan.series)), 22.0)
    return sheet(
        "考核内容",
        _title(plan, "items", month),
        about,
        headings,
        rows=rows,
        marks=county.marks,
        released=day,
        widths=widths,
    )


def _heads_sheet(plan: AppraisalPlan, county: Plan, month: Period, seed: int) -> Table:
    rows = []
    for number, unit in enumerate(plan.units, 1):
        stream = random.Random(f"{seed}:{unit.code}:heads")
        heads = float(stream.randint(*plan.settings["heads"][unit.annual_series]))
        post = stream.choice(plan.settings["posts"][unit.annual_series])
        rows.append(Row((float(number), unit.name, unit.annual_series, heads, post)))
    about = (f"填报部门：{plan.settings['office']}", "人数为示例数据，分管领导只写职务")
    headings = ("单位序号", "单位", "备注", "人数", "分管领导职务")
    day = date(month.year, month.month, 5)
    widths = (10.0, 34.0, 14.0, 10.0, 30.0)
    return sheet(
        "被考核单位",
        _title(plan, "heads", month),
        about,
        headings,
        rows=rows,
        marks=county.marks,
        released=day,
        widths=widths,
    )


def _events_sheet(plan: AppraisalPlan, county: Plan, month: Period, released: date) -> list[Table]:
    listed = [row for row in plan.events if int(row["month"]) == month.month]
    fields = ("role", "work", "event", "level", "subject", "document", "document_date", "registered")
    rows = [
        Row((float(number), plan.unit_names[row["unit"]], *(row[field] or None for field in fields)))
        for number, row in enumerate(listed, 1)
    ]
    about = (f"填报部门：{plan.settings['office']}", "每份文件每个单位一行")
    widths = (8.0, 26.0, 10.0, 34.0, 22.0, 12.0, 14.0, 28.0, 13.0, 13.0)
    title = _title(plan, "events", month)
    return (
        [
            sheet(
                "加减分登记",
                title,
                about,
                EVENT_HEADINGS,
                rows=rows,
                marks=county.marks,
                released=released,
                widths=widths,
            )
        ]
        if rows
        else []
    )


def _exclusions_sheet(plan: AppraisalPlan, county: Plan, month: Period, released: date, office: str) -> list[Table]:
    listed = [one for one in plan.settings["exclusions"] if one["month"] == month.month]
    rows = [
        Row((float(number), plan.unit_names[one["unit"]], one["document"], None))
        for number, one in enumerate(listed, 1)
    ]
    headings, about = ("序号", "单位", "文号", "事由"), (f"填报部门：{office}", "")
    title = _title(plan, "exclusions", month)
    widths = (8.0, 34.0, 28.0, 28.0)
    return (
        [sheet("一票否决", title, about, headings, rows=rows, marks=county.marks, released=released, widths=widths)]
        if rows
        else []
    )


def _year_books(plan: AppraisalPlan, county: Plan, year: Period, seed: int) -> Books:
    settings = plan.settings["evaluation"]
    released = date.fromisoformat(settings["released"])
    rows = []
    for number, unit in enumerate(plan.units, 1):
        drawn = random.Random(f"{seed}:{unit.code}:leaders").uniform(settings["least"], settings["most"])
        rows.append(Row((float(number), unit.name, float(half_up(drawn, 1)), None), 1))
    about = (f"填报部门：{plan.settings['office']}", "")
    title = _title(plan, "evaluation", year)
    evaluation = sheet(
        "综合评定",
        title,
        about,
        SCORE_HEADINGS,
        rows=rows,
        marks=county.marks,
        released=released,
        widths=(10.0, 34.0, 12.0, 30.0),
    )
    tasks = [
        Row(
            (
                float(number), plan.unit_names[one["unit"]], plan.items[one["item"]].name, one["task"],
                "是" if one["growth"] else "否", one.get("done"), one.get("target"), one.get("ruled"),
                one.get("document"), one["note"],
            ),
            1,
        )
        for number, one in enumerate(plan.settings["shortfalls"], 1)
    ]  # fmt: skip
    widths = (8.0, 30.0, 22.0, 28.0, 12.0, 10.0, 10.0, 10.0, 24.0, 28.0)
    title = _title(plan, "shortfalls", year)
    unfinished = sheet(
        "未完成任务", title, about, SHORTFALL_HEADINGS, rows=tasks, marks=county.marks, released=released, widths=widths
    )
    topic = plan.settings["annual_topic"]
    return {f"{topic}/领导综合评定.xlsx": [evaluation], f"{topic}/未完成任务.xlsx": [unfinished]}


def _title(plan: AppraisalPlan, kind: str, period: Period) -> str:
    return str(plan.settings["titles"][kind]).replace("{period}", period.label)
