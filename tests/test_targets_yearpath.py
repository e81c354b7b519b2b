"""The year of a cumulative target month by month: what it asks for, what is known, where it is heading."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from test_targets_frames import make_indicators, make_observations, make_targets, months

from fhdata.periods import parse_period
from fhdata.targets.progress import track
from fhdata.targets.yearpath import year_paths

JUNE, KNOWN = parse_period("2023-06"), date(2023, 7, 20)
LAST_YEAR = {"2022-03": 20.0, "2022-06": 40.0, "2022-09": 70.0, "2022-12": 100.0}


def paths() -> pd.DataFrame:
    targets, indicators = make_targets({"path": "history", "value": 120.0}), make_indicators({})
    rows = make_observations(*months(LAST_YEAR | {"2023-03": 24.0, "2023-06": 45.0}))
    progress = track(targets, rows, indicators, JUNE, KNOWN)
    return year_paths(targets, rows, indicators, progress, period=JUNE, as_of=KNOWN).set_index("month")


def test_the_forecast_goes_from_the_last_known_month_to_the_years_end_in_last_years_shape() -> None:
    central = paths()["forecast_central"]
    # by June last year 40 of 100 were done, so 45 stand for 45 ÷ 0.4 = 112.5 at the year's end
    assert central[12] == pytest.approx(112.5)
    # September: 45 + (112.5 − 45) × (0.7 − 0.4) ÷ (1 − 0.4) = 45 + 67.5 × 0.5
    assert central[9] == pytest.approx(78.75)
    assert central[[3, 6]].isna().tolist() == [True, True]  # what is known is not forecast


def test_a_target_asks_for_last_years_share_of_itself() -> None:
    path = paths()
    assert path.loc[[3, 6, 9, 12], "last_year"].tolist() == pytest.approx([24.0, 48.0, 84.0, 120.0])  # 120 × share
    assert path.loc[[3, 6], "value"].tolist() == [24.0, 45.0]
    assert np.isnan(path.loc[9, "value"])
