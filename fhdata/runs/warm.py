"""One process that has everything heavy imported, from which notebooks are forked; started when the first is run.

Only where the system can fork (Linux); elsewhere each notebook has a kernel of its own, see ``fhdata.runs.engine``.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from typing import Any

from fhdata.places import Place
from fhdata.problems import Problem
from fhdata.runs.catalogue import Report
from fhdata.runs.parameters import Parameters
from fhdata.runs.processes import CAN_FORK, own_group

_ANSWER_BYTES = 100
_ENVIRONMENT = {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}


class WarmProcess:
    """The process and the way to it; threads may share it, their requests are taken one after the other."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._requests: socket.socket | None = None

    def run(self, job: dict[str, Any], pipes: Sequence[int]) -> int:
        """Start a notebook in a child of its own; the child's number, or 0 where the process has died.

        Args:
            job: notebook, executed, parameters, cwd, environment, memory_bytes.
            pipes: what the child watches, what it tells through, its log.
        """
        return int(self._ask({"do": "run", **job}, pipes) or 0)

    def end(self, child: int) -> None:
        """End a child and everything it started; its number stays its own until then."""
        self._ask({"do": "end", "pid": child}, ())

    def preflight(self, place: Place, report: Report, parameters: Parameters) -> list[Problem]:
        """``wiring.preflight``; the inputs are read in the warm process, once for all reports of the same day.

        Raises:
            RuntimeError: the process died over it; what it said stands above.
        """
        request = {"home": str(place.home.resolve()), "report": asdict(report), "parameters": parameters.values()}
        mine, other = os.pipe()
        with os.fdopen(mine, "rb") as answer:
            try:
                self._ask({"do": "preflight", **request}, (other,), has_answer=False)
            finally:
                os.close(other)
            text = answer.read()
        if not text:
            raise RuntimeError("the checks of rules and inputs ended without an answer")
        return [Problem(*fields) for fields in json.loads(text)]

    def close(self) -> None:
        """End the process, if it was ever started."""
        if self._process is not None and self._requests is not None:
            self._requests.close()
            self._process.wait()

    def _ask(self, request: dict[str, Any], pipes: Sequence[int], *, has_answer: bool = True) -> bytes:
        with self._lock:
            requests = self._open()
            with suppress(BrokenPipeError, ConnectionResetError):  # it has died: no answer tells
                socket.send_fds(requests, [json.dumps(request).encode()], pipes)
                return requests.recv(_ANSWER_BYTES) if has_answer else b""
        return b""

    def _open(self) -> socket.socket:
        if self._requests is None:
            self._requests, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "fhdata.runs.warm_process"],
                env={**os.environ, **_ENVIRONMENT},
                stdin=other.fileno(),
                stdout=subprocess.DEVNULL,
                **own_group(),
            )
            other.close()
        return self._requests


@contextmanager
def warm_process() -> Iterator[WarmProcess | None]:
    """A warm process for the length of a with block; None where the system cannot fork."""
    if not CAN_FORK:
        yield None
        return
    warm = WarmProcess()
    try:
        yield warm
    finally:
        warm.close()
