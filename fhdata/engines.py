"""Where the SQL runs: the same portable text on DuckDB inside this process, or on Spark that is already there.

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
import os
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
_SPARK_SQL = {
    "spark.sql.session.timeZone": "UTC",  # times are the platform's own, read and written as they stand
    "spark.sql.ansi.enabled": "true",  # a sum that overflows is an error
}
_HASH_BLOCK = 64  # bytes, of SHA-256: what HMAC pads its key to
_PERSON_DIGITS = 15  # hex digits kept: 60 bits fit int64; two of a million persons meet once in two million runs


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


class DuckDb:
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
        self._connection.register(f"{view}_frame", _as_arrow(frame))
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
            return _exact(relation.df(), types)
        except self._duckdb.ConversionException as refused:
            raise _too_large() from refused

    def write_parquet(self, query: str, path: Path) -> None:
        """See ``Engine``."""
        try:
            self._connection.execute(f"COPY ({query}) TO {_quoted(path)} (FORMAT parquet)")
        except self._duckdb.ConversionException as refused:
            raise _too_large() from refused

    def column(self, name: str) -> str:
        """See ``Engine``."""
        return '"' + name.replace('"', '""') + '"'

    def keyed_hash(self, column: str, key: bytes) -> str:
        """See ``Engine``."""
        inner, outer = _pads(key)
        text = f"sha256(unhex('{outer}') || unhex(sha256(unhex('{inner}') || encode({column}))))"
        return f"CAST(CONCAT('0x', SUBSTR({text}, 1, {_PERSON_DIGITS})) AS BIGINT)"

    def close(self) -> None:
        """See ``Engine``."""
        self._finalizer()

    def __enter__(self) -> Self:
        """Use as a context."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()


class Spark:
    """Spark: a session that is already there, or a local one; the extra ``spark`` and Java 17 or later are needed."""

    name = "spark"
    reads_streams = False

    def __init__(
        self,
        memory: str = "2g",
        threads: int | None = None,
        folder: Path | None = None,
        session: Any = None,  # noqa: ANN401 - Spark's own class, imported only when used
    ) -> None:
        """Open a session, or use one.

        Args:
            memory: of a local session's driver, such as ``2g``.
            threads: of a local session; as many as the machine has where None.
            folder: where to make the folder for small tables and answers; of a cluster, a place that all its machines
                see.
            session: a SparkSession that is already there; it is left running.

        Raises:
            ProblemsFound: no pyspark or no Java.
        """
        missing = spark_missing()
        if missing:
            action = "请安装 Java 17 和 fhdata[spark]，或改用 DuckDB"
            raise ProblemsFound([problem("no_spark", f"不能用 Spark：{missing}", "", action)])
        self.folder = Path(tempfile.mkdtemp(prefix="fhdata-", dir=folder))
        self._session = session or _local_session(memory, threads, str(self.folder))
        for name, value in _SPARK_SQL.items():
            self._session.conf.set(name, value)
        self._errors = importlib.import_module("pyspark.errors")
        self._finalizer = weakref.finalize(self, _stop, None if session else self._session, self.folder)

    def register_frame(self, view: str, frame: pd.DataFrame) -> None:
        """See ``Engine``."""
        parquet = importlib.import_module("pyarrow.parquet")
        path = self.folder / f"{view}.parquet"
        parquet.write_table(_as_arrow(frame), path)
        self.register_parquet(view, [path])

    def register_parquet(self, view: str, paths: Sequence[Path]) -> None:
        """See ``Engine``."""
        self._session.read.parquet(*(str(path) for path in paths)).createOrReplaceTempView(view)

    def define(self, view: str, query: str) -> None:
        """See ``Engine``."""
        self._session.sql(query).createOrReplaceTempView(view)

    def column_types(self, view: str) -> dict[str, str]:
        """See ``Engine``."""
        return dict(self._session.table(view).dtypes)

    def frame(self, query: str) -> pd.DataFrame:
        """See ``Engine``."""
        answer = self._session.sql(query)
        path = Path(tempfile.mkdtemp(dir=self.folder)) / "answer.parquet"
        try:  # by way of a file of one part, in the query's order: no second way of turning types into numbers
            answer.coalesce(1).write.parquet(str(path))
        except self._errors.ArithmeticException as refused:
            raise _too_large() from refused
        parquet = importlib.import_module("pyarrow.parquet")
        return _exact(parquet.read_table(path).to_pandas(), dict(answer.dtypes))

    def write_parquet(self, query: str, path: Path) -> None:
        """See ``Engine``."""
        try:
            self._session.sql(query).write.mode("overwrite").parquet(str(path))
        except self._errors.ArithmeticException as refused:
            raise _too_large() from refused

    def column(self, name: str) -> str:
        """See ``Engine``."""
        return "`" + name.replace("`", "``") + "`"

    def keyed_hash(self, column: str, key: bytes) -> str:
        """See ``Engine``."""
        inner, outer = _pads(key)
        text = f"sha2(unhex('{outer}') || unhex(sha2(unhex('{inner}') || encode({column}, 'UTF-8'), 256)), 256)"
        return f"CAST(CONV(SUBSTR({text}, 1, {_PERSON_DIGITS}), 16, 10) AS BIGINT)"

    def close(self) -> None:
        """See ``Engine``."""
        self._finalizer()

    def __enter__(self) -> Self:
        """Use as a context."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close."""
        self.close()


def spark_missing() -> str:
    """What Spark lacks on this machine, in words; "" where it can be used."""
    if importlib.util.find_spec("pyspark") is None:
        return "没有安装 pyspark"
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        return "没有 Java"
    return ""


def _local_session(memory: str, threads: int | None, folder: str) -> Any:  # noqa: ANN401 - see Spark
    settings = {
        "spark.driver.memory": memory,
        "spark.local.dir": folder,
        "spark.sql.warehouse.dir": folder,
        "spark.sql.shuffle.partitions": "8",
        "spark.ui.enabled": "false",  # a query carries the key of the hash: no page shows queries
        "spark.ui.showConsoleProgress": "false",
        "spark.eventLog.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.log.level": "ERROR",
    }
    builder = importlib.import_module("pyspark.sql").SparkSession.builder.appName("fhdata")
    builder = builder.master(f"local[{threads or '*'}]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def _exact(answer: pd.DataFrame, types: dict[str, str]) -> pd.DataFrame:
    """Whole numbers as int64, text as str, yes/no as bool; anything else is refused."""
    wrong = [f"{name} ({kind})" for name, kind in types.items() if kind not in WHOLE | _TEXT | _YES_NO]
    wrong += [f"{name} (blank)" for name in answer.columns if answer[name].isna().any()]
    if wrong:
        raise TypeError(f"a query may answer with BIGINT, STRING and BOOLEAN without blanks: {', '.join(wrong)}")
    kinds = {name: np.int64 if kind in WHOLE else "str" if kind in _TEXT else "bool" for name, kind in types.items()}
    return answer.astype(kinds)


def _as_arrow(frame: pd.DataFrame) -> "pa.Table":
    arrow: Any = importlib.import_module("pyarrow")
    kinds = {"i": arrow.int64(), "b": arrow.bool_()}
    columns = [arrow.array(frame[name], type=kinds.get(frame[name].dtype.kind, arrow.string())) for name in frame]
    return arrow.table(columns, names=[str(name) for name in frame.columns])


def _pads(key: bytes) -> tuple[str, str]:
    """The key as HMAC mixes it in, inner and outer, in hex digits."""
    short = hashlib.sha256(key).digest() if len(key) > _HASH_BLOCK else key
    padded = short.ljust(_HASH_BLOCK, b"\0")
    return bytes(one ^ 0x36 for one in padded).hex(), bytes(one ^ 0x5C for one in padded).hex()


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _too_large() -> ProblemsFound:
    found = "合计数超出 64 位整数（约 9 万万亿元的分数）"
    return ProblemsFound([problem("sum_too_large", found, "", "金额可能写错了单位，请核对后重新运行")])


def _let_go(connection: Any, folder: Path) -> None:  # noqa: ANN401 - DuckDB's own class, imported only when used
    connection.close()
    shutil.rmtree(folder, ignore_errors=True)


def _stop(session: Any, folder: Path) -> None:  # noqa: ANN401 - Spark's own class, imported only when used
    if session is not None:
        session.stop()
    shutil.rmtree(folder, ignore_errors=True)
