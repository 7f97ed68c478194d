"""Who may ask for what: the one table that every route of the desk stands in.

``desk.access.gate`` looks here before any handler runs. A route that is not in it is refused to everybody, and a test names it.
A path is written as aiohttp shows a resource (``{id}`` without its pattern); a HEAD is a GET.
"""

from __future__ import annotations

from collections.abc import Mapping

from desk.accounts.roles import ANYBODY, NOBODY, READS_MASKED, SIGNED_IN, SUPERVISES, WORKS, Who

Route = tuple[str, str]
"""Method and path."""

ONE = "/desk/handoffs/{id}"
WHO_MAY: Mapping[Route, Who] = {
    ("GET", "/desk/sign-in"): ANYBODY,
    ("POST", "/desk/sign-in"): ANYBODY,
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
    ("POST", ONE + "/take-over"): WORKS,
    ("POST", ONE + "/snooze"): WORKS,
    ("POST", ONE + "/resume"): WORKS,
    ("POST", ONE + "/note"): WORKS,
    ("POST", ONE + "/reopen"): WORKS,
    ("POST", ONE + "/reminded"): WORKS,
    ("POST", ONE + "/propose"): WORKS,
    ("GET", "/desk/transcripts"): READS_MASKED,
    ("GET", "/desk/transcripts/{id}"): READS_MASKED,
    ("GET", "/desk/proposals"): SUPERVISES,
    ("POST", "/desk/proposals"): SUPERVISES,
}

BEFORE_A_PASSWORD_IS_CHOSEN: frozenset[Route] = frozenset({("GET", "/desk/password"), ("POST", "/desk/password")})
"""What is open to who came in with a one-time password."""


def who_may(method: str, path: str) -> Who:
    """The roles for a route; nobody for one that is not in the table."""
    return WHO_MAY.get(("GET" if method == "HEAD" else method, path), NOBODY)
