"""What a run must have made before it is published, and what must not be in it."""

import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from fhdata.problems import Problem, problem
from fhdata.runs.traces import machine_traces

TEXT_FILES = (".html", ".svg", ".csv", ".json", ".txt", ".md", ".ipynb")
PAGES = (".html", ".svg")
PACKED_FILES = (".xlsx", ".docx")
_OUTSIDE = re.compile(r"\s*(?:https?:|ftp:)?//|\s*(?:https?|ftp):", re.IGNORECASE)
# Names of vocabularies, not addresses that a browser would open.
_OUTSIDE_IN_CODE = re.compile(
    r"(?:@import\s|url\(\s*)['\"]?\s*(?:https?:)?//[^'\")\s]*|https?://(?!www\.w3\.org/)[^'\")\s]*"
)
_NAMESPACE = re.compile(r'\sxmlns(?::\w+)?="http://www\.w3\.org/[^"]*"')
_OUTSIDE_BEGINS = ("//", "http:", "https:", "ftp:")
_HARMLESS_ENTITIES = ("&amp;", "&lt;", "&gt;", "&quot;", "&#34;", "&#39;", "&nbsp;")
_LINKS = {
    "action", "background", "cite", "data", "formaction", "href", "manifest", "ping", "poster", "src", "srcset",
    "xlink:href",
}  # fmt: skip


def output_problems(folder: Path, promised: tuple[str, ...], known: tuple[Path, ...]) -> list[Problem]:
    """Everything that forbids publishing a folder of outputs.

    Args:
        folder: the finished outputs.
        promised: file patterns of which each must match at least one file that is not empty.
        known: folders of this machine whose names must not occur in any file.
    """
    found = [
        problem("promised_file_missing", f"没有做出承诺的文件 {pattern}", "", "请检查笔记本的保存步骤")
        for pattern in promised
        if not any(path.is_file() and path.stat().st_size for path in folder.glob(pattern))
    ]
    for path in files_of(folder):
        name = path.relative_to(folder).as_posix()
        for inner, text in texts_of(path):
            if path.suffix in PAGES:
                found += _link_problems(text, name)
            found += [
                problem("machine_path", f"含有本机路径“{trace}”", "报告里不能有本机路径", "", file=name, cell=inner)
                for trace in machine_traces(text, known)
            ]
    return found


def files_of(folder: Path) -> list[Path]:
    """All files below a folder, in the order of their names."""
    return sorted((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.as_posix())


def outside_links(page: str) -> list[str]:
    """The addresses outside the page that an HTML or SVG text would open or load, each once."""
    if not _may_lead_outside(page):
        return []
    reader = _LinkReader()
    reader.feed(page)
    reader.close()
    return sorted(reader.found)


def _may_lead_outside(page: str) -> bool:
    """Whether an address could stand in a page at all; most pages and drawings have none and need not be parsed."""
    bare = _NAMESPACE.sub("", page).lower()
    entities = sum(bare.count(one) for one in _HARMLESS_ENTITIES)
    return bare.count("&") != entities or any(one in bare for one in _OUTSIDE_BEGINS)


class _LinkReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()
        self._code = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._code = tag if tag in ("style", "script") else ""
        for name, value in attrs:
            if name in _LINKS and value and _OUTSIDE.match(value):
                self.found.add(value)
            if name == "style" and value:
                self.found.update(_OUTSIDE_IN_CODE.findall(value))
            if name == "content" and value and re.search(r"url\s*=\s*(?:https?:)?//", value, re.IGNORECASE):
                self.found.add(value)

    def handle_endtag(self, tag: str) -> None:
        self._code = ""

    def handle_data(self, data: str) -> None:
        if self._code:
            self.found.update(_OUTSIDE_IN_CODE.findall(data))


def _link_problems(page: str, name: str) -> list[Problem]:
    allowed, action = "报告要能离线打开", "请把内容放进页面"
    return [problem("outside_link", f"有外部链接“{link}”", allowed, action, file=name) for link in outside_links(page)]


def texts_of(path: Path) -> Iterator[tuple[str, str]]:
    """The readable texts of an output file, each with the name of the part it stands in; none for a picture."""
    if path.suffix in TEXT_FILES:
        yield "", path.read_text(encoding="utf-8-sig")
    elif path.suffix in PACKED_FILES:
        with zipfile.ZipFile(path) as packed:
            for name in packed.namelist():
                if name.endswith((".xml", ".rels")):
                    yield name, packed.read(name).decode("utf-8")
