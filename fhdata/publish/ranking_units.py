"""One sheet a unit: what made its total and its place, how far it is from the cuts, how firm the place is."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from fhdata.periods import parse_period
from fhdata.publish.ranking_report import Words
from fhdata.publish.report import Report, Section
from fhdata.publish.tables import Column, Table, cell_text, is_missing

NUMBER, SIGNED, YUAN = Column("", "", "number", 2), Column("", "", "signed", 2), Column("", "", "signed", 0)


@dataclass(frozen=True)
class UnitTables:
    """The finished tables the sheets are cut from, each with ``unit``.

    Attributes:
        rows: what stands on the sheet's table: items of a month (OWN_SHEET) or months of a year (OWN_YEAR).
        ranked: the ranking, in the order of the sheets.
        register: bonuses and deductions.
        distance: how far from the cuts.
        firm: how firm the place is.
        execution: what follows; no row while the ranking is a draft.
        history: period, rank of the months so far.
    """

    rows: pd.DataFrame
    ranked: pd.DataFrame
    register: pd.DataFrame
    distance: pd.DataFrame
    firm: pd.DataFrame
    execution: pd.DataFrame
    history: pd.DataFrame


def units_book(tables: UnitTables, told: tuple[Column, ...], words: Words) -> Report:
    """The workbook: a sheet a unit, the sentences below its table."""
    return _report(tables, told, words, is_page=False)


def units_page(tables: UnitTables, told: tuple[Column, ...], words: Words) -> Report:
    """The page: a section a unit, the sentences above its table; printed, each stands on a sheet of its own."""
    return _report(tables, told, words, is_page=True)


def _report(tables: UnitTables, told: tuple[Column, ...], words: Words, *, is_page: bool) -> Report:
    cut = {
        name: _by_unit(getattr(tables, name))
        for name in ("rows", "register", "distance", "firm", "execution", "history")
    }
    sections = []
    for row in tables.ranked.to_dict("records"):
        unit, name = row["unit"], str(row["unit_name"])
        own = {key: rows.get(unit, []) for key, rows in cut.items()}
        lines = _lines(row, own, words)
        frame = tables.rows[tables.rows["unit"] == unit].reset_index(drop=True)
        day = words.as_of.isoformat()
        if is_page:
            sections.append(Section(name, lines, table=Table("得分", frame, told, "分", day)))
        else:
            sections.append(Section("", table=Table(name, frame, told, "分", day, lines)))
    return Report(
        title=f"{words.heading}：各单位情况",
        subtitle="一个单位一张",
        period_label=words.period_label,
        as_of=words.as_of,
        is_example=words.is_example,
        sections=tuple(sections),
        notes=words.notes,
        is_paged=is_page,
    )


def _by_unit(frame: pd.DataFrame) -> dict[object, list[dict[Hashable, Any]]]:
    found: dict[object, list[dict[Hashable, Any]]] = {}
    for record in frame.to_dict("records"):
        found.setdefault(record["unit"], []).append(record)
    return found


def _lines(row: Mapping[Hashable, Any], own: Mapping[str, list[dict[Hashable, Any]]], words: Words) -> tuple[str, ...]:
    """The unit's place and total, what moved it, what follows, how far and how firm; empty ones are left out."""
    lines = [
        _place(row, words),
        _sum(row),
        *(_event(one) for one in own["register"]),
        *(_consequence(one) for one in own["execution"]),
        *(_distance(one) for one in own["distance"]),
        *(_firmness(one) for one in own["firm"]),
        _history(own["history"]),
    ]
    return tuple(line for line in lines if line)


def _place(row: Mapping[Hashable, Any], words: Words) -> str:
    previous = row.get("previous_rank", pd.NA)
    before = "" if is_missing(previous) else f"，上月第{previous}名"
    mark = f"（{row['mark']}）" if row["mark"] else ""
    return f"{words.period_label}　{row['series']}第{row['rank']}名（共{row['units_in_series']}个）{mark}{before}。"


def _sum(row: Mapping[Hashable, Any]) -> str:
    """Total = parts, with the year's own parts where it has them."""
    parts = [("加减分前" if "shortfall" not in row else "折算得分", "base"), ("未完成任务", "shortfall")]
    parts += [("加分", "bonus"), ("减分", "deduction")]
    shown = [f"{label}{cell_text(NUMBER, row[name])}" for label, name in parts if name in row]
    quarters = [
        f"{name}季度{cell_text(NUMBER, row[f'q{number}'])}"
        for number, name in enumerate("一二三四", start=1)
        if f"q{number}" in row
    ]
    leaders = f"，领导评定{cell_text(NUMBER, row['leaders'])}" if "leaders" in row else ""
    of_year = f"{'、'.join(quarters)}{leaders}；" if quarters else ""
    return f"{of_year}总分{cell_text(NUMBER, row['total'])} = {' + '.join(shown)}。"


def _event(one: Mapping[Hashable, Any]) -> str:
    note = f"，{one['note']}" if one["note"] else ""
    counted = cell_text(SIGNED, one["counted"])
    return f"{one['name']}（{one['level']}）{counted}分：{one['work']}，{one['document']}，{one['role_name']}{note}。"


def _consequence(one: Mapping[Hashable, Any]) -> str:
    amount = one["amount_yuan"]
    money = "" if is_missing(amount) else f"{cell_text(YUAN, amount)}元"
    note = f"（{one['note']}）" if one["note"] else ""
    return f"奖惩：{one['label']}{money}{note}，依据{one['rule_source']}。"


def _distance(far: Mapping[Hashable, Any]) -> str:
    """Only what applies: who is among the first is not told how far it is from there."""
    told = (
        ("to_top", "距前三名还差{}分"),
        ("lead", "高出前三名线{}分"),
        ("to_safety", "离开后三位还差{}分"),
        ("margin", "高出后三位线{}分"),
    )
    parts = [
        words.format(cell_text(NUMBER, far[name]))
        for name, words in told
        if not is_missing(far[name]) and far[name] > 0
    ]
    return f"{'，'.join(parts)}。" if parts else ""


def _firmness(one: Mapping[Hashable, Any]) -> str:
    return (
        f"名次稳不稳：权重浮动后第{one['interval']}名，少一项内容时第{one['range_without']}名，"
        f"换一种读法时第{one['range_reading']}名。"
    )


def _history(months: list[dict[Hashable, Any]]) -> str:
    told = "，".join(f"{parse_period(str(one['period'])).month}月第{one['rank']}名" for one in months)
    return f"各月名次：{told}。" if len(months) > 1 else ""
