"""The trained assistant and the sample bank under it."""

from tests.talking.fixtures import bank, clock, loaded, names, talk, trained_model

__all__ = ["bank", "clock", "loaded", "names", "talk", "trained_model"]
