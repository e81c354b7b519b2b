"""What is wrong with an input, said so that the person who can mend it knows what to do."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Problem:
    """One thing that is wrong, in one place.

    ``code`` is a stable English name of the kind of problem (``unknown_indicator``); the other fields are Chinese and
    make one sentence together. ``file`` is relative to the place's folder, never absolute.
    """

    file: str
    sheet: str
    cell: str
    code: str
    found: str
    allowed: str
    action: str

    @property
    def sentence(self) -> str:
        """The whole problem as one Chinese sentence: where, what was found, what is allowed, what to do."""
        where = self.file + (f"「{self.sheet}」" if self.sheet else "") + (f" {self.cell}" if self.cell else "")
        return (f"{where}：" if where else "") + "，".join(filter(None, [self.found, self.allowed, self.action])) + "。"


def problem(
    code: str, found: str, allowed: str = "", action: str = "", *, file: str = "", sheet: str = "", cell: str = ""
) -> Problem:
    """Make a Problem; the place may be left out where there is none (a parameter, say)."""
    return Problem(file=file, sheet=sheet, cell=cell, code=code, found=found, allowed=allowed, action=action)


class ProblemsFound(Exception):  # noqa: N818 - names what happened, as StopIteration does
    """Work cannot go on; carries every problem that was found, not only the first."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(one.sentence for one in self.problems))

    def __reduce__(self) -> tuple[type["ProblemsFound"], tuple[tuple[Problem, ...]]]:
        """What another process makes it from again."""
        return type(self), (self.problems,)


def stop_on(problems: Iterable[Problem]) -> None:
    """Raise ProblemsFound when there is at least one problem."""
    found = tuple(problems)
    if found:
        raise ProblemsFound(found)


def nearest(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """The known names most like ``name``, best first, for an "是否为…" hint; nothing is ever matched by it."""
    return difflib.get_close_matches(name, list(known), n=most, cutoff=0.4)


def hint(name: str, known: Iterable[str]) -> str:
    """ "最接近的是“甲”“乙”" or an empty string where nothing is near."""
    close = nearest(name, known)
    return "最接近的是" + "".join(f"“{one}”" for one in close) if close else ""


def file_label(path: Path) -> str:
    """A rule file as it is named to a reader: its folder and its name, never an absolute path."""
    return f"{path.parent.name}/{path.name}"
