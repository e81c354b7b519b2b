"""Where the SQL runs: the same portable text on DuckDB inside this process, or on Spark (``spark_engine``).

Both engines have the same few methods. Answers are whole numbers (int64), text and yes/no only, never a float and
never a blank: what may be missing is given a value in the SQL. Sums are of whole fen, so the order in which threads add
makes no difference, and every query that is looked at ends with ORDER BY; text sorts by code point on both engines. A
sum beyond int64 is refused, never wrapped or turned into a float.

SQL that runs on both keeps to: ``CAST(x AS STRING)``, ``TRY_CAST``, ``SUBSTR``, ``REPLACE``, ``REGEXP_LIKE`` (no
backslash in a pattern), ``CONCAT``, ``COALESCE``, windows, ``UNION ALL``; sums are ``CAST(SUM(x) AS
BIGINT)``; sort keys are never blank, as the two put blanks at different ends.
"""

import hashlib
import importlib
import importlib.util
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, Self

import numpy as np
import pandas as pd

from fhdata.problems import ProblemsFound, problem

if TYPE_CHECKING:
    import pyarrow as pa

WHOLE = {"tinyint", "smallint", "int", "integer", "bigint"}
FLOATS = {"float", "double", "real"}
_TEXT = {"varchar", "string"}
_YES_NO = {"boolean"}
_HASH_BLOCK = 64  # bytes, of SHA-256: what HMAC pads its key to
PERSON_DIGITS = 15  # hex digits kept: 60 bits fit int64; two of a million persons meet once in two million runs


class Engine(Protocol):
    """What a query needs of an engine; views are temporary and belong to it."""

    name: str
    reads_streams: bool
    folder: Path  # for files of passing use; goes when the engine is closed

    def register_frame(self, view: str, frame: pd.DataFrame) -> None:
        """Make a small frame a view: text, int64 and bool columns."""
        ...

    def register_parquet(self, view: str, paths: Sequence[Path]) -> None:
        """Make Parquet files (or folders of parts) of the same columns a view, without reading them yet."""
        ...

    def define(self, view: str, query: str) -> None:
        """Name a query; it is worked out whenever the name is used."""
        ...

    def column_types(self, view: str) -> dict[str, str]:
        """The columns of a view and their types, in small letters, as the engine calls them."""
        ...

    def frame(self, query: str) -> pd.DataFrame:
        """Run a query; its answer as a frame of int64, text and bool.

        Raises:
            ProblemsFound: a sum that does not fit int64.
            TypeError: a column of another type, or with blanks.
        """
        ...

    def write_parquet(self, query: str, path: Path) -> None:
        """Run a query into Parquet at ``path``, which ``register_parquet`` of the same engine reads again."""
        ...

    def column(self, name: str) -> str:
        """A column's name quoted for SQL, whatever it is made of."""
        ...

    def keyed_hash(self, column: str, key: bytes) -> str:
        """SQL for HMAC-SHA-256 of a text column, its first 60 bits as BIGINT."""
        ...

    def close(self) -> None:
        """Let go of everything."""
        ...


def sql_file(path: Path, **parts: str) -> str:
    """A query kept in a file beside the module that asks it; ``{name}`` marks are filled in."""
    return path.read_text(encoding="utf-8").format(**parts)


class Opened:
    """An engine that is open until it is closed, as a context or when nobody holds it any more."""

    _finalizer: "weakref.finalize[..., Any]"

    def close(self) -> None:
        """See ``Engine``."""
        self._finalizer()

    def __enter__(self) -> Self:
        """Use as a context."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()


class DuckDb(Opened):
    """DuckDB inside this process: the default. What does not fit the memory limit goes to a folder of its own."""

    name = "duckdb"
    reads_streams = True

    def __init__(self, memory: str = "768MB", threads: int | None = None, folder: Path | None = None) -> None:
        """Open an engine.

        Args:
            memory: the most it may hold, such as ``512MB``.
            threads: how many at once; as many as the machine has where None.
            folder: where to make the folder for what does not fit; the system's own where None.
        """
        self._duckdb = importlib.import_module("duckdb")
        self.folder = Path(tempfile.mkdtemp(prefix="fhdata-", dir=folder))
        settings = {
            "memory_limit": memory,
            "temp_directory": str(self.folder),
            "preserve_insertion_order": "false",  # every answer is sorted; writing in any order needs less memory
            "autoinstall_known_extensions": "false",  # nothing is fetched while a report is made
        }
        self._connection = self._duckdb.connect(config=settings | ({"threads": str(threads)} if threads else {}))
        self._connection.execute("CREATE TEMP MACRO regexp_like(x, pattern) AS regexp_matches(x, pattern)")
        self._finalizer = weakref.finalize(self, _let_go, self._connection, self.folder)

    def register_frame(self, view: str, frame: pd.DataFrame) -> None:
        """See ``Engine``."""
        self._connection.register(f"{view}_frame", as_arrow(frame))
        self.define(view, f"SELECT * FROM {view}_frame")

    def register_stream(self, view: str, batches: "pa.RecordBatchReader") -> None:
        """Make a stream of record batches a view that can be read once."""
        self._connection.register(view, batches)

    def register_parquet(self, view: str, paths: Sequence[Path]) -> None:
        """See ``Engine``."""
        files = ", ".join(_quoted(path) for path in paths)
        self.define(view, f"SELECT * FROM read_parquet([{files}])")

    def define(self, view: str, query: str) -> None:
        """See ``Engine``."""
        self._connection.execute(f"CREATE OR REPLACE TEMP VIEW {view} AS {query}")

    def column_types(self, view: str) -> dict[str, str]:
        """See ``Engine``."""
        relation = self._connection.sql(f"SELECT * FROM {view}")
        return dict(zip(relation.columns, (str(kind).lower() for kind in relation.types), strict=True))

    def frame(self, query: str) -> pd.DataFrame:
        """See ``Engine``."""
        relation = self._connection.sql(query)
        types = dict(zip(relation.columns, (str(kind).lower() for kind in relation.types), strict=True))
        try:
            return exact_answer(relation.df(), types)
        except self._duckdb.ConversionException as refused:
            raise too_large() from refused

    def write_parquet(self, query: str, path: Path) -> None:
        """See ``Engine``."""
        try:
            self._connection.execute(f"COPY ({query}) TO {_quoted(path)} (FORMAT parquet)")
        except self._duckdb.ConversionException as refused:
            raise too_large() from refused

    def column(self, name: str) -> str:
        """See ``Engine``."""
        return '"' + name.replace('"', '""') + '"'

    def keyed_hash(self, column: str, key: bytes) -> str:
        """See ``Engine``."""
        inner, outer = hmac_pads(key)
        text = f"sha256(unhex('{outer}') || unhex(sha256(unhex('{inner}') || encode({column}))))"
        return f"CAST(CONCAT('0x', SUBSTR({text}, 1, {PERSON_DIGITS})) AS BIGINT)"


def exact_answer(answer: pd.DataFrame, types: dict[str, str]) -> pd.DataFrame:
    """Whole numbers as int64, text as str, yes/no as bool; anything else is refused."""
    wrong = [f"{name} ({kind})" for name, kind in types.items() if kind not in WHOLE | _TEXT | _YES_NO]
    wrong += [f"{name} (blank)" for name in answer.columns if answer[name].isna().any()]
    if wrong:
        raise TypeError(f"a query may answer with BIGINT, STRING and BOOLEAN without blanks: {', '.join(wrong)}")
    kinds = {name: np.int64 if kind in WHOLE else "str" if kind in _TEXT else "bool" for name, kind in types.items()}
    return answer.astype(kinds)


def as_arrow(frame: pd.DataFrame) -> "pa.Table":
    """A frame of whole numbers, text and yes/no as an Arrow table."""
    arrow: Any = importlib.import_module("pyarrow")
    kinds = {"i": arrow.int64(), "b": arrow.bool_()}
    columns = [arrow.array(frame[name], type=kinds.get(frame[name].dtype.kind, arrow.string())) for name in frame]
    return arrow.table(columns, names=[str(name) for name in frame.columns])


def hmac_pads(key: bytes) -> tuple[str, str]:
    """The key as HMAC mixes it in, inner and outer, in hex digits."""
    short = hashlib.sha256(key).digest() if len(key) > _HASH_BLOCK else key
    padded = short.ljust(_HASH_BLOCK, b"\0")
    return bytes(one ^ 0x36 for one in padded).hex(), bytes(one ^ 0x5C for one in padded).hex()


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def too_large() -> ProblemsFound:
    """A sum that does not fit 64 bits, as it is told."""
    found = "合计数超出 64 位整数（约 9 万万亿元的分数）"
    return ProblemsFound([problem("sum_too_large", found, "", "金额可能写错了单位，请核对后重新运行")])


def _let_go(connection: Any, folder: Path) -> None:  # noqa: ANN401 - DuckDB's own class, imported only when used
    connection.close()
    shutil.rmtree(folder, ignore_errors=True)
