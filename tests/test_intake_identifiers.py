"""Personal identifiers: found however they are written, never copied, and the quick look lets none of them pass."""

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from intake_books import grid

from fhdata.intake.grids import text_of
from fhdata.intake.identifiers import LEAST_DIGITS, may_be_personal, personal_kind
from fhdata.intake.sheet_problems import personal_cells

ID_BODY = "11010119900307001"
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
ID = ID_BODY + "10X98765432"[sum(int(d) * w for d, w in zip(ID_BODY, WEIGHTS, strict=True)) % 11]
CARD = "4111111111111111"  # doubled every second digit: 8 + 7×2 + 8×1 = 30, a multiple of 10
MOBILE = "13800138000"
FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


@pytest.mark.parametrize("gap", [" ", "-", "\u3000", "\u00a0", "\u200b", "—", "－", " - ", "\n"])
def test_gaps_between_the_groups_hide_nothing(gap: str) -> None:
    assert personal_kind(f"证号{gap.join([ID[:6], ID[6:14], ID[14:]])}。") == "身份证号"
    assert personal_kind(gap.join([ID[:6], ID[6:10], ID[10:14], ID[14:]])) == "身份证号"
    assert personal_kind(gap.join([CARD[:4], CARD[4:8], CARD[8:12], CARD[12:]])) == "银行卡号"
    assert personal_kind(gap.join([MOBILE[:3], MOBILE[3:7], MOBILE[7:]])) == "手机号"


def test_full_width_digits_and_the_country_code_hide_nothing() -> None:
    assert personal_kind(ID.translate(FULL_WIDTH)) == "身份证号"
    assert personal_kind(CARD.translate(FULL_WIDTH)) == "银行卡号"
    assert personal_kind(f"+86 {MOBILE}") == personal_kind(f"0086-{MOBILE}") == personal_kind(f"86{MOBILE}") == "手机号"


@pytest.mark.parametrize(
    "text",
    [
        "2019-2020-2021-2022",  # years in a row: no card begins with 2
        "2023-01-01—2023-12-31",
        "1-3月 2022-2023",
        "138,001,380,00",
        "0.13800138000",
        "3.1411111111111111",
        "1 380 013 800 000",
        "110101 1990 0307",
    ],
)
def test_other_rows_of_digits_are_none(text: str) -> None:
    assert personal_kind(text) == ""


GROUPS = st.one_of(
    st.sampled_from([ID, CARD, MOBILE, ID[:6], ID[6:14], ID[14:], CARD[:4], MOBILE[:3], MOBILE[3:7], "X", "x", "86"]),
    st.text(alphabet="0123456789０９٣X -－—\u200b\u3000年月a", max_size=8),
)


@settings(max_examples=300)
@given(st.lists(st.lists(GROUPS, max_size=6).map("".join), max_size=6))
def test_the_quick_look_lets_no_identifier_pass(texts: list[str]) -> None:
    looked_at = may_be_personal(texts)
    assert looked_at.tolist() == [sum(one.isdecimal() for one in text) >= LEAST_DIGITS for text in texts]
    assert all(quick or personal_kind(text) == "" for quick, text in zip(looked_at, texts, strict=True))


@given(st.text(max_size=40))
def test_digits_are_counted_in_every_script(text: str) -> None:
    assert bool(may_be_personal([text])[0]) == (sum(one.isdecimal() for one in text) >= LEAST_DIGITS)


def test_a_sheet_is_searched_as_cell_by_cell() -> None:
    rng = random.Random(3)
    kinds: list[object] = [
        ID,
        CARD,
        f"电话{MOBILE}",
        MOBILE,
        13800138000.0,
        4111111111111111.0,
        "甲",
        12.5,
        "",
        "1-3月",
    ]
    for _ in range(20):
        sheet = grid([[rng.choice(kinds) for _ in range(4)] for _ in range(12)])
        found, problems = personal_cells(sheet, [], [])
        slow = {
            (row, column): kind
            for row, cells in enumerate(sheet.rows)
            for column, cell in enumerate(cells)
            if (kind := personal_kind(text_of(cell)))
        }
        assert found == set(slow)
        assert [one.found for one in problems] == [f"有{slow[at]}" for at in sorted(slow)]


def test_nothing_to_look_at() -> None:
    assert may_be_personal([]).tolist() == []
    assert may_be_personal(["", ""]).dtype == np.bool_
