"""State of the whole process that a reading changes, and sets back when it ends; nothing else here is process-wide."""

import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa


@contextmanager
def arrow_on_system_memory() -> Iterator[None]:
    """Let Arrow take its memory from the operating system's allocator; what was made so stays usable afterwards.

    Measured on 200,000 rows x 8 (benchmarks/intake.py): the allocator that Arrow brings along takes a third more time
    and 40 MB more.
    """
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(before)


@contextmanager
def collector_at_rest() -> Iterator[None]:
    """Let the garbage collector rest: cells are no cycles, and reference counts free them.

    To look through a million cells for cycles again and again takes a tenth of the reading.
    """
    was_at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_at_work:
            gc.enable()


@contextmanager
def compiled_libraries_quiet() -> Iterator[None]:
    """Keep a compiled library from writing to the terminal.

    A damaged .xls can stop the library, which then writes a trace of its own code. What it means is told by the one
    problem that follows; the trace would only frighten the reader. The library writes to descriptor 2 itself, past
    ``sys.stderr``, and has no setting for it: the descriptor is the only handle.
    """
    if sys.stderr is not None:  # a program without a terminal has none
        sys.stderr.flush()
    kept = os.dup(2)
    try:
        with Path(os.devnull).open("wb") as nowhere:
            os.dup2(nowhere.fileno(), 2)
            yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
