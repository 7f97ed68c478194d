"""Conferences: who is in one, who hears whom, and what its status callback is told.

https://www.twilio.com/docs/voice/twiml/conference , https://www.twilio.com/docs/voice/api/conference-participant-resource
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from simulator.signing import new_sid
from simulator.twilio_voice.call import Call
from simulator.twilio_voice.ports import Party
from simulator.twiml.verbs import DialConference
from simulator.webhooks import Request
from simulator.world import World

RECORDING_STATES = ("in-progress", "paused", "stopped")


@dataclass
class Seat:
    """One participant. ``changed`` is set whenever what they hear changes; ``gone`` when they are out."""

    call: Call
    label: str = ""
    muted: bool = False
    hold: bool = False
    hold_url: str | None = None
    hold_method: str = "POST"
    coaches: str | None = None
    ends: bool = False
    starts: bool = True
    wait_url: str | None = None
    wait_method: str = "POST"
    announce: tuple[str, str] | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    gone: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Conference:
    """One conference, from its first participant to its end. ``speak`` and ``part`` make it a call's ``bridge``."""

    world: World
    name: str
    callback: tuple[str, str, frozenset[str]] | None = None
    recorded: bool = False
    recording_callback: tuple[str, str] | None = None
    sid: str = field(default_factory=lambda: new_sid("CF"))
    recording_sid: str = field(default_factory=lambda: new_sid("RE"))
    recording: str = "stopped"
    recorded_words: list[str] = field(default_factory=list)
    status: str = "init"
    seats: dict[str, Seat] = field(default_factory=dict)
    _sequence: int = 0
    _began: float = 0.0

    def sit(self, seat: Seat) -> None:
        """Somebody comes in; with the second, and one who may start it, the conference begins."""
        self.seats[seat.call.sid] = seat
        self.tell("participant-join", seat)
        if self.status == "init" and len(self.seats) > 1 and any(s.starts for s in self.seats.values()):
            self.status = "in-progress"
            self._began = self.world.clock.elapsed()
            self.recording = "in-progress" if self.recorded else "stopped"
            self.tell("conference-start")
        self.stir()

    def leave(self, seat: Seat) -> None:
        """Somebody goes; the conference ends with one who ends it, or with the last."""
        if self.seats.pop(seat.call.sid, None) is None:
            return
        seat.gone.set()
        self.tell("participant-leave", seat)
        if not self.seats or seat.ends:
            self.end("last-participant-left" if not self.seats else "participant-with-end-conference-on-exit-left")
        self.stir()

    def end(self, reason: str) -> None:
        """Everybody is put out; harmless when repeated."""
        if self.status == "completed":
            return
        began, self.status = self.status == "in-progress", "completed"
        for seat in list(self.seats.values()):
            self.seats.pop(seat.call.sid)
            seat.gone.set()
            seat.changed.set()
            self.tell("participant-leave", seat)
        self.tell("conference-end", more=[("ReasonConferenceEnded", reason)])
        if began and self.recorded:
            self._tell_recording()

    def stir(self) -> None:
        """What the participants hear may have changed."""
        for seat in self.seats.values():
            seat.changed.set()

    def talking(self, seat: Seat) -> bool:
        """Hears the others now: it has begun, somebody else is there, and they are not on hold."""
        return self.status == "in-progress" and len(self.seats) > 1 and not seat.hold

    def speak(self, party: Party, text: str) -> None:
        """What one participant says is heard by those who may; a coach by the one they coach."""
        speaker = self.seats.get(party.sid)
        if speaker is None or speaker.muted or not self.talking(speaker):
            return
        if self.recording == "in-progress" and not speaker.coaches:
            self.recorded_words.append(text)
        for seat in self.seats.values():
            heard = seat.call.sid == speaker.coaches if speaker.coaches else True
            if seat is not speaker and heard and not seat.hold:
                seat.call.hear("Other", text)

    def part(self, party: Party) -> None:
        """A participant goes by itself."""
        if seat := self.seats.get(party.sid):
            self.leave(seat)

    def find(self, key: str) -> Seat | None:
        """A participant by call SID or label."""
        return self.seats.get(key) or next((s for s in self.seats.values() if s.label and s.label == key), None)

    def tell(self, event: str, seat: Seat | None = None, more: list[tuple[str, str]] | None = None) -> None:
        """The status callback, for the events it was asked for (``participant-join`` is asked for as ``join``)."""
        self.world.journal.add("conference", name=self.name, event=event, sid=seat.call.sid if seat else None)
        wanted = event.removeprefix("participant-").removeprefix("conference-")
        wanted = "mute" if wanted == "unmute" else "hold" if wanted == "unhold" else wanted
        if self.callback is None or wanted not in self.callback[2]:
            return
        settings = self.world.settings
        fields = [
            ("AccountSid", settings.account_sid),
            ("ConferenceSid", self.sid),
            ("FriendlyName", self.name),
            ("SequenceNumber", str(self._sequence)),
            ("StatusCallbackEvent", event),
            ("Timestamp", self.world.clock.rfc2822()),
            *(more or []),
        ]
        self._sequence += 1
        if seat:
            flags = {"Coaching": bool(seat.coaches), "EndConferenceOnExit": seat.ends, "Hold": seat.hold, "Muted": seat.muted}
            fields += [("CallSid", seat.call.sid), *((name, str(value).lower()) for name, value in flags.items())]
            fields += [("ParticipantLabel", seat.label)] if seat.label else []
        self.world.webhooks.later(Request("conference", self.callback[0], fields, self.callback[1]))

    def _tell_recording(self) -> None:
        settings, seconds = self.world.settings, round(self.world.clock.elapsed() - self._began)
        self.world.recordings[self.recording_sid] = seconds
        if self.recording_callback is None:
            return
        url = f"{settings.own_url}/twilio/2010-04-01/Accounts/{settings.account_sid}/Recordings/{self.recording_sid}"
        fields = [
            ("AccountSid", settings.account_sid),
            ("ConferenceSid", self.sid),
            ("RecordingSid", self.recording_sid),
            ("RecordingUrl", url),
            ("RecordingStatus", "completed"),
            ("RecordingDuration", str(seconds)),
            ("RecordingChannels", "1"),
            ("RecordingSource", "Conference"),
        ]
        self.world.webhooks.later(Request("recording", self.recording_callback[0], fields, self.recording_callback[1]))


@dataclass
class Conferences:
    """All conferences; a name belongs to the one that has not ended."""

    world: World
    kept: dict[str, Conference] = field(default_factory=dict)

    def open(self, verb: DialConference) -> Conference:
        """The live conference of that name, or a new one with the verb's callbacks."""
        if found := self.live(verb.name):
            return found
        callback = (verb.status_callback, verb.status_method, frozenset(verb.status_events)) if verb.status_callback else None
        recording = (verb.recording_callback, "POST") if verb.recording_callback else None
        made = Conference(self.world, verb.name, callback, verb.record, recording)
        self.kept[made.sid] = made
        return made

    def live(self, name: str) -> Conference | None:
        """The conference of that name that goes on."""
        return next((c for c in self.kept.values() if c.name == name and c.status != "completed"), None)

    def get(self, key: str) -> Conference | None:
        """By SID, else by the name of one that goes on."""
        return self.kept.get(key) or self.live(key)
