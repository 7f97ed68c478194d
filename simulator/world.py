"""What the parts of one simulator share."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from simulator.clients import Clients
from simulator.clock import Clock
from simulator.conferences import Conferences
from simulator.faults import Faults
from simulator.journal import Journal
from simulator.queues import Queues
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
    queues: Queues
    clients: Clients
    customer: str
    pace: float
    psid: str = field(default_factory=new_psid)
    advanced_opt_out: bool = False
    recordings: dict[str, int] = field(default_factory=dict)
    conferences: Conferences = field(default_factory=Conferences)
    closing: asyncio.Event = field(default_factory=asyncio.Event)


def make_world(settings: SimulatorSettings) -> World:
    """A fresh world. Its webhooks are opened by the application."""
    clock = Clock(frozen=settings.frozen_clock)
    journal = Journal(clock)
    faults = Faults()
    webhooks = Webhooks(settings, clock, journal, faults)
    queues, clients = Queues(clock), Clients(settings, journal)
    return World(settings, clock, journal, faults, webhooks, queues, clients, settings.customer, settings.pace)
