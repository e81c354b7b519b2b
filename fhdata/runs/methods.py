"""What a report's page tells of its numbers' reckoning: the registered columns of the tables the report has written."""

from fhdata.problems import problem, stop_on
from fhdata.publish.methods import Method, Methods
from fhdata.runs.published import Published
from fhdata.runs.trace import tables_of


def methods_of(published: Published) -> Methods:
    """The columns that ``fhdata trace`` knows of a report's tables, and the keys of their rows.

    Raises:
        ProblemsFound: no table with registered columns has been written.
    """
    tables = [table for table in tables_of(published) if table.columns]
    if not tables:
        said = f"{published.name} 还没有写出各列有登记的表"
        stop_on([problem("no_tables", said, "应先写 CSV，再写页面", "请把 write_csv 移到前面")])
    # of two tables with the same key the first is the one that a trace of the key finds
    rows = {row[table.key]: table.name for table in reversed(tables) for row in table.rows}
    return Methods(
        command=f"fhdata trace {published.name} {published.period}",
        columns=tuple(
            Method(table.name, known["label"], known["formula"])
            for table in tables
            for name, known in table.columns.items()
            if not table.rows or name in table.rows[0]
        ),
        rows=rows,
    )
