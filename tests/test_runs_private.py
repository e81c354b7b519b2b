"""The whole month's pack, searched: every number has its origin; no machine, user, secret or person is named."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from openpyxl import load_workbook

from fhdata.periods import parse_period
from fhdata.places import Place, open_place
from fhdata.runs.catalogue import load_catalogue
from fhdata.runs.origins import answer
from fhdata.runs.outputs import texts_of
from fhdata.runs.published import published_reports
from fhdata.runs.trace import tables_of

ROOT = Path(__file__).parents[1]
FOLDER, USER, SECRET = "Ordnername4711", "benutzer4711", "geheim-4711-token"
# 示例数据, nobody's: no region has the code 000000. 1×2 + 9×1 + 1×9 + 1×5 = 25 = 2 × 11 + 3, whose check digit is 9
IDENTITY = "000000" + "19000101" + "000" + "9"
ENVIRONMENT = {
    "USER": USER,
    "LOGNAME": USER,
    "FHDATA_NOTICE_SMTP_PASSWORD": SECRET,
    "DATABASE_TOKEN": SECRET,
}


def command(place: Place, *words: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "fhdata.cli", *words, "--home", str(place.home)]
    return subprocess.run(
        call, env={**os.environ, **ENVIRONMENT}, cwd=place.home, capture_output=True, text=True, check=False
    )


def found_in(folder: Path, *wanted: str) -> list[tuple[str, str]]:
    """Every file below a folder, packed ones too, that holds one of the texts."""
    return [
        (path.relative_to(folder).as_posix(), one)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        for _, text in [*texts_of(path), ("", path.read_bytes().decode("utf-8", errors="replace"))]
        for one in wanted
        if one in text
    ]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    home = tmp_path_factory.mktemp("private") / FOLDER
    shipped = open_place(ROOT)
    for folder in (shipped.raw, shipped.rules):
        shutil.copytree(folder, home / folder.relative_to(ROOT))
    shutil.copyfile(ROOT / "place.toml", home / "place.toml")
    return open_place(home)


@pytest.fixture(scope="module")
def told(place: Place) -> str:
    """What the run of the month's pack said; the pack lies in the place from then on."""
    done = command(place, "run", "monthly", "2023-03")
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.mark.parametrize("report", [one.name for one in load_catalogue().select("monthly")])
def test_every_number_of_the_months_pack_leads_to_its_origin(report: str, told: str, place: Place) -> None:
    (made,) = (one for one in published_reports(place, parse_period("2023-03")) if one.name == report)
    text, is_whole = answer(place, made, "", "", is_json=True)
    found = json.loads(text)
    lost = [(one["row"], one["column"], one["lacking"]) for one in found["traces"] if one["lacking"]]
    assert (lost, found["untraced"], found["unregistered"]) == ([], 0, [])
    assert is_whole
    tables = [table for table in tables_of(made) if table.columns]
    keys = [row[table.key] for table in tables for row in table.rows]
    assert len(keys) == len(set(keys))  # so that asking for a key finds the row that is meant
    # a report without numbers in its tables lists problems only
    assert (found["numbers"] > 0) == bool(tables)
    page = "".join(path.read_text(encoding="utf-8") for path in made.folder.glob("*.html"))
    assert all(f'id="method-{table.name}"' in page for table in tables)


def test_no_output_of_the_months_pack_names_machine_user_or_secret(told: str, place: Place) -> None:
    assert SECRET not in told
    published = [path for path in place.reports.rglob("*") if path.is_file()]
    assert {path.suffix for path in published} >= {".html", ".xlsx", ".docx", ".csv", ".png", ".svg", ".ipynb", ".json"}
    wanted = FOLDER, USER, SECRET, str(place.home.parent)
    assert found_in(place.reports, *wanted) == []
    assert found_in(place.processed, *wanted) == []


def test_an_identity_number_in_an_input_stops_the_run_and_is_in_no_output(place: Place) -> None:
    workbook = min(place.raw.glob("2023-03/统计/*.xlsx"))
    book = load_workbook(workbook)
    figures = (cell for row in book.worksheets[0].iter_rows() for cell in row if isinstance(cell.value, int | float))
    next(figures).value = IDENTITY
    book.save(workbook)
    done = command(place, "run", "monthly", "2023-03")
    assert done.returncode in (3, 5), done.stderr
    assert "身份证号" in done.stderr
    assert IDENTITY not in done.stdout + done.stderr
    assert found_in(place.reports, IDENTITY) == []
    assert found_in(place.processed, IDENTITY) == []
