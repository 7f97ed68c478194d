"""Twilio's REST API, 2010-04-01: Messages and Calls as far as a contact centre needs them.

https://www.twilio.com/docs/messaging/api/message-resource , https://www.twilio.com/docs/voice/api/call-resource
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from simulator.rest_faults import RestError, fail_before, lose
from simulator.twilio_rest.conferences import ConferenceRest, called
from simulator.twilio_rest.numbers import numbers_of
from simulator.twilio_rest.tables import (
    CREATE_CALL,
    CREATE_MESSAGE,
    LIST_NUMBERS,
    MAGIC_CALL_TO,
    UPDATE_CALL,
    check_parameters,
)
from simulator.twilio_rest.texting import Texting
from simulator.twilio_voice.call import Call
from simulator.twilio_voice.conferences import Conferences
from simulator.twilio_voice.documents import Source
from simulator.twilio_voice.recording import silent_mp3, silent_wav
from simulator.twilio_voice.switchboard import Switchboard
from simulator.webhooks import Request
from simulator.world import World

Handler = Callable[[web.Request], Awaitable[web.Response]]
Fields = list[tuple[str, str]]


class TwilioRest:
    """The resources. Every request is checked for the account and its token, and journalled."""

    def __init__(self, world: World, texting: Texting, switchboard: Switchboard, conferences: Conferences) -> None:
        self._world = world
        self._texting = texting
        self._switchboard = switchboard
        self._conferences = ConferenceRest(world, switchboard, conferences)

    def routes(self) -> list[web.RouteDef]:
        """Routes below ``/twilio``."""
        base = "/twilio/2010-04-01/Accounts/{account}"
        return [
            web.post(base + "/Messages.json", self._guarded(self._create_message)),
            web.get(base + "/Messages/{sid}.json", self._guarded(self._fetch_message)),
            web.post(base + "/Calls.json", self._guarded(self._create_call)),
            web.get(base + "/Calls/{sid}.json", self._guarded(self._fetch_call)),
            web.post(base + "/Calls/{sid}.json", self._guarded(self._update_call)),
            web.get(base + "/IncomingPhoneNumbers.json", self._guarded(self._numbers)),
            *self._conferences.routes(base, self._guarded),
            web.delete(base + "/Recordings/{sid}.json", self._guarded(self._delete_recording)),
            web.get(base + "/Recordings/{sid}", self._recording),
            web.route("*", "/twilio/{tail:.*}", self._guarded(self._nowhere)),
        ]

    # -- around every request -----------------------------------------------------------------------------------

    def _guarded(self, handler: Callable[[web.Request, Fields], Any]) -> Handler:
        async def handle(request: web.Request) -> web.Response:
            fields = parse_qsl(await request.text(), keep_blank_values=True)
            status, body = await self._answer(handler, request, fields)
            self._record(request, fields, status, body)
            return web.Response(status=204) if status == 204 else web.json_response(body, status=status)

        return handle

    async def _answer(
        self, handler: Callable[[web.Request, Fields], Any], request: web.Request, fields: Fields
    ) -> tuple[int, Any]:
        mode = self._world.faults.take_rest()
        try:
            self._authorise(request)
            await fail_before(mode, self._world.closing)
            status, body = handler(request, fields)
        except RestError as error:
            return error.status, {
                "code": error.code,
                "message": error.message,
                "more_info": f"https://www.twilio.com/docs/errors/{error.code}",
                "status": error.status,
            }
        if mode == "lost":
            self._record(request, fields, status, body, note="the answer was lost")
            lose(request)
        return status, body

    def _authorise(self, request: web.Request) -> None:
        settings = self._world.settings
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        try:
            decoded = base64.b64decode(given, validate=True)
        except (binascii.Error, ValueError):
            decoded = b""
        expected = f"{settings.account_sid}:{settings.auth_token}".encode()
        if scheme.lower() != "basic" or not hmac.compare_digest(decoded, expected):
            raise RestError(401, 20003, "Authenticate")
        if request.match_info.get("account", settings.account_sid) != settings.account_sid:
            raise RestError(404, 20404, f"The requested resource {request.path} was not found")

    def _record(self, request: web.Request, fields: Fields, status: int, body: Any, note: str = "") -> None:
        problems = [{"code": body["code"], "text": body["message"]}] if status >= 400 else []
        self._world.journal.add(
            "exchange",
            direction="rest",
            what="Twilio REST",
            method=request.method,
            url=request.path,
            fields=dict(fields),
            status=status,
            answer=body,
            problems=problems,
            note=note,
        )

    def _nowhere(self, request: web.Request, fields: Fields) -> tuple[int, Any]:
        raise RestError(404, 20404, f"The requested resource {request.path} was not found")

    # -- messages -----------------------------------------------------------------------------------------------

    def _create_message(self, request: web.Request, fields: Fields) -> tuple[int, Any]:
        wanted = check_parameters(CREATE_MESSAGE, fields)
        media = tuple(value for name, value in fields if name == "MediaUrl")
        return 201, self._texting.create(wanted, media).resource(self._world.settings.account_sid)

    def _fetch_message(self, request: web.Request, fields: Fields) -> tuple[int, Any]:
        text = self._texting.texts.get(request.match_info["sid"])
        if text is None or text.direction == "vendor":
            raise RestError(404, 20404, f"The requested resource {request.path} was not found")
        return 200, text.resource(self._world.settings.account_sid)

    # -- numbers ------------------------------------------------------------------------------------------------

    def _numbers(self, request: web.Request, fields: Fields) -> tuple[int, Any]:
        asked = check_parameters(LIST_NUMBERS, list(request.query.items())).get("PhoneNumber", "")
        found = [one for one in numbers_of(self._world.settings) if asked in one["phone_number"]]
        return 200, {"incoming_phone_numbers": found, "page": 0, "page_size": 50, "start": 0, "end": len(found) - 1}

    # -- calls --------------------------------------------------------------------------------------------------

    def _create_call(self, request: web.Request, fields: Fields) -> tuple[int, Any]:
        wanted = check_parameters(CREATE_CALL, fields)
        self._check_call(wanted)
        events = {word for name, value in fields if name == "StatusCallbackEvent" for word in value.split()}
        to, params = called(wanted["To"])
        call = Call(
            self._world,
            wanted["From"],
            to,
            "outbound-api",
            params=params,
            status_callback=wanted.get("StatusCallback"),
            status_method=wanted.get("StatusCallbackMethod", "POST"),
            status_events=frozenset(events or {"completed"}),
            fallback=_fallback(wanted),
            machine_detection=wanted.get("MachineDetection"),
        )
        self._switchboard.call_out(call, _source(wanted), float(wanted.get("Timeout", "60")))
        return 201, self._resource(call)

    def _check_call(self, wanted: dict[str, str]) -> None:
        if "To" not in wanted:
            raise RestError(400, 21201, "No 'To' number is specified")
        if "From" not in wanted:
            raise RestError(400, 21213, "'From' phone number is required")
        if sum(name in wanted for name in ("Url", "Twiml", "ApplicationSid")) != 1:
            raise RestError(400, 21205, "Url parameter is required: exactly one of Url, Twiml and ApplicationSid")
        if "ApplicationSid" in wanted:
            raise RestError(400, 21205, "Simulator: there are no applications; give Url or Twiml")
        if wanted["From"] not in (self._world.settings.voice_number, self._world.settings.sms_number):
            raise RestError(
                400, 21210, f"The source phone number provided, {wanted['From']}, is not yet verified for your account."
            )
        if wanted["To"] in MAGIC_CALL_TO:
            code, message = MAGIC_CALL_TO[wanted["To"]]
            raise RestError(400, code, message.format(to=wanted["To"]))

    def _call(self, request: web.Request) -> Call:
        call = self._switchboard.get(request.match_info["sid"])
        if call is None:
            raise RestError(404, 20404, f"The requested resource {request.path} was not found")
        return call

    def _fetch_call(self, request: web.Request, fields: Fields) -> tuple[int, Any]:
        return 200, self._resource(self._call(request))

    def _update_call(self, request: web.Request, fields: Fields) -> tuple[int, Any]:
        call = self._call(request)
        wanted = check_parameters(UPDATE_CALL, fields)
        if "Url" in wanted and "Twiml" in wanted:
            raise RestError(400, 21223, "Url and Twiml are mutually exclusive")
        if not call.live or ("Status" not in wanted and call.status != "in-progress"):
            raise RestError(400, 21220, "Call is not in-progress. Cannot redirect.")
        call.status_callback = wanted.get("StatusCallback", call.status_callback)
        if "Status" in wanted:
            if wanted["Status"] == "completed" or call.started_at is None:
                call.hang_up("canceled" if call.started_at is None else "completed")
        elif source := _source(wanted, call.fields()):
            call.fallback = _fallback(wanted) or call.fallback
            call.go_on_with(source)
        return 200, self._resource(call)

    def _resource(self, call: Call) -> dict[str, Any]:
        account = self._world.settings.account_sid
        uri = f"/2010-04-01/Accounts/{account}/Calls/{call.sid}"
        return {
            "account_sid": account,
            "annotation": None,
            "answered_by": call.detected if call.machine_detection and call.started_at else None,
            "api_version": "2010-04-01",
            "caller_name": None,
            "date_created": _rfc(call.created_at),
            "date_updated": _rfc(call.ended_at or call.created_at),
            "direction": call.direction,
            "duration": str(call.duration) if call.ended_at else None,
            "end_time": _rfc(call.ended_at),
            "forwarded_from": None,
            "from": call.from_,
            "from_formatted": call.from_,
            "group_sid": None,
            "parent_call_sid": call.parent_sid,
            "phone_number_sid": "PN" + "0" * 32,
            "price": None,
            "price_unit": "USD",
            "queue_time": "0",
            "sid": call.sid,
            "start_time": _rfc(call.started_at),
            "status": call.status,
            "subresource_uris": {"recordings": f"{uri}/Recordings.json"},
            "to": call.to,
            "to_formatted": call.to,
            "trunk_sid": None,
            "uri": f"{uri}.json",
        }

    def _delete_recording(self, request: web.Request, fields: Fields) -> tuple[int, Any]:
        """https://www.twilio.com/docs/voice/api/recording#delete-a-recording-resource"""
        if self._world.recordings.pop(request.match_info["sid"], None) is None:
            raise RestError(404, 20404, f"The requested resource {request.path} was not found")
        return 204, {}

    async def _recording(self, request: web.Request) -> web.Response:
        """A recording as a file, WAV or MP3, whole or a part; like Twilio's, it needs the account and its token."""
        sid, _, kind = request.match_info["sid"].partition(".")
        try:
            self._authorise(request)
        except RestError as error:
            return web.json_response({"code": error.code, "message": error.message}, status=error.status)
        seconds = self._world.recordings.get(sid)
        if seconds is None or kind not in ("", "wav", "mp3"):
            return web.json_response({"code": 20404, "message": "not found"}, status=404)
        body, content_type = (silent_mp3(seconds), "audio/mpeg") if kind == "mp3" else (silent_wav(seconds), "audio/x-wav")
        return part_of(request, body, content_type)


def part_of(request: web.Request, body: bytes, content_type: str) -> web.Response:
    """The whole, or what the ``Range`` header asks for. https://www.rfc-editor.org/rfc/rfc9110#name-range-requests"""
    headers = {"Accept-Ranges": "bytes"}
    try:
        start, stop, _ = request.http_range.indices(len(body))
    except ValueError:
        start = stop = 0
    if "Range" not in request.headers:
        return web.Response(body=body, content_type=content_type, headers=headers)
    if start >= stop:
        return web.Response(status=416, headers=headers | {"Content-Range": f"bytes */{len(body)}"})
    headers["Content-Range"] = f"bytes {start}-{stop - 1}/{len(body)}"
    return web.Response(status=206, body=body[start:stop], content_type=content_type, headers=headers)


def _source(wanted: dict[str, str], fields: Fields | None = None) -> Source | None:
    if "Twiml" in wanted:
        return Source(inline=wanted["Twiml"])
    return Source(Request("voice", wanted["Url"], fields or [], wanted.get("Method", "POST"))) if "Url" in wanted else None


def _fallback(wanted: dict[str, str]) -> tuple[str, str] | None:
    return (wanted["FallbackUrl"], wanted.get("FallbackMethod", "POST")) if "FallbackUrl" in wanted else None


def _rfc(moment: Any) -> str | None:
    return moment.strftime("%a, %d %b %Y %H:%M:%S +0000") if moment else None
