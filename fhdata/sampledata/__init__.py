"""An example county's submissions, made by a seeded generator: what its workbooks hold is data, the code only draws."""

from fhdata.sampledata.generator import SEED, generate

__all__ = ["SEED", "generate"]
