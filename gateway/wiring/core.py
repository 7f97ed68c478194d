"""Puts the wings together: the order in which they are built, and nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import redis.asyncio as redis

from bot.agent_desk.workspace import People
from bot.model import ChannelName
from bot.ports import Channel
from bot.redis_store.over import SendsOver
from gateway.help_site import help_site, library
from gateway.other_desks import OtherDesksLife
from gateway.packets import Packets
from gateway.settings.config import Settings
from gateway.wiring.agents import wire_other_desks, wire_packets, wire_people
from gateway.wiring.assistant import Assistant, wire_assistant
from gateway.wiring.base import Base, wire_base
from gateway.wiring.channels import Channels, wire_channels, wire_who
from gateway.wiring.conversation import Conversation, wire_conversation
from gateway.wiring.desk import AtTheDesk, wire_desk
from gateway.wiring.handoff import HandoffLife, wire_handoff
from gateway.wiring.identity import WhoItIs, wire_identity
from gateway.wiring.lifetime import wire_parking, wire_retention, wire_sends_over
from gateway.wiring.queues import Queues, wire_queues
from gateway.wiring.switching import Switching, wire_switching
from gateway.wiring.voice import Voice, wire_voice
from gateway.workers.nightly import Nightly
from gateway.workers.parking import Parking
from gateway.workers.recorder import Recording
from help_pages.routes import HelpPages
from knowledge.library import Library
from records.sql import RecordsStore

DOMAIN = Path("domain")


@dataclass(frozen=True, slots=True, kw_only=True)
class Core:
    """Everything of one gateway that has no listener of its own."""

    base: Base
    assistant: Assistant
    desk: AtTheDesk
    handoff: HandoffLife
    identity: WhoItIs
    switching: Switching
    queues: Queues
    conversation: Conversation
    channels: Channels
    voice: Voice | None
    people: People
    recording: Recording | None
    nightly: Nightly | None
    parking: Parking
    sends_over: SendsOver
    library: Library
    help: HelpPages | None
    packets: Packets
    other_desks: OtherDesksLife

    def senders(self) -> Mapping[ChannelName, Channel]:
        """What the outbox sends with, the phone included."""
        line = {self.voice.line.name: self.voice.line} if self.voice else {}
        return {**self.channels.senders, **line}


def build(
    settings: Settings,
    client: redis.Redis,
    http: aiohttp.ClientSession,
    records: RecordsStore,
    domain: Path = DOMAIN,
    *,
    recording: Recording | None = None,
) -> Core:
    """Wire one gateway. ``recording``: its recorder, for health and figures. WordingError, CarryOverError, WaitingError,
    RetentionError, PromptError or ArticleError for the designers' files, TracingUnavailable without its packages."""
    base = wire_base(settings, client, http, records, domain)
    assistant, articles = wire_assistant(base), library()
    desk = wire_desk(base)
    handoff = wire_handoff(base, desk)
    identity = wire_identity(base, assistant=assistant, desk=desk, handoff=handoff)
    switching = wire_switching(base, assistant=assistant, identity=identity)
    queues = wire_queues(base, desk=desk, handoff=handoff, identity=identity)
    conversation = wire_conversation(
        base, assistant=assistant, desk=desk, handoff=handoff, identity=identity, switching=switching, queues=queues
    )
    who = wire_who(base, desk, handoff, conversation)
    channels = wire_channels(
        base, assistant=assistant, desk=desk, handoff=handoff, identity=identity, switching=switching, queues=queues, who=who
    )
    voice = wire_voice(
        base, assistant=assistant, desk=desk, handoff=handoff, switching=switching, conversation=conversation, channels=channels
    )
    people = wire_people(
        base,
        assistant=assistant,
        desk=desk,
        handoff=handoff,
        identity=identity,
        switching=switching,
        conversation=conversation,
        voice=voice,
    )
    packets = wire_packets(base, assistant=assistant, handoff=handoff, switching=switching)
    return Core(
        base=base,
        assistant=assistant,
        desk=desk,
        handoff=handoff,
        identity=identity,
        switching=switching,
        queues=queues,
        conversation=conversation,
        channels=channels,
        voice=voice,
        people=people,
        recording=recording,
        nightly=wire_retention(base, channels=channels),
        parking=wire_parking(base, assistant=assistant),
        sends_over=wire_sends_over(base),
        library=articles,
        help=help_site(settings, base.content.wording, articles, base.content.hearing.languages),
        packets=packets,
        other_desks=wire_other_desks(base, people=people, packets=packets),
    )
