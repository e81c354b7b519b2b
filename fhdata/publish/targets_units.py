"""Targets by unit: a workbook with a sheet for every unit, and a page with a section for every lead unit."""

from datetime import date

import pandas as pd

from fhdata.publish import targets_lists as lists
from fhdata.publish.report import Report, Section, Source, sources_of
from fhdata.publish.tables import Column, Table

ROLE = Column("role_name", "角色", align="center", width=8)
COUNTS = (
    Column("unit_name", "单位", width=26),
    Column("leads", "牵头（项）", "number", 0, width=10),
    Column("green", "达序时或已完成", "number", 0, width=12),
    Column("amber", "略欠序时", "number", 0, width=10),
    Column("red", "明显落后或已突破", "number", 0, width=12),
    Column("untold", "暂不能判断", "number", 0, width=10),
    Column("supports", "配合（项）", "number", 0, width=10),
)
SHEET = (
    ROLE, lists.CODE, lists.TITLE, lists.UNIT, lists.TARGET, lists.OBSERVED, lists.COMPLETION, lists.GAP, lists.STATE,
    lists.OUTLOOK, lists.LEAD,
)  # fmt: skip
COMPACT = (
    lists.CODE, lists.TITLE, lists.UNIT, lists.TARGET, lists.OBSERVED, lists.GAP, lists.STATE, lists.OUTLOOK,
)  # fmt: skip


def units_book(
    counts: pd.DataFrame, rows: pd.DataFrame, *, title: str, period_label: str, as_of: date, is_example: bool
) -> Report:
    """The workbook's contents: an overview and a sheet a unit with all it leads and supports.

    Args:
        counts: one row a unit (``unit_counts``).
        rows: one row a unit, role and target (``unit_targets``).
        title: with the place's name.
        period_label: the period as an office writes it.
        as_of: the day up to which figures count.
        is_example: whether any figure is made up.
    """
    day = as_of.isoformat()
    by_unit = dict(iter(lists.sourced(rows).groupby("unit_code", sort=False)))
    sections = [
        Section("", table=Table("各单位目标汇总", counts, COUNTS, "项", day)),
        *(
            Section("", table=Table(name, by_unit[code].reset_index(drop=True), SHEET, "", day))
            for code, name in zip(counts["unit_code"], counts["unit_name"], strict=True)
        ),
    ]
    return Report(
        title=title, subtitle="", period_label=period_label, as_of=as_of, is_example=is_example,
        sections=tuple(sections), sources=_sources(rows),
    )  # fmt: skip


def units_page(
    counts: pd.DataFrame, rows: pd.DataFrame, *, title: str, period_label: str, as_of: date, is_example: bool
) -> Report:
    """The page's contents: an overview and a section a lead unit with what it leads; arguments as ``units_book``."""
    day = as_of.isoformat()
    leads = lists.sourced(rows.loc[rows["role"] == "lead"])
    by_unit = dict(iter(leads.groupby("unit_code", sort=False)))
    sections = [
        Section("各单位目标汇总", table=Table("各单位目标汇总", counts, COUNTS, "项", day)),
        *(
            Section(
                str(unit["unit_name"]), (_said(unit),), table=_led(str(unit["unit_name"]), by_unit[unit["unit_code"]])
            )
            for unit in counts.loc[counts["leads"] > 0].to_dict("records")
        ),
    ]
    return Report(
        title=title, subtitle="每个牵头单位一节；配合的目标见同名 Excel 表", period_label=period_label, as_of=as_of,
        is_example=is_example, sections=tuple(sections), sources=_sources(leads),
    )  # fmt: skip


def _led(name: str, rows: pd.DataFrame) -> Table:
    return Table(f"{name}牵头的目标", rows.reset_index(drop=True), COMPACT)


def _said(unit: dict[object, object]) -> str:
    parts = [
        f"{label}{unit[column]}项"
        for column, label in (
            ("green", "达序时或已完成"), ("amber", "略欠序时"), ("red", "明显落后或已突破"), ("untold", "暂不能判断")
        )
        if unit[column]
    ]  # fmt: skip
    support = f"；另配合{unit['supports']}项" if unit["supports"] else ""
    return f"牵头{unit['leads']}项，其中{'，'.join(parts)}{support}。"


def _sources(rows: pd.DataFrame) -> tuple[Source, ...]:
    return sources_of(rows.drop_duplicates("code").sort_values("code"))
