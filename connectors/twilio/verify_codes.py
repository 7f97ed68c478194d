"""Twilio Verify: codes that Twilio makes, sends and checks. https://www.twilio.com/docs/verify/api

Our own limits come first (``bot.identity.one_time_codes``); Twilio's are five sends and five checks for a verification of ten
minutes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

import aiohttp

from bot.identity.one_time_codes import CodeCheck
from bot.ports import DialogueUnavailable, SendError
from connectors.twilio.errors import failure_of
from connectors.wire import TIMEOUT, Answer, post

GONE = 404
"""A check after the end, or after it was approved (error 20404)."""
TOO_MANY = 429


@dataclass(frozen=True, slots=True)
class TwilioVerify:
    """``bot.identity.one_time_codes.RemoteCodes``. ``service``: ``VA`` and 32 hexadecimal digits."""

    session: aiohttp.ClientSession
    account_sid: str
    auth_token: str = field(repr=False)
    service: str
    api_url: str
    on_account: Callable[[str], None] = lambda code: None
    """As ``connectors.twilio.client.TwilioClient``'s."""

    async def start(self, tel: str, network: str | None) -> bool:
        """https://www.twilio.com/docs/verify/api/verification#start-new-verification"""
        form = {"To": tel, "Channel": "sms"} | ({"DeviceIp": network} if network and "/" not in network else {})
        try:
            answer = await self._post("Verifications", form)
        except SendError as error:
            raise DialogueUnavailable("no code could be asked for", reached=False) from error
        if answer.status >= 500:
            raise DialogueUnavailable(f"no code could be asked for: HTTP {answer.status}", reached=False)
        if answer.status >= 400 and (refused := failure_of(answer)).account:
            self.on_account(refused.code or "unknown")
        return answer.status == 201

    async def check(self, tel: str, code: str) -> CodeCheck:
        """https://www.twilio.com/docs/verify/api/verification-check"""
        try:
            answer = await self._post("VerificationCheck", {"To": tel, "Code": code})
        except SendError as error:
            raise DialogueUnavailable("the code could not be checked", reached=False) from error
        if answer.status == GONE:
            return CodeCheck.EXPIRED
        if answer.status == TOO_MANY:
            return CodeCheck.LOCKED
        if answer.status not in (200, 201):
            raise DialogueUnavailable(f"the code could not be checked: HTTP {answer.status}", reached=False)
        return CodeCheck.ACCEPTED if answer.body.get("status") == "approved" else CodeCheck.WRONG

    async def _post(self, resource: str, form: dict[str, str]) -> Answer:
        url = f"{self.api_url.rstrip('/')}/v2/Services/{quote(self.service, safe='')}/{resource}"
        headers = {"Authorization": aiohttp.encode_basic_auth(self.account_sid, self.auth_token)}
        return await post(self.session, url, within=TIMEOUT, headers=headers, data=form)
