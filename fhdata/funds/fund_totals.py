"""What a settlement needs of the inputs, added up once as plain integers: a thousand settlements take a second."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from fhdata.funds.fund_inputs import FLAGS, YEAR, FundInputs, in_year

STOCKS = ("reserve_balance",)  # the last month counts; all other items add up over the months


class Place(NamedTuple):
    """Where a figure stands."""

    file: str
    sheet: str
    cell: str

    def __str__(self) -> str:
        """As a problem names it: ``file「sheet」 cell``."""
        return f"{self.file}「{self.sheet}」 {self.cell}" if self.file else ""


@dataclass(frozen=True)
class Institution:
    """Who shares, bears or is paid."""

    code: str
    name: str
    kind: str
    level: str
    is_member: bool
    is_scored: bool
    score_e4: int


@dataclass(frozen=True)
class Cost:
    """An institution's claims of one kind over the months, fen."""

    institution: str
    is_dip: bool
    is_psychiatric: bool
    is_four_disease: bool
    medfee_fen: int
    hifp_fen: int


@dataclass(frozen=True)
class FundTotals:
    """A year, or the months of it so far, added up.

    Attributes:
        months: the months.
        items: item → fen.
        item_months: item → months it is known for; ``("",)`` for a figure of the year.
        cells: item → where its figures stand.
        preliminary: items that are not final.
        institutions: by code, in the order of codes.
        costs: by the day of settlement.
        costs_by_discharge: by the day of discharge, or None.
        late: claims whose discharge lies in another year, or None.
        penalties: institution → fen.
        penalty_cells: where they stand.
        prepaid: institution → fen paid before the settlement.
        declared: institution → fen declared for prepayment.
    """

    months: tuple[str, ...]
    items: Mapping[str, int]
    item_months: Mapping[str, tuple[str, ...]]
    cells: Mapping[str, tuple[Place, ...]]
    preliminary: frozenset[str]
    institutions: Mapping[str, Institution]
    costs: tuple[Cost, ...]
    costs_by_discharge: tuple[Cost, ...] | None
    late: tuple[Cost, ...] | None
    penalties: Mapping[str, int]
    penalty_cells: tuple[Place, ...]
    prepaid: Mapping[str, int]
    declared: Mapping[str, int]


def add_up(inputs: FundInputs, months: Sequence[str]) -> FundTotals:
    """Add the frames up; they have been checked (``fund_checks.input_problems``).

    Args:
        inputs: the frames.
        months: the months accounted; items and prepayments of later months are left out.
    """
    items = inputs.items[inputs.items["month"].isin([YEAR, *months])].sort_values("month", kind="stable")
    places = _places(items)
    by_item: dict[str, list[tuple[str, int, str, Place]]] = {}
    columns = [items[name] for name in ("item", "month", "amount_fen", "status")]
    for item, month, fen, status, place in zip(*columns, places, strict=True):
        by_item.setdefault(str(item), []).append((str(month), int(fen), str(status), place))
    prepaid = inputs.prepayments[inputs.prepayments["month"].isin(months)]
    late: tuple[Cost, ...] | None = None
    by_discharge: tuple[Cost, ...] | None = None
    if inputs.costs_by_discharge is not None:
        is_within = inputs.costs_by_discharge["month"].isin(months)
        is_of_year = inputs.costs_by_discharge["month"].str.startswith(months[0][:4])
        by_discharge = _costs(inputs.costs_by_discharge[is_within])
        late = _costs(inputs.costs_by_discharge[~is_of_year])
    return FundTotals(
        months=tuple(months),
        items={
            item: rows[-1][1] if item in STOCKS else sum(fen for _, fen, _, _ in rows) for item, rows in by_item.items()
        },
        item_months={item: tuple(month for month, _, _, _ in rows) for item, rows in by_item.items()},
        cells={item: tuple(place for *_, place in rows) for item, rows in by_item.items()},
        preliminary=frozenset(
            item for item, rows in by_item.items() if any(status != "final" for _, _, status, _ in rows)
        ),
        institutions=_institutions(in_year(inputs.institutions, months[0][:4])),
        costs=_costs(inputs.costs[inputs.costs["month"].isin(months)]),
        costs_by_discharge=by_discharge,
        late=late,
        penalties=_sums(inputs.penalties, "amount_fen"),
        penalty_cells=tuple(_places(inputs.penalties)),
        prepaid=_sums(prepaid, "paid_fen"),
        declared=_sums(prepaid, "declared_fen"),
    )


def _institutions(rows: pd.DataFrame) -> dict[str, Institution]:
    last = rows.drop_duplicates("institution", keep="last")
    columns = ["institution", "name", "kind", "level", "is_member", "is_scored", "score"]
    return {
        str(code): Institution(str(code), str(name), str(kind), str(level), bool(member), bool(scored), int(score))
        for code, name, kind, level, member, scored, score in last[columns].itertuples(index=False, name=None)
    }


def _costs(costs: pd.DataFrame) -> tuple[Cost, ...]:
    sums: dict[tuple[str, bool, bool, bool], list[int]] = {}
    names = ["institution", *FLAGS, "medfee_fen", "hifp_fen"]
    for code, dip, psychiatric, four, medfee, hifp in zip(*(costs[name].tolist() for name in names), strict=True):
        both = sums.setdefault((code, dip, psychiatric, four), [0, 0])
        both[0] += medfee
        both[1] += hifp
    return tuple(Cost(*key, *both) for key, both in sorted(sums.items()))


def _sums(frame: pd.DataFrame, column: str) -> dict[str, int]:
    sums: dict[str, int] = {}
    for code, fen in zip(frame["institution"].tolist(), frame[column].tolist(), strict=True):
        sums[code] = sums.get(code, 0) + fen
    return dict(sorted(sums.items()))


def _places(frame: pd.DataFrame) -> list[Place]:
    columns = (frame["source_file"], frame["source_sheet"], frame["source_cell"])
    return [Place(str(file), str(sheet), str(cell)) for file, sheet, cell in zip(*columns, strict=True)]
