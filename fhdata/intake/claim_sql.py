"""The door's queries: the files claim_*.sql beside this module, with columns and codes of ``claims.toml`` filled in."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from fhdata.engines import Engine, sql_file
from fhdata.intake.claim_files import schema

_DAY = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"
_PLAIN = "^-?[0-9]{1,12}([.][0-9]*)?$"  # up to 12 digits of 元 stay within DECIMAL(16,2) and, as fen, within int64
_SHOWN = "^[-+.,0-9eE]{1,15}$"
_WHOLE_FEN = "^[^.]*([.][0-9]{0,2}0*)?$"
_HERE = Path(__file__).parent


def query(name: str, **parts: str) -> str:
    """The query of ``claim_<name>.sql``, its marks filled in."""
    return sql_file(_HERE / f"claim_{name}.sql", **parts)


def text(word: str) -> str:
    """A code of ours as SQL text."""
    if "'" in word or "\\" in word:
        raise ValueError(f"a code may not hold quotes: {word}")
    return f"'{word}'"


def _texts(words: Iterable[str]) -> str:
    return ", ".join(text(word) for word in words)


def amount_names() -> list[str]:
    """Our names of the amounts, the optional ones last."""
    return [*schema()["amounts"], *schema()["optional_amounts"]]


def landing(engine: Engine, number: int, raw: str, key: bytes) -> str:
    """The first query over a file: every column as text, the person hashed, days and fen read."""
    there = engine.column_types(raw)
    listed = schema()
    texts = {**listed["columns"], **listed["optional"], **listed["amounts"], **listed["optional_amounts"]}
    names = {ours: engine.column(theirs) if theirs in there else "" for ours, theirs in texts.items()}
    blank = {ours: "'0'" if ours in listed["optional_amounts"] else "''" for ours in texts}
    return query(
        "landed",
        file=str(number),
        raw=raw,
        texts=",\n    ".join(
            f"TRIM(COALESCE(CAST({name} AS STRING), '')) AS {ours}" if name else f"{blank[ours]} AS {ours}"
            for ours, name in names.items()
        ),
        person=engine.keyed_hash("psn_no", key),
        setl_day=_day("setl_time"),
        discharge_day=_day("dscg_time"),
        bad=", ".join(_told(name, f"NOT ({is_plain(name)})") for name in amount_names()),
        finer=", ".join(_told(name, f"{is_plain(name)} AND {is_finer(name)}") for name in amount_names()),
        amounts=",\n    ".join(f"{fen_sql(name)} AS {name}_fen" for name in amount_names()),
    )


def _day(name: str) -> str:
    day = f"SUBSTR(REPLACE({name}, '/', '-'), 1, 10)"
    is_day = f"REGEXP_LIKE({day}, '{_DAY}') AND TRY_CAST({day} AS DATE) IS NOT NULL"
    return f"CASE WHEN {name} = '' THEN '' WHEN {is_day} THEN {day} ELSE '?' END"


def is_plain(name: str) -> str:
    """SQL: whether a text is an amount."""
    return f"REGEXP_LIKE({name}, '{_PLAIN}')"


def is_finer(name: str) -> str:
    """SQL: whether an amount is finer than a fen."""
    return f"NOT REGEXP_LIKE({name}, '{_WHOLE_FEN}')"


def fen_sql(name: str) -> str:
    """Text → DECIMAL → whole fen, never through a float; NULL where it is no amount or finer than a fen."""
    is_good = f"{is_plain(name)} AND NOT ({is_finer(name)})"
    return f"CASE WHEN {is_good} THEN CAST(TRY_CAST({name} AS DECIMAL(16, 2)) * 100 AS BIGINT) END"


def _told(name: str, is_wrong: str) -> str:
    """What stands in an amount's place; words may be anybody's name, long digits anybody's number: those become ?."""
    told = f"CASE WHEN {name} = '' OR REGEXP_LIKE({name}, '{_SHOWN}') THEN {name} ELSE '?' END"
    return f"CASE WHEN {is_wrong} THEN CONCAT('{name}=', {told}, ';') ELSE '' END"


def code_parts(insured: Sequence[str]) -> dict[str, str]:
    """Codes and identities of ``claims.toml`` as SQL."""
    codes, identities = schema()["codes"], schema()["identities"]
    totals = {name: parts for name, parts in identities.items() if name != "tolerance_fen"}
    apart = {name: f"({name}_fen - ({' + '.join(f'{part}_fen' for part in parts)}))" for name, parts in totals.items()}
    is_apart = {name: f"ABS({difference}) > {identities['tolerance_fen']}" for name, difference in apart.items()}
    negative = " OR ".join(f"{name}_fen < 0" for name in amount_names())
    positive = " OR ".join(f"{name}_fen > 0" for name in amount_names())
    refunded = text(codes["refunded"])
    return {
        "flags": _texts(["0", "1"]),
        "valid": text(codes["valid"]),
        "invalid": text(codes["invalid"]),
        "refunded": refunded,
        "insutype": _texts(codes["insutype"]),
        "dip_clr_way": _texts(codes["dip_clr_way"]),
        "four_disease_med_type": _texts(codes["four_disease_med_type"]),
        "other_insured": f"insu_admdvs NOT IN ({_texts(insured)})" if insured else "FALSE",
        "wrong_sign": f"(medfee_fen >= 0 AND ({negative})) OR (medfee_fen < 0 AND ({positive}))"
        f" OR (medfee_fen < 0 AND refd_setl_flag <> {refunded})",
        "unbalanced": " OR ".join(is_apart.values()),
        "differences": ", ".join(
            f"CASE WHEN {is_apart[name]} THEN CONCAT('{name}=', CAST({apart[name]} AS STRING), ';') ELSE '' END"
            for name in totals
        ),
    }


def expanded(ranges: Iterable[str]) -> set[str]:
    """``F00-F02`` as F00, F01, F02: the first three characters of ICD-10."""
    ends = [one.split("-") for one in ranges]
    return {f"{low[0]}{number:02d}" for low, high in ends for number in range(int(low[1:]), int(high[1:]) + 1)}
