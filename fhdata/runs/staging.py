"""A run works in a staging folder; a finished report takes its published place in one step."""

import ctypes
import os
import re
import secrets
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from fhdata.problems import ProblemsFound, problem

STAGING = ".staging"
_ASIDE = "old"
_AT_FDCWD = -100
_RENAME_EXCHANGE = 2


@dataclass(frozen=True)
class Staging:
    """One run's folders: ``output`` becomes the report, ``work`` is thrown away."""

    folder: Path

    @property
    def output(self) -> Path:
        """What the notebook writes and the reader will see."""
        return self.folder / "output"

    @property
    def work(self) -> Path:
        """Everything a run needs only while it runs."""
        return self.folder / "work"

    def discard(self) -> None:
        """Remove the folder; what another program still holds open is removed by the next run's ``recover``."""
        shutil.rmtree(self.folder, ignore_errors=True)


def open_staging(reports: Path, name: str) -> Staging:
    """Make an empty staging folder beside the reports, on the same disk, for ``name`` (``2023-03-targets``)."""
    staging = Staging(reports / STAGING / f"{name}-{secrets.token_hex(4)}")
    staging.output.mkdir(parents=True)
    staging.work.mkdir()
    return staging


def recover(reports: Path, name: str, target: Path) -> None:
    """Finish what a killed run left: put back a report that was set aside, remove its staging folders.

    To be called while holding the report's lock: then every staging folder of that name belongs to a dead run.
    """
    if not (reports / STAGING).is_dir():
        return
    form = re.compile(re.escape(name) + "-[0-9a-f]{8}")
    for folder in sorted((reports / STAGING).iterdir()):
        if form.fullmatch(folder.name):
            if (folder / _ASIDE).is_dir() and not target.exists():
                (folder / _ASIDE).rename(target)
            shutil.rmtree(folder)


def publish(staging: Staging, target: Path) -> None:
    """Give a finished report its published place; the report that was there before is removed with the staging folder.

    On Linux the two folders change places in one step of the file system. Elsewhere the old one is set aside first, and
    ``recover`` puts it back should the run be killed between the two steps.

    Raises:
        ProblemsFound: the published folder cannot be replaced, because a file in it is open in another program.
    """
    _flush(staging.output)
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        staging.output.rename(target)
    elif not exchange(staging.output, target):
        _replace(staging, target)
    staging.discard()


def exchange(one: Path, other: Path) -> bool:
    """Let two folders change names in one atomic step; False where the system has no such step."""
    if not sys.platform.startswith("linux"):
        return False
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is None:
        return False
    return rename(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0


def _replace(staging: Staging, target: Path) -> None:
    aside = staging.folder / _ASIDE
    try:
        target.rename(aside)
    except PermissionError as error:
        said = f"{target.parent.name}/{target.name} 里有文件正被别的程序打开"
        raise ProblemsFound([problem("target_in_use", said, "", "请关闭后重新运行，原报告未动")]) from error
    try:
        staging.output.rename(target)
    except OSError:
        aside.rename(target)
        raise


def _flush(folder: Path) -> None:
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb+") as file:
                os.fsync(file.fileno())
