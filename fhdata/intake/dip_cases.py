"""The door of DIP cases: CSV or Parquet as the platform exports it → checked columns in an engine, no names of persons.

Only the columns of ``dip_cases.toml`` are read; whatever else stands in a file is never taken in.
"""

from pathlib import Path

from fhdata.engines import Engine, sql_file
from fhdata.intake.claim_files import schema
from fhdata.intake.claim_sql import fen_sql, is_finer, is_plain
from fhdata.problems import Problem, problem

COLUMNS_FILE = Path(__file__).with_name("dip_cases.toml")
_QUERY = Path(__file__).with_name("dip_cases.sql")
_BAD = Path(__file__).with_name("dip_bad_amounts.sql")


def define_cases(engine: Engine, raw: str, view: str, shown: str, folder: Path) -> list[Problem]:
    """Make checked cases of a registered file a view: case_id, institution, group_code, cost_fen, patient_fen,
    auxiliary_e4, ruling.

    Args:
        engine: where the file is registered, see ``claim_files.register_raw``.
        raw: the view of the file.
        view: the view to make.
        shown: the file's name in messages.
        folder: where the checked cases go, as Parquet named after the view.

    Returns:
        Cases without a number, and amounts that are none or finer than a fen: the first few of each, with their number.
    """
    there, listed = engine.column_types(raw), schema(COLUMNS_FILE)
    names = {**listed["columns"], **listed["optional"], **listed["amounts"]}
    columns = {ours: engine.column(theirs) if theirs in there else "''" for ours, theirs in names.items()}
    texts = ", ".join(f"TRIM(COALESCE(CAST({name} AS STRING), '')) AS {ours}" for ours, name in columns.items())
    amounts = {ours: fen_sql(ours) for ours in listed["amounts"]}
    landed = f"{view}_texts"  # a CSV can be read once only
    engine.write_parquet(f"SELECT {texts} FROM {raw}", folder / f"{landed}.parquet")
    engine.register_parquet(landed, [folder / f"{landed}.parquet"])
    engine.write_parquet(sql_file(_QUERY, texts=landed, **amounts), folder / f"{view}.parquet")
    engine.register_parquet(view, [folder / f"{view}.parquet"])
    bad = engine.frame(sql_file(_BAD, texts=landed, wrong=" UNION ALL ".join(map(_wrong, listed["amounts"]))))
    return [
        problem(
            "bad_amount",
            f"病例“{row.case_id}”的{listed['amounts'][row.what]}写的是“{row.said}”（同类共 {row.of_kind} 例）",
            "应为数字，单位元，最细到分",
            "请重新导出",
            file=shown,
        )
        for row in bad.itertuples()
    ]


def _wrong(name: str) -> str:
    is_wrong = f"NOT ({is_plain(name)}) OR {is_finer(name)}"
    return f"SELECT case_id, '{name}' AS what, {name} AS said FROM texts WHERE {is_wrong}"
