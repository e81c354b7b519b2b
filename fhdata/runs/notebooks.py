"""The notebook of a report as it is written: where it lies, and whether its parameters cell is the model's."""

import ast
import json
from pathlib import Path
from typing import Any

from fhdata.places import Place
from fhdata.problems import Problem, ProblemsFound, problem
from fhdata.runs.catalogue import Report, unknown
from fhdata.runs.manifest import PACKAGE
from fhdata.runs.parameters import PARAMETER_NAMES

TAG = "parameters"


def find_notebook(place: Place, report: Report) -> Path:
    """The report's notebook: the place's own where it has one, else the one that comes with the suite.

    Raises:
        ProblemsFound: there is none.
    """
    for folder in (place.home, PACKAGE.parent):
        path = folder / "notebooks" / report.notebook
        if path.is_file():
            return path
    raise ProblemsFound([problem("no_notebook", "没有这个笔记本", "", "请放回", file=f"notebooks/{report.notebook}")])


def read_notebook(path: Path) -> dict[str, Any]:
    """A notebook file as it is."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def parameter_cell_problems(notebook: dict[str, Any], file: str) -> list[Problem]:
    """What keeps a notebook's parameters cell from being the model's: one cell, its names, plain literal texts."""
    cells = [cell for cell in notebook["cells"] if TAG in cell["metadata"].get("tags", [])]
    if len(cells) != 1:
        said, allowed = f"有 {len(cells)} 个标为 {TAG} 的单元", "应正好有一个"
        return [problem("bad_parameters_cell", said, allowed, "请改正", file=file)]
    try:
        body = ast.parse("".join(cells[0]["source"])).body
    except SyntaxError as error:
        return [problem("bad_parameters_cell", f"参数单元第 {error.lineno} 行读不懂", "", "请改正", file=file)]
    names: list[str] = []
    found: list[Problem] = []
    for line in body:
        match line:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=str())):
                names.append(name)
            case _:
                said, allowed = f"参数单元第 {line.lineno} 行不是参数", '每行应写成 名称 = "文字"'
                found.append(problem("bad_parameters_cell", said, allowed, "请改正", file=file))
    found += [unknown("参数", name, PARAMETER_NAMES) for name in names if name not in PARAMETER_NAMES]
    missing = [name for name in PARAMETER_NAMES if name not in names]
    found += [problem("bad_parameters_cell", f"参数单元没有写 {name}", "", "请补上", file=file) for name in missing]
    return found
