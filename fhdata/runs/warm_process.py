"""The process that has everything heavy imported once and forks a child for each notebook; see ``fhdata.runs.warm``.

It has one thread, so that a fork is safe, and takes one request at a time from the socket that is its standard input.
A child runs one notebook in a session of its own and shares nothing with its siblings: what one of them does to its
copy of the memory no other sees. When the process that started it dies, the socket closes and this process ends; the
children notice by themselves.

One child of another kind, the reader, is forked half-way through the imports, as soon as workbooks can be read: it
checks rules and inputs on one core while the other imports the rest. What it has read it sends here, where the
notebooks find it (``fhdata.remembered``).
"""

import builtins
import gc
import importlib
import json
import os
import pkgutil
import selectors
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from typing import Any

from fhdata.remembered import start_remembering
from fhdata.runs.manifest import PACKAGE
from fhdata.runs.processes import end_group, limit_memory
from fhdata.runs.reader import receive_remembered, serve_checks
from fhdata.runs.worker import do, watch_parent, without

MOST_BYTES = 65_536
PIPES = 3
# What the suite's notebooks lead to, by ways that are taken only when they are needed: first what reads and checks.
READING = ("pandas", "pyarrow.pandas_compat", "python_calamine", "xlrd", "fhdata.runs.wiring")
SHOWING = (
    "pandas.io.formats.csvs", "pandas.core.methods.to_dict", "pandas.core.reshape.reshape", "xlsxwriter",
    "matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg", "PIL.PngImagePlugin", "PIL.JpegImagePlugin",
    "PIL.BmpImagePlugin", "PIL.GifImagePlugin", "PIL.PpmImagePlugin",
    "encodings.cp437", "encodings.unicode_escape", "encodings.utf_16_le",
)  # fmt: skip
OBJECTS_BEFORE_COLLECTION = 100_000  # a report has memory enough and ends soon
BACKEND = "module://matplotlib_inline.backend_inline"  # what a kernel tells matplotlib


def main(checks: int) -> None:
    """Import everything, then serve until the other end is closed.

    Args:
        checks: the number of the socket from which the reader takes its requests.
    """
    requests = socket.socket(fileno=os.dup(0))
    gc.disable()  # nothing of what is imported is ever given back
    start_remembering()
    with _as_in_a_notebook():
        _import(*READING, *_modules_of("intake", "rules"))
        news = _fork_reader(requests, socket.socket(fileno=checks))
        _import_the_rest()
    gc.freeze()  # what is here now stays: a child's collector need not look at it, and the pages stay shared
    gc.enable()
    gc.set_threshold(OBJECTS_BEFORE_COLLECTION, 20, 20)
    with suppress(BrokenPipeError, ConnectionResetError):  # whoever started us is gone
        _serve(requests, news)
    os._exit(0)  # there is nothing to tidy up, and whoever started us waits


def _serve(requests: socket.socket, news: socket.socket) -> None:
    waiting = selectors.DefaultSelector()
    waiting.register(requests, selectors.EVENT_READ)
    waiting.register(news, selectors.EVENT_READ)
    while True:
        ready = {key.fileobj for key, _ in waiting.select()}
        # What the reader has read for a report is here before the report is asked for.
        if news in ready and not receive_remembered(news):
            waiting.unregister(news)
        elif requests in ready:
            message, pipes, _, _ = socket.recv_fds(requests, MOST_BYTES, PIPES)
            if not message:
                return
            answer = _answer(json.loads(message), pipes, (requests, news))
            for number in pipes:
                os.close(number)
            requests.send(str(answer).encode())


def _answer(request: dict[str, Any], pipes: list[int], ours: tuple[socket.socket, ...]) -> int:
    if request["do"] == "run":
        return _fork(request, pipes, ours)
    end_group(request["pid"])
    _, status = os.waitpid(request["pid"], 0)
    return os.waitstatus_to_exitcode(status)


def _fork_reader(requests: socket.socket, checks: socket.socket) -> socket.socket:
    """Fork the reader; what it has read comes from the socket that is given back."""
    news, telling = socket.socketpair()
    gc.freeze()
    if os.fork():
        checks.close()
        telling.close()
        return news
    try:
        requests.close()
        news.close()
        os.close(0)
        gc.enable()
        with suppress(BrokenPipeError, ConnectionResetError):
            serve_checks(checks, telling)
        os._exit(0)
    finally:
        os._exit(1)  # the reader never returns to the requests


def _import(*names: str) -> None:
    for name in names:
        importlib.import_module(name)


def _import_the_rest() -> None:
    """What takes time is imported here, once; nothing is computed that a notebook could depend on."""
    os.environ["MPLBACKEND"] = BACKEND
    _import(*SHOWING, *_modules_of("publish", "targets", "funds", "appraisal"), f"{PACKAGE.name}.runs.session")
    with without("rfc3987_syntax", "pyarrow.fs"):
        _import(f"{PACKAGE.name}.runs.papermill_run")
    fonts = importlib.import_module(f"{PACKAGE.name}.publish.fonts")
    fonts.families()
    fonts.covered_characters()


def _modules_of(*parts: str) -> list[str]:
    """Every module of these parts of the package: a notebook may import any of them."""
    return [
        one.name for part in parts for one in pkgutil.iter_modules([str(PACKAGE / part)], f"{PACKAGE.name}.{part}.")
    ]


@contextmanager
def _as_in_a_notebook() -> Iterator[None]:
    """Some libraries ask while they are imported whether they are in a notebook, and print wider tables if not."""
    vars(builtins)["get_ipython"] = lambda: SimpleNamespace(kernel=None)
    try:
        yield
    finally:
        del vars(builtins)["get_ipython"]


def _fork(job: dict[str, Any], pipes: list[int], ours: tuple[socket.socket, ...]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child:
        return child
    try:
        for one in ours:
            one.close()
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
    main(int(sys.argv[1]))
