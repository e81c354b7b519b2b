"""One run at a time for each report and period."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from fhdata.problems import Problem, problem
from fhdata.runs.staging import STAGING


class Locked(Exception):  # noqa: N818 - names what happened
    """Another run of the same report and period is under way."""

    def __init__(self, told: Problem) -> None:
        self.problem = told
        super().__init__(told.sentence)


@contextmanager
def hold(reports: Path, name: str, *, wait_seconds: float = 0.0) -> Iterator[None]:
    """Hold the lock of one report and period; the system frees it when the process ends, however it ends.

    Raises:
        Locked: someone else holds it; says who and since when.
    """
    folder = reports / STAGING
    folder.mkdir(parents=True, exist_ok=True)
    # A file apart from the lock itself: Windows lets nobody read a locked file.
    holder = folder / f"{name}.holder.json"
    lock = FileLock(folder / f"{name}.lock")
    try:
        lock.acquire(timeout=wait_seconds)
    except Timeout as error:
        raise Locked(_locked(name, holder)) from error
    try:
        started = datetime.now(UTC).astimezone().strftime("%Y-%m-%d %H:%M:%S")
        holder.write_text(json.dumps({"pid": os.getpid(), "started": started}), encoding="utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def _locked(name: str, holder: Path) -> Problem:
    try:
        who = json.loads(holder.read_text(encoding="utf-8"))
        by = f"进程 {who['pid']}（{who['started']} 开始）"
    except (OSError, ValueError):
        by = "另一个进程（刚刚开始）"
    return problem("locked", f"{name} 正由{by}运行", "同一报告同一期间一次只能运行一个", "请等它结束后再试")
