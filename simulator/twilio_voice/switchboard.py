"""All calls of the simulated telephone network: who calls whom, and what each leg plays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from simulator.twilio_voice.call import Call
from simulator.twilio_voice.clients import Clients
from simulator.twilio_voice.conferences import Conferences
from simulator.twilio_voice.documents import DocumentFailed, Source
from simulator.twilio_voice.joining import Joining
from simulator.twilio_voice.playing import Ended, Player
from simulator.twilio_voice.queues import Bridge
from simulator.twiml.verbs import DialNumber
from simulator.webhooks import Request
from simulator.world import World

Script = Callable[[Source], Coroutine[Any, Any, None]]


class Switchboard:
    """Starts and keeps the calls."""

    def __init__(self, world: World, clients: Clients, conferences: Conferences) -> None:
        self._world = world
        self._clients = clients
        self._joining = Joining(world, self, conferences)
        self.calls: dict[str, Call] = {}

    def get(self, sid: str) -> Call | None:
        """A call by its SID."""
        return self.calls.get(sid)

    def call_in(self, from_: str, to: str | None = None, verstat: str = "") -> Call:
        """The customer calls the voice number, or another number that has the same webhooks. ``verstat``: what the carriers
        say of the caller id; nothing when it is empty."""
        settings = self._world.settings
        status_path = settings.voice_status_path
        call = Call(
            self._world,
            from_,
            to or settings.voice_number,
            "inbound",
            status="ringing",
            status_callback=settings.public(status_path) if status_path else None,
            verstat=verstat,
        )
        self._keep(call)
        source = Source(Request("voice", settings.public(settings.voice_path), call.fields()))
        call.task = asyncio.create_task(self._incoming(call, source))
        return call

    def call_out(self, call: Call, source: Source | None, timeout: float) -> None:
        """A call made through the REST API: it rings, and when answered plays the document."""
        self._keep(call)
        player = Player(call, self._joining)
        call.task = asyncio.create_task(self._outgoing(call, source, player.script, timeout))

    def ring_for(self, parent: Call, number: DialNumber, caller_id: str | None, timeout: float, bridge: Bridge) -> Call:
        """A child leg of ``<Dial>``."""
        call = Call(
            self._world,
            caller_id or parent.from_,
            number.number,
            "outbound-dial",
            parent_sid=parent.sid,
            status_callback=number.status_callback,
            status_events=frozenset(number.status_events),
            params=number.params,
        )
        self._keep(call)
        player = Player(call, self._joining)

        async def script(_: Source) -> None:
            try:
                await self._joining.called(player, number, bridge)
            except Ended:
                call.hang_up()
            except DocumentFailed:
                bridge.end()

        call.task = asyncio.create_task(self._outgoing(call, Source(), script, timeout))
        return call

    async def hang_up_all(self) -> None:
        """End what is live and wait for it."""
        tasks = [call.task for call in self.calls.values() if call.task and not call.task.done()]
        for call in tuple(self.calls.values()):
            call.hang_up()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _keep(self, call: Call) -> None:
        self.calls[call.sid] = call
        call.watcher = self._clients.follow
        call.tell()

    async def _incoming(self, call: Call, source: Source) -> None:
        call.hear("Tone", "ringing")
        await call.live_through(Player(call, self._joining).script, source)

    async def _outgoing(self, call: Call, source: Source | None, script: Script, seconds: float) -> None:
        """Ring, and play when answered. A source without a request gets the call's parameters here."""
        try:
            call.set_status("queued")
            call.set_status("ringing")
            if not await self._world.clock.wait(call.answered, seconds):
                call.hang_up_unanswered()
                return
            if source and source.request:
                request = source.request
                source = Source(Request(request.what, request.url, call.fields(), request.method))
            await call.live_through(script, source or Source(inline="<Response/>"))
        finally:
            call.finish()
