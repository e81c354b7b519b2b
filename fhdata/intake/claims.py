"""The door for claims of the medical fund: settlement records as received → checked, hashed, whole fen.

Personal numbers stop here: a person's number becomes a keyed hash in the first query that touches a file, names and
other numbers beside it are never read, and what is kept for the sums holds neither.

    claims = read_claims(place.raw, institutions, home=place.home, year=2023, until_month=3, as_of=date(2023, 4, 10))
    stop_on(claims.problems)
    costs = claim_sums.costs(claims.engine, claims.view)

The SQL of every step lies beside this module: claim_landed, claim_records, claim_suspects, claim_refunds, claim_faults,
claim_checked, claim_excluded.
"""

import os
import secrets
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pandas as pd

from fhdata.engines import DuckDb, Engine
from fhdata.intake.claim_faults import MOST_NAMED, fault_problems, masked
from fhdata.intake.claim_files import RECORD, ClaimFile, ClaimFiles, find_claim_files, register_raw, schema
from fhdata.intake.claim_sql import amount_names, code_parts, expanded, landing, query, text
from fhdata.intake.topics import FUND, topics_of
from fhdata.money import money_text, require_fen
from fhdata.problems import Problem, problem

FILE_COLUMNS = ["file", "month", "released", "records", "is_example"]
EXCLUDED_COLUMNS = ["file", "reason", "records", "medfee_fen"]
ACCEPTED_COLUMNS = ["file", "setl_id", "medfee_fen", "why", "who"]
FAULT_COLUMNS = ["code", "file", "setl_id", "detail"]
VIEW, DISCHARGE_VIEW = "claims", "claims_by_discharge"
_REASONS = {"invalid": "作废记录（有效标志为 0）", "next_year": "次年出院、次年结算，不属于本年"}


@dataclass(frozen=True)
class Claims:
    """What a reading of claims gave.

    Attributes:
        engine: holds the views; sums are asked of it.
        view: name of the checked claims by settlement month: institution, month, category (outpatient | inpatient |
            dual_channel | pharmacy), is_dip, is_psychiatric, is_four_disease, is_refunded, is_late (left the hospital
            in an earlier year), records (−1 for a refund), person (hash), medfee_fen, hifp_fen, hifmi_fen, maf_fen,
            fund_fen, personal_fen.
        discharge_view: the same by the month of discharge; is_late: settled after the year's end.
        files: FILE_COLUMNS, one row a file that counts; month is its folder's.
        excluded: EXCLUDED_COLUMNS, files and records left out on purpose, and why.
        accepted: ACCEPTED_COLUMNS, refunds without their other record that the sums hold all the same, and why.
        problems: everything that is wrong; where there is one, nothing should be computed.
        is_example: whether any file says its records are made up (示例数据).
    """

    engine: Engine
    view: str
    discharge_view: str
    files: pd.DataFrame
    excluded: pd.DataFrame
    accepted: pd.DataFrame
    problems: tuple[Problem, ...]
    is_example: bool

    def faults(self) -> pd.DataFrame:
        """Every record that is wrong: FAULT_COLUMNS, one row a record and fault; the problems name only the first."""
        names = self.files["file"].to_dict()
        every = f"SELECT {', '.join(FAULT_COLUMNS)} FROM claim_faults ORDER BY file, code, setl_id, detail"
        rows = self.engine.frame(every)
        return rows.assign(file=rows["file"].map(names), setl_id=rows["setl_id"].map(masked))


def read_claims(
    raw_folder: Path,
    institutions: pd.DataFrame,
    *,
    home: Path,
    year: int,
    until_month: int,
    as_of: date,
    insured: Sequence[str] = (),
    engine: Engine | None = None,
) -> Claims:
    """Read every settlement record handed in for a year's months up to one, and check it.

    Of a whole year, files of the next year that are out by ``as_of`` are read too: they hold what was settled late.

    Args:
        raw_folder: the raw folder of a place; claims lie as CSV or Parquet in ``<month>/<topic of the fund>/``.
        institutions: the roster: institution, is_dip (bool), from_month, to_month ("": open).
        home: the place's folder; file names are shown relative to it.
        year: the year accounted for.
        until_month: its last month, 1-12.
        as_of: only what was released by this day counts.
        insured: codes of where its people are insured; any where empty.
        engine: DuckDB with its defaults where None; the caller's own is left open.

    Returns:
        Claims; the columns and codes meant are those of ``claims.toml``.

    Source: 凤政办发〔2023〕1号 第五条 (门诊、住院、双通道药 monthly), 第八条 (按月核算), 第十条 (凤凰参保人员).
    """
    used = engine or DuckDb()
    found = find_claim_files(raw_folder, home=home, year=year, until_month=until_month, as_of=as_of)
    folder = Path(tempfile.mkdtemp(prefix="claims-", dir=used.folder))
    landed = _land(used, found, folder)
    last = f"{year}-{until_month:02d}"
    problems = [*found.problems, *_overlaps(institutions)]
    if not landed:
        _empty_landed(used)
    _register_rules(used, landed, institutions, year, last)
    problems += _register_accepted(used, landed, found)
    names = {number: file.shown for number, file in landed.items()}
    codes = code_parts(insured) | {"last_month": text(last)}
    _define_checks(used, folder, codes)
    counts = used.frame(query("fault_counts", most=str(MOST_NAMED)))
    problems += fault_problems(counts, names)
    used.write_parquet(query("checked", **codes), folder / "checked.parquet")
    used.register_parquet("claim_checked", [folder / "checked.parquet"])
    _define_views(used, f"{year}-01", last)
    problems += _missing_months(used, year, until_month)
    return Claims(
        engine=used,
        view=VIEW,
        discharge_view=DISCHARGE_VIEW,
        files=_files(used, landed),
        excluded=_excluded(used, codes, names, found),
        accepted=pd.DataFrame(found.accepted, columns=ACCEPTED_COLUMNS).astype({"medfee_fen": "int64"}),
        problems=tuple(sorted(set(problems))),
        is_example=any(schema()["example_mark"] in name for name in names.values()),
    )


def _land(engine: Engine, found: ClaimFiles, folder: Path) -> dict[int, ClaimFile]:
    """Bring each file that can be read into Parquet of text, days and fen; its problems go to ``found``."""
    given = os.environ.get(schema()["key_variable"], "").encode()
    key = given or secrets.token_bytes(32)  # never written anywhere: hashes of two runs cannot be joined without it
    landed: dict[int, ClaimFile] = {}
    for number, file in enumerate(found.files):
        wrong = register_raw(engine, "claim_raw", file)
        found.problems += wrong
        if not wrong:
            landed_by = landing(engine, number, "claim_raw", key)
            engine.write_parquet(landed_by, folder / f"landed-{number}.parquet")
            landed[number] = file
    if landed:
        engine.register_parquet("claim_landed", [folder / f"landed-{number}.parquet" for number in landed])
    return landed


def _register_rules(
    engine: Engine, landed: dict[int, ClaimFile], institutions: pd.DataFrame, year: int, last: str
) -> None:
    """Codes, roster and the months each file may hold, as views beside the records."""
    listed = schema()
    categories = [(code, name) for name, codes in listed["categories"].items() for code in codes]
    engine.register_frame("claim_categories", pd.DataFrame(categories, columns=["code", "category"], dtype="str"))
    kinds = {name: expanded(ranges) for name, ranges in listed["diagnoses"].items()}
    every = sorted(set().union(*kinds.values()))
    diagnoses = {f"is_{name}": [code in codes for code in every] for name, codes in kinds.items()}
    engine.register_frame("claim_diagnoses", pd.DataFrame({"code": every, **diagnoses}))
    engine.register_frame("claim_institutions", institutions[["institution", "is_dip", "from_month", "to_month"]])
    months = [
        (number, f"{year}-01", last)
        if file.period.year == year
        else (number, f"{file.period.year}-01", str(file.period))
        for number, file in landed.items()
    ]
    frame = pd.DataFrame(months, columns=["file", "first_month", "last_month"])
    engine.register_frame("claim_files", frame.astype({"file": "int64"}))


def _register_accepted(engine: Engine, landed: dict[int, ClaimFile], found: ClaimFiles) -> list[Problem]:
    """Make the explained refunds a view; one whose record is not there, or says another bill, is a problem."""
    numbers = {file.shown: number for number, file in landed.items()}
    rows = [
        (numbers[one["file"]], one["setl_id"], one["medfee_fen"]) for one in found.accepted if one["file"] in numbers
    ]
    frame = pd.DataFrame(rows, columns=["file", "setl_id", "medfee_fen"])
    frame = frame.astype({"file": "int64", "setl_id": "str", "medfee_fen": "int64"})
    engine.register_frame("claim_accepted", frame)
    met = engine.frame(
        "SELECT accepted.file, accepted.setl_id FROM claim_accepted AS accepted JOIN claim_landed AS landed"
        " ON landed.file = accepted.file AND landed.setl_id = accepted.setl_id"
        " AND landed.medfee_fen = accepted.medfee_fen ORDER BY accepted.file, accepted.setl_id"
    )
    there = set(met.itertuples(index=False, name=None))
    return [
        problem(
            "stale_correction",
            f"{one['file']} 里没有医疗费总额为 {money_text(one['medfee_fen'])} 元的 {RECORD}{one['setl_id']}",
            "说明须与记录一致",
            "请核对，已不需要的请删去",
            file=one["listed"],
        )
        for one in found.accepted
        if one["file"] in numbers and (numbers[one["file"]], one["setl_id"]) not in there
    ]


def _empty_landed(engine: Engine) -> None:
    texts = ["setl_id", "insu_admdvs", "institution", "insutype", "med_type", "clr_way", "diagnosis", "vali_flag"]
    texts += ["refd_setl_flag", "init_setl_id", "setl_day", "discharge_day", "bad_amounts", "finer_amounts"]
    numbers = ["file", "person", *(f"{name}_fen" for name in amount_names())]
    kinds = dict.fromkeys(texts, "str") | dict.fromkeys(numbers, "int64")
    engine.register_frame("claim_landed", pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in kinds.items()}))


def _define_checks(engine: Engine, folder: Path, codes: dict[str, str]) -> None:
    """Records, suspects, refunds and faults as views; those asked more than once are worked out once."""
    engine.define("claim_records", query("records", **codes))
    for name in ("suspects", "refunds", "faults"):
        path = folder / f"{name}.parquet"
        engine.write_parquet(query(name, **codes), path)
        engine.register_parquet(f"claim_{name}", [path])


def _define_views(engine: Engine, first: str, last: str) -> None:
    common = "institution, category, is_dip, is_psychiatric, is_four_disease, is_refunded, records, person"
    amounts = "medfee_fen, hifp_fen, hifmi_fen, maf_fen, fund_fen, personal_fen"
    engine.define(
        VIEW,
        f"SELECT {common}, {amounts}, month, discharge_month < {text(first)} AS is_late FROM claim_checked"
        f" WHERE month >= {text(first)} AND month <= {text(last)}",
    )
    engine.define(
        DISCHARGE_VIEW,
        f"SELECT {common}, {amounts}, discharge_month AS month, month > {text(last)} AS is_late FROM claim_checked"
        f" WHERE discharge_month >= {text(first)} AND discharge_month <= {text(last)}",
    )


def _missing_months(engine: Engine, year: int, until_month: int) -> list[Problem]:
    there = set(engine.frame(f"SELECT DISTINCT month FROM {VIEW} ORDER BY month")["month"])
    months = [f"{year}-{number:02d}" for number in range(1, until_month + 1)]
    topic = min(topics_of(FUND))
    return [
        problem("missing_month", f"{month} 没有一条结算记录", "每月都须有", f"请放进 data/raw/{month}/{topic}/")
        for month in months
        if month not in there
    ]


def _overlaps(institutions: pd.DataFrame) -> list[Problem]:
    """Institutions listed twice for the same month: their claims would count twice."""
    rows = institutions.sort_values(["institution", "from_month"])
    before = rows.groupby("institution")["to_month"].shift()
    is_twice = before.notna() & ((before == "") | (rows["from_month"] <= before))
    return [
        problem("roster_overlap", f"机构“{code}”在名册里有重叠的月份", "同一月份只能有一行", "请改正名册的起止月份")
        for code in sorted(set(rows.loc[is_twice, "institution"]))
    ]


def _files(engine: Engine, landed: dict[int, ClaimFile]) -> pd.DataFrame:
    counts = engine.frame("SELECT file, COUNT(*) AS records FROM claim_landed GROUP BY file ORDER BY file")
    records = counts.set_index("file")["records"]
    rows = [
        (file.shown, str(file.period), file.released, int(records.get(number, 0)), _is_example(file))
        for number, file in landed.items()
    ]
    return pd.DataFrame(rows, columns=FILE_COLUMNS, index=list(landed))


def _is_example(file: ClaimFile) -> bool:
    return schema()["example_mark"] in file.path.name


def _excluded(engine: Engine, codes: dict[str, str], names: dict[int, str], found: ClaimFiles) -> pd.DataFrame:
    rows = engine.frame(query("excluded", **codes))
    rows = rows.assign(file=rows["file"].map(names), reason=rows["reason"].map(_REASONS))
    files = pd.DataFrame([(*one, 0, 0) for one in found.excluded], columns=EXCLUDED_COLUMNS)
    both = pd.concat([rows, files], ignore_index=True) if len(files) else rows
    both = both.astype({"file": "str", "reason": "str", "records": "int64", "medfee_fen": "int64"})
    require_fen(both, "records")
    return both
