"""What the parts of one simulator share. It knows none of them: what they need of each other, ``app`` hands to them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from simulator.clock import Clock
from simulator.faults import Faults
from simulator.journal import Journal
from simulator.settings import SimulatorSettings
from simulator.signing import new_psid
from simulator.webhooks import Webhooks


@dataclass
class World:
    """One imagined world: settings, time, what happened, what goes wrong, and the imagined customer."""

    settings: SimulatorSettings
    clock: Clock
    journal: Journal
    faults: Faults
    webhooks: Webhooks
    customer: str
    pace: float
    psid: str = field(default_factory=new_psid)
    known: dict[str, str] = field(default_factory=dict)
    """Who was the customer before: each number's person in Messenger."""
    advanced_opt_out: bool = False
    recordings: dict[str, int] = field(default_factory=dict)
    """How long each recording is, in seconds, by SID."""
    closing: asyncio.Event = field(default_factory=asyncio.Event)

    def become(self, number: str, *, fresh: bool = False) -> None:
        """Another customer, or the same with a new browser and a new Messenger account (``fresh``)."""
        self.known[self.customer] = self.psid
        self.customer = number
        self.psid = new_psid() if fresh else self.known.get(number) or new_psid()

    @property
    def web_chat(self) -> str:
        """The page with the chat, in this customer's own browser: ``visitor`` names what it keeps."""
        path, _, place = self.settings.web_chat_path.partition("#")
        return self.settings.public(f"{path}?visitor={self.psid}" + (f"#{place}" if place else ""))


def make_world(settings: SimulatorSettings) -> World:
    """A fresh world. Its webhooks are opened by the application."""
    clock = Clock(frozen=settings.frozen_clock)
    journal = Journal(clock)
    faults = Faults()
    webhooks = Webhooks(settings, clock, journal, faults)
    return World(settings, clock, journal, faults, webhooks, settings.customer, settings.pace)
