"""A place is a folder of data: its rules, its raw workbooks, its reports."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from fhdata.problems import ProblemsFound, problem

MARKER = "place.toml"


@dataclass(frozen=True)
class Place:
    """One county (or other area) and the folders its data lies in."""

    home: Path
    name: str
    rules: Path

    @property
    def raw(self) -> Path:
        """Workbooks as received: ``data/raw/<period>/<topic>/``."""
        return self.home / "data" / "raw"

    @property
    def processed(self) -> Path:
        """Tables the suite writes and may delete."""
        return self.home / "data" / "processed"

    @property
    def reports(self) -> Path:
        """Published reports: ``reports/<period>/<report>/``."""
        return self.home / "reports"

    def relative(self, path: Path) -> str:
        """A path as it may be printed: relative to the place, with forward slashes."""
        return relative_to_home(path, self.home)


def relative_to_home(path: Path, home: Path) -> str:
    """A path as it may be printed: relative to ``home`` with forward slashes; outside it the bare name."""
    resolved, base = path.resolve(), home.resolve()
    return resolved.relative_to(base).as_posix() if resolved.is_relative_to(base) else path.name


def open_place(home: Path | None = None) -> Place:
    """Open the place at ``home``, or the nearest one at or above the working folder.

    Raises:
        ProblemsFound: no ``place.toml`` there, or one that cannot be read, lacks a key or names a missing folder.
    """
    start = Path.cwd() if home is None else home
    candidates = [start, *start.resolve().parents] if home is None else [start]
    found = next((folder for folder in candidates if (folder / MARKER).is_file()), None)
    if found is None:
        what = "当前文件夹及其上级" if home is None else f"“{start.name}”文件夹"
        raise ProblemsFound(
            [problem("no_place", f"{what}里没有 {MARKER}", "", "请到项目文件夹里运行，或用 --home 指明地方的文件夹")]
        )
    return _read(found)


def _read(home: Path) -> Place:
    try:
        settings = tomllib.loads((home / MARKER).read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ProblemsFound(
            [problem("bad_place", f"读不懂：{error}", "应为 TOML 文本", "请改正", file=MARKER)]
        ) from error
    wrong = [
        problem("bad_place", f"没有写 {key}", f'应有一行 {key} = "…"', "请补上", file=MARKER)
        for key in ("name", "rules")
        if not isinstance(settings.get(key), str)
    ]
    if wrong:
        raise ProblemsFound(wrong)
    rules = home / settings["rules"]
    if not rules.is_dir():
        raise ProblemsFound(
            [problem("bad_place", f"规则文件夹“{settings['rules']}”不存在", "", "请改正 rules 一行", file=MARKER)]
        )
    return Place(home=home, name=settings["name"], rules=rules)
