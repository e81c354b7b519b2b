"""The list of what has been published: periods, reports, their state and files."""

from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from fhdata.problems import Problem, problem, stop_on
from fhdata.publish.lights import LIGHTS
from fhdata.publish.page import environment
from fhdata.publish.report import EXAMPLE_LINE

REQUIRED = ("period", "period_label", "title", "state", "light", "as_of", "files", "is_example")


def render_index(entries: Sequence[Mapping[str, Any]], title: str) -> str:
    """The index page; newest period first, reports of a period in the order given.

    Args:
        entries: one dictionary a report: period (2023-05), period_label, title, state (a word), light (green, amber,
            red or none), as_of (text), files (pairs of label and path relative to the index), is_example.
        title: the page's heading.

    Raises:
        ProblemsFound: a key is missing, a light is unknown or a file lies outside the folder of the index.
    """
    stop_on(fault for entry in entries for fault in _entry_problems(entry))
    labels = {str(entry["period"]): str(entry["period_label"]) for entry in entries}
    periods = [
        (period, labels[period], [entry for entry in entries if entry["period"] == period])
        for period in sorted(labels, reverse=True)
    ]
    return (
        environment()
        .get_template("index.html")
        .render(
            title=title,
            periods=periods,
            lights=LIGHTS,
            example_line=EXAMPLE_LINE,
            is_example=any(entry["is_example"] for entry in entries),
        )
    )


def write_index(entries: Sequence[Mapping[str, Any]], title: str, path: Path) -> None:
    """Write the index page; same entries, same bytes."""
    html = render_index(entries, title)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(html.encode())


def _entry_problems(entry: Mapping[str, Any]) -> list[Problem]:
    name = str(entry.get("title", "（无标题）"))
    missing = [key for key in REQUIRED if key not in entry]
    if missing:
        return [problem("bad_index_entry", f"目录里的《{name}》缺 {'、'.join(missing)}", "", "请补上")]
    problems = [
        problem("bad_index_entry", f"目录里的《{name}》指向“{path}”", "只能是目录下的相对路径", "请改正")
        for _, path in entry["files"]
        if not _is_inside(str(path))
    ]
    if entry["light"] not in LIGHTS:
        problems.append(
            problem("bad_light", f"目录里的《{name}》灯号是“{entry['light']}”", f"应为 {'、'.join(LIGHTS)}")
        )
    return problems


def _is_inside(path: str) -> bool:
    parts = PurePosixPath(path)
    return bool(path) and not parts.is_absolute() and ".." not in parts.parts and ":" not in path and "\\" not in path
