"""The process in which one notebook runs beside its kernel; started by ``fhdata.runs.engine``, never by hand.

It reads its job as one line of JSON, answers in lines of JSON (``{"cell": 3, "of": 12}`` while it runs, one with a
``state`` at the end), and ends itself and its kernel as soon as the process that started it closes its input or dies.
"""

import json
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from fhdata.runs.processes import end_group, limit_memory

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager

# The notebook tools import these where they find them, for file systems and addresses that no notebook here uses; it
# costs more than a second a run. Where no notebook's code runs, they are not to be found.
NOT_NEEDED = ("pyarrow", "rfc3987_syntax")


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Let these modules not be found, for the length of a with block; those already there are there again after it."""
    before = {name: sys.modules[name] for name in names if name in sys.modules}
    sys.modules.update(dict.fromkeys(names))  # type: ignore[arg-type]  # None is Python's word for "not there"
    try:
        yield
    finally:
        for name in names:
            del sys.modules[name]
        sys.modules.update(before)


def main() -> None:
    """Do one job with a kernel."""
    channel = _private_channel()
    line = sys.stdin.buffer.readline()
    if not line:
        return
    job = json.loads(line)
    kernels: list[AsyncKernelManager] = []
    watch_parent(sys.stdin.fileno(), lambda: _end_kernels(kernels))
    with without(*NOT_NEEDED):
        from fhdata.runs.papermill_run import new_kernel  # noqa: PLC0415 - after the line above

    limit_memory(job["memory_bytes"])
    kernels.append(new_kernel())
    do(job, kernels[0], channel)


def do(job: dict[str, Any], kernel: "AsyncKernelManager | None", channel: IO[str]) -> None:
    """Run the job's notebook and say through the channel how it goes and how it ended."""
    from fhdata.runs.papermill_run import run_notebook  # noqa: PLC0415 - heavy

    state = run_notebook(
        Path(job["notebook"]),
        Path(job["executed"]),
        job["parameters"],
        kernel,
        lambda cell, total: _say(channel, {"cell": cell, "of": total}),
    )
    _say(channel, {"state": state})


def _private_channel() -> IO[str]:
    """Keep standard output to ourselves: whatever a notebook's child process prints goes to the log instead."""
    channel = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", newline="\n")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    return channel


def _say(channel: IO[str], message: dict[str, Any]) -> None:
    channel.write(json.dumps(message) + "\n")
    channel.flush()


def watch_parent(number: int, before_the_end: Callable[[], None]) -> None:
    """End this process and its group as soon as the other end of a pipe is closed: nothing is ever sent through it."""

    def watch() -> None:
        os.read(number, 1)
        before_the_end()
        end_group(os.getpid())

    threading.Thread(target=watch, daemon=True).start()


def _end_kernels(kernels: "list[AsyncKernelManager]") -> None:
    for kernel in kernels:
        process = getattr(kernel.provisioner, "pid", None)
        if process:
            end_group(process)


if __name__ == "__main__":
    main()
