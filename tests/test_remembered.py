"""What one run remembers of the files it has read, and when it must read them again."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from fhdata import remembered as memory


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "one.csv").write_text("1", encoding="utf-8")
    return tmp_path


@pytest.fixture
def remembering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "_memory", memory._Memory())
    memory.start_remembering()


def counting() -> tuple[Callable[..., pd.DataFrame], list[int]]:
    """A reading of a folder, and how often each was really made."""
    made: list[int] = []

    @memory.remembered
    def read(folder: Path, factor: int, *, names: pd.DataFrame) -> pd.DataFrame:
        made.append(factor)
        total = sum(int(path.read_text(encoding="utf-8")) for path in folder.rglob("*.csv"))
        return pd.DataFrame({"name": names["name"], "value": total * factor})

    return read, made


NAMES = pd.DataFrame({"name": ["甲", "乙"]})


@pytest.mark.usefixtures("remembering")
def test_the_same_files_and_arguments_are_read_once(raw: Path) -> None:
    read, made = counting()
    first = read(raw, 2, names=NAMES)
    second = read(raw, 2, names=NAMES.copy())
    pd.testing.assert_frame_equal(first, second)
    assert made == [2]
    assert list(second["value"]) == [2, 2]  # 1 in the only file, times 2


@pytest.mark.usefixtures("remembering")
@pytest.mark.parametrize("change", ["content", "new file", "other name", "argument", "frame"])
def test_whatever_else_is_read_anew(raw: Path, change: str) -> None:
    read, made = counting()
    read(raw, 2, names=NAMES)
    factor, names = 2, NAMES
    one = raw / "a" / "one.csv"
    if change == "content":
        one.write_text("3", encoding="utf-8")
    elif change == "new file":
        (raw / "two.csv").write_text("3", encoding="utf-8")
    elif change == "other name":
        one.rename(raw / "a" / "two.csv")
    elif change == "argument":
        factor = 5
    else:
        names = pd.DataFrame({"name": ["甲", "丙"]})
    read(raw, factor, names=names)
    assert made == [2, factor]


@pytest.mark.usefixtures("remembering")
def test_nobody_sees_what_another_did_with_a_result(raw: Path) -> None:
    read, _ = counting()
    first = read(raw, 2, names=NAMES)
    first.loc[:, "value"] = -1
    first.columns = ["spoiled", "spoiled too"]
    assert list(read(raw, 2, names=NAMES)["value"]) == [2, 2]


def test_nothing_is_remembered_unless_a_run_asks_for_it(raw: Path) -> None:
    read, made = counting()
    read(raw, 2, names=NAMES)
    read(raw, 2, names=NAMES)
    assert made == [2, 2]
    assert memory.newly_remembered() == {}


@pytest.mark.usefixtures("remembering")
def test_another_process_is_told_and_only_the_last_are_kept(raw: Path) -> None:
    read, made = counting()
    for factor in range(memory.MOST_RESULTS + 3):
        read(raw, factor, names=NAMES)
    told = memory.newly_remembered()
    assert len(told) == memory.MOST_RESULTS + 3
    assert memory.newly_remembered() == {}
    read(raw, 3, names=NAMES)  # one of the last 12 of 15: 3 … 14
    assert made[-1] == memory.MOST_RESULTS + 2
    read(raw, 2, names=NAMES)  # the first that is no longer kept
    assert made[-1] == 2
    memory.start_remembering()
    memory.keep({"another": b""})
    assert len(memory._memory.results) == memory.MOST_RESULTS
