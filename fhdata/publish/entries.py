"""What may be entered in a cell of a blank form, and what is said where something else is."""

from collections.abc import Sequence
from dataclasses import dataclass

LONGEST_SHOWN = 60  # a longer list of words is not repeated in the message


@dataclass(frozen=True)
class Entry:
    """What may be entered in a cell: ``kind`` is number, whole, choice, day or text; ``shown`` a number format."""

    kind: str
    least: float | None = None
    most: float | None = None
    choices: tuple[str, ...] = ()
    shown: str = "General"
    message: str = ""


def number(
    least: float | None = None, most: float | None = None, *, shown: str = "General", message: str = ""
) -> Entry:
    """A number between the ends that are given."""
    return Entry("number", least, most, shown=shown, message=message or f"只能填{_range(least, most)}数")


def whole(least: int | None = None, most: int | None = None, *, message: str = "") -> Entry:
    """A whole number between the ends that are given."""
    return Entry("whole", least, most, shown="0", message=message or f"只能填{_range(least, most)}整数")


def money(least: float | None = 0, most: float | None = None, *, message: str = "") -> Entry:
    """An amount in 元 or 万元, shown with two decimals."""
    return number(least, most, shown="#,##0.00", message=message)


def choice(words: Sequence[str]) -> Entry:
    """One of some words, from a drop-down list."""
    short = f"只能选{'、'.join(words)}"
    return Entry("choice", choices=tuple(words), message=short if len(short) <= LONGEST_SHOWN else "只能从下拉列表里选")


def day() -> Entry:
    """A day."""
    return Entry("day", shown="yyyy-mm-dd", message="请写成 2023-04-02 这样的日期")


def text() -> Entry:
    """Free text; what looks like a number stays as it was typed."""
    return Entry("text", shown="@")


def _range(least: float | None, most: float | None) -> str:
    if least is not None and most is not None:
        return f" {least:g} 至 {most:g} 的"
    return f"不小于 {least:g} 的" if least is not None else f"不大于 {most:g} 的" if most is not None else ""
