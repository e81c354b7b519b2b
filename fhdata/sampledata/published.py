"""Lays out figures that really were published, each with the address it was read from; nothing here is drawn."""

from fhdata.periods import Period
from fhdata.sampledata.entries import Content
from fhdata.sampledata.forms import HEADER_ROW, Cell, Table, numbered
from fhdata.sampledata.plan import Plan, Sheet

PUBLISHED = "published"
HEADINGS = ("指标名称", "计量单位", "绝对值", "增速（%）")
SOURCE = "数据来源"


def published_years(plan: Plan) -> frozenset[int]:
    """Years the plan holds published figures of."""
    return frozenset(int(row["year"]) for row in plan.published)


def lay_out_published(sheet: Sheet, plan: Plan, period: Period) -> Table:
    """One row a published figure, as printed: level, growth, and where it was read.

    Args:
        sheet: the form; its notes say where the publication contradicts itself.
        plan: the figures.
        period: the year.
    """
    rows = [row for row in plan.published if int(row["year"]) == period.year]
    width = len(HEADINGS) + 1
    over = f"{period.year}年"
    cells = [
        Cell(0, 0, sheet.title.replace("{period}", period.label), "title", 1, width),
        Cell(1, 0, f"填报单位：{sheet.reporter}", "left", 1, width),
        *(Cell(HEADER_ROW, number, HEADINGS[number], "header", 2) for number in (0, 1)),
        Cell(HEADER_ROW, 2, over, "header", 1, 2),
        *(Cell(HEADER_ROW + 1, number, HEADINGS[number], "header") for number in (HEADER_ROW, HEADER_ROW + 1)),
        Cell(HEADER_ROW, 4, SOURCE, "header", 2),
    ]
    for at, row in enumerate(rows, HEADER_ROW + 2):
        decimals = _decimals(row["value"])
        cells += [
            Cell(at, 0, row["name"], "label"),
            Cell(at, 1, row["unit"], "unit"),
            Cell(at, 2, _number(row["value"]), "figure", decimals=decimals),
            Cell(at, 3, _number(row["growth"]), "figure", decimals=_decimals(row["growth"])),
            Cell(at, 4, row["source"], "text"),
        ]
    lines = [*numbered(list(sheet.notes)), f"{plan.marks['published']}　　报出日期：{rows[0]['released']}"]
    at = HEADER_ROW + 2 + len(rows)
    cells += [Cell(at + number, 0, line, "foot", 1, width) for number, line in enumerate(lines)]
    return Table(sheet.tab, tuple(cells), (28.0, 10.0, 12.0, 12.0, 64.0), (HEADER_ROW, HEADER_ROW + 1))


def _number(text: str) -> Content:
    return float(text) if text else None


def _decimals(text: str) -> int:
    return len(text.partition(".")[2])
