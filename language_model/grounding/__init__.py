"""Whether an answer says nothing that its source does not: figures, names, links, negations, and words at all. Pure."""

from language_model.grounding.check import fault

__all__ = ["fault"]
