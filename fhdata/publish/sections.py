"""Sections that every report is made of: a table or the sentence that there is nothing to list, numbered headings."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import pandas as pd

from fhdata.money import in_yuan
from fhdata.publish.report import Chart, Section, chinese_number
from fhdata.publish.tables import Column, Table

ANNEX = "附"
YUAN = "元"


@dataclass(frozen=True)
class Lists:
    """Makes the sections of one report.

    Attributes:
        day: the day up to which figures count, printed with every table.
        is_money: tables come in fen and are printed in 元.
    """

    day: str
    is_money: bool = False

    def __call__(
        self,
        heading: str,
        frame: pd.DataFrame,
        columns: tuple[Column, ...],
        nothing: str,
        unit: str = "",
        *,
        title: str = "",
        paragraphs: tuple[str, ...] = (),
        footnotes: tuple[str, ...] = (),
        chart: Chart | None = None,
        told: str = "",
    ) -> Section:
        """A section with its table, or the sentence that there is nothing to list.

        Args:
            heading: of the section; "" goes on with the one before.
            frame: the finished table.
            columns: how it is printed.
            nothing: said where the table is empty; "" says nothing.
            unit: of the table; 元 where the report is about money.
            title: of the table; the heading without its number where left out.
            paragraphs: said before the table.
            footnotes: under the table; empty ones are passed over.
            chart: before the table.
            told: the column whose sentences a notice says in its text.
        """
        if frame.empty:
            return Section(heading, (*paragraphs, *([nothing] if nothing else [])), chart)
        shown = in_yuan(frame) if self.is_money else frame
        if self.is_money and any(column.name.endswith("_yuan") for column in columns):
            unit = unit or YUAN
        notes = tuple(filter(None, footnotes))
        name = title or heading.split("、", 1)[-1]
        return Section(heading, paragraphs, chart, Table(name, shown, columns, unit, self.day, notes, told=told))


def numbered(sections: Iterable[Section]) -> tuple[Section, ...]:
    """Headings numbered 一、二、三 … in the order given; an annex (附：) is not, nor a part that goes on."""
    done: list[Section] = []
    count = 0
    for one in sections:
        counts = bool(one.heading) and not one.heading.startswith(ANNEX)
        count += counts
        done.append(replace(one, heading=f"{chinese_number(count)}、{one.heading}") if counts else one)
    return tuple(done)
