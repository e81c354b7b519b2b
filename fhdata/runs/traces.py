"""Paths of the machine a report was made on: found, so that they are never published."""

import re
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import fhdata

_TOP_FOLDERS = ("home", "root", "Users", "tmp", "usr", "opt", "mnt", "srv", "private")
_DRIVE_FOLDERS = ("Users", "Windows", "Program Files", "ProgramData")
_ANYWHERE = re.compile(
    r"file://[^\s\"'<>]*"
    rf"|(?:(?<=[\s\"'(=:>])|^)/(?:{'|'.join(_TOP_FOLDERS)})/[^\s\"'<>)]*"
    rf"|\b[A-Z]:[\\/]{{1,2}}(?:{'|'.join(_DRIVE_FOLDERS)})\b[^\s\"'<>)]*"
)
# A text without one of these has nothing of the above; to look for them takes a twentieth of the time.
_LANDMARKS = ("file://", *(f"/{name}/" for name in _TOP_FOLDERS), *_DRIVE_FOLDERS)
_EMBEDDED = re.compile(r"data:[\w/+.-]+;base64,[A-Za-z0-9+/=\s]+")


def known_folders(*more: Path) -> tuple[Path, ...]:
    """Folders of this machine whose names must not be published: those given, the user's, Python's, the package's."""
    package = Path(fhdata.__file__).resolve().parents[1]
    folders = {*more, Path.home(), Path(sys.prefix), Path(sys.base_prefix), Path(tempfile.gettempdir()), package}
    both = {*folders, *(folder.resolve() for folder in folders)}
    return tuple(sorted(folder for folder in both if len(folder.parts) > 1))


def machine_traces(text: str, folders: Iterable[Path]) -> list[str]:
    """The paths of this machine that a text contains, each once; a folder is not told beside a path below it."""
    text = _EMBEDDED.sub("", text)  # letters of a picture mean nothing
    is_likely = any(one in text for one in _LANDMARKS)
    found = {match[0] for match in _ANYWHERE.finditer(text)} if is_likely else set()
    for folder in folders:
        for written in {str(folder), folder.as_posix(), str(folder).replace("\\", "\\\\")}:
            if written in text and re.search(rf"(?<![\w.]){re.escape(written)}(?![\w.-])", text):
                found.add(written)
    return sorted(path for path in found if not any(path != longer and longer.startswith(path) for longer in found))
