"""Lays the example county's assistance sheets out: counts, rosters, money; a month at a time, as the office does."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from fhdata.periods import Period
from fhdata.rounding import half_up
from fhdata.sampledata.appraisal_forms import Row, sheet
from fhdata.sampledata.assistance_roster import AssistancePlan, Family, read_assistance_plan
from fhdata.sampledata.drawing import draw
from fhdata.sampledata.forms import Table
from fhdata.sampledata.plan import Plan

TOTAL = "合计"
MEANS = 2
HEAD, OTHER = "户主", "家庭成员"
Books = dict[str, list[Table]]


@dataclass(frozen=True)
class Layout:
    """How one kind of sheet looks: its tab, headings and their widths, and the setting that names who hands it in."""

    tab: str
    columns: dict[str, float]
    office: str = "office"


SHARE_WIDTH = 10.0
PLACE, TOWNSHIP = {"序号": 6.0}, {"序号": 6.0, "乡镇": 14.0}
LAYOUTS = {
    "headcounts": Layout("人数表", TOWNSHIP | {
        "类别": 34.0, "户数（户）": 10.0, "人数（人）": 10.0, "补差（或基本生活费）合计（元）": 18.0,
        "人均补差（元/月）": 14.0, "分类施保合计（元）": 14.0,
    }),
    "households": Layout("家庭名册", TOWNSHIP | {
        "类别": 12.0, "户编号": 10.0, "姓名": 14.0, "身份证号": 24.0, "与户主关系": 12.0, "家庭人口（人）": 10.0,
        "家庭月收入（元）": 14.0,
    }),
    "members": Layout("分类施保名册", TOWNSHIP | {"类别": 12.0, "姓名": 14.0, "身份证号": 24.0, "施保对象": 20.0}),
    "amounts": Layout("分类施保标准", PLACE | {"施保对象": 24.0, "标准（元/人·月）": 18.0, "依据": 24.0}),
    "funds": Layout(
        "到位资金", PLACE | {"资金来源": 14.0, "文号": 26.0, "到位日期": 14.0, "金额（万元）": 14.0}, "finance"
    ),
    "shares": Layout("分担比例", PLACE | {"类别": 34.0}, "finance"),
    "payments": Layout("发放情况", PLACE | {"月份": 12.0, "执行标准": 14.0, "发放日期": 14.0, "说明": 30.0}),
    "last_year": Layout("人均补差", TOWNSHIP | {
        "类别": 34.0, "月均人数（人）": 12.0, "人均补差（元/月）": 16.0, "月数": 8.0, "全年支出（万元）": 16.0,
    }),
}  # fmt: skip


def write_assistance(folder: Path, periods: Iterable[Period], seed: int, county: Plan, rules: Path) -> list[Path]:
    """Write the assistance workbooks of the periods to ``folder/<period>/<topic>/<file>.xlsx``.

    A month has the table of persons, the rosters, and what money came in and was paid out; the year before has last
    year's mean supplements; the plan's year has all its months. Quarters have none.

    Args:
        folder: a place's ``data/raw``.
        periods: as ``generator.generate`` takes them.
        seed: same seed, same bytes; a month does not depend on what else is made.
        county: the county's year and the marks on its sheets.
        rules: the place's rules.

    Returns:
        The files written, in order.
    """
    plan = read_assistance_plan(rules, county.year, seed)
    written = []
    for period in periods:
        whole = period == Period(county.year, "year", 1)
        parts = [Period(county.year, "month", one) for one in range(1, 13)] if whole else [period]
        for part in parts:
            for name, tables in _books(plan, county, part).items():
                path = folder / str(part) / plan.settings["topic"] / name
                draw(path, tables)
                written.append(path)
    return written


def _books(plan: AssistancePlan, county: Plan, period: Period) -> Books:
    if period == Period(county.year - 1, "year", 1):
        return {"人均补差.xlsx": [_last_year(plan, county, period)]}
    if period.year != county.year or period.cadence != "month":
        return {}
    return {
        "人数表.xlsx": [_headcounts(plan, county, period)],
        "低保名册.xlsx": [_households(plan, county, period), _members(plan, county, period)],
        "资金.xlsx": [
            _funds(plan, county, period),
            _shares(plan, county, period),
            _amounts(plan, county, period),
            _payments(plan, county, period),
        ],
    }


def _headcounts(plan: AssistancePlan, county: Plan, month: Period) -> Table:
    """One row a township and category, then one total row a category whose mean is weighted by persons."""
    rows = [line for town in plan.townships for line in _town_rows(plan, town, month.month)]
    totals = []
    for category in plan.titles:
        own = [row for row in rows if row[1] == plan.titles[category]]
        if own:
            sums = [sum(row[at] for row in own) for at in (2, 3, 4, 6)]
            totals.append((TOTAL, plan.titles[category], *sums[:3], _mean(sums[2], sums[1]), sums[3]))
    numbered = [_figures(place, line, (0, 0, 0, 2, MEANS, 2)) for place, line in enumerate([*rows, *totals], 1)]
    return _sheet(plan, county, month, "headcounts", numbered)


def _town_rows(plan: AssistancePlan, township: str, month: int) -> list[tuple[Any, ...]]:
    paid = plan.old_yuan if month <= plan.settings["old_until"] else plan.new_yuan
    amounts = {one["group"]: int(one["amount"]) for one in plan.settings["groups"]}
    rows: list[tuple[Any, ...]] = []
    for category, title in plan.titles.items():
        own = [
            one for one in plan.families if (one.township, one.category) == (township, category) and one.is_paid(month)
        ]
        persons = plan.full.get((township, category), 0)
        if own:
            persons = sum(one.size for one in own)
            supplement = sum(paid[category] * one.size - one.income_yuan for one in own)
            best = [max(amounts[group] for group in groups) for one in own for groups in one.groups if groups]
            rows.append((township, title, len(own), persons, supplement, _mean(supplement, persons), sum(best)))
        elif persons:
            each = paid[category]
            rows.append((township, title, persons, persons, each * persons, float(each), 0))
    return rows


def _mean(total: float, persons: int) -> float:
    return float(half_up(total / persons, MEANS))


def _households(plan: AssistancePlan, county: Plan, month: Period) -> Table:
    """One row a member; family size and income stand in the head's row."""
    rows: list[Row] = []
    for one in _listed(plan, month.month):
        for member in range(one.size):
            is_head = member == 0
            facts = (float(one.size), float(one.income_yuan)) if is_head else (None, None)
            who = (one.name(member), one.id_number(member), HEAD if is_head else OTHER)
            lead = (float(len(rows) + 1), one.township, plan.titles[one.category], f"H{one.number:03d}")
            rows.append(Row((*lead, *who, *facts), (0,) * 7 + (0, 2)))
    return _sheet(plan, county, month, "households", rows)


def _listed(plan: AssistancePlan, month: int) -> list[Family]:
    place = {name: number for number, name in enumerate(plan.townships)}
    return sorted(
        (one for one in plan.families if one.is_listed(month)), key=lambda one: (place[one.township], one.number)
    )


def _members(plan: AssistancePlan, county: Plan, month: Period) -> Table:
    rows: list[Row] = []
    for one in _listed(plan, month.month):
        for member, groups in enumerate(one.groups):
            for group in groups:
                lead = (float(len(rows) + 1), one.township, plan.titles[one.category])
                rows.append(Row((*lead, one.name(member), one.id_number(member), group)))
    return _sheet(plan, county, month, "members", rows)


def _amounts(plan: AssistancePlan, county: Plan, month: Period) -> Table:
    rows = [
        Row((float(place), one["group"], one["amount"], "示例"), 2)
        for place, one in enumerate(plan.settings["groups"], 1)
    ]
    return _sheet(plan, county, month, "amounts", rows)


def _funds(plan: AssistancePlan, county: Plan, month: Period) -> Table:
    come = [one for one in plan.settings["funds"] if date.fromisoformat(one["received"]) <= month.end]
    rows = [
        Row((float(place), one["payer"], one["document"], one["received"], one["wan_yuan"]), 2)
        for place, one in enumerate(come, 1)
    ]
    return _sheet(plan, county, month, "funds", rows)


def _shares(plan: AssistancePlan, county: Plan, month: Period) -> Table:
    shares = plan.settings["shares"]
    rows = [
        Row((float(place), title, *shares.values(), "示例，须核实"))
        for place, title in enumerate(plan.titles.values(), 1)
    ]
    own = dict.fromkeys(shares, SHARE_WIDTH) | {"依据": 20.0}
    return _sheet(plan, county, month, "shares", rows, **own)


def _payments(plan: AssistancePlan, county: Plan, month: Period) -> Table:
    until, changed = plan.settings["old_until"], plan.settings["first_new_paid"]
    rows = []
    for number in range(1, month.month + 1):
        of = Period(month.year, "month", number)
        day = changed if number == until + 1 else of.end.replace(day=26).isoformat()
        word = "旧标准" if number <= until else "新标准"
        rows.append(Row((float(number), str(of), word, day, None)))
    return _sheet(plan, county, month, "payments", rows)


def _last_year(plan: AssistancePlan, county: Plan, year: Period) -> Table:
    """Last year's mean persons, mean supplement and spending: January's families at the old standard."""
    rows: list[Row] = []
    for town in plan.townships:
        for _, title, _, persons, supplement, _, _ in _town_rows(plan, town, 1):
            mean = _mean(supplement, persons)
            spent = float(half_up(persons * mean * 12 / 10_000, 2))
            lead = (float(len(rows) + 1), town, title)
            rows.append(Row((*lead, float(persons), mean, 12.0, spent), (0, 0, 0, 0, MEANS, 0, 2)))
    return _sheet(plan, county, year, "last_year", rows)


def _figures(place: int, line: tuple[Any, ...], decimals: tuple[int, ...]) -> Row:
    """A numbered row: whole numbers become figures too, each column with its own decimals."""
    cells = [float(one) if isinstance(one, int) else one for one in line]
    return Row((float(place), *cells), (0, *decimals, decimals[-1]))


def _sheet(plan: AssistancePlan, county: Plan, period: Period, kind: str, rows: list[Row], **own: float) -> Table:
    """A sheet of one kind, with columns of its own behind the layout's; handed in a few days into the next month."""
    layout = LAYOUTS[kind]
    columns = layout.columns | own
    released = period.end + timedelta(days=plan.settings["released_day"])
    return sheet(
        layout.tab,
        str(plan.settings["titles"][kind]).replace("{period}", period.label),
        (f"填报单位：{plan.settings[layout.office]}", ""),
        tuple(columns),
        rows=rows,
        marks=county.marks,
        released=released,
        widths=tuple(columns.values()),
    )
