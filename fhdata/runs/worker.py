"""The process in which one notebook runs; started by ``fhdata.runs.engine``, never by hand.

It reads its job as one line of JSON, answers in lines of JSON (``{"cell": 3, "of": 12}`` while it runs, one with a
``state`` at the end), and ends itself and its kernel as soon as the process that started it closes its input or dies.
"""

import json
import os
import sys
import threading
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from fhdata.runs.processes import end_group

if TYPE_CHECKING:
    from jupyter_client.manager import AsyncKernelManager

# The notebook tools import these where they find them, for file systems and addresses that no notebook here uses; it
# costs more than a second a run. In this process, where no notebook's code runs, they are not to be found.
NOT_NEEDED = ("pyarrow", "rfc3987_syntax")


def main() -> None:
    """Do one job."""
    channel = _private_channel()
    line = sys.stdin.buffer.readline()
    if not line:
        return
    job = json.loads(line)
    kernels: list[AsyncKernelManager] = []
    threading.Thread(target=_end_with_parent, args=(kernels,), daemon=True).start()
    sys.modules.update(dict.fromkeys(NOT_NEEDED))  # type: ignore[arg-type]  # None is Python's word for "not there"
    from fhdata.runs.papermill_run import new_kernel, run_notebook  # noqa: PLC0415 - after the line above

    kernels.append(new_kernel())
    state = run_notebook(
        Path(job["notebook"]),
        Path(job["executed"]),
        job["parameters"],
        kernels[0],
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


def _end_with_parent(kernels: "list[AsyncKernelManager]") -> None:
    os.read(sys.stdin.fileno(), 1)  # nothing is ever sent after the job: this returns when the other end is closed
    for kernel in kernels:
        process = getattr(kernel.provisioner, "pid", None)
        if process:
            end_group(process)
    end_group(os.getpid())


if __name__ == "__main__":
    main()
