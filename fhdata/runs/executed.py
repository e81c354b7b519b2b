"""The executed notebook: did every cell run cleanly, and is nothing of this machine left in it?"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fhdata.problems import Problem, ProblemsFound, problem
from fhdata.runs.traces import machine_traces

Notebook = dict[str, Any]

# What matplotlib says while it sets itself up on a fresh machine: no result, no warning about one.
START_UP_CHATTER = ("Matplotlib is building the font cache",)
DATA_PROBLEM = "found_by_notebook"
PICTURES = ("image/png", "image/jpeg", "application/pdf")
_GLYPH = re.compile(r"Glyph \d+ (?:\([^)]*\) )?missing")


def cell_problems(notebook: Notebook, file: str) -> list[Problem]:
    """Everything that forbids publishing an executed notebook: errors, cells that did not run, warnings.

    A cell without a run counts because ``sys.exit(0)`` or a tag can end or skip a notebook's work without an error;
    after an error the cells that follow it are not counted again. What a cell raised as ``ProblemsFound`` becomes one
    problem for each sentence.
    """
    errors: list[Problem] = []
    others: list[Problem] = []
    for number, cell in _code_cells(notebook):
        where = f"第 {number} 个代码单元"
        raised = [output for output in cell["outputs"] if output["output_type"] == "error"]
        for error in raised:
            errors += _error_problems(error, where, file)
        if cell["execution_count"] is None and not raised and "".join(cell["source"]).strip():
            said, action = "没有运行", "请检查它前面是否提前结束了笔记本"
            others.append(problem("cell_not_run", said, "每个单元都要运行完", action, file=file, cell=where))
        others += _warnings(cell, where, file)
    return errors or others


def trace_problems(notebook: Notebook, file: str, folders: tuple[Path, ...]) -> list[Problem]:
    """Paths of this machine that a cell's text or output would make public."""
    found = []
    allowed, action = "报告里不能有本机路径", "请改用相对路径"
    for number, cell in enumerate(notebook["cells"], 1):
        texts = _strings([cell["source"], cell.get("outputs", [])])
        paths = sorted({path for text in texts for path in machine_traces(text, folders)})
        where = f"第 {number} 个单元"
        found += [
            problem("machine_path", f"含有本机路径“{path}”", allowed, action, file=file, cell=where) for path in paths
        ]
    return found


def without_traces(notebook: Notebook, source_ids: set[str]) -> Notebook:
    """The executed notebook as it is published: no time, no path, no random name; same run, same text.

    Args:
        notebook: the executed notebook.
        source_ids: the cell ids of the notebook as written; any other cell is numbered.
    """
    cells = [_plain_cell(cell, number, source_ids) for number, cell in enumerate(notebook["cells"], 1)]
    kept = {key: value for key, value in notebook["metadata"].items() if key not in ("papermill", "widgets")}
    metadata = {
        **kept,
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return {"cells": cells, "metadata": dict(sorted(metadata.items())), "nbformat": 4, "nbformat_minor": 5}


def _plain_cell(cell: dict[str, Any], number: int, source_ids: set[str]) -> dict[str, Any]:
    metadata = {key: value for key, value in cell["metadata"].items() if key not in ("papermill", "execution")}
    plain = {**cell, "id": cell["id"] if cell.get("id") in source_ids else f"cell-{number}", "metadata": metadata}
    if "outputs" in cell:
        plain["outputs"] = [output for output in cell["outputs"] if not _is_chatter(output)]
    return plain


def _code_cells(notebook: Notebook) -> Iterator[tuple[int, dict[str, Any]]]:
    return enumerate((cell for cell in notebook["cells"] if cell["cell_type"] == "code"), 1)


def _error_problems(error: dict[str, Any], where: str, file: str) -> list[Problem]:
    if error["ename"] == ProblemsFound.__name__:
        return [
            problem(DATA_PROBLEM, line.strip().rstrip("。")) for line in error["evalue"].splitlines() if line.strip()
        ]
    if error["ename"] == "SystemExit":
        said = "用 exit 提前结束了笔记本"
        return [problem("notebook_exit", said, "每个单元都要运行完", "请去掉这一句", file=file, cell=where)]
    if error["ename"].endswith("MemoryError"):
        said, action = "用的内存超过了给一份报告的上限", "请检查是否读入了过大的表"
        return [problem("out_of_memory", said, "", action, file=file, cell=where)]
    last = f"{error['ename']}: {error['evalue']}".strip().splitlines()
    return [
        problem(
            "cell_error", f"出错，{last[0] if len(last) == 1 else last[0] + ' … ' + last[-1]}", file=file, cell=where
        )
    ]


def _warnings(cell: dict[str, Any], where: str, file: str) -> list[Problem]:
    text = "".join(
        "".join(output["text"]) for output in cell["outputs"] if _is_stderr(output) and not _is_chatter(output)
    )
    if not text.strip():
        return []
    glyph = _GLYPH.search(text)
    if glyph:
        said = f"图上有字显示不出来（{glyph[0]}）"
        return [problem("missing_glyph", said, "每个字都要能显示", "请更换字体或改字", file=file, cell=where)]
    last = text.strip().splitlines()[-1].strip()
    warning = next((line.strip() for line in text.splitlines() if "Warning" in line), last)
    # A warning begins with the path of the file that gives it; the reader needs what it says.
    said = f"有警告：{re.sub(r'^.*?:[0-9]+: ', '', warning)}"
    return [problem("cell_warning", said, "报告里不能有未处理的警告", "请处理后重新运行", file=file, cell=where)]


def _is_stderr(output: dict[str, Any]) -> bool:
    return output["output_type"] == "stream" and output["name"] == "stderr"


def _is_chatter(output: dict[str, Any]) -> bool:
    lines = "".join(output["text"]).strip().splitlines() if _is_stderr(output) else []
    return bool(lines) and all(line.startswith(START_UP_CHATTER) for line in lines)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, one in value.items():
            if key not in PICTURES:
                yield from _strings(one)
    elif isinstance(value, list):
        if value and all(isinstance(one, str) for one in value):
            yield "".join(value)
        else:
            for one in value:
                yield from _strings(one)
