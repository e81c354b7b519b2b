"""Papermill behind one small door: run a notebook in a process of its own, within a time limit, and say how it went."""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from fhdata.runs.processes import end_group, own_group
from fhdata.runs.staging import Staging

State = Literal["done", "error", "died", "timeout"]
Progress = Callable[[int, int], None]

EXECUTED = "executed.ipynb"
LOG = "log.txt"
OUTPUT_VARIABLE = "FHDATA_OUTPUT"
_PATIENCE_SECONDS = 5.0


@dataclass(frozen=True)
class Execution:
    """How a notebook's run ended; the executed notebook, as far as it came, says what happened in its cells."""

    state: State
    seconds: float
    executed: Path
    log: Path


def execute(
    notebook: Path,
    parameters: Mapping[str, str],
    staging: Staging,
    *,
    cwd: Path,
    timeout_seconds: float,
    on_progress: Progress | None = None,
) -> Execution:
    """Run a notebook with its parameters; never raises for what happens inside the notebook.

    Args:
        notebook: the notebook file; it is not changed.
        parameters: names and values, written into the cell after the one tagged ``parameters``.
        staging: ``staging.output`` is the notebook's output folder, told to it in ``FHDATA_OUTPUT``.
        cwd: the folder the notebook runs in: the place's home.
        timeout_seconds: wall-clock limit of the whole run, start-up included.
        on_progress: called with the number of the cell that starts and the number of cells.
    """
    started = time.monotonic()
    executed, log = staging.work / EXECUTED, staging.work / LOG
    job = {
        "notebook": str(notebook.resolve()),
        "executed": str(executed.resolve()),
        "parameters": dict(parameters),
    }
    with log.open("wb") as log_file, _start(staging, cwd, log_file) as worker:
        lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        reader = threading.Thread(target=_read, args=(worker, lines), daemon=True)
        reader.start()
        try:
            _send(worker, job)
            answer = _follow(lines, started + timeout_seconds, on_progress)
        finally:
            _end(worker)
            reader.join()
    return Execution(state=answer["state"], seconds=time.monotonic() - started, executed=executed, log=log)


def _start(staging: Staging, cwd: Path, log_file: IO[bytes]) -> "subprocess.Popen[bytes]":
    work = staging.work.resolve()
    environment = {
        **os.environ,
        OUTPUT_VARIABLE: str(staging.output.resolve()),
        "IPYTHONDIR": str(work / "ipython"),  # nobody's own start-up files
        "JUPYTER_RUNTIME_DIR": str(work / "runtime"),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "fhdata.runs.worker"],
        cwd=cwd,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log_file,
        **own_group(),
    )


def _send(worker: "subprocess.Popen[bytes]", job: dict[str, Any]) -> None:
    with suppress(BrokenPipeError):  # it has died already: its silence tells
        _pipe(worker.stdin).write(json.dumps(job).encode() + b"\n")
        _pipe(worker.stdin).flush()


def _follow(lines: "queue.SimpleQueue[bytes]", deadline: float, on_progress: Progress | None) -> dict[str, Any]:
    while True:
        try:
            line = lines.get(timeout=max(deadline - time.monotonic(), 0))
        except queue.Empty:
            return {"state": "timeout"}
        if not line:
            return {"state": "died"}
        answer: dict[str, Any] = json.loads(line)
        if "state" in answer:
            return answer
        if on_progress is not None:
            on_progress(answer["cell"], answer["of"])


def _read(worker: "subprocess.Popen[bytes]", lines: "queue.SimpleQueue[bytes]") -> None:
    for line in _pipe(worker.stdout):
        lines.put(line)
    lines.put(b"")


def _end(worker: "subprocess.Popen[bytes]") -> None:
    # A closed input tells the worker to end its kernel and itself; one that cannot hear it is ended from outside.
    with suppress(BrokenPipeError):
        _pipe(worker.stdin).close()
    try:
        worker.wait(timeout=_PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        end_group(worker.pid)
        worker.wait()


def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
    if stream is None:
        raise AssertionError("the worker is started with pipes")
    return stream
