"""Twilio Verify v2 as far as one-time codes by SMS need it: start a verification, check a code.

https://www.twilio.com/docs/verify/api ; five sends and five checks for a verification of ten minutes, 404 after its end.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from simulator.rest_faults import RestError, fail_before
from simulator.signing import new_sid
from simulator.twilio_rest.tables import E164
from simulator.twilio_rest.texting import Texting
from simulator.world import World

LIFE = timedelta(minutes=10)
MOST = 5


@dataclass(slots=True)
class Verification:
    """One code under way to one number."""

    sid: str
    to: str
    code: str
    ends: datetime
    sends: int = 1
    checks: int = 0


@dataclass
class VerifyApi:
    """Routes below ``/verify`` (TWILIO_VERIFY_URL)."""

    world: World
    texting: Texting
    pending: dict[str, Verification] = field(default_factory=dict)

    def routes(self) -> list[web.RouteDef]:
        """Both resources."""
        base = "/verify/v2/Services/{service}"
        return [web.post(base + "/Verifications", self._start), web.post(base + "/VerificationCheck", self._check)]

    async def _start(self, request: web.Request) -> web.Response:
        return await self._answer(request, self._started, 201)

    async def _check(self, request: web.Request) -> web.Response:
        return await self._answer(request, self._checked, 200)

    async def _answer(self, request: web.Request, work: Any, status: int) -> web.Response:
        form = {name: str(value) for name, value in (await request.post()).items()}
        mode = self.world.faults.take_rest()
        try:
            self._authorise(request)
            await fail_before(mode, self.world.closing)
            body = work(form)
        except RestError as error:
            status, body = error.status, {"code": error.code, "message": error.message, "status": error.status}
        shown = {name: value for name, value in form.items() if name != "Code"}
        self.world.journal.add(
            "exchange", direction="rest", what="Twilio Verify", method="POST", url=request.path,
            fields=shown, status=status, answer=body, problems=[], note="",
        )  # fmt: skip
        return web.json_response(body, status=status)

    def _authorise(self, request: web.Request) -> None:
        settings = self.world.settings
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        try:
            decoded = base64.b64decode(given, validate=True)
        except (binascii.Error, ValueError):
            decoded = b""
        expected = f"{settings.account_sid}:{settings.auth_token}".encode()
        if scheme.lower() != "basic" or not hmac.compare_digest(decoded, expected):
            raise RestError(401, 20003, "Authenticate")
        if not re.fullmatch("VA[0-9a-f]{32}", request.match_info["service"]):
            raise RestError(404, 20404, "The requested resource was not found")

    def _started(self, form: dict[str, str]) -> dict[str, Any]:
        to = form.get("To", "")
        if not re.fullmatch(E164, to) or form.get("Channel") != "sms":
            raise RestError(400, 60200, "Invalid parameter")
        now, known = self.world.clock.now(), self.pending.get(to)
        if known is None or now >= known.ends:
            known = Verification(new_sid("VE"), to, "".join(secrets.choice("0123456789") for _ in range(6)), now + LIFE)
            self.pending[to] = known
        elif known.sends >= MOST:
            raise RestError(429, 60203, "Max send attempts reached")
        else:
            known.sends += 1
        self.texting.deliver(to, f"Your Harbour Bank verification code is: {known.code}")
        return {"sid": known.sid, "to": to, "channel": "sms", "status": "pending", "valid": False}

    def _checked(self, form: dict[str, str]) -> dict[str, Any]:
        known = self.pending.get(form.get("To", ""))
        if known is None or self.world.clock.now() >= known.ends:
            raise RestError(404, 20404, "The requested resource was not found")
        known.checks += 1
        if known.checks > MOST:
            raise RestError(429, 60202, "Max check attempts reached")
        right = hmac.compare_digest(known.code, form.get("Code", ""))
        if right:
            del self.pending[known.to]
        return {"sid": known.sid, "to": known.to, "status": "approved" if right else "pending", "valid": right}
