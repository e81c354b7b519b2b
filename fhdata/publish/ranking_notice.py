"""The notice (通报) on a ranking: who is first and last, what went wrong as far as figures tell, and the annexes."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

import pandas as pd

from fhdata.periods import parse_period
from fhdata.publish import ranking_columns as columns
from fhdata.publish.notices import four_parts
from fhdata.publish.ranking_report import RankingTables, Words
from fhdata.publish.report import Chart, Report, Section, Source
from fhdata.publish.tables import Column, Table, cell_text, is_missing

POINTS = Column("", "", "number", 2)
TOLD_RUN = 2  # months in a row at the end that are told
BRIEF = (columns.RANK, columns.UNIT, columns.TOTAL, *columns.PARTS, *columns.MOVES, columns.REFERENCE)
YEAR = (columns.RANK, columns.UNIT, columns.TOTAL, *columns.QUARTERS, columns.REFERENCE)
DUE = tuple(column for column in columns.EXECUTION if column.name != "rule_source")
DUE_OF_YEAR = tuple(column for column in columns.EXECUTION_OF_YEAR if column.name != "rule_source")
HANDED_IN = tuple(column for column in columns.HANDED_IN if column.name != "file")
REGISTER = tuple(column for column in columns.REGISTER if column.name not in {"source_cell", "registered"})
DONE = "green"


def monthly_notice(tables: RankingTables, words: Words, charts: Mapping[str, tuple[Chart, ...]]) -> Report:
    """The notice of a month: for every series the first three and the last three in words, its ranking as an annex."""
    faults = [
        _sentences("连续末位", _streaks(tables.streaks)),
        _sentences("名次下降最多", _falls(tables.ranked)),
        _sentences("被减分", _deducted(tables.register)),
        _sentences("考核结果报送", _not_handed_in(tables.handed_in)),
    ]
    annexes = [
        _annex("奖惩执行单", tables.execution, DUE, words, "元"),
        _annex("奖惩合计", tables.cost, columns.COST, words, "元"),
        _annex("加减分登记", tables.register, REGISTER, words, "分"),
        _annex("考核结果报送情况", tables.handed_in, HANDED_IN, words),
    ]
    return _notice(tables, words, charts, told=BRIEF, faults=faults, annexes=annexes)


def annual_notice(tables: RankingTables, words: Words, charts: Mapping[str, tuple[Chart, ...]]) -> Report:
    """The notice of a year; see ``monthly_notice``."""
    faults = [_sentences("被减分", _deducted(tables.register))]
    annexes = [
        _annex("奖惩执行单", tables.execution, DUE_OF_YEAR, words, "元"),
        _annex("奖惩合计", tables.cost, columns.COST, words, "元"),
        _annex("年度加减分登记", tables.register, REGISTER, words, "分"),
        _annex("第四季度还须多少分", tables.needed, columns.NEEDED, words, "分"),
    ]
    return _notice(tables, words, charts, told=YEAR, faults=faults, annexes=annexes)


def _notice(
    tables: RankingTables,
    words: Words,
    charts: Mapping[str, tuple[Chart, ...]],
    *,
    told: tuple[Column, ...],
    faults: Sequence[Section],
    annexes: Sequence[Section],
) -> Report:
    day = words.as_of.isoformat()
    ranked = [
        Section(
            str(series),
            _ends(tables.ends[tables.ends["series"] == series]),
            charts[str(series)][0] if charts else None,
            Table(f"{series}排名（{len(part)}个单位）", part.reset_index(drop=True), told, "分", day),
        )
        for series, part in tables.ranked.groupby("series", sort=False)
    ]
    parts = four_parts(
        [Section("", (words.overview, *words.refusals))],
        ranked,
        [one for one in faults if one.paragraphs],
        [one for one in annexes if one.table is not None],
        results_heading="排名",
    )
    return Report(
        title=words.heading,
        subtitle="",
        period_label=words.period_label,
        as_of=words.as_of,
        is_example=words.is_example,
        sections=parts,
        sources=_documents(tables),
        notes=words.notes,
    )


def _documents(tables: RankingTables) -> tuple[Source, ...]:
    """The documents the ranking rests on, as its rewards and readings cite them."""
    cited = [str(one) for frame, name in ((tables.execution, "rule_source"), (tables.readings, "source"))
             if name in frame.columns for one in frame[name] if not is_missing(one)]  # fmt: skip
    names = dict.fromkeys(one.split(" ")[0] for one in cited if one)
    return tuple(Source(f"document-{number}", one, document=one) for number, one in enumerate(names, start=1))


def _annex(title: str, frame: pd.DataFrame, told: tuple[Column, ...], words: Words, unit: str = "") -> Section:
    if frame.empty:
        return Section(title)
    return Section(title, table=Table(title, frame, told, unit, words.as_of.isoformat()))


def _sentences(heading: str, told: Sequence[str]) -> Section:
    return Section(heading, (f"{'；'.join(told)}。",) if told else ())


def _ends(ends: pd.DataFrame) -> tuple[str, ...]:
    """ "前3名：某局（91.61分，比上月上升6位）、…。" and the same of the last."""
    return tuple(
        f"{side}：{'、'.join(_placed(row) for row in part.to_dict('records'))}。"
        for side, part in ends.groupby("side", sort=False)
    )


def _placed(row: Mapping[Hashable, Any]) -> str:
    change = row.get("rank_change")
    moved = "" if change is None or is_missing(change) else _moved(int(change))
    mark = f"，{row['mark']}" if row["mark"] else ""
    return f"{row['unit_name']}（{cell_text(POINTS, row['total'])}分{moved}{mark}）"


def _moved(change: int) -> str:
    if change == 0:
        return "，名次与上月相同"
    return f"，比上月{'上升' if change > 0 else '下降'}{abs(change)}位"


def _streaks(streaks: pd.DataFrame) -> list[str]:
    if streaks.empty:
        return []
    long = streaks[streaks["run"] >= TOLD_RUN].sort_values("run", ascending=False, kind="stable")
    return [
        f"{row['unit_name']}从{parse_period(row['since']).label}起连续{row['run']}个月居{row['series']}末位"
        for row in long.to_dict("records")
    ]


def _falls(ranked: pd.DataFrame) -> list[str]:
    """The units of each series that have fallen furthest since the month before."""
    known = ranked.dropna(subset=["rank_change"])
    fallen = known[known["rank_change"] < 0]
    furthest = fallen.groupby("series", sort=False)["rank_change"].transform("min") == fallen["rank_change"]
    return [
        f"{row['series']}中{row['unit_name']}由上月第{int(row['previous_rank'])}名降至第{row['rank']}名"
        for row in fallen[furthest].to_dict("records")
    ]


def _deducted(register: pd.DataFrame) -> list[str]:
    if register.empty:
        return []
    lost = register[register["counted"] < 0]
    return [
        f"{row['unit_name']}因“{row['work']}”{row['name']}减{cell_text(POINTS, -row['counted'])}分"
        for row in lost.to_dict("records")
    ]


def _not_handed_in(handed_in: pd.DataFrame) -> list[str]:
    if handed_in.empty:
        return []
    lacking = handed_in[handed_in["light"] != DONE]
    return [
        f"{row['department_name']}的“{row['item_name']}”{row['state']}"
        + (f"（未交的单位：{row['not_handed_in']}）" if row["not_handed_in"] else "")
        for row in lacking.to_dict("records")
    ]
