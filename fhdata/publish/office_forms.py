"""The blank score sheets and progress sheets, as forms: what stands on them, and what may be entered."""

from collections.abc import Sequence
from dataclasses import dataclass

from fhdata.publish.entries import Entry, choice, number, text, whole
from fhdata.publish.submission import Cell, Column, Form, Page

_SECTION_NUMBERS = "一二三四五六七八九十"


def score_form(
    title: str,
    item: str,
    department: str,
    *,
    units: Sequence[str],
    statuses: Sequence[str],
    least: float,
    most: float,
) -> Form:
    """The score sheet of one item and department: one row a unit, to be given a score or a status.

    Args:
        title: names the place and the month and says that it is a 月考核得分表.
        item: the item to be scored.
        department: who scores it.
        units: the units, in the order in which they are numbered.
        statuses: the words the status may be; the last is that of a unit the item does not concern.
        least: lowest score.
        most: highest score.
    """
    columns = (
        Column("单位序号", 10),
        Column("单位", 34),
        Column("得分", 12, number(least, most, shown="0.0###")),
        Column("状态", 12, choice(statuses)),
        Column("说明", 36, text()),
    )
    rows: list[tuple[Cell, ...]] = [(place, unit, None, None, None) for place, unit in enumerate(units, start=1)]
    notes = (
        f"填表说明：得分填 {least:g} 至 {most:g} 的数；不考核的单位，得分空着，状态选“{statuses[-1]}”。",
        "　　　　　得分和状态都空着的，算没有报来，不取平均分，也不能定稿。",
    )
    about = (f"考核内容：{item}", f"填报部门：{department}")
    return Form(f"{department}_{item}", (Page("得分表", title, columns, tuple(rows), about, notes),))


@dataclass(frozen=True)
class Task:
    """One counted task, rate or milestone to be reported: the section it stands under, its name, unit and limits."""

    section: str
    name: str
    unit: str
    is_milestone: bool = False
    is_counted: bool = False
    least: float | None = None
    most: float | None = None


def progress_form(title: str, publisher: str, heading: str, tasks: Sequence[Task]) -> Form:
    """The progress sheet of one unit: one row a task under its section, to be given the figure since January.

    Args:
        title: names the place and the month.
        publisher: the unit that reports.
        heading: what stands over the figures; names the period and that they are cumulative.
        tasks: in the order of their sections.
    """
    columns = (
        Column("序号", 6),
        Column("项目名称", 46),
        Column("计量单位", 10),
        Column(heading, 20, number(0)),
        Column("说明", 30, text()),
    )
    rows: list[tuple[Cell, ...]] = []
    for place, section in enumerate(dict.fromkeys(task.section for task in tasks)):
        rows.append(("", f"{_SECTION_NUMBERS[place]}、{section}", "", "", ""))
        own = [task for task in tasks if task.section == section]
        rows += [(at, task.name, task.unit, _entry(task), None) for at, task in enumerate(own, start=1)]
    notes = (
        "填表说明：填从年初到本期末的累计数；开工、完工、出台等节点，完成的填 1，未完成的填 0。",
        "　　　　　没有发生的填 0；还没有数的填“未统计”，本期没有这项工作的填“不适用”，不要空着。",
        "　　　　　已经完成的节点，请在说明里写明完成日期和文件文号。",
    )
    return Form(
        f"{publisher}_工作进度表", (Page("工作进度", title, columns, tuple(rows), (f"填报单位：{publisher}",), notes),)
    )


def _entry(task: Task) -> Entry:
    if task.is_milestone:
        return whole(0, 1, message="完成的填 1，未完成的填 0")
    if task.is_counted:
        return whole(0)
    return number(task.least, task.most)
