"""What the example county hands in: its sheets, the series on them and the shapes of a year."""

from dataclasses import dataclass
from functools import cached_property

WAYS = (
    "growth_flow",
    "growth_only",
    "growth_stock",
    "plan_flow",
    "plan_count",
    "plan_stock",
    "drift",
    "listed",
    "stated",
    "done",
)


@dataclass(frozen=True)
class Sheet:
    """One sheet of one workbook; ``kind`` says which form it takes.

    Attributes:
        sheet: its key in the data files.
        kind: month, balance (levels at month end), quarter; of last year cumulative (分月累计表), month_end (各月末数),
            year_end (年末数) and quarters (各季累计); published.
        topic: folder it is handed in under.
        file: file name without ending.
        tab: name on the sheet's tab.
        title: first line; ``{period}`` stands for the period in words.
        reporter: unit that fills it in.
        unit_line: the one unit of all amounts, printed above the table; empty where a column 计量单位 gives it.
        name_words: heading of the column of names.
        total_words: heading of the cumulative columns after "1-3月".
        growth_words: heading of the growth column, empty for none.
        progress_words: heading of the share of the year's target, empty for none.
        has_single_month: whether the month by itself is given as well.
        days: days after the period's end on which it is handed in.
        notes: footnotes.
    """

    sheet: str
    kind: str
    topic: str
    file: str
    tab: str
    title: str
    reporter: str
    unit_line: str
    name_words: str
    total_words: str
    growth_words: str
    progress_words: str
    has_single_month: bool
    days: int
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Series:
    """One row of a sheet and how its figures come about; amounts are in ``unit``, the unit the sheet is written in.

    Attributes:
        indicator: the registry's identifier.
        sheet: the sheet of the current year, empty for none.
        history: the sheet of the year before, empty for none.
        section: heading it stands under, empty for none.
        names: names it is written by, used in turn from period to period.
        unit: unit as written.
        decimals: decimals as written.
        way: how figures come about (``WAYS``).
        base: last year's total, its level at year end, or where a drift starts (of a ``stated`` row, last year's end).
        base_source: where the base comes from.
        shape: shape of the year (``Shapes``).
        aim: growth in percent, share of the target in percent, or value that the year heads for.
        wobble: greatest seeded deviation from that course, in the same unit as ``aim``.
        growth_gap_pp: how much the growth handed in differs from that of the levels (comparable scope or prices).
        before: figures of last year's months, by themselves (``listed`` only).
        now: figures of this year's months by themselves (``listed``); as they stand, the last one staying (``stated``);
            or the month in which it is done (``done``).
        missing: months left out although due.
        said: words written instead of a figure, by month (a dash for nil, 不适用 …).
        months: months in which it is written, empty for all.
        has_january: whether January has a figure (registry).
        first_month: month of the year's first figure (registry).
        months_apart: months between figures: 1, 3, 6 or 12 (registry).
        goal: the year's amount by the targets, in ``unit``; NaN where none is set.
    """

    indicator: str
    sheet: str
    history: str
    section: str
    names: tuple[str, ...]
    unit: str
    decimals: int
    way: str
    base: float
    base_source: str
    shape: str
    aim: float
    wobble: float
    growth_gap_pp: float
    before: tuple[float, ...]
    now: tuple[float, ...]
    missing: tuple[int, ...]
    said: dict[int, str]
    months: tuple[int, ...]
    has_january: bool
    first_month: int
    months_apart: int
    goal: float


@dataclass(frozen=True)
class Plan:
    """Everything the generator draws from."""

    year: int
    marks: dict[str, str]
    sheets: tuple[Sheet, ...]
    series: tuple[Series, ...]
    shapes: dict[str, tuple[float, ...]]
    published: tuple[dict[str, str], ...]

    @cached_property
    def on_sheet(self) -> dict[str, tuple[Series, ...]]:
        """The rows of each sheet, in the order of the data file."""
        return {
            one.sheet: tuple(row for row in self.series if one.sheet in {row.sheet, row.history}) for one in self.sheets
        }
