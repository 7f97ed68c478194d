"""Twilio: our account, and the resources we write to (messages, calls, conferences); see ``TwilioClient``.

Who really sent a request is ``connectors.twilio.webhook_signature``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import aiohttp

from bot.ports import SendError, SendFailure, Sound
from connectors.twilio.errors import failure_of
from connectors.wire import TIMEOUT, Answer, post

CREATED, GONE = range(200, 300), 404
PARTIAL, OUT_OF_RANGE = 206, 416
PLAYED = (200, PARTIAL)
CHUNK = 32 * 1024
"""Bytes of a recording that are on their way at once."""
STREAM = aiohttp.ClientTimeout(total=None, connect=4, sock_read=10)
"""A talk of an hour takes its time; only silence ends it."""


@dataclass(frozen=True, slots=True)
class TwilioAccount:
    """One account. The first of ``auth_tokens`` signs our requests; each is accepted on Twilio's (rotation).

    ``api_url`` and ``public_url`` are base addresses without a path of their own; numbers are E.164.
    """

    sid: str
    auth_tokens: tuple[str, ...] = field(repr=False)
    api_url: str
    sms_number: str
    voice_number: str
    public_url: str

    def public(self, path_and_query: str) -> str:
        """An address of ours as Twilio knows it: ``public("/twilio/status")``."""
        return self.public_url.rstrip("/") + path_and_query


@dataclass(frozen=True, slots=True)
class TwilioClient:
    """The REST calls we make, one POST each: a second try is the outbox's decision, never made here.

    https://www.twilio.com/docs/messaging/api/message-resource , https://www.twilio.com/docs/voice/api/call-resource
    """

    session: aiohttp.ClientSession
    account: TwilioAccount
    timeout: aiohttp.ClientTimeout = TIMEOUT
    on_account: Callable[[str], None] = lambda code: None
    """Told Twilio's code whenever it is our account, and not what was asked, that is refused."""

    async def create_message(self, to: str, body: str, status_callback: str, from_: str | None = None) -> str:
        """Send one SMS (at most 1600 characters), from a number of ours, and return its sid. Raises SendError."""
        form = {"To": to, "From": from_ or self.account.sms_number, "Body": body, "StatusCallback": status_callback}
        return await self._post("Messages.json", list(form.items()))

    async def create_call(
        self,
        to: str,
        from_: str,
        url: str,
        *,
        status_callback: str | None = None,
        status_events: Sequence[str] = (),
        ring_seconds: int | None = None,
        machine_detection: str | None = None,
    ) -> str:
        """Ring ``to``; Twilio asks ``url`` for TwiML when it is answered. Returns the call's sid. Raises SendError."""
        form = [("To", to), ("From", from_), ("Url", url)]
        if status_callback:
            form += [("StatusCallback", status_callback), *(("StatusCallbackEvent", event) for event in status_events)]
        if ring_seconds is not None:
            form.append(("Timeout", str(ring_seconds)))
        if machine_detection:
            form.append(("MachineDetection", machine_detection))
        return await self._post("Calls.json", form)

    async def update_call(self, sid: str, *, url: str | None = None, twiml: str | None = None, status: str | None = None) -> None:
        """Change a live call: new TwiML from ``url``, or ``twiml`` itself (4000 characters), or ``status`` ``completed``.

        Exactly one of the three (ValueError otherwise). Raises SendError; 21220 when the call is over.
        """
        given = [(name, value) for name, value in (("Url", url), ("Twiml", twiml), ("Status", status)) if value is not None]
        if len(given) != 1:
            raise ValueError("update_call takes exactly one of url, twiml and status")
        await self._post(f"Calls/{quote(sid, safe='')}.json", given)

    async def update_participant(self, conference: str, who: str, **fields: str) -> None:
        """Change somebody in a conference (``who``: call sid or label) by the resource's own parameters. Raises SendError."""
        await self._post(
            f"Conferences/{quote(conference, safe='')}/Participants/{quote(who, safe='')}.json", list(fields.items()), ""
        )

    async def add_participant(self, conference: str, **fields: str) -> str:
        """Ring somebody into a conference; the call's sid. Raises SendError."""
        return await self._post(f"Conferences/{quote(conference, safe='')}/Participants.json", list(fields.items()), "call_sid")

    async def remove_participant(self, conference: str, who: str) -> None:
        """Put somebody out of a conference; one who has just gone is out. Raises SendError."""
        url = self._url(f"Conferences/{quote(conference, safe='')}/Participants/{quote(who, safe='')}.json")
        await self._delete(url)

    async def update_conference_recording(self, conference: str, recording: str, status: str) -> None:
        """``paused``, ``in-progress`` or ``stopped``. Raises SendError."""
        form = [("Status", status)] + ([("PauseBehavior", "skip")] if status == "paused" else [])
        await self._post(f"Conferences/{quote(conference, safe='')}/Recordings/{quote(recording, safe='')}.json", form)

    async def number(self, number: str) -> Mapping[str, Any] | None:
        """How a number of the account is set up; None when the account has none of that name. Raises SendError.

        https://www.twilio.com/docs/phone-numbers/api/incomingphonenumber-resource#read-multiple-incomingphonenumber-resources
        """
        url, asked = self._url("IncomingPhoneNumbers.json"), {"PhoneNumber": number, "PageSize": "20"}
        answer = await post(self.session, url, within=self.timeout, headers=self._headers(), method="GET", params=asked)
        if answer.status not in CREATED:
            raise failure_of(answer)
        found = answer.body.get("incoming_phone_numbers")
        if not isinstance(found, list):
            raise SendError("Twilio told no numbers", SendFailure.REFUSED)
        return next((one for one in found if isinstance(one, dict) and one.get("phone_number") == number), None)

    async def recording(self, sid: str, part: str = "") -> Sound | None:
        """A recording as MP3 (a twentieth of the WAV file), passed on as it comes; None when there is none (yet).

        ``part``: a ``Range`` header. Raises SendError.
        https://www.twilio.com/docs/voice/api/recording#fetch-a-recording-media-file
        """
        url = self._url(f"Recordings/{quote(sid, safe='')}.mp3")
        headers = self._headers() | ({"Range": part} if part else {})
        try:
            response = await self.session.get(url, headers=headers, timeout=STREAM)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise SendError(f"no answer from the vendor: {type(error).__name__}", SendFailure.RETRY) from None
        if response.status not in (*PLAYED, OUT_OF_RANGE):
            response.close()
            return None
        return Sound(
            "audio/mpeg",
            response.content.iter_chunked(CHUNK),
            response.close,
            response.content_length,
            response.headers.get("Content-Range", ""),
            seekable=response.headers.get("Accept-Ranges") == "bytes" or response.status == PARTIAL,
            out_of_range=response.status == OUT_OF_RANGE,
        )

    async def delete_recording(self, sid: str) -> None:
        """Delete a recording at Twilio; one that is gone already is as good. Raises SendError.

        https://www.twilio.com/docs/voice/api/recording#delete-a-recording-resource
        """
        url = self._url(f"Recordings/{quote(sid, safe='')}.json")
        await self._delete(url)

    async def _delete(self, url: str) -> None:
        answer = await post(self.session, url, within=self.timeout, headers=self._headers(), method="DELETE")
        if answer.status not in (*CREATED, GONE):
            raise self._failed(answer)

    def _failed(self, answer: Answer) -> SendError:
        error = failure_of(answer)
        if error.account:
            self.on_account(error.code or "unknown")
        return error

    def _url(self, resource: str) -> str:
        return f"{self.account.api_url.rstrip('/')}/2010-04-01/Accounts/{quote(self.account.sid, safe='')}/{resource}"

    def _headers(self) -> dict[str, str]:
        return {"Authorization": aiohttp.encode_basic_auth(self.account.sid, self.account.auth_tokens[0])}

    async def _post(self, resource: str, form: list[tuple[str, str]], sid: str = "sid") -> str:
        """POST one form; the sid of what was made, under the name ``sid`` in the answer (empty name: none is expected)."""
        answer = await post(self.session, self._url(resource), within=self.timeout, headers=self._headers(), data=form)
        if answer.status not in CREATED:
            raise self._failed(answer)
        return _sid(answer.body, sid) if sid else ""


def _sid(body: Mapping[str, object], name: str) -> str:
    sid = body.get(name)
    if not isinstance(sid, str) or not sid:
        raise SendError("Twilio took it and told no sid", SendFailure.UNCERTAIN)
    return sid
