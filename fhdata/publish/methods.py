"""How the columns of a report's tables are reckoned, and the command that leads on from a row, for its page."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from fhdata.publish.report import Source


@dataclass(frozen=True)
class Method:
    """How the numbers of one published column are reckoned; ``table`` is the name of its CSV file."""

    table: str
    label: str
    formula: str


@dataclass(frozen=True)
class Methods:
    """All columns of a report, table by table; ``rows`` tells of each row's key in which table it stands."""

    command: str = ""
    columns: tuple[Method, ...] = ()
    rows: Mapping[str, str] = field(default_factory=dict)

    @property
    def anchored(self) -> list[tuple[str, Method]]:
        """The columns in order, the first of each table with its table's place in the page."""
        first = {column.table: column for column in reversed(self.columns)}
        return [(anchor_of(one.table) if first[one.table] is one else "", one) for one in self.columns]

    def leads(self, source: Source) -> str:
        """Where in the page a source note leads: its row's table; where it is no row, the first."""
        return anchor_of(self.rows.get(source.id, self.columns[0].table))

    def told(self, source: Source) -> str:
        """The command that traces a source note's row; "" where it is no published row."""
        return f"{self.command} {source.id}" if source.id in self.rows else ""


def anchor_of(table: str) -> str:
    """The place of a table's columns in the page."""
    return f"method-{table}"


NO_METHODS = Methods()
