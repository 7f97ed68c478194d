"""Each way a POST to Twilio can end, and what that says about the message."""

from __future__ import annotations

import ssl
from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import unused_port

from bot.ports import SendError, SendFailure
from connectors.twilio.client import TwilioAccount, TwilioClient
from tests.connectors.conftest import ACCOUNT_SID
from tests.connectors.fakes import Vendor

SHORT = aiohttp.ClientTimeout(total=0.2, connect=0.2)


@pytest.fixture
def client(session: aiohttp.ClientSession, account: TwilioAccount) -> TwilioClient:
    return TwilioClient(session, account, timeout=SHORT)


async def test_a_message_is_one_post_with_basic_auth(client: TwilioClient, vendor: Vendor) -> None:
    vendor.answers = [(201, {"sid": "SM1", "status": "queued"}, {})]
    assert await client.create_message("+12125550142", "a & b", "https://bot.example.com/twilio/status") == "SM1"
    (request,) = vendor.requests
    assert request.path == f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages.json"
    assert request.headers["Authorization"] == aiohttp.encode_basic_auth(ACCOUNT_SID, "12345")
    assert request.form == [
        ("To", "+12125550142"),
        ("From", "+12125550190"),
        ("Body", "a & b"),
        ("StatusCallback", "https://bot.example.com/twilio/status"),
    ]


async def test_a_call_repeats_the_event_field(client: TwilioClient, vendor: Vendor) -> None:
    vendor.answers = [(201, {"sid": "CA1"}, {})]
    sid = await client.create_call(
        "+12125550142", "+12125550191", "https://x/t", status_callback="https://x/s", status_events=("answered", "completed"),
        ring_seconds=20,
    )  # fmt: skip
    assert sid == "CA1"
    assert vendor.requests[0].path.endswith("/Calls.json")
    assert vendor.requests[0].form[3:] == [
        ("StatusCallback", "https://x/s"),
        ("StatusCallbackEvent", "answered"),
        ("StatusCallbackEvent", "completed"),
        ("Timeout", "20"),
    ]


async def test_a_live_call_is_changed(client: TwilioClient, vendor: Vendor) -> None:
    vendor.answers = [(200, {"sid": "CA1"}, {})]
    await client.update_call("CA1/../x", status="completed")
    assert vendor.requests[0].path.endswith("/Calls/CA1/../x.json")  # decoded by the server: it was one segment
    assert vendor.requests[0].form == [("Status", "completed")]


@pytest.mark.parametrize("given", [{}, {"url": "https://x", "twiml": "<Response/>"}])
async def test_a_live_call_takes_one_change(given: dict[str, str], client: TwilioClient, vendor: Vendor) -> None:
    with pytest.raises(ValueError, match="exactly one"):
        await client.update_call("CA1", **given)
    assert vendor.requests == []


def error(code: int, **more: Any) -> dict[str, Any]:
    return {"code": code, "message": "The number +12125550142 ...", "more_info": "https://...", **more}


@pytest.mark.parametrize(
    ("answer", "failure", "code", "opted_out", "after"),
    [
        ((429, error(20429), {"Retry-After": "7"}), SendFailure.RETRY, "20429", False, 7.0),
        ((429, None, {}), SendFailure.RETRY, None, False, None),
        ((429, error(60203), {}), SendFailure.RETRY, "60203", False, None),
        ((400, error(21610), {}), SendFailure.REFUSED, "21610", True, None),
        ((400, error(21611), {}), SendFailure.RETRY, "21611", False, 60.0),
        ((400, error(21211), {}), SendFailure.REFUSED, "21211", False, None),
        ((400, error(99999), {}), SendFailure.REFUSED, "99999", False, None),
        ((401, error(20003), {}), SendFailure.ACCOUNT, "20003", False, None),
        ((400, error(21606), {}), SendFailure.ACCOUNT, "21606", False, None),
        ((403, error(30002), {}), SendFailure.ACCOUNT, "30002", False, None),
        ((403, None, {}), SendFailure.ACCOUNT, "http-403", False, None),
        ((402, error(99998), {}), SendFailure.ACCOUNT, "99998", False, None),
        ((404, None, {}), SendFailure.REFUSED, None, False, None),
        ((302, None, {"Location": "https://elsewhere.example/"}), SendFailure.REFUSED, None, False, None),
        ((500, error(20500), {}), SendFailure.UNCERTAIN, "20500", False, None),
        ((503, None, {"Retry-After": "Fri, 21 Nov 2026 07:28:00 GMT"}), SendFailure.UNCERTAIN, None, False, None),
        ((201, {"status": "queued"}, {}), SendFailure.UNCERTAIN, None, False, None),
        ((201, ["not", "an", "object"], {}), SendFailure.UNCERTAIN, None, False, None),
        (Vendor.HANG, SendFailure.UNCERTAIN, None, False, None),
        (Vendor.DROP, SendFailure.UNCERTAIN, None, False, None),
    ],
)
async def test_refusals(
    answer: Any,
    failure: SendFailure,
    code: str | None,
    opted_out: bool,
    after: float | None,
    client: TwilioClient,
    vendor: Vendor,
) -> None:
    vendor.answers = [answer]
    with pytest.raises(SendError) as caught:
        await client.create_message("+12125550142", "hello", "https://x/s")
    assert (caught.value.failure, caught.value.code, caught.value.opted_out, caught.value.after) == (
        failure,
        code,
        opted_out,
        after,
    )
    assert len(vendor.requests) == 1, "a second try is the outbox's decision"
    assert "555" not in caught.value.reason, "no number in what is logged"


async def test_no_connection_means_it_was_not_taken(session: aiohttp.ClientSession, account: TwilioAccount) -> None:
    nowhere = replace(account, api_url=f"http://127.0.0.1:{unused_port()}")
    with pytest.raises(SendError) as caught:
        await TwilioClient(session, nowhere).create_message("+12125550142", "hello", "https://x/s")
    assert caught.value.failure is SendFailure.RETRY


@pytest.mark.parametrize(
    "raised",
    [
        aiohttp.ConnectionTimeoutError(),
        aiohttp.ClientConnectorDNSError(None, OSError()),  # type: ignore[arg-type]
        aiohttp.ClientConnectorCertificateError(None, ssl.SSLCertVerificationError()),  # type: ignore[arg-type]
        aiohttp.ServerFingerprintMismatch(b"a", b"b", "h", 1),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_failures_before_the_request_left(raised: Exception, account: TwilioAccount) -> None:
    class Unreachable:
        def post(self, url: str, **request: Any) -> Any:
            raise raised

    with pytest.raises(SendError) as caught:
        await TwilioClient(Unreachable(), account).create_message("+12125550142", "hello", "https://x/s")  # type: ignore[arg-type]
    assert caught.value.failure is SendFailure.RETRY


async def test_conferences_are_asked_by_their_own_resources(client: TwilioClient, vendor: Vendor) -> None:
    vendor.answers = [(200, {}, {}), (201, {"call_sid": "CA2"}, {}), (204, {}, {}), (200, {"sid": "RE1"}, {})]
    await client.update_participant("CF1", "agent:sam", Muted="true")
    assert await client.add_participant("CF1", To="+12125550142", From="+12125550191") == "CA2"
    await client.remove_participant("CF1", "caller")
    await client.update_conference_recording("CF1", "Twilio.CURRENT", "paused")
    base = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Conferences/CF1"
    assert [(r.path, r.form) for r in vendor.requests] == [
        (f"{base}/Participants/agent:sam.json", [("Muted", "true")]),
        (f"{base}/Participants.json", [("To", "+12125550142"), ("From", "+12125550191")]),
        (f"{base}/Participants/caller.json", []),
        (f"{base}/Recordings/Twilio.CURRENT.json", [("Status", "paused"), ("PauseBehavior", "skip")]),
    ]


async def test_a_machine_is_looked_for_when_asked(client: TwilioClient, vendor: Vendor) -> None:
    vendor.answers = [(201, {"sid": "CA1"}, {})]
    await client.create_call("+12125550142", "+12125550191", "https://x/t", machine_detection="Enable")
    assert vendor.requests[0].form[-1] == ("MachineDetection", "Enable")


async def test_a_participant_who_has_just_gone_is_out(client: TwilioClient, vendor: Vendor) -> None:
    vendor.answers = [(404, {"code": 20404, "message": "not found"}, {})]
    await client.remove_participant("CF1", "caller")


@pytest.mark.parametrize(("status", "error"), [(403, SendFailure.ACCOUNT), (429, SendFailure.RETRY)])
async def test_a_participant_who_cannot_be_removed(client: TwilioClient, vendor: Vendor, status: int, error: SendFailure) -> None:
    vendor.answers = [(status, {"code": 20403 if status == 403 else 20429, "message": "no"}, {})]
    with pytest.raises(SendError) as failed:
        await client.remove_participant("CF1", "caller")
    assert failed.value.failure is error


async def test_a_recording_is_deleted_by_its_own_resource_and_one_that_is_gone_is_as_good(
    client: TwilioClient, vendor: Vendor
) -> None:
    vendor.answers = [(204, {}, {}), (404, {"code": 20404, "message": "not found"}, {}), (503, {"code": 20503}, {})]
    await client.delete_recording("RE1")
    await client.delete_recording("RE1")
    assert {r.path for r in vendor.requests} == {f"/2010-04-01/Accounts/{ACCOUNT_SID}/Recordings/RE1.json"}
    with pytest.raises(SendError):
        await client.delete_recording("RE2")
