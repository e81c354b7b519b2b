"""Exact money: text to fen and back, and a pool shared out to the fen."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise, product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fhdata.money import apportion, divided_half_up, fen_column, fen_of, in_yuan, money_text, require_fen
from fhdata.problems import ProblemsFound

NATIONAL_POOL = 10**15  # fen: 10 万亿元
FRACTIONS = st.builds(Fraction, st.integers(0, 10**12), st.sampled_from([1, 3, 7, 100, 9973]))


@st.composite
def pools(draw: st.DrawFn) -> tuple[int, list[Fraction], list[str]]:
    weights = draw(st.lists(FRACTIONS, min_size=1, max_size=12).filter(any))
    codes = draw(st.permutations("ABCDEFGHIJKL"[: len(weights)]))
    return draw(st.integers(0, NATIONAL_POOL)), weights, codes


@pytest.mark.parametrize(
    ("amount", "unit", "fen"),
    [
        ("0", "元", 0),
        ("0.01", "元", 1),
        ("1,234.5", "元", 123450),
        ("-3", "元", -300),
        ("−3.20", "元", -320),
        (" 650 ", "元", 65000),
        ("1.2300", "元", 123),  # zeros beyond the fen say nothing
        (Decimal("0.29"), "元", 29),  # 0.29 × 100 is 28.999… in binary
        (480, "万元", 480_000_000),  # 480 × 10,000 × 100
        ("0.000001", "万元", 1),
        ("89.164605", "亿元", 891_646_050_000),  # 89.164605 × 10^10
    ],
)
def test_amount_becomes_whole_fen(amount: str | int | Decimal, unit: str, fen: int) -> None:
    assert fen_of(amount, unit) == fen


@pytest.mark.parametrize("text", ["", "—", "1,23", "1234,567", "1.", ".5", "0.001", "1e3", "12 3", "元5", "1" * 20])
def test_what_is_no_exact_amount_stops(text: str) -> None:
    with pytest.raises(ProblemsFound, match="金额写的是"):
        fen_of(text)


def test_every_bad_amount_of_a_column_is_told() -> None:
    with pytest.raises(ProblemsFound) as caught:
        fen_column(pd.Series(["1", "x", "0.001"]))
    assert [one.code for one in caught.value.problems] == ["bad_amount", "bad_amount"]


AMOUNT_TEXTS = st.from_regex(r"[-−+]?(\d{1,3}(,\d{3}){0,3}|\d{1,12})(\.\d{0,4})?", fullmatch=True) | st.text(
    "0123,.-", max_size=9
)


@settings(max_examples=25, deadline=None)
@given(st.lists(AMOUNT_TEXTS, min_size=1, max_size=8), st.sampled_from(["元", "万元"]))
def test_one_amount_and_a_column_of_them_are_read_alike(texts: list[str], unit: str) -> None:
    def read(text: str) -> int | None:
        try:
            return fen_of(text, unit)
        except ProblemsFound:
            return None

    one_by_one = [read(text) for text in texts]
    right = [text for text, fen in zip(texts, one_by_one, strict=True) if fen is not None]
    assert fen_column(pd.Series(right, dtype="str"), unit).tolist() == [fen for fen in one_by_one if fen is not None]
    wrong = [text for text, fen in zip(texts, one_by_one, strict=True) if fen is None]
    if wrong:
        with pytest.raises(ProblemsFound) as caught:
            fen_column(pd.Series(texts, dtype="str"), unit)
        assert len(caught.value.problems) == len(wrong)


def test_fen_become_yuan_for_printing_and_missing_stays_missing() -> None:
    frame = pd.DataFrame({"cost_fen": [3_000_001, -5], "other_fen": pd.array([None, 7], "Int64"), "note": ["甲", "乙"]})
    shown = in_yuan(frame)
    assert shown["cost_yuan"].tolist() == [Decimal("30000.01"), Decimal("-0.05")]
    assert shown["other_yuan"].tolist() == [None, Decimal("0.07")]
    assert sorted(shown.columns) == ["cost_yuan", "note", "other_yuan"]
    assert in_yuan(frame, "万元")["cost_yuan"].tolist()[0] == Decimal("3.000001")


def test_a_unit_that_is_no_money_stops() -> None:
    with pytest.raises(ProblemsFound, match="不能换算"):
        fen_of("1", "人")


def test_column_keeps_its_index_and_is_int64() -> None:
    fen = fen_column(pd.Series(["1.10", "2"], index=[7, 3], name="收入"))
    assert fen.dtype == np.int64
    assert fen.to_dict() == {7: 110, 3: 200}


@pytest.mark.parametrize("call", [lambda: fen_of(0.1), lambda: apportion(1, [0.5], ["A"])])  # type: ignore[arg-type,list-item]
def test_a_float_is_never_money_nor_a_weight(call: object) -> None:
    with pytest.raises(TypeError, match="never a float"):
        call()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("fen", "unit", "digits", "text"),
    [
        (576_060_000, "元", 2, "5,760,600.00"),
        (576_060_000, "万元", 2, "576.06"),
        (5_000, "万元", 2, "0.01"),  # 0.005 万元, half up
        (-1, "元", 2, "-0.01"),
        (-1, "万元", 2, "0.00"),  # no minus zero
        (2**62, "元", 2, "46,116,860,184,273,879.04"),  # 2^62 = 4,611,686,018,427,387,904: beyond a float's digits
    ],
)
def test_fen_as_printed(fen: int, unit: str, digits: int, text: str) -> None:
    assert money_text(fen, unit, digits) == text


@given(st.integers(-(10**17), 10**17))
def test_printing_and_reading_are_inverse(fen: int) -> None:
    assert fen_of(money_text(fen)) == fen


def test_frames_with_float_money_or_missing_columns_are_refused() -> None:
    good = pd.DataFrame({"cost_fen": np.array([1], dtype="int64"), "note": ["—"]})
    require_fen(good, "cost_fen")
    with pytest.raises(TypeError, match="cost_fen, persons"):
        require_fen(good.astype({"cost_fen": "float64"}), "persons")


@pytest.mark.parametrize(("top", "bottom", "result"), [(5, 2, 3), (7, 3, 2), (8, 3, 3), (0, 4, 0)])
def test_division_half_up(top: int, bottom: int, result: int) -> None:
    assert divided_half_up(top, bottom) == result


@given(pools())
def test_shares_add_up_and_lie_within_a_fen_of_the_quota(case: tuple[int, list[Fraction], list[str]]) -> None:
    pool, weights, codes = case
    shares = apportion(pool, weights, codes)
    total = sum(weights)
    assert sum(shares) == pool
    assert all(
        share >= 0 and abs(share - pool * weight / total) < 1 for share, weight in zip(shares, weights, strict=True)
    )


@given(pools(), st.randoms(use_true_random=False))
def test_order_of_rows_does_not_matter(case: tuple[int, list[Fraction], list[str]], random: object) -> None:
    pool, weights, codes = case
    rows = list(zip(weights, codes, strict=True))
    random.shuffle(rows)  # type: ignore[attr-defined]
    mixed = apportion(pool, [weight for weight, _ in rows], [code for _, code in rows])
    by_code = dict(zip([code for _, code in rows], mixed, strict=True))
    assert [by_code[code] for code in codes] == apportion(pool, weights, codes)


@given(pools())
def test_a_larger_weight_never_gets_less(case: tuple[int, list[Fraction], list[str]]) -> None:
    pool, weights, codes = case
    by_weight = sorted(zip(weights, apportion(pool, weights, codes), strict=True))
    heavier = [(one, other) for one, other in pairwise(by_weight) if one[0] < other[0]]
    assert [pair for pair in heavier if pair[0][1] > pair[1][1]] == []


@given(pools(), st.data(), FRACTIONS)
def test_a_weight_that_rises_alone_never_gets_less(
    case: tuple[int, list[Fraction], list[str]], data: st.DataObject, rise: Fraction
) -> None:
    pool, weights, codes = case
    row = data.draw(st.integers(0, len(weights) - 1))
    raised = [*weights[:row], weights[row] + rise, *weights[row + 1 :]]
    assert apportion(pool, raised, codes)[row] >= apportion(pool, weights, codes)[row]


def test_every_small_pool_is_shared_fairly() -> None:
    """All 1,295 weightings of four by 0-5 and all pools of 0-9 fen: 12,950 cases, each also with one weight raised."""
    codes = ["A", "B", "C", "D"]
    wrong = []
    for weights in product(range(6), repeat=4):
        if not any(weights):
            continue
        for pool in range(10):
            shares = apportion(pool, weights, codes)
            fair = all(
                abs(share * sum(weights) - pool * weight) < sum(weights)
                for share, weight in zip(shares, weights, strict=True)
            )
            raised = apportion(pool, [weights[0] + 1, *weights[1:]], codes)
            in_order = sorted(zip(weights, shares, strict=True))
            is_monotone = all(low[0] == high[0] or low[1] <= high[1] for low, high in pairwise(in_order))
            if sum(shares) != pool or min(shares) < 0 or not fair or raised[0] < shares[0] or not is_monotone:
                wrong.append((pool, weights, shares))
    assert wrong == []


@given(st.integers(1, 9), st.integers(2, 9))
def test_equal_weights_give_the_odd_fen_to_the_first_codes(odd: int, count: int) -> None:
    codes = [str(number) for number in range(count)]
    odd %= count
    assert apportion(100 * count + odd, [7] * count, codes) == [101] * odd + [100] * (count - odd)


def test_national_scale_does_not_overflow() -> None:
    pool, weight = np.int64(10**16), np.int64(10**13)  # their product is 10^29, far beyond int64's 9 × 10^18
    assert apportion(pool, [weight, weight, 2 * weight], ["A", "B", "C"]) == [25 * 10**14, 25 * 10**14, 5 * 10**15]


def test_nothing_to_share_and_nobody_to_share_it() -> None:
    assert apportion(0, [0, 0], ["A", "B"]) == [0, 0]
    assert apportion(0, [], []) == []


@pytest.mark.parametrize(
    ("pool", "weights", "codes", "kind"),
    [
        (-1, [1], ["A"], "negative_pool"),
        (1, [1, -1], ["A", "B"], "negative_weight"),
        (1, [1, 1], ["A", "A"], "duplicate"),
        (1, [0, 0], ["A", "B"], "nothing_to_share_by"),
        (1, [], [], "nothing_to_share_by"),
    ],
)
def test_what_cannot_be_shared_stops(pool: int, weights: list[int], codes: list[str], kind: str) -> None:
    with pytest.raises(ProblemsFound) as caught:
        apportion(pool, weights, codes)
    assert [one.code for one in caught.value.problems] == [kind]


def test_all_that_is_wrong_with_a_pool_is_told_at_once() -> None:
    with pytest.raises(ProblemsFound) as caught:
        apportion(-1, [-1, 1], ["A", "A"])
    assert [one.code for one in caught.value.problems] == ["negative_weight", "duplicate", "negative_pool"]
