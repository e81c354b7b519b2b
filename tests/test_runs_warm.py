"""The warm process and its reader: what is asked comes back, and what the reader read no notebook reads again."""

import json
import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from fhdata.problems import ProblemsFound, problem
from fhdata.remembered import remembered
from fhdata.runs.processes import CAN_FORK, Places
from fhdata.runs.warm import WarmProcess, warm_process

pytestmark = pytest.mark.skipif(not CAN_FORK, reason="no warm process where the system cannot fork")


@pytest.fixture(scope="module", autouse=True)
def importable() -> Iterator[None]:
    """The functions of this file are called in another process, which finds them by their names."""
    folder = str(Path(__file__).parent)
    before = os.environ.get("PYTHONPATH")
    os.environ["PYTHONPATH"] = os.pathsep.join([folder, *([before] if before else [])])
    yield
    if before is None:
        del os.environ["PYTHONPATH"]
    else:
        os.environ["PYTHONPATH"] = before


@pytest.fixture(scope="module")
def warm(importable: None) -> Iterator[WarmProcess]:
    with warm_process() as process:
        assert process is not None
        yield process


def refuses(number: int) -> int:
    raise ProblemsFound([problem("wrong", f"{number} 不对"), problem("wrong", "再说一次")])


@remembered
def read_slowly(folder: Path, name: str) -> pd.DataFrame:
    """Leaves a mark each time it really reads."""
    with (folder.parent / "marks.txt").open("a", encoding="utf-8") as marks:
        marks.write("read\n")
    return pd.DataFrame({"name": [name], "text": [(folder / "one.txt").read_text(encoding="utf-8")]})


NOTEBOOK = {
    "cells": [
        {
            "cell_type": "code", "execution_count": None, "id": "a", "metadata": {"tags": ["parameters"]},
            "outputs": [], "source": "folder = ''",
        },
        {
            "cell_type": "code", "execution_count": None, "id": "b", "metadata": {}, "outputs": [],
            "source": "from pathlib import Path\nfrom test_runs_warm import read_slowly\n"
            "read_slowly(Path(folder), 'a')['text'].tolist()",
        },
    ],
    "metadata": {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}},
    "nbformat": 4,
    "nbformat_minor": 5,
}  # fmt: skip


def run_notebook(warm: WarmProcess, at: Path, raw: Path) -> list[str]:
    """What the notebook's last cell shows."""
    (at / "notebook.ipynb").write_text(json.dumps(NOTEBOOK), encoding="utf-8")
    job = {
        "notebook": str(at / "notebook.ipynb"),
        "executed": str(at / "executed.ipynb"),
        "parameters": {"folder": str(raw)},
        "cwd": str(at),
        "environment": {"IPYTHONDIR": str(at / "ipython")},
        "memory_bytes": 1_000_000_000,
    }
    watched, alive = os.pipe()
    told, channel = os.pipe()
    with (at / "log.txt").open("w+b") as log:
        child = warm.run(job, (watched, channel, log.fileno()))
        for number in (watched, channel):
            os.close(number)
        with os.fdopen(told, "rb") as lines:
            answers = [json.loads(line) for line in lines]
        warm.end(child)
        os.close(alive)
    assert answers[-1] == {"state": "done"}, (at / "log.txt").read_text(encoding="utf-8")
    cells = json.loads((at / "executed.ipynb").read_text(encoding="utf-8"))["cells"]
    return ["".join(cells[-1]["outputs"][0]["data"]["text/plain"])]


def test_an_answer_or_the_problems_come_back(warm: WarmProcess) -> None:
    assert warm.ask(0, sorted, [3, 1, 2], reverse=True) == [3, 2, 1]
    with pytest.raises(ProblemsFound) as told:
        warm.ask(0, refuses, 7)
    assert [one.found for one in told.value.problems] == ["7 不对", "再说一次"]


def test_what_the_reader_read_no_notebook_reads_again_until_a_file_changes(warm: WarmProcess, tmp_path: Path) -> None:
    raw, marks = tmp_path / "raw", tmp_path / "marks.txt"
    raw.mkdir()
    (raw / "one.txt").write_text("甲", encoding="utf-8")
    assert list(warm.ask(0, read_slowly, raw, "a")["text"]) == ["甲"]
    assert run_notebook(warm, tmp_path, raw) == ["['甲']"]
    assert marks.read_text(encoding="utf-8") == "read\n"
    (raw / "one.txt").write_text("乙", encoding="utf-8")
    assert run_notebook(warm, tmp_path, raw) == ["['乙']"]
    assert marks.read_text(encoding="utf-8") == "read\nread\n"


def test_a_reader_that_dies_takes_no_notebook_with_it(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("丙", encoding="utf-8")
    with warm_process() as warm:
        assert warm is not None
        with pytest.raises(RuntimeError, match="_exit ended without an answer"):
            warm.ask(0, os._exit, 3)
        with pytest.raises(RuntimeError, match="sorted ended without an answer"):
            warm.ask(0, sorted, [2, 1])
        (tmp_path / "work").mkdir()
        assert run_notebook(warm, tmp_path / "work", tmp_path) == ["['丙']"]


def test_of_those_that_wait_the_lowest_turn_goes_first() -> None:
    places = Places(1)
    order: list[int] = []

    def work(turn: int) -> None:
        with places.held(turn):
            order.append(turn)

    waiting = [threading.Thread(target=work, args=(turn,)) for turn in (5, 3, 4)]
    with places.held(0):
        for thread in waiting:
            thread.start()
        while len(places._waiting) < len(waiting):
            time.sleep(0.001)
        assert order == []
    for thread in waiting:
        thread.join()
    assert order == [3, 4, 5]


def test_there_is_room_for_as_many_as_there_are_places() -> None:
    places, together = Places(2), threading.Barrier(2)

    def work(turn: int) -> None:
        with places.held(turn):
            together.wait(timeout=30)

    threads = [threading.Thread(target=work, args=(turn,)) for turn in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not together.broken
