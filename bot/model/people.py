"""Who: channels, addresses, levels of proof, and the person behind them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum, StrEnum


class ChannelName(StrEnum):
    """A way to reach people."""

    WEB = "web"
    MESSENGER = "messenger"
    SMS = "sms"
    VOICE = "voice"


class Proof(IntEnum):
    """How sure we are that an address is used by its contact; comparable.

    CLAIMED: caller id, SMS sender, a page-scoped id, an anonymous visitor. Can be forged.
    POSSESSED: a one-time code that was sent to the contact's phone came back.
    PROVEN: a second factor that the business checks (later issues).
    """

    CLAIMED = 0
    POSSESSED = 1
    PROVEN = 2

    @property
    def label(self) -> str:
        """The lower-case word used in JSON, pages and docs."""
        return self.name.lower()


class AddressKind(StrEnum):
    """What sort of endpoint an address names; SMS and voice share telephone numbers."""

    TEL = "tel"
    MESSENGER = "messenger"
    WEB = "web"


@dataclass(frozen=True, slots=True)
class Address:
    """One endpoint of a person: ``tel:+15550100``, ``messenger:<psid>``, ``web:<id>``."""

    kind: AddressKind
    value: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.value}"

    @property
    def is_number(self) -> bool:
        """Whether it is a telephone number; a withheld one, and a call that came with a code, have addresses that are none."""
        return self.kind is AddressKind.TEL and self.value.startswith("+")

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read ``kind:value``; ValueError when the kind is unknown or the value is empty."""
        kind, _, value = text.partition(":")
        if not value:
            raise ValueError(f"not an address: {kind[:20]!r} has no value")
        return cls(AddressKind(kind), value)


@dataclass(frozen=True, slots=True)
class ContactAddress:
    """An address of a contact with its level of proof, since when it has it, until when (None: as docs/identity.md has
    it for its kind), and when it was last used."""

    address: Address
    proof: Proof
    since: datetime
    until: datetime | None = None
    seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """The person: a random id, their addresses, and the conversation with them.

    ``last_address``/``last_channel`` say where they last wrote or called from, ``preferred`` where they want to be reached.
    """

    id: str
    conversation_id: str
    addresses: tuple[ContactAddress, ...]
    created_at: datetime
    locale: str = "en"
    opted_out: bool = False
    last_channel: ChannelName | None = None
    last_address: Address | None = None
    last_seen: datetime | None = None
    preferred: Address | None = None
    opted_out_at: datetime | None = None

    def refusing(self, at: datetime) -> Contact:
        """Texts are refused since then, or since they were refused before."""
        return self if self.opted_out else replace(self, opted_out=True, opted_out_at=at)

    def accepting(self) -> Contact:
        """Texts are welcome again."""
        return replace(self, opted_out=False, opted_out_at=None)

    def proof_of(self, address: Address) -> Proof:
        """The level of one address; CLAIMED when it is not the contact's."""
        return next((a.proof for a in self.addresses if a.address == address), Proof.CLAIMED)

    @property
    def numbers(self) -> tuple[Address, ...]:
        """The contact's telephone numbers. More than one was possible once; such a contact is taken apart."""
        return tuple(known.address for known in self.addresses if known.address.is_number)

    def number_for(self, sender: Address) -> Address | None:
        """The number whose facts this sender may be told of, once they have proved it: that of the call or text itself, else
        the contact's only one. Of two, nobody can say which of them a browser proved."""
        if sender.is_number:
            return sender
        return self.numbers[0] if len(self.numbers) == 1 else None

    @property
    def tel(self) -> Address | None:
        """The contact's telephone number: a real one before a withheld one, the best proven, of these the one proved last."""
        numbers = [a for a in self.addresses if a.address.kind is AddressKind.TEL]
        return max(numbers, key=lambda a: (a.address.value.startswith("+"), a.proof, a.since)).address if numbers else None
