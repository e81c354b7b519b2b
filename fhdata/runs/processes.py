"""Processes of their own group, and their end, on every system."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from typing import Any


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
