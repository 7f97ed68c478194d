"""The trained assistant, and a fresh bank for each test."""

from tests.talking.fixtures import bank, clock, loaded, names, talk, trained_model

__all__ = ["bank", "clock", "loaded", "names", "talk", "trained_model"]
