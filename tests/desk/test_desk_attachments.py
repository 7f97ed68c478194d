"""What customers send that is no words: pictures, places, contact cards, reactions and edits, as an agent sees them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.model import Attachment, Author, ChannelName, Handoff, Media, TranscriptLine, map_of
from tests.desk.conftest import Browser, House

PICTURE = Media("https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME1", "image/jpeg")
CARD = Media("https://api.twilio.com/2010-04-01/Accounts/AC1/Messages/MM1/Media/ME2", "text/x-vcard")


def shown(house: House, *media: Media, text: str = "[image/jpeg]", kind: str = "") -> Handoff:
    line = TranscriptLine(house.clock(), Author.CUSTOMER, ChannelName.SMS, text, kind=kind, media=media)
    return house.people.open(lines=(line,))


async def test_a_picture_is_shown_without_the_vendors_address(house: House, ana: Browser) -> None:
    handoff = shown(house, PICTURE, CARD)
    page = (await ana.get(f"/desk/handoffs/{handoff.id}")).text
    assert f'<img class="attached" src="/desk/handoffs/{handoff.id}/attachments/{PICTURE.key}"' in page
    assert "Contact card" in page and "twilio.com" not in page
    house.people.attached[PICTURE.key] = Attachment(b"PNG", "image/png", "picture.png", shown=True)
    seen = await ana.get(f"/desk/handoffs/{handoff.id}/attachments/{PICTURE.key}")
    assert seen.headers["Content-Type"] == "image/png" and seen.headers["Content-Disposition"].startswith("inline")
    assert (await ana.get(f"/desk/handoffs/{handoff.id}/attachments/{CARD.key}")).status == 404


@pytest.mark.parametrize("body", [b"<html><script>alert(1)</script>", b"<svg onload=alert(1)>", b"%PDF-1.7", b"MZ"])
async def test_what_is_no_picture_is_saved_and_never_run(house: House, ana: Browser, body: bytes) -> None:
    from connectors.attachments import told

    handoff = shown(house, PICTURE)
    house.people.attached[PICTURE.key] = told(body)  # whatever the sender called it
    seen = await ana.get(f"/desk/handoffs/{handoff.id}/attachments/{PICTURE.key}")
    assert seen.headers["Content-Type"] == "application/octet-stream"
    assert seen.headers["Content-Disposition"].startswith("attachment") and seen.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in seen.headers["Content-Security-Policy"]


async def test_attachments_are_for_those_who_are_signed_in(house: House, browser_of: Callable[[], Browser]) -> None:
    handoff = shown(house, PICTURE)
    answer = await browser_of().get(f"/desk/handoffs/{handoff.id}/attachments/{PICTURE.key}")
    assert answer.status == 303 and "/desk/sign-in" in answer.location


async def test_a_place_is_a_map(house: House, ana: Browser) -> None:
    handoff = shown(house, map_of(40.7128, -74.006, "City Hall <b>"), text="[geo]")
    page = (await ana.get(f"/desk/handoffs/{handoff.id}")).text
    assert "Map: City Hall &lt;b&gt;" in page and "https://www.openstreetmap.org/?mlat=40.712800&amp;mlon=-74.006000" in page


@pytest.mark.parametrize(("kind", "mark"), [("reaction", "Reaction"), ("edit", "Edited"), ("automatic", "Automatic answer")])
async def test_what_is_no_plain_words_is_marked(house: House, ana: Browser, kind: str, mark: str) -> None:
    page = (await ana.get(f"/desk/handoffs/{shown(house, text='words', kind=kind).id}")).text
    assert mark in page
