"""Values in the requests to the page's API."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import web

from simulator.twilio_rest.tables import E164

Json = dict[str, Any]


def as_number(value: object) -> str:
    """A phone number. 400 when it is none."""
    if not isinstance(value, str) or not re.fullmatch(E164, value):
        raise web.HTTPBadRequest(text="a phone number in E.164 form, such as +12125550147")
    return value


def as_text(value: object, limit: int) -> str:
    """Text of 1 to ``limit`` characters, else 400."""
    if not isinstance(value, str) or not 0 < len(value) <= limit:
        raise web.HTTPBadRequest(text=f"text of 1 to {limit} characters")
    return value
