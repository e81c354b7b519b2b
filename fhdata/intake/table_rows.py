"""The rows of a table below its header: which hold data, what their labels say, where the table ends."""

from dataclasses import dataclass, field

from fhdata.intake.grids import Grid, address, is_blank, text_of
from fhdata.intake.layouts import Layout
from fhdata.intake.numbers import read_number
from fhdata.intake.period_text import read_period_line
from fhdata.intake.wording import fold, split_unit
from fhdata.periods import Period

_TWO_READINGS = "年份和月份写得两可，请写成 2016.10 或 2016年10月"
_PERIOD_ALLOWED = "应为期间，如 2023年3月"


@dataclass(frozen=True)
class Rows:
    """Data rows: grid rows, one fact of each kind a row, and what was not understood.

    ``unread`` are rows outside the table or with an unclear label; ``strange`` tells why they are another family's;
    ``below`` are the rows after the table's end where something else stands.
    """

    places: list[int] = field(default_factory=list)
    facts: dict[str, list[str]] = field(default_factory=dict)
    unread: list[int] = field(default_factory=list)
    refusals: list[tuple[int, int, str, str]] = field(default_factory=list)
    strange: tuple[str, ...] = ()
    below: range = range(0)


def read_rows(
    grid: Grid, layout: Layout, start: int, labels: dict[str, int], columns: list[int], *, context: Period | None
) -> Rows:
    """Read the rows from ``start`` to the table's end.

    Args:
        grid: the sheet.
        layout: the family.
        start: first row below the header.
        labels: label columns by role.
        columns: data columns.
        context: the period of title or folder.
    """
    places, stop = _extent(grid, layout, start, min(labels.values()), columns)
    texts = {role: _label_texts(grid, layout, role, column, places) for role, column in labels.items()}
    facts = {name: [""] * len(places) for name in ("area", "period", "span", "measure", "unit", "series")}
    if "series" in texts:
        units = {text: split_unit(text)[1] for text in set(texts["series"])}
        facts |= {"series": texts["series"], "unit": [units[text] for text in texts["series"]]}
    if "unit" in texts:
        facts["unit"] = [fold(own) or told for own, told in zip(texts["unit"], facts["unit"], strict=True)]
    facts["area"] = texts.get("area", facts["area"])
    names = [role for role in texts if role not in ("unit", "period")]
    lines = zip(*(texts[role] for role in names), strict=True) if names else [()] * len(places)
    facts["label"] = texts[names[0]] if len(names) == 1 else [" ".join(filter(None, line)) for line in lines]
    refusals = [
        (row, min(labels.values()), "", "这一行有数而没有名称")
        for i, row in enumerate(places)
        if names and not facts["label"][i]
    ]
    if "period" in labels:
        told, unclear = _period_facts(grid, places, labels["period"], context)
        if len(unclear) * 2 > len(places):
            return Rows(strange=tuple(f"{address(r, c)} 写的是“{text[:20]}”，{why}" for r, c, text, why in unclear[:3]))
        facts |= told
        refusals += unclear
    wrong = {row for row, *_ in refusals}
    good = [i for i, row in enumerate(places) if row not in wrong]
    below = _below(grid, layout, stop)
    return Rows(
        places=[places[i] for i in good],
        facts={name: [values[i] for i in good] for name, values in facts.items()},
        unread=sorted({*wrong, *below}),
        refusals=refusals,
        below=range(stop, len(grid.rows)) if below else range(0),
    )


def _extent(grid: Grid, layout: Layout, start: int, first: int, columns: list[int]) -> tuple[list[int], int]:
    """Data rows and the row where the table ends: at a footer or after so many blank rows."""
    kept: list[int] = []
    blank = 0
    marked = {row for row, column in [*grid.marks.errors, *grid.marks.uncached] if column in set(columns)}
    for index in range(start, len(grid.rows)):
        row = grid.rows[index]
        if type(row[columns[0]]) is float:  # a number can stand neither in a note nor in a blank row
            blank = 0
            kept.append(index)
            continue
        leads = [fold(cell) for cell in row[: first + 1] if isinstance(cell, str)]  # 序号 may stand before the label
        words = leads[-1] if leads and isinstance(row[first], str) else ""
        if any(layout.footer.search(lead) for lead in leads if lead):
            return kept, index
        if words and _is_another_header(grid, layout, index, first):
            return _without_titles(grid, kept, columns), index
        if not any(leads) and index not in marked and all(is_blank(cell) for cell in row):
            blank += 1
            if layout.blank_rows and blank >= layout.blank_rows:
                return kept, index
            continue
        blank = 0
        has_data = index in marked or any(not is_blank(row[column]) for column in columns)
        if has_data or not any(layout.section.search(lead) for lead in leads if lead):
            kept.append(index)
    return kept, len(grid.rows)


def _is_another_header(grid: Grid, layout: Layout, index: int, first: int) -> bool:
    """The header of a second table: its first cell again, and nothing but words beside it."""
    row = grid.rows[index]
    beside = [cell for cell in row[first + 1 :] if not is_blank(cell)]
    is_corner = bool(layout.header[0].corner.search(fold(text_of(row[first]))))
    return is_corner and bool(beside) and all(isinstance(c, str) and read_number(c) is None for c in beside)


def _without_titles(grid: Grid, kept: list[int], columns: list[int]) -> list[int]:
    """The rows without the lines of words that stand right above a second header: they are its title."""
    while kept and all(is_blank(grid.rows[kept[-1]][column]) for column in columns):
        kept = kept[:-1]
    return kept


def _label_texts(grid: Grid, layout: Layout, role: str, column: int, places: list[int]) -> list[str]:
    cells = [grid.rows[row][column] for row in places]
    own = [cell.strip() if type(cell) is str else text_of(cell) for cell in cells]
    does_fill = next(label.fills_down for label in layout.labels if label.role == role)
    merged = [one for one in grid.marks.merges if one[1] <= column <= one[3] and one[2] > one[0] < len(grid.rows)]
    if not does_fill and not merged:
        return own
    texts = dict(zip(places, own, strict=True))
    for first, left, last, _ in merged:
        for row in range(first, min(last, len(grid.rows) - 1) + 1):
            if row in texts:
                texts[row] = text_of(grid.rows[first][left])
    if does_fill:
        above = ""
        for row in places:
            above = texts[row] = texts[row] or above
    return list(texts.values())


def _period_facts(
    grid: Grid, places: list[int], column: int, context: Period | None
) -> tuple[dict[str, list[str]], list[tuple[int, int, str, str]]]:
    raw = [grid.rows[row][column] for row in places]
    readings, ambiguous = read_period_line(raw, context)
    doubtful = set(ambiguous)
    unclear = [
        (places[i], column, text_of(raw[i]), _TWO_READINGS if i in doubtful else _PERIOD_ALLOWED)
        for i, one in enumerate(readings)
        if one is None or one.rest
    ]
    facts = {
        "period": [str(one.period) if one else "" for one in readings],
        "span": [one.span if one else "" for one in readings],
    }
    return facts, unclear


def _below(grid: Grid, layout: Layout, stop: int) -> list[int]:
    """Rows after the end that are neither notes nor sign-off lines: from the first such row on, everything."""
    for index in range(stop, len(grid.rows)):
        cells = [cell for cell in grid.rows[index] if not is_blank(cell)]
        has_number = any(isinstance(cell, int | float) for cell in cells)
        if not cells or (layout.footer.search(fold(text_of(cells[0]))) and not has_number):
            continue
        if len(cells) > 1 or has_number:
            return [row for row in range(index, len(grid.rows)) if any(not is_blank(c) for c in grid.rows[row])]
    return []
