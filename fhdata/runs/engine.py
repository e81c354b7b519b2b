"""Run a notebook in a process of its own, within limits of time and memory, and say how it went.

Two ways, one answer: forked from a process that has the libraries loaded, or, where a system cannot fork, in a kernel.
"""

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Literal

from fhdata.runs.processes import end_group, own_group
from fhdata.runs.staging import Staging
from fhdata.runs.warm import WarmProcess

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


@dataclass(frozen=True)
class _Worker:
    """The process that runs one notebook: a pipe it watches, a pipe it tells through, and how to end it."""

    alive: IO[bytes]
    told: IO[bytes]
    end: Callable[[], None]


def execute(
    notebook: Path,
    parameters: Mapping[str, str],
    staging: Staging,
    *,
    cwd: Path,
    timeout_seconds: float,
    memory_bytes: int,
    warm: WarmProcess | None = None,
    turn: int = 0,
    on_progress: Progress | None = None,
) -> Execution:
    """Run a notebook with its parameters; never raises for what happens inside the notebook.

    Args:
        notebook: the notebook file; it is not changed.
        parameters: names and values, written into the cell after the one tagged ``parameters``.
        staging: ``staging.output`` is the notebook's output folder, told to it in ``FHDATA_OUTPUT``.
        cwd: the folder the notebook runs in: the place's home.
        timeout_seconds: wall-clock limit of the whole run, start-up included.
        memory_bytes: how much memory the notebook may take beyond what Python and its libraries take.
        warm: forks the process that runs the cells; None starts one, with a kernel.
        turn: where several reports wait to be forked, the lowest comes first.
        on_progress: called with the number of the cell that starts and the number of cells.
    """
    executed, log = staging.work / EXECUTED, staging.work / LOG
    job = {
        "notebook": str(notebook.resolve()),
        "executed": str(executed.resolve()),
        "parameters": dict(parameters),
        "cwd": str(cwd.resolve()),
        "environment": _environment(staging),
        "memory_bytes": memory_bytes,
    }
    with warm.places.held(turn) if warm else nullcontext(), log.open("w+b") as log_file:
        started = time.monotonic()
        worker = _fork(warm, job, log_file) if warm else _start(job, log_file)
        lines: queue.SimpleQueue[bytes] = queue.SimpleQueue()
        reader = threading.Thread(target=_read, args=(worker.told, lines), daemon=True)
        reader.start()
        try:
            answer = _follow(lines, started + timeout_seconds, on_progress)
        finally:
            worker.end()
            reader.join()
            worker.told.close()
    return Execution(state=answer["state"], seconds=time.monotonic() - started, executed=executed, log=log)


def _environment(staging: Staging) -> dict[str, str]:
    work = staging.work.resolve()
    return {
        OUTPUT_VARIABLE: str(staging.output.resolve()),
        "IPYTHONDIR": str(work / "ipython"),  # nobody's own start-up files
        "JUPYTER_RUNTIME_DIR": str(work / "runtime"),
        "PYTHONHASHSEED": "0",
        "PYTHONUTF8": "1",
    }


def _fork(warm: WarmProcess, job: dict[str, Any], log_file: IO[bytes]) -> _Worker:
    """Have a child forked that runs the cells itself."""
    watched, alive = os.pipe()
    told, channel = os.pipe()
    child = warm.run(job, (watched, channel, log_file.fileno()))
    os.close(watched)
    os.close(channel)
    alive_file = os.fdopen(alive, "wb")

    def end() -> None:
        if child:
            warm.end(child)
        alive_file.close()

    return _Worker(alive_file, os.fdopen(told, "rb"), end)


def _start(job: dict[str, Any], log_file: IO[bytes]) -> _Worker:
    """Start a process that runs the cells in a kernel."""
    process = subprocess.Popen(
        [sys.executable, "-m", "fhdata.runs.worker"],
        cwd=job["cwd"],
        env={**os.environ, **job["environment"]},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log_file,
        **own_group(),
    )
    alive, told = _pipe(process.stdin), _pipe(process.stdout)
    with suppress(BrokenPipeError):  # it has died already: its silence tells
        alive.write(json.dumps(job).encode() + b"\n")
        alive.flush()
    return _Worker(alive, told, lambda: _end(process))


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


def _read(told: IO[bytes], lines: "queue.SimpleQueue[bytes]") -> None:
    for line in told:
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
