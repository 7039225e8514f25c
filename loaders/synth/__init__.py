"""A synthetic Denmark: people, homes and incidents with known truth, and what each office would hold."""

from loaders.synth.denmark import is_denmark_of, make_denmark
from loaders.synth.settings import AS_OF, Noise, SynthReport, SynthSettings

__all__ = ["AS_OF", "Noise", "SynthReport", "SynthSettings", "is_denmark_of", "make_denmark"]
