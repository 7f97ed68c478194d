"""Twilio's REST API for conferences: the conference, its participants, its recording.

https://www.twilio.com/docs/voice/api/conference-resource , https://www.twilio.com/docs/voice/api/conference-participant-resource
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from aiohttp import web

from simulator.rest_faults import RestError
from simulator.twilio_rest.tables import (
    CREATE_PARTICIPANT,
    LIST_CONFERENCES,
    UPDATE_CONFERENCE,
    UPDATE_PARTICIPANT,
    UPDATE_RECORDING,
    check_parameters,
)
from simulator.twilio_voice.call import Call
from simulator.twilio_voice.clients import PREFIX
from simulator.twilio_voice.conferences import Conference, Conferences, Seat
from simulator.twilio_voice.documents import Source
from simulator.twilio_voice.switchboard import Switchboard
from simulator.world import World

Fields = list[tuple[str, str]]
Answer = tuple[int, Any]
OF_PARTICIPANT = (
    ("Muted", "muted"),
    ("StartConferenceOnEnter", "startConferenceOnEnter"),
    ("EndConferenceOnExit", "endConferenceOnExit"),
    ("Beep", "beep"),
    ("Label", "participantLabel"),
    ("WaitUrl", "waitUrl"),
    ("CallSidToCoach", "coach"),
)


def called(to: str) -> tuple[str, str]:
    """``To`` as webhooks show it, and what a browser is told beside it."""
    name, _, params = to.partition("?") if to.startswith(PREFIX) else (to, "", "")
    return name, params


class ConferenceRest:
    """The resources below ``Conferences``."""

    def __init__(self, world: World, switchboard: Switchboard, conferences: Conferences) -> None:
        self._world = world
        self._switchboard = switchboard
        self._conferences = conferences

    def routes(self, base: str, guarded: Callable[[Callable[[web.Request, Fields], Answer]], Any]) -> list[web.RouteDef]:
        """Routes below an account."""
        one = base + "/Conferences/{conference}"
        return [
            web.get(base + "/Conferences.json", guarded(self._list)),
            web.get(one + ".json", guarded(self._fetch)),
            web.post(one + ".json", guarded(self._update)),
            web.get(one + "/Participants.json", guarded(self._participants)),
            web.post(one + "/Participants.json", guarded(self._add)),
            web.get(one + "/Participants/{sid}.json", guarded(self._participant)),
            web.post(one + "/Participants/{sid}.json", guarded(self._change)),
            web.delete(one + "/Participants/{sid}.json", guarded(self._remove)),
            web.post(one + "/Recordings/{sid}.json", guarded(self._recording)),
        ]

    def _room(self, request: web.Request) -> Conference:
        found = self._conferences.get(request.match_info["conference"])
        if found is None:
            raise RestError(404, 20404, f"The requested resource {request.path} was not found")
        return found

    def _seat(self, request: web.Request) -> tuple[Conference, Seat]:
        room = self._room(request)
        seat = room.find(request.match_info["sid"])
        if seat is None:
            raise RestError(404, 20404, f"The requested resource {request.path} was not found")
        return room, seat

    def _list(self, request: web.Request, fields: Fields) -> Answer:
        wanted = check_parameters(LIST_CONFERENCES, list(request.query.items()))
        found = [
            self._resource(room)
            for room in self._conferences.kept.values()
            if wanted.get("FriendlyName") in (None, room.name) and wanted.get("Status") in (None, room.status)
        ]
        return 200, {"conferences": found, "page": 0, "page_size": 50, "next_page_uri": None}

    def _fetch(self, request: web.Request, fields: Fields) -> Answer:
        return 200, self._resource(self._room(request))

    def _update(self, request: web.Request, fields: Fields) -> Answer:
        room, wanted = self._room(request), check_parameters(UPDATE_CONFERENCE, fields)
        if wanted.get("Status") == "completed":
            room.end("conference-ended-via-api")
        if url := wanted.get("AnnounceUrl"):
            for seat in room.seats.values():
                seat.announce = (url, wanted.get("AnnounceMethod", "POST"))
            room.stir()
        return 200, self._resource(room)

    def _participants(self, request: web.Request, fields: Fields) -> Answer:
        room = self._room(request)
        found = [self._participant_resource(room, seat) for seat in room.seats.values()]
        return 200, {"participants": found, "page": 0, "page_size": 50, "next_page_uri": None}

    def _participant(self, request: web.Request, fields: Fields) -> Answer:
        return 200, self._participant_resource(*self._seat(request))

    def _add(self, request: web.Request, fields: Fields) -> Answer:
        """A call is made; whoever answers is in the conference."""
        room, wanted = self._room(request), check_parameters(CREATE_PARTICIPANT, fields)
        for name, code in (("From", 21213), ("To", 21201)):
            if name not in wanted:
                raise RestError(400, code, f"{name} is required")
        if wanted["From"] not in (self._world.settings.voice_number, self._world.settings.sms_number):
            raise RestError(400, 21210, f"The source phone number provided, {wanted['From']}, is not yet verified.")
        events = [word for name, value in fields if name == "StatusCallbackEvent" for word in value.split()]
        to, params = called(wanted["To"])
        call = Call(
            self._world,
            wanted["From"],
            to,
            "outbound-api",
            params=params,
            status_callback=wanted.get("StatusCallback"),
            status_events=frozenset(events or ["completed"]),
        )
        given = "".join(f" {attribute}={quoteattr(wanted[name])}" for name, attribute in OF_PARTICIPANT if name in wanted)
        inline = f"<Response><Dial><Conference{given}>{escape(room.name)}</Conference></Dial></Response>"
        self._switchboard.call_out(call, Source(inline=inline), float(wanted.get("Timeout", "60")))
        seat = Seat(call, wanted.get("Label", ""))
        return 201, {**self._participant_resource(room, seat), "status": "queued"}

    def _change(self, request: web.Request, fields: Fields) -> Answer:
        room, seat = self._seat(request)
        wanted = check_parameters(UPDATE_PARTICIPANT, fields)
        if "Muted" in wanted:
            seat.muted = wanted["Muted"] == "true"
            room.tell("participant-mute" if seat.muted else "participant-unmute", seat)
        if "Hold" in wanted:
            seat.hold = wanted["Hold"] == "true"
            seat.hold_url, seat.hold_method = wanted.get("HoldUrl"), wanted.get("HoldMethod", "POST")
            room.tell("participant-hold" if seat.hold else "participant-unhold", seat)
        if "EndConferenceOnExit" in wanted:
            seat.ends = wanted["EndConferenceOnExit"] == "true"
        if "Coaching" in wanted:
            if wanted["Coaching"] == "true" and wanted.get("CallSidToCoach") not in room.seats:
                raise RestError(400, 20001, "CallSidToCoach must name a participant")
            seat.coaches = wanted.get("CallSidToCoach") if wanted["Coaching"] == "true" else None
        if url := wanted.get("AnnounceUrl"):
            seat.announce = (url, wanted.get("AnnounceMethod", "POST"))
        room.stir()
        return 200, self._participant_resource(room, seat)

    def _remove(self, request: web.Request, fields: Fields) -> Answer:
        room, seat = self._seat(request)
        room.leave(seat)
        seat.changed.set()
        return 204, {}

    def _recording(self, request: web.Request, fields: Fields) -> Answer:
        """Pause and go on; ``Twilio.CURRENT`` is the one that runs."""
        room, wanted = self._room(request), check_parameters(UPDATE_RECORDING, fields)
        if request.match_info["sid"] not in ("Twilio.CURRENT", room.recording_sid) or not room.recorded:
            raise RestError(404, 20404, f"The requested resource {request.path} was not found")
        if room.status != "in-progress" or room.recording == "stopped":
            raise RestError(400, 21220, "The recording is over")
        room.recording = wanted["Status"]
        return 200, {"sid": room.recording_sid, "status": room.recording, "conference_sid": room.sid}

    def _resource(self, room: Conference) -> dict[str, Any]:
        account = self._world.settings.account_sid
        return {
            "account_sid": account,
            "api_version": "2010-04-01",
            "call_sid_ending_conference": None,
            "friendly_name": room.name,
            "reason_conference_ended": None,
            "region": "us1",
            "sid": room.sid,
            "status": room.status,
            "uri": f"/2010-04-01/Accounts/{account}/Conferences/{room.sid}.json",
        }

    def _participant_resource(self, room: Conference, seat: Seat) -> dict[str, Any]:
        account = self._world.settings.account_sid
        return {
            "account_sid": account,
            "call_sid": seat.call.sid,
            "call_sid_to_coach": seat.coaches,
            "coaching": bool(seat.coaches),
            "conference_sid": room.sid,
            "end_conference_on_exit": seat.ends,
            "hold": seat.hold,
            "label": seat.label or None,
            "muted": seat.muted,
            "queue_time": "0",
            "start_conference_on_enter": seat.starts,
            "status": "connected",
            "uri": f"/2010-04-01/Accounts/{account}/Conferences/{room.sid}/Participants/{seat.call.sid}.json",
        }
