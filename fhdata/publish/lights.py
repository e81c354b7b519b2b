"""Colours of the house: a light is always a colour, a shape and (from the table) a word, so that it survives
black-and-white print and colour-blind readers."""

from dataclasses import dataclass

from fhdata.problems import ProblemsFound, problem

INK = "#1F2A33"  # text and target lines; 14.6 : 1 on white
QUIET = "#5A6670"  # footnotes and axis labels; 5.9 : 1 on white
HAIRLINE = "#D5DADF"
BAND = "#EDF0F2"  # the empty part of a bar


@dataclass(frozen=True)
class Light:
    """One light: its name in tables, its colour and its shape."""

    name: str
    colour: str
    shape: str


LIGHTS = {
    light.name: light
    for light in (
        Light("green", "#0072B2", "●"),
        Light("amber", "#E69F00", "▲"),
        Light("red", "#D55E00", "■"),
        Light("none", "#7B868F", "○"),
    )
}


def light_of(name: str) -> Light:
    """The light that a table names.

    Raises:
        ProblemsFound: there is no such light.
    """
    if name not in LIGHTS:
        raise ProblemsFound(
            [problem("bad_light", f"灯号写的是“{name}”", f"应为 {'、'.join(LIGHTS)}", "请核对上一步的表")]
        )
    return LIGHTS[name]
