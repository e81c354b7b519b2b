"""A report as of a past day is, byte for byte, the one made then; a later revision is shown with both values.

The place is 全国 2019. What came in later is the real third and fourth quarter, and a made-up revision of the
second quarter's figure.
"""

import json
import shutil
from io import BytesIO
from pathlib import Path
from types import CodeType

import openpyxl
import pandas as pd
import pytest

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "places" / "quanguo-2019"
SHEET = "data/raw/2019Q2/国民经济核算/国内生产总值（不变价）季度数据.xlsx"
PUBLISHED, REVISED = 415708.4, 415608.4
REVISED_CELLS = {PUBLISHED: REVISED, 218585.4: 218485.4}  # since January, and the quarter by itself: both less 100


def notebook_code(name: str, period: str, as_of: str) -> CodeType:
    cells = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8"))["cells"]
    parameters = f'period = "{period}"\nas_of = "{as_of}"'
    sources = [
        parameters if "parameters" in cell["metadata"].get("tags", []) else "".join(cell["source"])
        for cell in cells
        if cell["cell_type"] == "code"
    ]
    return compile("\n".join(sources), name, "exec")


def published(name: str, home: Path, period: str, as_of: str, monkeypatch: pytest.MonkeyPatch) -> dict[str, bytes]:
    """The files a report's notebook writes for a place, by name."""
    output = home / "out" / period
    monkeypatch.chdir(home)
    monkeypatch.setenv("FHDATA_OUTPUT", str(output))
    exec(notebook_code(name, period, as_of), {})
    return {path.relative_to(output).as_posix(): path.read_bytes() for path in output.rglob("*") if path.is_file()}


def copied(home: Path, *quarters: str) -> Path:
    home.mkdir()
    shutil.copy(SHIPPED / "place.toml", home)
    shutil.copytree(SHIPPED / "rules", home / "rules")
    for quarter in quarters:
        shutil.copytree(SHIPPED / "data" / "raw" / quarter, home / "data" / "raw" / quarter)
    return home


def add_revision(home: Path) -> None:
    """The second quarter's sheet once more, released in October with one figure changed."""
    book = openpyxl.load_workbook(home / SHEET)
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value in REVISED_CELLS]  # type: ignore[union-attr]
    assert len(cells) == len(REVISED_CELLS)
    for cell in cells:
        cell.value = REVISED_CELLS[cell.value]
    name = "国内生产总值（不变价）修订数.xlsx"
    book.save((home / SHEET).with_name(name))
    with (home / SHEET).with_name("received.csv").open("a", encoding="utf-8", newline="") as file:
        file.write(f"{name},2019-10-20,示例数据\n")


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    then = copied(tmp_path / "then", "2019Q1", "2019Q2")
    later = copied(tmp_path / "later", "2019Q1", "2019Q2", "2019Q3", "2019Q4")
    add_revision(later)
    return then, later


@pytest.mark.parametrize("name", ["targets", "targets_quarterly"])
def test_as_of_a_past_day_is_the_report_made_then(
    name: str, places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    then, later = places
    made_then = published(name, then, "2019Q2", "2019-07-31", monkeypatch)
    made_again = published(name, later, "2019Q2", "2019-07-31", monkeypatch)
    assert len(made_then) > 6
    assert {path.rsplit(".", 1)[-1] for path in made_then} >= {"html", "xlsx", "csv", "png", "svg", "txt"}
    assert made_again == made_then


def test_a_later_revision_is_shown_with_both_values_and_changes_what_rests_on_it(
    places: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """415,608.4 − 391,095.5 = 24,512.9, and 24,512.9 ÷ 391,095.5 = 6.26775%; the 415,708.4 before gave 6.29332%."""
    before = published("targets", places[1], "2019Q2", "2019-07-31", monkeypatch)
    after = published("targets", places[1], "2019Q2", "2019-10-31", monkeypatch)
    assert "没有修订。" in before["targets.html"].decode()
    page = after["targets.html"].decode()
    revised = page[page.index("、数据修订</h2>") :]
    assert "没有修订。" not in revised
    row = revised[revised.index("<tbody>") : revised.index("</tbody>")]
    assert row.count("<tr>") == len(REVISED_CELLS)
    shown = (
        "累计",
        "415,708.4",
        "415,608.4",
        "当季",
        "218,585.4",
        "218,485.4",
        "2019-10-20",
        "修订数.xlsx「季度数据」",
    )
    assert [text for text in shown if text not in row] == []
    growth = pd.read_csv(BytesIO(after["targets.csv"]), encoding="utf-8-sig").loc[0, "growth_pct"]
    assert growth == pytest.approx(6.26775, abs=5e-6)
