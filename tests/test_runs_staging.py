"""Publishing in one step: whatever is killed, whenever, a reader finds the whole old or the whole new report."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fhdata.problems import ProblemsFound
from fhdata.runs import staging as module
from fhdata.runs.locks import Locked, hold
from fhdata.runs.staging import STAGING, Staging, open_staging, publish, recover

NAME = "2023-03-a"
FILES = 20

# Publishes report "0", "1", "2" … one after the other until it is killed; each has the same files with its number in.
PUBLISH_FOR_EVER = """
import itertools, sys
from pathlib import Path
from fhdata.runs.locks import hold
from fhdata.runs.staging import open_staging, publish, recover

reports, name, files = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
with hold(reports, name):
    recover(reports, name, reports / "2023-03" / "a")
    for number in itertools.count():
        staging = open_staging(reports, name)
        for file in range(files):
            (staging.output / f"{file}.txt").write_text(str(number))
        publish(staging, reports / "2023-03" / "a")
        print(number, flush=True)
"""


def write(staging: Staging, text: str) -> Staging:
    (staging.output / "a.txt").write_text(text, encoding="utf-8")
    return staging


def target_of(reports: Path) -> Path:
    return reports / "2023-03" / "a"


@pytest.mark.parametrize("has_exchange", [True, False], ids=["one step", "two steps"])
def test_new_report_takes_the_place_of_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_exchange: bool
) -> None:
    if not has_exchange:
        monkeypatch.setattr(module, "exchange", lambda one, other: False)
    for text in ("first", "second"):
        publish(write(open_staging(tmp_path, NAME), text), target_of(tmp_path))
        assert (target_of(tmp_path) / "a.txt").read_text(encoding="utf-8") == text
    assert [path.name for path in target_of(tmp_path).iterdir()] == ["a.txt"]
    assert list((tmp_path / STAGING).iterdir()) == []


def test_linux_changes_two_folders_in_one_step_and_others_say_they_cannot(tmp_path: Path) -> None:
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        (tmp_path / name / name).touch()
    is_changed = module.exchange(tmp_path / "one", tmp_path / "other")
    assert is_changed == sys.platform.startswith("linux")
    assert (tmp_path / "one" / "other").exists() == is_changed
    assert (tmp_path / "other" / "one").exists() == is_changed


def test_report_set_aside_by_a_killed_run_is_put_back(tmp_path: Path) -> None:
    publish(write(open_staging(tmp_path, NAME), "old"), target_of(tmp_path))
    killed = write(open_staging(tmp_path, NAME), "new")
    target_of(tmp_path).rename(killed.folder / "old")  # between the two steps of systems without an exchange
    recover(tmp_path, NAME, target_of(tmp_path))
    assert (target_of(tmp_path) / "a.txt").read_text(encoding="utf-8") == "old"
    assert list((tmp_path / STAGING).iterdir()) == []


def test_recovery_leaves_other_reports_alone(tmp_path: Path) -> None:
    other = open_staging(tmp_path, f"{NAME}-county")
    dead = open_staging(tmp_path, NAME)
    recover(tmp_path, NAME, target_of(tmp_path))
    assert other.output.is_dir()
    assert not dead.folder.exists()


def test_open_file_in_the_report_is_told_and_the_report_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    publish(write(open_staging(tmp_path, NAME), "old"), target_of(tmp_path))
    ready = write(open_staging(tmp_path, NAME), "new")

    def refuse(self: Path, to: Path) -> Path:
        raise PermissionError(13, "in use")

    monkeypatch.setattr(module, "exchange", lambda one, other: False)
    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(ProblemsFound, match="2023-03/a 里有文件正被别的程序打开，请关闭后重新运行，原报告未动。"):
        publish(ready, target_of(tmp_path))
    assert (target_of(tmp_path) / "a.txt").read_text(encoding="utf-8") == "old"


def test_killed_at_any_moment_leaves_one_whole_report(tmp_path: Path) -> None:
    for moment in range(12):
        command = [sys.executable, "-c", PUBLISH_FOR_EVER, str(tmp_path), NAME, str(FILES)]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as writer:
            if writer.stdout is None:
                raise AssertionError("the writer has a pipe")
            writer.stdout.readline()
            time.sleep(0.002 * moment)  # a round takes some ten milliseconds: each time another part of it
            writer.kill()
        texts = [path.read_text(encoding="utf-8") for path in target_of(tmp_path).iterdir()]
        assert len(texts) == FILES
        assert len(set(texts)) == 1
        with hold(tmp_path, NAME):
            recover(tmp_path, NAME, target_of(tmp_path))
        assert [path for path in (tmp_path / STAGING).iterdir() if path.is_dir()] == []


def test_second_run_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    with hold(tmp_path, NAME):
        with hold(tmp_path, "2023-03-b"):
            pass  # another report is another lock
        with pytest.raises(Locked) as found, hold(tmp_path, NAME):
            pass
    assert f"{NAME} 正由进程 {os.getpid()}（20" in str(found.value)
    with hold(tmp_path, NAME):
        assert (tmp_path / STAGING / f"{NAME}.holder.json").is_file()


def test_holder_that_has_not_said_who_it_is_is_told_too(tmp_path: Path) -> None:
    with hold(tmp_path, NAME):
        (tmp_path / STAGING / f"{NAME}.holder.json").write_text("", encoding="utf-8")
        with pytest.raises(Locked, match="另一个进程"), hold(tmp_path, NAME):
            pass
