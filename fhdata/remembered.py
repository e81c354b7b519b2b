"""What a costly reading gave, remembered while one run makes several reports from the same files.

Off unless a run switches it on, and never written to disk. A result is found again only by every byte of the files that
it was read from and by every other argument; whoever asks for it gets a copy of its own, so that nobody sees what
another did with it.
"""

import hashlib
import pickle
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar, cast

MOST_RESULTS = 12  # a few reports read the same; a run of many months need not keep them all

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


class _Memory:
    """Results as bytes, by the hash of what they were made from; ``new`` are those that nobody has fetched yet."""

    def __init__(self) -> None:
        self.is_on = False
        self.results: dict[str, bytes] = {}
        self.new: dict[str, bytes] = {}


_memory = _Memory()


def start_remembering() -> None:
    """From now on this process, and every process forked from it, remembers."""
    _memory.is_on = True


def newly_remembered() -> dict[str, bytes]:
    """What has been remembered since the last time this was asked: to be told to another process."""
    found, _memory.new = _memory.new, {}
    return found


def keep(results: dict[str, bytes]) -> None:
    """Remember what another process of this run has read."""
    _memory.results |= results
    for key in list(_memory.results)[:-MOST_RESULTS]:
        del _memory.results[key]


def remembered(
    read: Callable[Concatenate[Path, Arguments], Result],
) -> Callable[Concatenate[Path, Arguments], Result]:
    """Remember what a function gives that reads a folder and depends on nothing but its files and the arguments.

    Args:
        read: its first argument is the folder; the others, and what it gives, can be pickled.
    """

    @wraps(read)
    def ask(folder: Path, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        if not _memory.is_on:
            return read(folder, *args, **kwargs)
        key = _key(read.__qualname__, folder, pickle.dumps((args, sorted(kwargs.items()))))
        if key in _memory.results:
            return cast("Result", pickle.loads(_memory.results[key]))
        result = read(folder, *args, **kwargs)
        written = pickle.dumps(result, protocol=pickle.HIGHEST_PROTOCOL)
        keep({key: written})
        _memory.new[key] = written
        return result

    return ask


def _key(name: str, folder: Path, arguments: bytes) -> str:
    total = hashlib.sha256(f"{name} {folder}".encode())
    total.update(hashlib.sha256(arguments).digest())
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            total.update(f"{path.relative_to(folder).as_posix()} {path.stat().st_size} ".encode())
            total.update(path.read_bytes())
    return total.hexdigest()
