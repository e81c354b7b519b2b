"""A sheet as its cells, addressed as Excel addresses them, whatever a reader trimmed."""

from dataclasses import dataclass, field

from fhdata.problems import Problem, problem

Row = list[object]
Position = tuple[int, int]

UNCACHED_TEXT = "（公式未计算）"


def column_letters(column: int) -> str:
    """0 → A, 25 → Z, 26 → AA."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """The A1-style address of a cell counted from 0: (3, 1) → B4."""
    return f"{column_letters(column)}{row + 1}"


def position(cell: str) -> Position:
    """The row and column, counted from 0, of an A1-style address: B4 → (3, 1)."""
    letters = cell.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter.upper()) - 64
    return int(cell[len(letters) :]) - 1, column - 1


@dataclass(frozen=True)
class Marks:
    """What a reader's values do not tell about a sheet; positions are (row, column) from 0.

    ``errors`` (#REF! …) and ``uncached`` (a formula never calculated) look like blanks to readers; ``percents`` are
    numbers shown as percentages (0.087 shown as 8.7%); ``merges`` are (top, left, bottom, right), inclusive.
    """

    errors: dict[Position, str] = field(default_factory=dict)
    uncached: frozenset[Position] = frozenset()
    percents: frozenset[Position] = frozenset()
    merges: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Grid:
    """One sheet of ``file``: ``rows`` of python values from A1 on, all of one length; empty cells are ""."""

    name: str
    rows: list[Row]
    marks: Marks = field(default_factory=Marks)
    is_hidden: bool = False
    file: str = ""

    @property
    def width(self) -> int:
        """Number of columns."""
        return len(self.rows[0]) if self.rows else 0

    @property
    def is_empty(self) -> bool:
        """Whether no cell holds anything, not even a formula."""
        has_formula = bool(self.marks.errors or self.marks.uncached)
        return not has_formula and all(is_blank(cell) for row in self.rows for cell in row)

    def broken(self, at: Position) -> str:
        """What to show for a cell whose formula failed or was never calculated; "" for every other cell."""
        return self.marks.errors.get(at) or (UNCACHED_TEXT if at in self.marks.uncached else "")

    def part(self, rows: range, columns: range) -> "Grid | None":
        """The sheet with all other rows and columns blank, addresses unchanged; None where nothing is left."""
        inside: list[Row] = [
            [cell if column in columns else "" for column, cell in enumerate(row)] if at in rows else [""] * self.width
            for at, row in enumerate(self.rows[: rows.stop])
        ]
        held = Grid(self.name, inside, self.marks, self.is_hidden, self.file)
        return held if any(not is_blank(cell) for row in inside for cell in row) else None

    def problem(self, code: str, found: str, allowed: str, action: str, at: Position | str = "") -> Problem:
        """A problem in one cell (a position or an address) of this sheet."""
        cell = at if isinstance(at, str) else address(*at)
        return problem(code, found, allowed, action, file=self.file, sheet=self.name, cell=cell)


@dataclass(frozen=True)
class Workbook:
    """A workbook's sheets in order, and the library that read it."""

    name: str
    grids: tuple[Grid, ...]
    reader: str


def is_blank(cell: object) -> bool:
    """Whether a cell holds nothing but blanks."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def text_of(cell: object) -> str:
    """A cell's text, trimmed; "" for a blank one; 3.0 as 3."""
    if is_blank(cell):
        return ""
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell).strip()


def filled(grid: Grid, top: int, bottom: int) -> list[Row]:
    """Copies of the rows top…bottom (inclusive) with every merged area filled with its first cell."""
    rows = [list(row) for row in grid.rows[top : bottom + 1]]
    for first, left, last, right in grid.marks.merges:
        if last < top or first > bottom or first >= len(grid.rows):
            continue
        value = grid.rows[first][left] if left < grid.width else ""
        for row in range(max(first, top), min(last, bottom, len(grid.rows) - 1) + 1):
            width = max(min(right, grid.width - 1) + 1 - left, 0)
            rows[row - top][left : left + width] = [value] * width
    return rows
