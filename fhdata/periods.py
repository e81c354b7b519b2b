"""Reporting periods: a year, a quarter, a month or a ten-day period (旬), written in one form."""

import calendar
import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from fhdata.problems import ProblemsFound, problem

Cadence = Literal["year", "quarter", "month", "tenday"]

TENDAY_NAMES = ("上旬", "中旬", "下旬")
FORMS = "2023-03（月）、2023Q1（季）、2023（年）、2023-03-中旬（旬）"
_FORM = re.compile(r"(?P<year>[12]\d{3})(?:Q(?P<quarter>\d)|-(?P<month>\d{2})(?:-(?P<tenday>[上中下]旬))?)?", re.ASCII)


@dataclass(frozen=True, order=True)
class Period:
    """One reporting period; ``number`` is quarter 1-4, month 1-12, 旬 1-36, or 1 for a year."""

    year: int
    cadence: Cadence
    number: int

    @property
    def month(self) -> int:
        """The month in which the period ends, 1-12: how far into the year cumulative figures reach."""
        return {"year": 12, "quarter": 3 * self.number, "month": self.number, "tenday": (self.number + 2) // 3}[
            self.cadence
        ]

    @property
    def end(self) -> date:
        """The period's last day."""
        tenth = (self.number - 1) % 3 if self.cadence == "tenday" else 2
        last = calendar.monthrange(self.year, self.month)[1]
        return date(self.year, self.month, (10, 20, last)[tenth])

    @property
    def label(self) -> str:
        """The period as an office writes it: 2023年3月, 2023年第一季度, 2023年, 2023年3月中旬."""
        if self.cadence == "year":
            return f"{self.year}年"
        if self.cadence == "quarter":
            return f"{self.year}年第{'一二三四'[self.number - 1]}季度"
        tenday = TENDAY_NAMES[(self.number - 1) % 3] if self.cadence == "tenday" else ""
        return f"{self.year}年{self.month}月{tenday}"

    @property
    def year_to_date_label(self) -> str:
        """The cumulative period it closes: 2023年1—3月, 2023年1月, 2023年上半年 stays 2023年1—6月."""
        if self.cadence == "year":
            return f"{self.year}年"
        return f"{self.year}年1—{self.month}月" if self.month > 1 else f"{self.year}年1月"

    def __str__(self) -> str:
        """The one form used in parameters, folders and tables."""
        if self.cadence == "year":
            return f"{self.year:04d}"
        if self.cadence == "quarter":
            return f"{self.year:04d}Q{self.number}"
        tenday = f"-{TENDAY_NAMES[(self.number - 1) % 3]}" if self.cadence == "tenday" else ""
        return f"{self.year:04d}-{self.month:02d}{tenday}"

    def previous(self) -> "Period":
        """The period of the same cadence just before."""
        count = {"year": 1, "quarter": 4, "month": 12, "tenday": 36}[self.cadence]
        if self.cadence == "year":
            return Period(self.year - 1, "year", 1)
        return (
            Period(self.year, self.cadence, self.number - 1)
            if self.number > 1
            else Period(self.year - 1, self.cadence, count)
        )


def parse_period(text: str) -> Period:
    """Read a period in its one written form.

    Raises:
        ProblemsFound: the text has another form, or a month or quarter that does not exist.
    """
    match = _FORM.fullmatch(text)
    if match:
        year = int(match["year"])
        if match["quarter"] and 1 <= int(match["quarter"]) <= 4:
            return Period(year, "quarter", int(match["quarter"]))
        if match["month"] and 1 <= int(match["month"]) <= 12:
            month = int(match["month"])
            if match["tenday"]:
                return Period(year, "tenday", 3 * (month - 1) + TENDAY_NAMES.index(match["tenday"]) + 1)
            return Period(year, "month", month)
        if not match["quarter"] and not match["month"]:
            return Period(year, "year", 1)
    raise ProblemsFound([problem("bad_period", f"期间写的是“{text}”", f"应写成 {FORMS}", "请改正后重新运行")])
