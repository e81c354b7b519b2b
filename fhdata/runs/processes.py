"""Processes of their own group, their memory and their end, on every system."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from heapq import heappop, heappush
from pathlib import Path
from typing import Any

CAN_FORK = sys.platform.startswith("linux")


def own_group() -> dict[str, Any]:
    """What ``subprocess.Popen`` needs to start a process in a group of its own."""
    if sys.platform == "win32":
        return {"creationflags": subprocess.CREATE_NEW_PROCESS_GROUP}
    return {"start_new_session": True}


def end_group(pid: int) -> None:
    """End at once the process that leads a group, and everything in the group; one that has ended is fine."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(pid)], capture_output=True, check=False)
        return
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


class Places:
    """So many may be at work at once; of those that wait, the one with the lowest turn goes on first."""

    def __init__(self, count: int) -> None:
        self._free = count
        self._waiting: list[int] = []
        self._changed = threading.Condition()

    @contextmanager
    def held(self, turn: int) -> Iterator[None]:
        """Hold a place for the length of a with block."""
        with self._changed:
            heappush(self._waiting, turn)
            self._changed.wait_for(lambda: self._free > 0 and self._waiting[0] == turn)
            heappop(self._waiting)
            self._free -= 1
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._free += 1
                self._changed.notify_all()


def cores() -> int:
    """How many reports may be made at once."""
    return os.cpu_count() or 1


def limit_memory(more_bytes: int) -> None:
    """Let this process and its children take ``more_bytes`` of memory each beyond what this one has, and no more.

    Where the system knows no such limit (Windows, macOS) nothing is limited.
    """
    if not sys.platform.startswith("linux"):
        return
    import resource  # noqa: PLC0415 - not on every system

    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    wanted = pages * resource.getpagesize() + more_bytes
    limit = wanted if most == resource.RLIM_INFINITY else min(wanted, most)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
