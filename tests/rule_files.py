"""The shipped rules folder, copied and broken in one place."""

import csv
import shutil
from pathlib import Path

RULES = Path(__file__).parents[1] / "fhdata" / "rules" / "fenghuang"


def copied_rules(tmp_path: Path) -> Path:
    folder = tmp_path / "rules"
    shutil.copytree(RULES, folder)
    return folder


def lines_of(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def write_lines(path: Path, lines: list[list[str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(lines)


def set_cell(path: Path, key: str, column: str, text: str) -> str:
    """Write ``text`` into the row whose first cell is ``key``; gives the row's name in messages, 第N行."""
    lines = lines_of(path)
    number = next(number for number, line in enumerate(lines) if line[0] == key)
    lines[number][lines[0].index(column)] = text
    write_lines(path, lines)
    return f"第{number + 1}行"
