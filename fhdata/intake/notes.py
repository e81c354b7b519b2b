"""Notes: what a reader of the figures must know and nobody has to mend."""

from collections.abc import Hashable, Mapping
from dataclasses import astuple, dataclass
from typing import Any

import pandas as pd

COLUMNS = ["kind", "file", "sheet", "cell", "text"]


@dataclass(frozen=True, order=True)
class Note:
    """One thing worth knowing about one cell or sheet; ``kind`` is a stable English name, ``text`` Chinese."""

    file: str
    sheet: str
    cell: str
    kind: str
    text: str


def note(kind: str, text: str, row: Mapping[Hashable, Any]) -> Note:
    """A note on the cell an observation comes from."""
    return Note(str(row["source_file"]), str(row["source_sheet"]), str(row["source_cell"]), kind, text)


def notes_frame(notes: list[Note]) -> pd.DataFrame:
    """Notes as a table, in the order of files, sheets and cells, each once.

    Returns:
        ``kind``, ``file``, ``sheet``, ``cell``, ``text``.
    """
    rows = [astuple(one) for one in sorted(set(notes))]
    frame = pd.DataFrame(rows, columns=["file", "sheet", "cell", "kind", "text"], dtype="str")
    return frame[COLUMNS]
