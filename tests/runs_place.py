"""A small place in a temporary folder, with notebooks built in code; its data is made up (示例数据)."""

from collections.abc import Sequence
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from fhdata.places import Place, open_place
from fhdata.problems import Problem
from fhdata.runs.catalogue import Report
from fhdata.runs.parameters import Parameters, check_parameters

PARAMETERS_CELL = 'period = "2023-03"\nas_of = ""'
OUTPUT_CELL = 'import os\nfrom pathlib import Path\n\noutput = Path(os.environ["FHDATA_OUTPUT"])'


def make_place(home: Path) -> Place:
    """A place with one rule file and one raw file."""
    for folder in ("rules", "notebooks", "data/raw/2023-03/工业"):
        (home / folder).mkdir(parents=True)
    (home / "place.toml").write_text('name = "示例县"\nrules = "rules"\n', encoding="utf-8")
    (home / "rules" / "units.csv").write_text("code,name\nU001,示例单位\n", encoding="utf-8")
    (home / "data/raw/2023-03/工业/月报.csv").write_text("示例数据,1\n", encoding="utf-8")
    return open_place(home)


def make_notebook(place: Place, name: str, cells: Sequence[str], parameters: str = PARAMETERS_CELL) -> None:
    """Write ``notebooks/<name>.ipynb``: a heading, the parameters cell, the output folder, then the cells."""
    tagged = new_code_cell(parameters, metadata={"tags": ["parameters"]})
    notebook = new_notebook(cells=[new_markdown_cell("# 示例"), tagged, *map(new_code_cell, [OUTPUT_CELL, *cells])])
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = f"written-{number}"
    nbformat.write(notebook, place.home / "notebooks" / f"{name}.ipynb")


def make_report(name: str, *promised: str, timeout_seconds: float = 120.0) -> Report:
    return Report(
        name, f"示例报告{name}", f"{name}.ipynb", ("month",), promised=promised, timeout_seconds=timeout_seconds
    )


def march(report: Report) -> Parameters:
    return check_parameters(report, period="2023-03", as_of="2023-04-30")


def nothing_wrong(place: Place, report: Report, parameters: Parameters) -> list[Problem]:
    """A preflight for places that have no registry."""
    return []
