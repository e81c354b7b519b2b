"""How many ranked months running a unit has been last in its series."""

import numpy as np
import pandas as pd

from fhdata.appraisal.grouping import group_ids, positions
from fhdata.appraisal.placing import RANKED
from fhdata.appraisal.points import Bools, Ints
from fhdata.appraisal.scheme import Scheme

STREAK_COLUMNS = [*RANKED, "unit", "run", "since"]
MONTHS = 12


def streaks(ranking: pd.DataFrame, scheme: Scheme, published: pd.DataFrame | None = None) -> pd.DataFrame:
    """The units last in each month and for how many months running; one row a month, series and unit that is last.

    A run goes on while the unit is last in the next ranked month of its series. A month without a ranking breaks it
    (reading ``streak_gap``), the year's end too (``streak_year``). A restated month counts as restated, or, under
    ``streak_restated = as_published``, as it was announced.

    Args:
        ranking: RANKED, unit, last_place; every month of the time looked at.
        scheme: the readings.
        published: rankings as announced at the time, same columns; only months announced.

    Returns:
        county, period, series, unit, run (months so far), since (the run's first month).

    Source: 凤政办函〔2023〕6号 附件3·二(一).
    """
    months = ranking[[*RANKED, "unit", "last_place"]]
    if scheme.readings.streak_restated == "as_published" and published is not None:
        announced = published[[*RANKED, "unit", "last_place"]]
        months = pd.concat([months[positions_of_groups(months, announced) < 0], announced], ignore_index=True)
    number = _month_numbers(months, scheme.readings.streak_gap)
    is_last = (months["last_place"] == 1).to_numpy()
    last = months.loc[is_last, [*RANKED, "unit"]].assign(number=number[is_last]).reset_index(drop=True)
    who = group_ids(last, ["county", "series", "unit"])
    order = np.lexsort((last["number"].to_numpy(), who))
    ordered = last.iloc[order].reset_index(drop=True)
    starts = _breaks(ordered, who[order], scheme.readings.streak_year)
    place = np.arange(len(ordered))
    first = np.maximum.accumulate(np.where(starts, place, 0)) if len(ordered) else place
    runs = ordered.assign(run=place - first + 1, since=ordered["period"].to_numpy()[first])
    return runs.sort_values(["period", "county", "series", "unit"], ignore_index=True)[STREAK_COLUMNS]


def positions_of_groups(frame: pd.DataFrame, other: pd.DataFrame) -> Ints:
    """For each row the number of its (county, period, series) in ``other``, −1 where it is not there."""
    return positions(frame, other[RANKED].drop_duplicates(), RANKED)


def _breaks(last: pd.DataFrame, who: Ints, across: str) -> Bools:
    number = last["number"].to_numpy(dtype=np.int64)
    year = last["period"].astype("str").str.slice(0, 4).to_numpy(dtype=object)
    starts = np.ones(len(last), dtype=np.bool_)
    starts[1:] = (who[1:] != who[:-1]) | (number[1:] != number[:-1] + 1)
    if across == "resets":
        starts[1:] |= year[1:] != year[:-1]
    return starts


def _month_numbers(months: pd.DataFrame, gap: str) -> Ints:
    """Months as numbers that grow by one from a ranked month to the next; calendar months, or ranked ones only."""
    names = months["period"].unique()
    calendar = {name: int(str(name)[:4]) * MONTHS + int(str(name)[5:7]) for name in names}
    number = months["period"].map(calendar).to_numpy(dtype=np.int64)
    if gap == "breaks":
        return number
    ranked = months[["county", "series"]].assign(number=number).drop_duplicates()
    ordinal = ranked.groupby(["county", "series"], observed=True)["number"].rank().to_numpy(dtype=np.int64)
    numbered = ranked.reset_index(drop=True)
    at = positions(months.assign(number=number), numbered, ["county", "series", "number"])
    return ordinal[at]
