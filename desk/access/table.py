"""Who may ask for what: the one table that every route of the desk stands in.

``desk.access.gate`` looks here before any handler runs. A route that is not in it is refused to everybody, and a test names it.
A path is written as aiohttp shows a resource (``{id}`` without its pattern); a HEAD is a GET.
"""

from __future__ import annotations

from collections.abc import Mapping

from desk.accounts.roles import ADMINISTERS, ANYBODY, NOBODY, READS_MASKED, SIGNED_IN, SUPERVISES, WORKS, Who
from desk.accounts.tokens import Scope

Route = tuple[str, str]
"""Method and path."""

ONE, ACCOUNT = "/desk/handoffs/{id}", "/desk/admin/accounts/{username}"
OWN_REPLIES, SHARED_REPLIES = "/desk/canned-replies", "/desk/supervisor/canned-replies"
WHO_MAY: Mapping[Route, Who] = {
    ("GET", "/desk/sign-in"): ANYBODY,
    ("POST", "/desk/sign-in"): ANYBODY,
    ("GET", "/desk/sign-in/code"): ANYBODY,
    ("POST", "/desk/sign-in/code"): ANYBODY,
    ("POST", "/desk/sign-in/passkey/options"): ANYBODY,
    ("POST", "/desk/sign-in/passkey"): ANYBODY,
    ("GET", "/desk/sign-in/openid"): ANYBODY,
    ("GET", "/desk/sign-in/openid/back"): ANYBODY,
    ("POST", "/desk/sign-out"): ANYBODY,
    ("GET", "/desk/static/{name}"): ANYBODY,
    ("GET", "/desk/{rest}"): ANYBODY,  # says that there is no such page
    ("GET", "/desk/password"): SIGNED_IN,
    ("POST", "/desk/password"): SIGNED_IN,
    ("GET", "/desk/settings"): SIGNED_IN,
    ("POST", "/desk/settings"): SIGNED_IN,
    ("GET", "/desk"): WORKS,
    ("GET", "/desk/"): WORKS,
    ("GET", "/desk/parts"): WORKS,
    ("GET", "/desk/events"): WORKS,
    ("POST", "/desk/available"): WORKS,
    ("GET", "/desk/articles"): WORKS,
    ("GET", "/desk/softphone/call"): WORKS,
    ("POST", "/desk/softphone/token"): WORKS,
    ("GET", "/desk/conversations/{id}"): WORKS,
    ("POST", "/desk/conversations/{id}/take"): WORKS,
    ("GET", ONE): WORKS,
    ("GET", ONE + "/earlier"): WORKS,
    ("GET", ONE + "/sound/{sid}"): WORKS,
    ("GET", ONE + "/attachments/{key}"): WORKS,
    ("POST", ONE + "/accept"): WORKS,
    ("POST", ONE + "/reply"): WORKS,
    ("POST", ONE + "/typing"): WORKS,
    ("POST", ONE + "/call"): WORKS,
    ("POST", ONE + "/unlink"): WORKS,
    ("POST", ONE + "/close"): WORKS,
    ("POST", ONE + "/release"): WORKS,
    ("POST", ONE + "/move"): WORKS,
    ("POST", ONE + "/offer"): WORKS,
    ("POST", ONE + "/decline"): WORKS,
    ("POST", ONE + "/ask-in"): WORKS,
    ("POST", ONE + "/join-in"): WORKS,
    ("POST", ONE + "/go-out"): WORKS,
    ("POST", ONE + "/take-over"): WORKS,
    ("POST", ONE + "/snooze"): WORKS,
    ("POST", ONE + "/resume"): WORKS,
    ("POST", ONE + "/note"): WORKS,
    ("POST", ONE + "/reopen"): WORKS,
    ("POST", ONE + "/reminded"): WORKS,
    ("POST", ONE + "/propose"): WORKS,
    ("GET", ONE + "/canned-replies"): WORKS,
    ("GET", OWN_REPLIES): WORKS,
    ("POST", OWN_REPLIES): WORKS,
    ("GET", OWN_REPLIES + "/{id}"): WORKS,
    ("POST", OWN_REPLIES + "/{id}"): WORKS,
    ("POST", OWN_REPLIES + "/{id}/remove"): WORKS,
    ("GET", SHARED_REPLIES): SUPERVISES,
    ("POST", SHARED_REPLIES): SUPERVISES,
    ("GET", SHARED_REPLIES + "/{id}"): SUPERVISES,
    ("POST", SHARED_REPLIES + "/{id}"): SUPERVISES,
    ("POST", SHARED_REPLIES + "/{id}/remove"): SUPERVISES,
    ("GET", "/desk/transcripts"): READS_MASKED,
    ("GET", "/desk/transcripts/{id}"): READS_MASKED,
    ("POST", "/desk/settings/sessions"): SIGNED_IN,
    ("GET", "/desk/passkeys"): SIGNED_IN,
    ("POST", "/desk/passkeys"): SIGNED_IN,
    ("POST", "/desk/passkeys/options"): SIGNED_IN,
    ("POST", "/desk/passkeys/remove"): SIGNED_IN,
    ("GET", "/desk/second-factor"): SIGNED_IN,
    ("POST", "/desk/second-factor"): SIGNED_IN,
    ("POST", "/desk/second-factor/confirm"): SIGNED_IN,
    ("POST", "/desk/second-factor/remove"): SIGNED_IN,
    ("GET", "/desk/supervisor"): SUPERVISES,
    ("POST", "/desk/supervisor/agents/{username}/skills"): SUPERVISES,
    ("POST", "/desk/supervisor/agents/{username}/away"): SUPERVISES,
    ("POST", "/desk/supervisor/handoffs/{id}/move"): SUPERVISES,
    ("GET", "/desk/proposals"): SUPERVISES,
    ("POST", "/desk/proposals"): SUPERVISES,
    ("GET", "/desk/admin"): ADMINISTERS,
    ("POST", "/desk/admin/accounts"): ADMINISTERS,
    ("GET", ACCOUNT): ADMINISTERS,
    ("POST", ACCOUNT + "/role"): ADMINISTERS,
    ("POST", ACCOUNT + "/reset"): ADMINISTERS,
    ("POST", ACCOUNT + "/disable"): ADMINISTERS,
    ("POST", ACCOUNT + "/enable"): ADMINISTERS,
    ("POST", ACCOUNT + "/end"): ADMINISTERS,
    ("POST", ACCOUNT + "/factor"): ADMINISTERS,
    ("GET", "/desk/admin/tokens"): ADMINISTERS,
    ("POST", "/desk/admin/tokens"): ADMINISTERS,
    ("POST", "/desk/admin/tokens/{id}/revoke"): ADMINISTERS,
}

SCOPES: Mapping[Route, Scope] = {
    ("GET", "/conversations"): Scope.RECORDS,
    ("GET", "/conversations/{id}"): Scope.CONVERSATIONS,
    ("GET", "/conversations/{id}/lines"): Scope.RECORDS,
    ("GET", "/conversations/{id}/facts"): Scope.RECORDS,
    ("GET", "/contacts/{id}/conversations"): Scope.RECORDS,
    ("GET", "/handoffs/packet-schema/1"): Scope.HANDOFFS,
    ("GET", "/handoffs/{id}/packet"): Scope.HANDOFFS,
    ("GET", "/handoffs/{id}/attachments/{key}"): Scope.HANDOFFS,
    ("GET", "/handoffs/passed"): Scope.HANDOFFS,
    ("POST", "/links/{id}/undo"): Scope.IDENTITY,
    ("POST", "/addresses/forget"): Scope.IDENTITY,
}
"""What a token for programs needs, for each route of the JSON API; ``INTERNAL_API_TOKEN`` opens all of them."""

BY_ADDRESS: Mapping[Route, Scope] = {("GET", "/conversations"): Scope.CONVERSATIONS}
"""What it needs where it gives an ``address``: without one, the route searches what is kept for good."""

BEFORE_A_PASSWORD_IS_CHOSEN: frozenset[Route] = frozenset({("GET", "/desk/password"), ("POST", "/desk/password")})
"""What is open to who came in with a one-time password."""


def who_may(method: str, path: str) -> Who:
    """The roles for a route; nobody for one that is not in the table."""
    return WHO_MAY.get(_route(method, path), NOBODY)


def scope_of(method: str, path: str, *, address: bool = False) -> Scope | None:
    """What a token needs; None: no token opens it. ``address``: whether the request gives one."""
    route = _route(method, path)
    return BY_ADDRESS.get(route, SCOPES.get(route)) if address else SCOPES.get(route)


def _route(method: str, path: str) -> Route:
    return ("GET" if method == "HEAD" else method, path)
