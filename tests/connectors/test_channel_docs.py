"""docs/channels.md says what the code does: each limit, status, error code and reason is on the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from connectors.messenger import channel as messenger
from connectors.messenger import contents as messenger_contents
from connectors.messenger import errors as messenger_errors
from connectors.sms import channel as sms
from connectors.sms import gsm7
from connectors.twilio import errors as twilio_errors
from connectors.twilio import webhook_signature as twilio

PAGE = (Path(__file__).parents[2] / "docs" / "channels.md").read_text(encoding="utf-8")
MESSENGER_CODES = [f"{code}" if sub is None else f"{code}-{sub}" for code, sub in messenger_errors.FAULTS]
LIMITS = [
    f"{sms.BODY_LIMIT} characters", f"{sms.PREFERRED} characters", f"| {sms.MEDIA_LIMIT} |",
    f"{gsm7.GSM7_SINGLE} / {gsm7.GSM7_PART} septets", f"{gsm7.UCS2_SINGLE} / {gsm7.UCS2_PART} units",
    f"{messenger_contents.TEXT_LIMIT} characters", f"{messenger_contents.TEXT_PREFERRED} characters",
    f"{messenger_contents.QUICK_REPLIES}, titles of {messenger_contents.QUICK_REPLY_TITLE}", "24 hours",
    f"{twilio.FORM_LIMIT // 1024} kB (Twilio)", f"{messenger.BODY_LIMIT // 1024} kB (Messenger)",
]  # fmt: skip


@pytest.mark.parametrize("code", [*twilio_errors.FAULTS, *MESSENGER_CODES])
def test_error_codes(code: str) -> None:
    assert re.search(rf"(?<![\d-]){re.escape(code)}(?![\d-])", PAGE)


@pytest.mark.parametrize("status", sms.STATUSES)
def test_statuses(status: str) -> None:
    assert f"`{status}`" in PAGE


@pytest.mark.parametrize("limit", LIMITS)
def test_limits(limit: str) -> None:
    assert limit in PAGE


def test_reasons_of_refusal() -> None:
    sources = (Path(__file__).parents[2] / "connectors").rglob("*.py")
    mine = [path.read_text(encoding="utf-8") for path in sources if path.parent.name != "web"]
    reasons = {reason for text in mine for reason in re.findall(r'(?:on_refused|_forbidden)\("(\w+)"', text)}
    assert len(reasons) >= 7
    assert all(f"`{reason}`" in PAGE for reason in reasons)
