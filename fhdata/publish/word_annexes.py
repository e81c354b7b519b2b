"""What stands on pages of its own behind a notice: the tables of its sections, its charts, 口径说明."""

from dataclasses import dataclass, replace

from fhdata.publish.notices import plain_heading
from fhdata.publish.report import Chart, Report
from fhdata.publish.tables import Table

NOTES = "口径说明"
PICTURES = "图示"


@dataclass(frozen=True)
class Annex:
    """What stands on pages of its own behind the notice."""

    title: str
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    paragraphs: tuple[str, ...] = ()
    heading: str = ""  # of the section of the notice that leads to it

    @property
    def is_wide(self) -> bool:
        """Whether its pages are turned."""
        return any(table.is_wide for table in self.tables)


def annexes_of(report: Report) -> list[Annex]:
    """The annexes in order: for each section with a heading its tables, then all charts, then 口径说明."""
    found: list[Annex] = []
    charts: list[Chart] = []
    heading = ""
    for one in report.sections:
        heading = one.heading or heading
        charts += [one.chart] if one.chart else []
        if one.table is None:
            continue
        if found and found[-1].heading == heading:
            found[-1] = replace(found[-1], title=plain_heading(heading), tables=(*found[-1].tables, one.table))
        else:
            found.append(Annex(one.table.title, (one.table,), heading=heading))
    if charts:
        found.append(Annex(PICTURES, charts=tuple(charts)))
    if report.notes:
        found.append(Annex(NOTES, paragraphs=report.notes))
    return found
