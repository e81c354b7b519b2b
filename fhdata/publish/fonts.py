"""The one font of the charts: found as a file, registered by hand, and asked for every character before it draws."""

import importlib.util
from collections.abc import Iterable
from functools import cache
from io import BytesIO
from pathlib import Path

import matplotlib
from matplotlib.font_manager import fontManager
from matplotlib.ft2font import FT2Font, LoadFlags

from fhdata.problems import Problem, ProblemsFound, problem

CARRIER = "zhplot"
FONT_PATH = ("fonts", "NotoSansSC-Regular.ttf")
FALLBACK = "DejaVu Sans"
FALLBACK_PATH = ("fonts", "ttf", "DejaVuSans.ttf")
LINE_BREAKS = frozenset("\n")


@cache
def font_file() -> Path:
    """The Chinese font's file; its package is looked up and never imported, because its import changes settings.

    Raises:
        ProblemsFound: the package or the file in it is missing.
    """
    spec = importlib.util.find_spec(CARRIER)
    folders = list(spec.submodule_search_locations or []) if spec else []
    found = next((path for folder in folders if (path := Path(folder, *FONT_PATH)).is_file()), None)
    if found is None:
        raise ProblemsFound(
            [problem("no_font", f"没有找到图表用的中文字体 {FONT_PATH[-1]}", "", f"请按安装说明装好 {CARRIER}")]
        )
    return found


@cache
def families() -> tuple[str, ...]:
    """Register the font with matplotlib once and return the family list that every chart uses."""
    path = font_file()
    fontManager.addfont(path)
    return (FT2Font(path).family_name, FALLBACK)


@cache
def _fonts() -> tuple[tuple[FT2Font, frozenset[str]], ...]:
    """The two fonts of the family list, each with the characters it can draw.

    They are read from memory: an open file would be shared with every process forked from this one, place in the file
    and all, and two that read glyphs at once would get each other's bytes.
    """
    paths = font_file(), Path(matplotlib.get_data_path(), *FALLBACK_PATH)
    fonts = [FT2Font(BytesIO(path.read_bytes())) for path in paths]
    return tuple((font, frozenset(map(chr, font.get_charmap()))) for font in fonts)


def families_for(text: str) -> tuple[str, ...]:
    """The family list of a text: the second font is looked through only for what the first lacks."""
    (_, characters), _ = _fonts()
    return families()[:1] if characters.issuperset(text) else families()


@cache
def covered_characters() -> frozenset[str]:
    """Every character that the two fonts of the family list can draw."""
    return frozenset().union(*(characters for _, characters in _fonts())) | LINE_BREAKS


@cache
def advance(character: str) -> float:
    """How far a character moves the next one, as a part of the type size; 1 for one that the fonts lack."""
    for font, characters in _fonts():
        if character in characters:
            glyph = font.load_char(ord(character), LoadFlags.NO_SCALE)
            return float(glyph.horiAdvance) / font.units_per_EM
    return 1.0


def missing_characters(texts: Iterable[str]) -> dict[str, str]:
    """Each character that would come out as an empty box, with the first text it stands in."""
    missing: dict[str, str] = {}
    known = covered_characters()
    for text in texts:
        for character in text:
            if character not in known:
                missing.setdefault(character, text)
    return missing


def glyph_problems(texts: Iterable[str], where: str) -> list[Problem]:
    """One problem for each character that the font lacks; ``where`` names the chart."""
    return [
        problem(
            "missing_glyph",
            f"“{text}”里的字符“{character}”（U+{ord(character):04X}）字体里没有，印出来会是空框",
            "",
            "请改用规范字，或换用收有这个字的字体",
            file=where,
        )
        for character, text in missing_characters(texts).items()
    ]
