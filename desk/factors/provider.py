"""What is asked of an OpenID provider: its discovery, a token for a code, and whether the token may be believed.

https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation , https://www.rfc-editor.org/rfc/rfc9700
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import aiohttp
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from bot.ports import Clock
from connectors.wire import read_up_to

BACK = "/desk/sign-in/openid/back"
"""Where browsers come back to."""
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA")
"""What a token may be signed with: by the provider's own key, never by a secret that we know, never by nothing."""
TIMEOUT = aiohttp.ClientTimeout(total=5)
LARGEST = 512 * 1024
LEEWAY = 60
"""Seconds that the two clocks may differ."""
KEPT, AGAIN = timedelta(hours=1), timedelta(minutes=1)
"""How long what the provider publishes is believed, and how soon its keys are asked for again when one is unknown."""


class ProviderAway(Exception):
    """It does not answer, or not as providers do."""


class ProviderRefused(Exception):
    """What came is not to be believed; the message says why, for the log."""


@dataclass(frozen=True, slots=True)
class OpenId:
    """What an installation says of its provider. ``claim``: where in the token the groups stand, by dots; ``roles``: a
    group's role at the desk, the first that fits counts; ``back``: where browsers come back to, registered there."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    claim: str
    roles: tuple[tuple[str, str], ...]
    back: str


@dataclass(slots=True)
class Provider:
    """Raises ProviderAway, ProviderRefused. ``http`` is closed by whoever made it."""

    settings: OpenId
    http: aiohttp.ClientSession
    clock: Clock
    _published: Mapping[str, Any] = field(default_factory=dict)
    _published_at: datetime | None = None
    _keys: KeySet | None = None
    _keys_at: datetime | None = None

    async def published(self) -> Mapping[str, Any]:
        """Its discovery document, whose issuer must be the one that is configured, to the letter."""
        if self._published_at is None or self.clock() - self._published_at > KEPT:
            found = await self._json("GET", f"{self.settings.issuer}/.well-known/openid-configuration")
            if found.get("issuer") != self.settings.issuer:
                raise ProviderRefused("its discovery names another issuer")
            if not all(isinstance(found.get(one), str) for one in ("authorization_endpoint", "token_endpoint", "jwks_uri")):
                raise ProviderAway("its discovery has no addresses")
            self._published, self._published_at = found, self.clock()
        return self._published

    async def exchange(self, code: str, verifier: str) -> str:
        """The id token for a code."""
        published, ours = await self.published(), self.settings
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": ours.back, "code_verifier": verifier}
        headers = {}
        if "client_secret_basic" in published.get("token_endpoint_auth_methods_supported", ["client_secret_basic"]):
            headers["Authorization"] = aiohttp.encode_basic_auth(quote_plus(ours.client_id), quote_plus(ours.client_secret))
        else:
            form |= {"client_id": ours.client_id, "client_secret": ours.client_secret}
        token = (await self._json("POST", published["token_endpoint"], data=form, headers=headers)).get("id_token")
        if not isinstance(token, str):
            raise ProviderRefused("there is no id token for that code")
        return token

    async def claims(self, token: str, nonce: str) -> Mapping[str, Any]:
        """What the token says, when it is signed by the provider, for us, now, and for this very sign-in."""
        try:
            read = await self._decoded(token)
            self._registry(nonce).validate(read)
        except (JoseError, ValueError) as error:
            raise ProviderRefused(f"its token: {error}") from error
        audience = read["aud"] if isinstance(read["aud"], list) else [read["aud"]]
        if audience != [self.settings.client_id] or read.get("azp", self.settings.client_id) != self.settings.client_id:
            raise ProviderRefused("its token is for others, too")
        return read

    def _registry(self, nonce: str) -> jwt.JWTClaimsRegistry:
        must: dict[str, Any] = {"sub": {"essential": True}, "exp": {"essential": True}, "iat": {"essential": True}}
        must |= {name: {"essential": True, "value": value} for name, value in self._expected(nonce).items()}
        return jwt.JWTClaimsRegistry(now=lambda: int(self.clock().timestamp()), leeway=LEEWAY, **must)

    def _expected(self, nonce: str) -> dict[str, str]:
        return {"iss": self.settings.issuer, "aud": self.settings.client_id, "nonce": nonce}

    async def _decoded(self, token: str) -> dict[str, Any]:
        keys = await self._known_keys()
        try:
            return dict(jwt.decode(token, keys, algorithms=ALGORITHMS).claims)
        except InvalidKeyIdError:
            if self._keys_at and self.clock() - self._keys_at < AGAIN:
                raise
            self._keys = None  # it may have a new one since
            return dict(jwt.decode(token, await self._known_keys(), algorithms=ALGORITHMS).claims)

    async def _known_keys(self) -> KeySet:
        if self._keys is None or self._keys_at is None or self.clock() - self._keys_at > KEPT:
            found = await self._json("GET", (await self.published())["jwks_uri"])
            try:
                self._keys, self._keys_at = KeySet.import_key_set(found), self.clock()  # type: ignore[arg-type]
            except (JoseError, ValueError, KeyError, TypeError) as error:
                raise ProviderAway("its keys cannot be read") from error
        return self._keys

    async def _json(self, method: str, url: str, **more: Any) -> dict[str, Any]:
        """An answer of at most LARGEST bytes; a redirect is no answer."""
        try:
            async with self.http.request(method, url, timeout=TIMEOUT, allow_redirects=False, **more) as answer:
                body = await read_up_to(LARGEST, answer.content)
                if 400 <= answer.status < 500 and method == "POST":
                    raise ProviderRefused(f"it refused the code ({answer.status})")
                found = json.loads(body) if answer.status == 200 else None
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise ProviderAway(f"{type(error).__name__} at {method}") from error
        if not isinstance(found, dict):
            raise ProviderAway(f"no JSON object at {method} ({answer.status})")
        return found
