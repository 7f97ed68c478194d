"""What joins legs: waiting in a queue, dialling a queue, dialling numbers with a whisper.

https://www.twilio.com/docs/voice/twiml/enqueue , https://www.twilio.com/docs/voice/twiml/dial
"""

from __future__ import annotations

import asyncio
from typing import Protocol

from simulator.signing import Fields
from simulator.twilio_voice.call import Call
from simulator.twilio_voice.conferences import Conference, Conferences, Seat
from simulator.twilio_voice.playing import Ended, LeftQueue, Player
from simulator.twilio_voice.queues import Bridge, Entry, Queues, WaitQueue
from simulator.twiml.verbs import Dial, DialConference, DialNumber, Enqueue
from simulator.webhooks import Request
from simulator.world import World

SHORTEST_LOOP = 1.0


class Rings(Protocol):
    """Who can ring a number on behalf of a call (the switchboard)."""

    def ring_for(self, parent: Call, number: DialNumber, caller_id: str | None, timeout: float, bridge: Bridge) -> Call:
        """A ringing child leg; when answered it hears the whisper and enters the bridge."""
        ...


class Joining:
    """Joins legs for the players."""

    def __init__(self, world: World, rings: Rings, conferences: Conferences) -> None:
        self._world = world
        self._rings = rings
        self._conferences = conferences
        self._queues = Queues(world.clock)

    # -- waiting ------------------------------------------------------------------------------------------------

    async def enqueue(self, player: Player, verb: Enqueue) -> None:
        """Wait until somebody dials the queue; then the action's document, or the next verb."""
        call, queue = player.call, self._queues.get(verb.name)
        began = self._world.clock.elapsed()
        entry = queue.join(call, verb.max_size)
        result = "queue-full"
        if entry:
            try:
                result = await self._wait(player, verb, queue, entry)
            except asyncio.CancelledError:
                self._report(player, verb, queue, _cut_short(call, entry), began)
                raise
            finally:
                queue.remove(entry)
                call.queue = None
        if result == "hangup":
            self._report(player, verb, queue, result, began)
            raise Ended
        if verb.action:
            fields = self._fields(queue, result, began)
            raise player.call.transfer(verb.action, verb.method, fields)

    def _fields(self, queue: WaitQueue, result: str, began: float) -> Fields:
        seconds = round(self._world.clock.elapsed() - began)
        return [("QueueResult", result), ("QueueSid", queue.sid), ("QueueTime", str(seconds))]

    def _report(self, player: Player, verb: Enqueue, queue: WaitQueue, result: str, began: float) -> None:
        """Tell the action how it ended; the caller is gone, so the answer is not played."""
        if not verb.action:
            return
        gone = not player.call.redirected
        known = [(name, "completed" if gone and name == "CallStatus" else value) for name, value in player.call.fields()]
        fields = [*known, *self._fields(queue, result, began)]
        self._world.webhooks.later(Request("voice", verb.action, fields, verb.method))

    async def _wait(self, player: Player, verb: Enqueue, queue: WaitQueue, entry: Entry) -> str:
        """How the wait ended, in Twilio's words."""
        player.call.queue = queue.name
        player.call.tell("waiting")
        music = asyncio.ensure_future(self._music(player, verb, queue, entry))
        taken = asyncio.ensure_future(entry.taken.wait())
        try:
            await asyncio.wait({music, taken}, return_when=asyncio.FIRST_COMPLETED)
            if not entry.taken.is_set():
                await music
        except LeftQueue:
            return "leave"
        except Ended:
            return "hangup"
        finally:
            taken.cancel()
            music.cancel()
            await asyncio.gather(music, return_exceptions=True)
        return await self._joined(player, entry)

    async def _music(self, player: Player, verb: Enqueue, queue: WaitQueue, entry: Entry) -> None:
        """The wait document over and over; Twilio's own music when there is none."""
        if not verb.wait_url:
            player.call.hear("Play", "hold music" if verb.wait_url is None else "silence")
            await asyncio.Event().wait()
            return
        clock = self._world.clock
        while True:
            began = clock.elapsed()
            source = player.call.source(verb.wait_url, verb.wait_method, queue.fields(entry))
            await player.follow(source, "wait")
            if clock.elapsed() - began < SHORTEST_LOOP:
                await clock.sleep(SHORTEST_LOOP)

    async def _joined(self, player: Player, entry: Entry) -> str:
        bridge = entry.bridge
        if bridge is None:
            return "error"
        try:
            if entry.whisper_url:
                await player.follow(player.call.source(entry.whisper_url, entry.whisper_method), "whisper")
            player.call.queue = None
            await self._talk(player.call, bridge)
        finally:
            bridge.end()
        return "bridged"

    async def _talk(self, call: Call, bridge: Bridge, limit: float = 14_400) -> None:
        """Be on the bridge until one side goes."""
        call.bridge = bridge
        bridge.enter(call)
        try:
            ready = asyncio.ensure_future(bridge.ready.wait())
            over = asyncio.ensure_future(bridge.over.wait())
            await asyncio.wait({ready, over}, return_when=asyncio.FIRST_COMPLETED)
            ready.cancel()
            over.cancel()
            if not bridge.over.is_set():
                call.tell("joined")
                await self._world.clock.wait(bridge.over, limit)
        finally:
            bridge.end()
            call.bridge = None

    # -- dialling -----------------------------------------------------------------------------------------------

    async def dial(self, player: Player, verb: Dial) -> None:
        """Join the call with a queue's first caller or with whoever answers; then the action, or the next verb."""
        player.call.hang_on_star = verb.hangup_on_star
        if verb.conference:
            fields = await self.confer(player, verb.conference, verb.time_limit)
        elif verb.queue:
            fields = await self._dial_queue(player, verb, verb.queue.name)
        else:
            fields = await self._dial_numbers(player, verb)
        if verb.action:
            raise player.call.transfer(verb.action, verb.method, fields)

    async def confer(self, player: Player, verb: DialConference, limit: float = 14_400) -> Fields:
        """Be in the conference until it ends, the leg is put out, or ``limit`` is over."""
        call, room = player.call, self._conferences.open(verb)
        if verb.coach and verb.coach not in room.seats:
            player.call.problem(13255, "<Conference coach> names no participant: the leg joins as an ordinary one")
        seat = Seat(call, verb.label, verb.muted, coaches=verb.coach if verb.coach in room.seats else None, ends=verb.ends)
        seat.starts, seat.wait_url, seat.wait_method = verb.starts, verb.wait_url, verb.wait_method
        call.bridge = room
        if verb.beep and room.seats:
            for other in room.seats.values():
                other.call.hear("Tone", "beep")
        room.sit(seat)
        deadline = self._world.clock.elapsed() + limit
        try:
            while not seat.gone.is_set() and self._world.clock.elapsed() < deadline:
                await self._sit(player, room, seat, deadline)
        finally:
            call.bridge, call.held = None, False
            room.leave(seat)
        return [("DialCallStatus", "answered")]

    async def _sit(self, player: Player, room: Conference, seat: Seat, deadline: float) -> None:
        """One spell of talking, waiting or being on hold, until that changes."""
        seat.changed.clear()
        talking = room.talking(seat)
        player.call.held = seat.hold
        player.call.tell("joined" if talking and not seat.announce else "held" if seat.hold else "waiting")
        sound = asyncio.ensure_future(self._sound(player, seat, talking))
        try:
            await self._world.clock.wait(seat.changed, deadline - self._world.clock.elapsed())
        finally:
            sound.cancel()
            await asyncio.gather(sound, return_exceptions=True)

    async def _sound(self, player: Player, seat: Seat, talking: bool) -> None:
        if seat.announce:
            url, method = seat.announce
            await player.follow(player.call.source(url, method), "wait")
            seat.announce = None
            seat.changed.set()
            return
        music, method = (seat.hold_url, seat.hold_method) if seat.hold else (seat.wait_url, seat.wait_method)
        if talking or music == "":
            return
        if music is None:
            player.call.hear("Play", "hold music")
            return
        while True:
            began = self._world.clock.elapsed()
            await player.follow(player.call.source(music, method), "wait")
            if self._world.clock.elapsed() - began < SHORTEST_LOOP:
                await self._world.clock.sleep(SHORTEST_LOOP)

    async def _dial_queue(self, player: Player, verb: Dial, name: str) -> Fields:
        player.call.tell("dialling")
        entry = await self._queues.get(name).take(verb.timeout)
        if entry is None or verb.queue is None:
            return [("DialCallStatus", "no-answer"), ("DialBridged", "false")]
        entry.bridge = bridge = Bridge()
        entry.whisper_url, entry.whisper_method = verb.queue.url, verb.queue.method
        entry.taken.set()
        began = self._world.clock.elapsed()
        await self._talk(player.call, bridge, verb.time_limit)
        return self._dialled("completed", entry.party.sid, began, bridge)

    async def _dial_numbers(self, player: Player, verb: Dial) -> Fields:
        bridge, call = Bridge(), player.call
        legs = [self._rings.ring_for(call, number, verb.caller_id, verb.timeout, bridge) for number in verb.numbers]
        call.tell("dialling")
        call.hear("Tone", "ringing")
        try:
            winner = await self._first(legs)
            for leg in legs:
                if leg is not winner:
                    leg.hang_up("canceled")
            if winner is None:
                status = "busy" if any(leg.status == "busy" for leg in legs) else "no-answer"
                return [("DialCallStatus", status), ("DialBridged", "false")]
            began = self._world.clock.elapsed()
            await self._talk(call, bridge, verb.time_limit)
            status = "completed" if bridge.ready.is_set() else "no-answer"
            return self._dialled(status, winner.sid, began, bridge)
        finally:
            bridge.end()
            for leg in legs:
                leg.hang_up("canceled")

    async def _first(self, legs: list[Call]) -> Call | None:
        """The leg that answers first; None when all have ended unanswered."""
        waiting = {asyncio.ensure_future(event.wait()) for leg in legs for event in (leg.answered, leg.over)}
        try:
            while not (answered := [leg for leg in legs if leg.answered.is_set()]):
                if all(leg.over.is_set() for leg in legs):
                    return None
                await asyncio.wait({w for w in waiting if not w.done()}, return_when=asyncio.FIRST_COMPLETED)
            return answered[0]
        finally:
            for future in waiting:
                future.cancel()

    def _dialled(self, status: str, sid: str, began: float, bridge: Bridge) -> Fields:
        seconds = round(self._world.clock.elapsed() - began)
        joined = "true" if bridge.ready.is_set() else "false"
        return [("DialCallStatus", status), ("DialCallSid", sid), ("DialCallDuration", str(seconds)), ("DialBridged", joined)]

    async def called(self, player: Player, number: DialNumber, bridge: Bridge) -> None:
        """The script of an answered child leg: the whisper, then the bridge."""
        try:
            if number.url:
                await player.follow(player.call.source(number.url, number.method), "whisper")
            await self._talk(player.call, bridge)
        finally:
            bridge.end()


def _cut_short(call: Call, entry: Entry) -> str:
    """The queue's result when the caller was torn away."""
    joined = entry.taken.is_set()
    if call.redirected:
        return "redirected-from-bridged" if joined else "redirected"
    return "bridged" if joined else "hangup"
