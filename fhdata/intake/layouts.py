"""Families of sheets as data: one TOML file a layout, loaded and checked here."""

import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path

from fhdata.problems import Problem, problem, stop_on

FOLDER = Path(__file__).parent / "layouts"
HEADER_ROLES = ("period", "series", "area", "unit", "measure", "frequency", "group")
LABEL_ROLES = ("series", "area", "period", "unit", "group")  # a group only stands in the label
_COMMON = "common.toml"
_KEYS = {"name", "title", "sheet", "header", "labels", "end", "rows", "columns", "preamble", "relative", "measure"}
_NEVER = re.compile(r"(?!)")

Pattern = re.Pattern[str]


@dataclass(frozen=True)
class HeaderRow:
    """One row of the header: what stands over the data columns, and what the label column says in that row."""

    role: str
    corner: Pattern


@dataclass(frozen=True)
class LabelColumn:
    """A column of labels: its role, its own header, whether it may be missing, whether blanks repeat the one above."""

    role: str
    header: Pattern
    is_optional: bool
    fills_down: bool


@dataclass(frozen=True)
class Measure:
    """What wording over a column means: value, growth, progress, plan; ``span`` where the wording tells it."""

    name: str
    text: Pattern
    span: str


@dataclass(frozen=True)
class Layout:
    """One family of sheets; every pattern is matched against folded text (no blanks, half-width)."""

    name: str
    title: str
    first_cell: Pattern | None
    without_first_cell: Pattern
    header_first: bool
    series_from: str
    header: tuple[HeaderRow, ...]
    labels: tuple[LabelColumn, ...]
    footer: Pattern
    blank_rows: int
    section: Pattern
    skip: Pattern
    match: Pattern | None
    without: Pattern
    preamble: dict[str, Pattern]
    relative: dict[str, Pattern]
    measures: tuple[Measure, ...]

    def axis(self, role: str) -> str:
        """Where a role is found: ``columns``, ``rows`` or "" (neither)."""
        if any(row.role == role for row in self.header):
            return "columns"
        return "rows" if any(label.role == role for label in self.labels) else ""

    def anywhere(self) -> "Layout":
        """The layout as a further table on its sheet may have it: not told by the sheet's first cell."""
        return replace(self, first_cell=None, without_first_cell=_NEVER)


def load_layouts(folder: Path = FOLDER) -> tuple[Layout, ...]:
    """Read every layout of a folder, in the order of their names.

    Raises:
        ProblemsFound: a file is not TOML, has an unknown key or role, or a regular expression that does not compile.
    """
    common = _toml(folder / _COMMON) if (folder / _COMMON).is_file() else {}
    problems: list[Problem] = []
    layouts = []
    for path in sorted(folder.glob("*.toml")):
        if path.name == _COMMON:
            continue
        try:
            layouts.append(_layout(_merged(common, _toml(path))))
        except (re.error, KeyError, TypeError, ValueError, AttributeError) as error:
            problems.append(
                problem("bad_layout", f"版式文件有误：{error}", "写法见同一文件夹的其他版式", "请改正", file=path.name)
            )
    stop_on(problems)
    return tuple(layouts)


def _toml(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        stop_on([problem("bad_layout", f"读不懂：{error}", "应为 TOML 文本", "请改正", file=path.name)])
        raise


def _merged(common: dict, own: dict) -> dict:
    merged = dict(common)
    for key, entry in own.items():
        merged[key] = {**common[key], **entry} if isinstance(entry, dict) and key in common else entry
    return merged


def _layout(data: dict) -> Layout:
    unknown = set(data) - _KEYS
    if unknown:
        raise ValueError(f"不认识 {sorted(unknown)}")
    sheet, columns, end = data.get("sheet", {}), data.get("columns", {}), data.get("end", {})
    header = tuple(HeaderRow(_role(row["role"], HEADER_ROLES), re.compile(row["corner"])) for row in data["header"])
    labels = tuple(
        LabelColumn(
            _role(label["role"], LABEL_ROLES),
            re.compile(label["header"]),
            label.get("optional", False),
            label.get("fill_down", False),
        )
        for label in data["labels"]
    )
    return Layout(
        name=data["name"],
        title=data["title"],
        first_cell=_optional(sheet.get("first_cell")),
        without_first_cell=_optional(sheet.get("without_first_cell")) or _NEVER,
        header_first=sheet.get("header_first", False),
        series_from=sheet.get("series_from", ""),
        header=header,
        labels=labels,
        footer=_optional(end.get("footer")) or _NEVER,
        blank_rows=end.get("blank_rows", 0),
        section=_optional(data.get("rows", {}).get("section")) or _NEVER,
        skip=_optional(columns.get("skip")) or _NEVER,
        match=_optional(columns.get("match")),
        without=_optional(columns.get("without")) or _NEVER,
        preamble={key: re.compile(text) for key, text in data.get("preamble", {}).items()},
        relative={key: re.compile(text) for key, text in data.get("relative", {}).items()},
        measures=tuple(
            Measure(one["name"], re.compile(one["text"]), one.get("span", "")) for one in data.get("measure", [])
        ),
    )


def _role(name: str, allowed: tuple[str, ...]) -> str:
    if name not in allowed:
        raise ValueError(f"role 写的是“{name}”，应为 {'、'.join(allowed)} 之一")
    return name


def _optional(text: str | None) -> Pattern | None:
    return None if text is None else re.compile(text)
