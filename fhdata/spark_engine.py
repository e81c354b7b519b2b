"""Spark as an engine beside DuckDB (``engines``): the extra ``spark`` and Java 17 or later are needed."""

import importlib
import importlib.util
import os
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from fhdata.engines import PERSON_DIGITS, Opened, as_arrow, exact_answer, hmac_pads, too_large
from fhdata.problems import ProblemsFound, problem

_SPARK_SQL = {
    "spark.sql.session.timeZone": "UTC",  # times are the platform's own, read and written as they stand
    "spark.sql.ansi.enabled": "true",  # a sum that overflows is an error
}


class Spark(Opened):
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
        parquet.write_table(as_arrow(frame), path)
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
            raise too_large() from refused
        parquet = importlib.import_module("pyarrow.parquet")
        return exact_answer(parquet.read_table(path).to_pandas(), dict(answer.dtypes))

    def write_parquet(self, query: str, path: Path) -> None:
        """See ``Engine``."""
        try:
            self._session.sql(query).write.mode("overwrite").parquet(str(path))
        except self._errors.ArithmeticException as refused:
            raise too_large() from refused

    def column(self, name: str) -> str:
        """See ``Engine``."""
        return "`" + name.replace("`", "``") + "`"

    def keyed_hash(self, column: str, key: bytes) -> str:
        """See ``Engine``."""
        inner, outer = hmac_pads(key)
        text = f"sha2(unhex('{outer}') || unhex(sha2(unhex('{inner}') || encode({column}, 'UTF-8'), 256)), 256)"
        return f"CAST(CONV(SUBSTR({text}, 1, {PERSON_DIGITS}), 16, 10) AS BIGINT)"


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


def _stop(session: Any, folder: Path) -> None:  # noqa: ANN401 - Spark's own class, imported only when used
    if session is not None:
        session.stop()
    shutil.rmtree(folder, ignore_errors=True)
