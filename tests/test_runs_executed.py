"""The executed notebook: what forbids publishing it, and what is taken out of it."""

import copy
from pathlib import Path
from typing import Any

import pytest

from fhdata.runs.executed import cell_problems, trace_problems, without_traces


def code(source: str, *outputs: dict[str, Any], count: int | None = 1, **metadata: object) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "id": "random",
        "metadata": metadata,
        "source": source,
        "outputs": list(outputs),
        "execution_count": count,
    }


def stderr(text: str) -> dict[str, Any]:
    return {"output_type": "stream", "name": "stderr", "text": text}


def error(name: str, value: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": value, "traceback": []}


def shown(text: str) -> dict[str, Any]:
    return {"output_type": "execute_result", "data": {"text/plain": text}, "metadata": {}, "execution_count": 1}


def notebook(*cells: dict[str, Any]) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def told(*cells: dict[str, Any]) -> list[str]:
    return [one.sentence for one in cell_problems(notebook(*cells), "a.ipynb")]


def test_clean_notebook_has_no_problem() -> None:
    assert told(code("1 + 1", shown("2")), code("", count=None)) == []


def test_error_is_told_with_its_cell_and_its_first_and_last_line() -> None:
    assert told(code("1"), code("1 / 0", error("ZeroDivisionError", "division by zero")), code("2", count=None)) == [
        "a.ipynb 第 2 个代码单元：出错，ZeroDivisionError: division by zero。"
    ]
    assert told(code("x", error("ValueError", "first\nmiddle\nlast"))) == [
        "a.ipynb 第 1 个代码单元：出错，ValueError: first … last。"
    ]


def test_data_problems_raised_in_a_cell_are_told_one_by_one() -> None:
    raised = error("ProblemsFound", "甲.xlsx B3：写的是“若干”。\n乙.xlsx：打不开。")
    assert told(code("check()", raised)) == ["甲.xlsx B3：写的是“若干”。", "乙.xlsx：打不开。"]


def test_exit_and_cells_that_never_ran_are_told() -> None:
    assert told(code("exit(0)", error("SystemExit", "0")), code("2", count=None)) == [
        "a.ipynb 第 1 个代码单元：用 exit 提前结束了笔记本，每个单元都要运行完，请去掉这一句。"
    ]
    assert told(code("1"), code("2", count=None)) == [
        "a.ipynb 第 2 个代码单元：没有运行，每个单元都要运行完，请检查它前面是否提前结束了笔记本。"
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("/x/y.py:3: UserWarning: Glyph 31592 (\\N{CJK}) missing from font(s) A.", "图上有字显示不出来（Glyph 31592"),
        ("/x/y.py:3: FutureWarning: soon gone\n  call()\n", "有警告：FutureWarning: soon gone，"),
        ("something went wrong\n", "有警告：something went wrong，"),
    ],
)
def test_what_is_said_on_standard_error_is_told(text: str, said: str) -> None:
    found = told(code("draw()", stderr(text)))
    assert len(found) == 1
    assert said in found[0]


def test_start_up_chatter_is_no_problem_and_is_not_published() -> None:
    chatter = stderr("Matplotlib is building the font cache; this may take a moment.\n")
    assert told(code("draw()", chatter)) == []
    assert without_traces(notebook(code("draw()", chatter)), set())["cells"][0]["outputs"] == []


def test_paths_of_this_machine_are_told_but_not_those_inside_a_picture() -> None:
    folder = Path("/data/office/place")
    picture = {"output_type": "display_data", "data": {"image/png": "/data/office/place/"}, "metadata": {}}
    cells = notebook(code("a"), code("b", shown("'/data/office/place/reports'")), code("c", picture))
    assert [one.sentence for one in trace_problems(cells, "a.ipynb", (folder,))] == [
        "a.ipynb 第 2 个单元：含有本机路径“/data/office/place”，报告里不能有本机路径，请改用相对路径。"
    ]


def test_published_copy_has_no_time_no_path_and_no_random_name() -> None:
    executed = notebook(
        {"cell_type": "markdown", "id": "written", "metadata": {}, "source": "# 示例"},
        code("1", shown("1"), papermill={"start_time": "now"}, execution={"started": "now"}, tags=["kept"]),
    )
    executed["metadata"] = {"papermill": {"input_path": "/somewhere"}, "language_info": {"version": "3.99"}, "x": 1}
    before = copy.deepcopy(executed)
    published = without_traces(executed, {"written"})
    assert executed == before
    assert [cell["id"] for cell in published["cells"]] == ["written", "cell-2"]
    assert published["cells"][1]["metadata"] == {"tags": ["kept"]}
    assert set(published["metadata"]) == {"x", "kernelspec", "language_info"}
    assert published["metadata"]["language_info"] == {"name": "python"}
