"""Facts: one documented, versioned schema for each kind of thing that happens (docs/records.md)."""

from bot.model import About, Fact, fact_id, pseudonym
from bot.model.retention import Retention
from records.facts import articles, audit, identity, people, talk
from records.facts.coding import decode, encode
from records.facts.fact import Aside, fact_of, storable
from records.facts.kinds import DELETED_WHOLE, KINDS, REGISTER, KindOfFact, Register

__all__ = [
    "DELETED_WHOLE",
    "KINDS",
    "REGISTER",
    "About",
    "Aside",
    "Fact",
    "KindOfFact",
    "Register",
    "Retention",
    "articles",
    "audit",
    "decode",
    "encode",
    "fact_id",
    "fact_of",
    "identity",
    "people",
    "pseudonym",
    "storable",
    "talk",
]
