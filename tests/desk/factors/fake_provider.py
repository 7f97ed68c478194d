"""An OpenID provider on loopback: it signs with real keys, and can be wrong, slow or forging."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.test_utils import TestServer
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from tests.desk.fake_people import FakeClock

CLIENT, SECRET = "the-desk", "a-client-secret-of-thirty-two-ch"


@dataclass
class FakeProvider:
    """``wrong``: what is changed in the claims of the next tokens; ``forge``: how they are signed instead."""

    clock: FakeClock
    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))
    wrong: dict[str, Any] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)
    forge: str = ""
    answers: int = 200
    silent: asyncio.Event | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    asked_for_keys: int = 0
    person: dict[str, Any] = field(
        default_factory=lambda: {
            "sub": "248289761001",
            "name": "Bo Lindqvist",
            "preferred_username": "bo@bank.example",
            "realm_access": {"roles": ["desk-agents"]},
        }
    )

    def routes(self) -> list[web.RouteDef]:
        return [
            web.get("/.well-known/openid-configuration", self._published),
            web.get("/keys", self._keys),
            web.get("/authorize", self._authorize),
            web.post("/token", self._token),
        ]

    async def _published(self, _request: web.Request) -> web.Response:
        if self.silent:
            await self.silent.wait()
        known = {"issuer": self.issuer, "authorization_endpoint": f"{self.issuer}/authorize", "jwks_uri": f"{self.issuer}/keys"}
        return web.json_response(known | {"token_endpoint": f"{self.issuer}/token"} | self.discovery, status=self.answers)

    async def _keys(self, _request: web.Request) -> web.Response:
        self.asked_for_keys += 1
        return web.json_response(KeySet([self.key]).as_dict(private=False))

    async def _authorize(self, request: web.Request) -> web.Response:
        """Whoever comes is Bo."""
        asked = dict(request.query)
        code = f"code-{len(self.codes)}"
        self.codes[code] = asked
        given = urlencode({"code": code, "state": asked["state"], "iss": self.issuer})
        return web.Response(status=302, headers={"Location": f"{asked['redirect_uri']}?{given}"})

    async def _token(self, request: web.Request) -> web.Response:
        form = await request.post()
        expected = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = self.codes.pop(str(form["code"]), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(str(form["code_verifier"]).encode()).digest()).rstrip(b"=").decode()
        right = asked and asked["code_challenge"] == challenge and asked["redirect_uri"] == form["redirect_uri"]
        if not asked or not right or request.headers.get("Authorization") != expected:
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response({"access_token": "at", "token_type": "Bearer", "id_token": self.signed(asked["nonce"])})

    def signed(self, nonce: str) -> str:
        now = int(self.clock().timestamp())
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce} | self.person | self.wrong
        claims = {name: value for name, value in claims.items() if value is not None}
        if self.forge == "none":
            return f"{plain({'alg': 'none'})}.{plain(claims)}."
        if self.forge == "shared":  # HS256 with what everybody may read
            said = f"{plain({'alg': 'HS256', 'kid': 'one'})}.{plain(claims)}"
            signature = hmac.digest(self.key.as_pem(private=False), said.encode(), "sha256")
            return f"{said}.{base64.urlsafe_b64encode(signature).rstrip(b'=').decode()}"
        if self.forge == "another":  # a key of the forger's, under our key's name
            return jwt.encode({"alg": "RS256", "kid": "one"}, claims, RSAKey.generate_key(2048, {"kid": "one"}))
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)


def plain(part: dict[str, Any]) -> str:
    """A part of a token as it stands in it."""
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


@asynccontextmanager
async def provider_on(clock: FakeClock) -> AsyncIterator[FakeProvider]:
    """One that listens on a free port."""
    provider = FakeProvider(clock)
    app = web.Application()
    app.add_routes(provider.routes())
    async with TestServer(app, host="127.0.0.1") as server:
        provider.issuer = str(server.make_url("")).rstrip("/")
        yield provider
        if provider.silent:
            provider.silent.set()
