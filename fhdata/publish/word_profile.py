"""The page layout of Word notices as one value, read from ``word_profile.toml``, where each number has its clause."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PROFILE_FILE = Path(__file__).with_name("word_profile.toml")
TWIPS_PER_POINT = 20
TWIPS_PER_MM = 1440 / 25.4


@dataclass(frozen=True)
class Fonts:
    """Font names by use: title, headings of the first and second level, everything else, page numbers."""

    title: str
    first: str
    second: str
    body: str
    page_number: str


@dataclass(frozen=True)
class Profile:
    """Lengths of a page in millimetres, type in points, the grid in twips."""

    width_mm: float
    height_mm: float
    top_mm: float
    left_mm: float
    bottom_mm: float
    right_mm: float
    header_mm: float
    footer_mm: float
    lines: int
    characters: int
    pitch_twips: int
    spacing_twips: int
    title_points: float
    body_points: float
    page_number_points: float
    table_points: float
    wide_table_points: float
    crowded_table_points: float
    least_table_points: float
    paragraph_characters: int
    page_number_characters: int
    date_characters: int
    fonts: Fonts

    @property
    def text_width_mm(self) -> float:
        """Width of the type area."""
        return self.width_mm - self.left_mm - self.right_mm

    @property
    def text_height_mm(self) -> float:
        """Height of the type area."""
        return self.height_mm - self.top_mm - self.bottom_mm

    @property
    def character_twips(self) -> int:
        """How far one character of the body reaches, its tightening included."""
        return round(self.body_points * TWIPS_PER_POINT) + self.spacing_twips


@cache
def load_profile(fonts: str = "standard") -> Profile:
    """The layout with one of its two sets of font names.

    Args:
        fonts: ``standard`` (fonts of official documents) or ``windows`` (those every Windows has).
    """
    content = tomllib.loads(PROFILE_FILE.read_text(encoding="utf-8"))
    chosen = content.pop("fonts")[fonts]
    numbers = {name: entry["value"] for group in content.values() for name, entry in group.items()}
    return Profile(**numbers, fonts=Fonts(**{name: chosen[name] for name in Fonts.__dataclass_fields__}))


def twips(mm: float) -> int:
    """Millimetres in twips (1/1440 inch)."""
    return round(mm * TWIPS_PER_MM)
