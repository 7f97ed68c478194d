"""Only what Twilio signed gets in. The oracle is Twilio's own validator; two vectors are from its test suite."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

import pytest
import yarl
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict
from pytest_aiohttp.plugin import AiohttpClient
from twilio.request_validator import RequestValidator

from connectors.twilio.client import TwilioAccount
from connectors.twilio.webhook_signature import FORM, FORM_LIMIT, port_variants, signature_of, verified_form, verified_websocket

URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
CALL = {
    "CallSid": "CA1234567890ABCDE", "Caller": "+14158675309", "Digits": "1234", "From": "+14158675309", "To": "+18005551212",
}  # fmt: skip


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (list(CALL.items()), "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        (
            [("Sid", "CA123"), ("SidAccount", "AC123"), ("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234")],
            "IK+Dwps556ElfBT0I3Rgjkr1wJU=",
        ),
    ],
)
def test_twilios_own_vectors(fields: list[tuple[str, str]], expected: str) -> None:
    assert signature_of(URL, fields, "12345") == expected


FIELDS = st.lists(
    st.tuples(st.text(st.characters(codec="utf-8"), max_size=5), st.sampled_from(["", "1", "b&c=", "\u00e9\U0001f44d"])),
    max_size=8,
)
PORTS = st.one_of(st.none(), st.just(443), st.integers(1, 65535))
PATHS = st.sampled_from(["", "/", "/twilio/sms", "/a?b=c:1", "/a?x=%2F&y=a+b", "/a?bodySHA256=0"])


def accepted(url: str, signature: str, fields: MultiDict[str], token: str) -> bool:
    """Our answer."""
    return signature in [signature_of(variant, fields.items(), token) for variant in port_variants(url)]


@given(FIELDS, st.text("abc123", min_size=1), st.sampled_from(["http", "https"]), PORTS, PORTS, PATHS, st.integers(0, 4))
def test_the_same_answers_as_twilios_validator(
    fields: list[tuple[str, str]], token: str, scheme: str, port: int | None, signed_port: int | None, path: str, spoilt: int
) -> None:
    """Repeated and blank fields, any port, what was signed with another port, token or field."""
    url, signed_url = (f"{scheme}://h.example{'' if p is None else f':{p}'}{path}" for p in (port, signed_port))
    signed = [*fields, ("x", "y")] if spoilt == 1 else fields
    validator = RequestValidator(token)
    signature = RequestValidator("other" if spoilt == 2 else token).compute_signature(signed_url, MultiDict(signed))
    form = MultiDict(fields)
    assert accepted(url, signature, form, token) == validator.validate(url, form, signature)


@given(st.text(max_size=30), st.booleans())
def test_the_same_answer_for_a_body_whose_hash_is_in_the_address(body: str, signed: bool) -> None:
    """We take no JSON webhooks (415); the signature over such an address is the same, without fields."""
    body = body.encode("utf-8", "replace").decode()
    url = f"https://h.example/a?bodySHA256={sha256(body.encode()).hexdigest()}"
    signature = signature_of(url, (), "12345" if signed else "67890")
    assert RequestValidator("12345").validate(url, body, signature) == accepted(url, signature, MultiDict(), "12345") == signed


@pytest.mark.parametrize(
    ("url", "signed"),
    [
        ("wss://h.example/relay", "wss://h.example:443/relay"),
        ("http://[::1]:8080/a", "http://[::1]/a"),
        ("https://h.example/a?", "https://h.example/a?"),
    ],
)
def test_what_twilios_validator_refuses_and_we_take(url: str, signed: str) -> None:
    """Why the variants are ours (docs/decisions/0013). When this fails, the package has learned it: let it have them."""
    signature = signature_of(signed, (), "12345")
    assert accepted(url, signature, MultiDict(), "12345")
    assert not RequestValidator("12345").validate(url, {}, signature)


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("https://h.example/a?b=c:1", "https://h.example:443/a?b=c:1"),
        ("https://h.example:8443/a", "https://h.example/a"),
        ("https://u:p@h.example:8443/a", "https://u:p@h.example/a"),
        ("http://[::1]/a", "http://[::1]:80/a"),
        ("http://[::1]:8080/a", "http://[::1]/a"),
        ("wss://h.example/a", "wss://h.example:443/a"),
    ],
)
def test_with_and_without_the_port(url: str, other: str) -> None:
    assert list(port_variants(url)) == [url, other]


@dataclass(frozen=True)
class Row:
    """One request. ``signed`` is the URL that was signed (None: no header); ``fields`` those that were (default: the body's)."""

    label: str
    expected: int
    reason: str | None = None
    path: str = "/twilio/hook"
    method: str = "POST"
    body: bytes = urlencode(CALL).encode()
    content_type: str = FORM
    signed: str | None = "https://bot.example.com/twilio/hook"
    fields: tuple[tuple[str, str], ...] = tuple(CALL.items())
    token: str = "12345"
    headers: Mapping[str, str] = field(default_factory=dict)


def form(*pairs: tuple[str, str]) -> dict[str, Any]:
    return {"body": urlencode(pairs).encode(), "fields": pairs}


ROWS = [
    Row("signed", 200),
    Row("signed with the older token", 200, token="old-token"),
    Row("a charset on the content type", 200, content_type=f"{FORM}; charset=utf-8"),
    Row("signed with the port", 200, signed="https://bot.example.com:443/twilio/hook"),
    Row("blank fields count", 200, **form(("Body", ""), ("ToCity", ""), ("From", "+12125550142"))),
    Row("repeated fields", 200, **form(("Digits", "5678"), ("Digits", "1234"), ("Digits", "1234"))),
    Row("plus, ampersand, emoji", 200, **form(("Body", "a+b & c=d \N{THUMBS UP SIGN}"))),
    Row("an empty form", 200, **form()),
    Row(
        "query in its own percent-encoding",
        200,
        path="/twilio/hook?call=%43A1%2f&x=a%20b",
        signed="https://bot.example.com/twilio/hook?call=%43A1%2f&x=a%20b",
    ),
    Row("a proxy's host is not asked", 200, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"}),
    Row("signed for another host, sent with its Host", 403, "signature", signed="https://evil.example/twilio/hook",
        headers={"Host": "evil.example"}),
    Row("wrong PUBLIC_URL", 403, "signature", signed="https://other.example.com/twilio/hook"),
    Row("signed as http", 403, "signature", signed="http://bot.example.com/twilio/hook"),
    Row("another path's signature", 403, "signature", signed="https://bot.example.com/twilio/status"),
    Row("another account's token", 403, "signature", token="67890"),
    Row("a field was changed", 403, "signature", body=urlencode({**CALL, "From": "+12125550199"}).encode()),
    Row("a field was added", 403, "signature", body=urlencode({**CALL, "x": "y"}).encode()),
    Row("a blank field was dropped", 403, "signature", fields=(*CALL.items(), ("Body", ""))),
    Row("the query was changed", 403, "signature", path="/twilio/hook?a=1"),
    Row("no signature", 403, "unsigned", signed=None),
    Row("an empty signature", 403, "unsigned", signed=None, headers={"X-Twilio-Signature": ""}),
    Row("rubbish as signature", 403, "signature", signed=None, headers={"X-Twilio-Signature": "not base64 \xe9"}),
    Row("a shared key", 403, "shared_key", headers={"X-Twilio-Webhooks-Signature-Settings": "key=k1,algorithm=HMAC_SHA256"}),
    Row("JSON", 415, "content_type", body=b"{}", content_type="application/json"),
    Row("no content type", 415, "content_type", content_type="application/octet-stream"),
    Row("too large", 413, "too_large", body=b"Body=" + b"a" * FORM_LIMIT),
    Row("not UTF-8 inside", 400, "malformed", body=b"Body=%ff%fe"),
    Row("not UTF-8 outside", 400, "malformed", body=b"Body=\xff\xfe"),
    Row("too many fields", 400, "malformed", body=b"&".join(b"a=1" for _ in range(600))),
    Row("GET instead of POST", 405, method="GET"),
]  # fmt: skip


@pytest.fixture
async def client(account: TwilioAccount, aiohttp_client: AiohttpClient, refused: Counter[str]) -> Any:
    async def hook(request: web.Request) -> web.Response:
        fields = await verified_form(request, account, lambda reason: refused.update([reason]))
        return web.json_response(list(fields.items()))

    app = web.Application()
    app.router.add_post("/twilio/hook", hook)
    return await aiohttp_client(app)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.label)
async def test_form(row: Row, client: Any, refused: Counter[str]) -> None:
    headers = {"Content-Type": row.content_type, **row.headers}
    if row.signed:
        headers["X-Twilio-Signature"] = RequestValidator(row.token).compute_signature(row.signed, MultiDict(row.fields))
    url = yarl.URL(str(client.make_url("/")).rstrip("/") + row.path, encoded=True)
    async with client.session.request(row.method, url, data=row.body, headers=headers) as answer:
        assert answer.status == row.expected, await answer.text()
        if answer.status == 200:
            assert [tuple(pair) for pair in await answer.json()] == list(row.fields)
    assert dict(refused) == ({row.reason: 1} if row.reason else {})


async def test_a_body_without_a_length_is_cut_off(client: Any, refused: Counter[str]) -> None:
    async def endless() -> Any:
        for _ in range(100):
            yield b"a" * 4096

    headers = {"Content-Type": FORM, "X-Twilio-Signature": "x"}
    async with client.post("/twilio/hook", data=endless(), headers=headers) as answer:
        assert answer.status == 413
    assert dict(refused) == {"too_large": 1}


@pytest.mark.parametrize(
    ("label", "url", "fields", "expected"),
    [
        ("query in the address", "wss://bot.example.com/relay?t=1", {}, 200),
        ("query as parameters", "wss://bot.example.com/relay", {"t": "1"}, 200),
        ("with a port", "wss://bot.example.com:443/relay?t=1", {}, 200),
        ("as https", "https://bot.example.com/relay?t=1", {}, 403),
        ("another query", "wss://bot.example.com/relay?t=2", {}, 403),
    ],
)
async def test_websocket_handshake(
    label: str, url: str, fields: dict[str, str], expected: int, account: TwilioAccount, aiohttp_client: AiohttpClient
) -> None:
    async def relay(request: web.Request) -> web.Response:
        verified_websocket(request, account, lambda reason: None)
        return web.Response()

    app = web.Application()
    app.router.add_get("/relay", relay)
    signature = RequestValidator("12345").compute_signature(url, fields)
    client = await aiohttp_client(app)
    async with client.get("/relay?t=1", headers={"x-twilio-signature": signature}) as answer:
        assert answer.status == expected, label


def test_the_tokens_are_not_shown(account: TwilioAccount) -> None:
    shown = repr(replace(account, auth_tokens=("very-secret",)))
    assert "very-secret" not in shown and account.sid in shown
