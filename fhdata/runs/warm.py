"""One process that has everything heavy imported, from which notebooks are forked; started when the first is run.

Only where the system can fork (Linux); elsewhere each notebook has a kernel of its own, see ``fhdata.runs.engine``.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, ParamSpec, TypeVar, cast

from fhdata.problems import ProblemsFound
from fhdata.runs.processes import CAN_FORK, Places, cores, own_group
from fhdata.runs.reader import receive, send

Arguments = ParamSpec("Arguments")
Answer = TypeVar("Answer")

_ANSWER_BYTES = 100
_ENVIRONMENT = {"PYTHONHASHSEED": "0", "PYTHONUTF8": "1"}


class WarmProcess:
    """The process and the ways to it; threads may share it, their requests are taken one after the other.

    ``places``: one to be held for each notebook that runs; there are as many as cores.
    """

    def __init__(self) -> None:
        self.places = Places(cores())
        self._checking = Places(1)
        self._starting, self._running = threading.Lock(), threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._requests, other = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._checks, checks = socket.socketpair()
        self._theirs = other, checks

    def start(self) -> None:
        """Start the process, if that has not been done: it takes a second until it can run the first notebook."""
        with self._starting:
            if self._process is not None:
                return
            requests, checks = self._theirs
            self._process = subprocess.Popen(
                [sys.executable, "-m", "fhdata.runs.warm_process", str(checks.fileno())],
                env={**os.environ, **_ENVIRONMENT},
                stdin=requests.fileno(),
                stdout=subprocess.DEVNULL,
                pass_fds=[checks.fileno()],
                **own_group(),
            )
            requests.close()
            checks.close()

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

    def ask(
        self, turn: int, function: Callable[Arguments, Answer], *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> Answer:
        """What a function gives, called beside this process by one that has the libraries imported.

        Where several wait to ask, the lowest ``turn`` comes first.
        What a preflight reads, no notebook of this run reads again.

        Raises:
            ProblemsFound: as the function does.
            RuntimeError: the process died over it; what it said stands above.
        """
        self.start()
        with self._checking.held(turn), suppress(BrokenPipeError, ConnectionResetError):  # it has died: no answer tells
            send(self._checks, (function, args, kwargs))
            for answer in receive(self._checks):
                if isinstance(answer, ProblemsFound):
                    raise answer
                return cast("Answer", answer)
        raise RuntimeError(f"{function.__name__} ended without an answer")

    def close(self) -> None:
        """End the process, if it was ever started."""
        self._requests.close()
        self._checks.close()
        if self._process is not None:
            self._process.wait()
        else:
            for one in self._theirs:
                one.close()

    def _ask(self, request: dict[str, Any], pipes: Sequence[int]) -> bytes:
        self.start()
        with self._running, suppress(BrokenPipeError, ConnectionResetError):  # the same
            socket.send_fds(self._requests, [json.dumps(request).encode()], pipes)
            return self._requests.recv(_ANSWER_BYTES)
        return b""


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
