"""What a case written as data may not say to the appraisal; the cases themselves run in test_examples."""

import pytest
from test_appraisal_frames import scheme

from fhdata.appraisal.single import CALLS
from fhdata.problems import ProblemsFound


def test_a_mark_that_is_neither_a_score_nor_a_known_word_is_refused() -> None:
    with pytest.raises(ProblemsFound, match="得分写的是“缺考”，应为数或未涉及、未交"):
        CALLS["month_ranking"](scheme(), series="乡镇", weights={"A": 100}, scores={"甲": {"A": "缺考"}})


def test_a_reading_that_does_not_exist_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(ProblemsFound, match="没有读法“tie”，最接近的是“ties”"):
        scheme(tie="dense")
    with pytest.raises(ProblemsFound, match="没有“densely”这种读法，可选：competition"):
        scheme(ties="densely")
