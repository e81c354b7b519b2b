"""The process that has everything heavy imported once and forks a child for each notebook; see ``fhdata.runs.warm``.

It has one thread, so that a fork is safe, and takes one request at a time from the socket that is its standard input.
A child runs one notebook in a session of its own and shares nothing with its siblings: what one of them does to its
copy of the memory no other sees. When the process that started it dies, the socket closes and this process ends; the
children notice by themselves.
"""

import builtins
import gc
import importlib
import json
import os
import pkgutil
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import astuple
from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from fhdata.periods import parse_period
from fhdata.places import Place, open_place
from fhdata.problems import Problem
from fhdata.runs.catalogue import Report
from fhdata.runs.manifest import PACKAGE
from fhdata.runs.parameters import Parameters
from fhdata.runs.processes import end_group, limit_memory
from fhdata.runs.worker import do, watch_parent, without

MOST_BYTES = 65_536
PIPES = 3
# What the suite's notebooks lead to, by ways that are taken only when they are needed.
LIBRARIES = (
    "pandas", "pandas.io.formats.csvs", "pyarrow.pandas_compat", "python_calamine", "xlrd", "xlsxwriter",
    "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg", "PIL.PngImagePlugin", "PIL.JpegImagePlugin",
)  # fmt: skip
BACKEND = "module://matplotlib_inline.backend_inline"  # what a kernel tells matplotlib


def main() -> None:
    """Import everything, then serve until the other end is closed."""
    requests = socket.socket(fileno=os.dup(0))
    _import_everything()
    gc.collect()
    gc.freeze()  # what is here now stays: a child's collector need not look at it, and the pages stay shared
    with suppress(BrokenPipeError, ConnectionResetError):  # whoever started us is gone
        _serve(requests)


def _serve(requests: socket.socket) -> None:
    while True:
        message, pipes, _, _ = socket.recv_fds(requests, MOST_BYTES, PIPES)
        if not message:
            return
        request = json.loads(message)
        if request["do"] == "run":
            requests.send(str(_fork(request, pipes, requests)).encode())
        elif request["do"] == "end":
            end_group(request["pid"])
            _, status = os.waitpid(request["pid"], 0)
            requests.send(str(os.waitstatus_to_exitcode(status)).encode())
        else:
            _preflight(request, pipes[0])
        for number in pipes:
            os.close(number)


def _import_everything() -> None:
    """What takes time is imported here, once; nothing is computed that a notebook could depend on."""
    os.environ["MPLBACKEND"] = BACKEND
    with _as_in_a_notebook():
        for name in (*LIBRARIES, *_own_modules()):
            importlib.import_module(name)
        with without("rfc3987_syntax", "pyarrow.fs"):
            importlib.import_module("fhdata.runs.papermill_run")
        fonts = importlib.import_module("fhdata.publish.fonts")
    fonts.families()
    fonts.covered_characters()


def _own_modules() -> list[str]:
    """Every module of the package that a notebook may import: all but the command line and the example data."""
    parts = ("intake", "publish", "rules", "targets", "funds", "appraisal")
    found = (
        one.name for part in parts for one in pkgutil.iter_modules([str(PACKAGE / part)], f"{PACKAGE.name}.{part}.")
    )
    return [*found, f"{PACKAGE.name}.runs.session"]


@contextmanager
def _as_in_a_notebook() -> Iterator[None]:
    """Some libraries ask while they are imported whether they are in a notebook, and print wider tables if not."""
    vars(builtins)["get_ipython"] = lambda: SimpleNamespace(kernel=None)
    try:
        yield
    finally:
        del vars(builtins)["get_ipython"]


def _preflight(request: dict[str, Any], answer: int) -> None:
    """Check rules and inputs and answer in JSON; indicator sheets are read once for all reports of the same day."""
    from fhdata.runs.wiring import preflight  # noqa: PLC0415 - imported by now

    fields: dict[str, Any] = request["report"]
    written: dict[str, Any] = {key: tuple(one) if isinstance(one, list) else one for key, one in fields.items()}
    report = Report(**written)
    period, as_of = parse_period(request["parameters"]["period"]), date.fromisoformat(request["parameters"]["as_of"])
    place = open_place(Path(request["home"]))
    problems = preflight(place, report, Parameters(period, as_of), _input_problems)
    with os.fdopen(answer, "w", encoding="utf-8", closefd=False) as told:
        json.dump([astuple(one) for one in problems], told)


@cache
def _input_problems(place: Place, as_of: date) -> list[Problem]:
    from fhdata.runs.wiring import input_problems  # noqa: PLC0415 - imported by now

    return input_problems(place, as_of)


def _fork(job: dict[str, Any], pipes: list[int], requests: socket.socket) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    try:
        requests.close()
        _run(job, *pipes)
        os._exit(0)
    finally:
        os._exit(1)  # a child never returns to the requests


def _run(job: dict[str, Any], alive: int, channel: int, log: int) -> None:
    os.setsid()
    os.dup2(log, 2)
    os.dup2(log, 1)
    with open(os.devnull, "rb") as nothing:  # noqa: PTH123
        os.dup2(nothing.fileno(), 0)
    watch_parent(alive, lambda: None)
    os.environ.update(job["environment"])
    os.chdir(job["cwd"])
    limit_memory(job["memory_bytes"])
    with os.fdopen(channel, "w", encoding="utf-8", newline="\n") as told:
        do(job, None, told)


if __name__ == "__main__":
    main()
