"""Canned replies are made, changed and put into a reply without script; nobody reads another's, and none goes out unfilled."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html import unescape

import pytest

from bot.model import ChannelName, Handoff
from desk.canned.replies import SHARED, Draft
from desk.canned.store import CannedReplies
from tests.desk.conftest import PASSWORD, Browser, House
from tests.desk.test_desk_past import EVIL, Noted
from tests.desk.test_desk_words import slot

OWN, ALL = "/desk/canned-replies", "/desk/supervisor/canned-replies"
GREETING = {"title": "Greeting", "text": "Hello {customer}, this is {agent}, {queue}.", "queue": ""}
HALF = {"X-Desk": "parts"}


async def mine(house: House, name: str = "Ana Lopez") -> Handoff:
    """A conversation of Ana's with a customer of that name."""
    handoff = house.people.open(slots=(slot("full_name", name),) if name else ())
    await house.people.accept(handoff.id, "ana", None)
    house.people.calls.clear()
    return handoff


def texts(page: str) -> list[str]:
    return [unescape(one) for one in re.findall(r'data-text="([^"]*)"', page)]


async def test_one_is_made_changed_and_removed(house: House, ana: Browser, replies: CannedReplies) -> None:
    assert (await ana.post(OWN, GREETING)).location == f"{OWN}?saved"
    (made,) = await replies.of("ana")
    page = (await ana.get(OWN)).text
    assert "Greeting" in page and "Hello {customer}" in page and "1 of 100" in page
    form = await ana.get(f"{OWN}/{made.id}")
    changed = GREETING | {"title": "Good day", "version": form.field("version"), "queue": "cards"}
    assert (await ana.post(f"{OWN}/{made.id}", changed)).status == 303
    (now,) = await replies.of("ana")
    assert (now.title, now.queue, now.by) == ("Good day", "cards", "ana")
    late = await ana.post(f"{OWN}/{made.id}", changed | {"text": "words that I would miss"})
    assert late.status == 422 and "changed this meanwhile" in late.text and "words that I would miss" in late.text
    assert "<b>It says now:</b> Hello {customer}" in late.text
    again = changed | {"text": "words that I would miss", "version": late.field("version")}
    assert (await ana.post(f"{OWN}/{made.id}", again)).status == 303
    gone = await ana.post(f"{OWN}/cr_none", changed | {"text": "words that I would miss"})
    assert gone.status == 404 and "words that I would miss" in gone.text
    assert (await ana.post(f"{OWN}/{made.id}/remove", {})).status == 303
    assert await replies.of("ana") == [] and (await ana.get(f"{OWN}/{made.id}")).status == 404


async def test_what_is_refused_stands_in_the_form_again(ana: Browser, replies: CannedReplies) -> None:
    answer = await ana.post(OWN, GREETING | {"text": "Hello {custmer}"})
    assert (
        answer.status == 422 and "There is no variable {custmer}" in answer.text and ">Hello {custmer}</textarea>" in answer.text
    )
    assert await replies.of("ana") == []


async def test_in_a_conversation_they_are_filled_in_and_one_is_put_into_the_reply(
    house: House, ana: Browser, replies: CannedReplies
) -> None:
    handoff = await mine(house)
    await replies.make("ana", Draft("Greeting", GREETING["text"]), "ana")
    await replies.make(SHARED, Draft("Date", "It comes on {blank}, {customer}."), "sue")
    await replies.make(SHARED, Draft("Other", "For another queue", "cards"), "sue")
    answer = await ana.get(f"/desk/handoffs/{handoff.id}/canned-replies")
    assert texts(answer.text) == ["Hello Ana Lopez, this is Ana Reyes, General.", "It comes on {blank}, Ana Lopez."]
    assert "<mark>{blank}</mark>" in answer.text
    first, second = re.findall(r'href="(/desk/handoffs/[^"]*canned=[^"]*)"', answer.text)
    assert "Hello Ana Lopez, this is Ana Reyes, General.</textarea>" in (await ana.get(first)).text
    assert "It comes on {blank}, Ana Lopez.</textarea>" in (await ana.get(second)).text
    assert house.people.calls == []


async def test_the_channel_is_that_by_which_the_reply_goes(house: House, ana: Browser, replies: CannedReplies) -> None:
    handoff = await mine(house)
    await replies.make("ana", Draft("Channel", "I write by {channel}."), "ana")
    ways = (ChannelName.WEB, ChannelName.SMS)
    house.people.views[handoff.id] = replace(house.people.views[handoff.id], sends_to=ChannelName.WEB, ways=ways)
    at = f"/desk/handoffs/{handoff.id}/canned-replies"
    said = {via: texts((await ana.get(f"{at}?via={via}")).text) for via in ("", "sms", "voice", "moon")}
    here = ["I write by Web chat."]
    assert said == {"": here, "sms": ["I write by SMS."], "voice": here, "moon": here}
    house.people.views[handoff.id] = replace(house.people.views[handoff.id], sends_to=None, ways=())
    assert texts((await ana.get(at)).text) == ["I write by {channel}."]


async def test_what_is_not_filled_in_is_shown_and_never_sent(house: House, ana: Browser, replies: CannedReplies) -> None:
    handoff = await mine(house, name="")
    await replies.make("ana", Draft("Greeting", GREETING["text"]), "ana")
    answer = await ana.get(f"/desk/handoffs/{handoff.id}/canned-replies")
    (text,) = texts(answer.text)
    assert text.startswith("Hello {customer}, this is Ana Reyes") and "<mark>{customer}</mark>" in answer.text
    for n, raw in enumerate((text, "on { BLANK }", "{Agent}")):
        refused = await ana.post(f"/desk/handoffs/{handoff.id}/reply", {"text": raw, "once": f"o{n}"})
        assert refused.status == 422 and "Not filled in: {" in refused.text and f"{raw}</textarea>" in refused.text
    closing = await ana.post(f"/desk/handoffs/{handoff.id}/close", {"outcome": "A card comes on {blank}", "code": "resolved"})
    assert closing.status == 422 and "Not filled in: {blank}" in closing.text
    assert house.people.calls == []
    sent = await ana.post(f"/desk/handoffs/{handoff.id}/reply", {"text": "Press {x} on the keyboard", "once": "o9"})
    assert sent.status == 303 and house.people.calls == [("reply", handoff.id, "ana", "Press {x} on the keyboard")]


async def test_a_customer_is_no_markup_and_no_variable(house: House, ana: Browser, replies: CannedReplies) -> None:
    handoff = await mine(house, name=f"{{agent}}{EVIL}")
    await replies.make("ana", Draft("Greeting", "Hello {customer}"), "ana")
    answer = await ana.get(f"/desk/handoffs/{handoff.id}/canned-replies")
    assert EVIL not in answer.text and texts(answer.text) == [f"Hello agent{EVIL}"]


async def test_markup_in_a_canned_reply_is_only_text_everywhere(house: House, ana: Browser, replies: CannedReplies) -> None:
    await house.agents.set_role("ana", "supervisor")
    handoff = await mine(house)
    for at in (OWN, ALL):
        assert (await ana.post(at, {"title": f'"{EVIL}', "text": f'{EVIL}" onfocus="x'})).status == 303
    (own,), (shared,) = await replies.of("ana"), await replies.of(SHARED)
    one = f"/desk/handoffs/{handoff.id}"
    paths = [OWN, ALL, f"{OWN}/{own.id}", f"{ALL}/{shared.id}", f"{one}/canned-replies", f"{one}?canned={shared.id}"]
    for path in paths:
        answer = await ana.get(path)
        assert answer.status == 200 and "alert(1)" in answer.text, path
        assert EVIL not in answer.text and '" onfocus="' not in answer.text, path


@pytest.mark.parametrize("role", ["agent", "supervisor", "admin"])
async def test_nobody_reads_or_changes_anothers_own(
    house: House, ana: Browser, browser_of: Callable[[], Browser], replies: CannedReplies, noted: Noted, role: str
) -> None:
    await ana.post(OWN, GREETING | {"title": "Anas secret"})
    (anas,) = await replies.of("ana")
    await house.agent("kim", "Kim Doe")
    await house.agents.set_role("kim", role)
    kim = browser_of()
    await kim.sign_in("kim", PASSWORD)
    handoff, told = await mine(house), len(noted.told)
    for at in (OWN, ALL) if role != "agent" else (OWN,):
        assert "Anas secret" not in (await kim.get(at)).text
        assert (await kim.get(f"{at}/{anas.id}")).status == 404
        for path in (f"{at}/{anas.id}", f"{at}/{anas.id}/remove"):
            assert (await kim.post(path, GREETING | {"version": anas.version})).status == 404
    seen = await kim.get(f"/desk/handoffs/{handoff.id}/canned-replies")
    assert "Anas secret" not in seen.text and texts(seen.text) == []
    assert "Hello Ana" not in (await kim.get(f"/desk/handoffs/{handoff.id}?canned={anas.id}")).text
    assert await replies.of("ana") == [anas]
    assert "Anas secret" not in repr(noted.told)
    assert [one for one in noted.told[told:] if one.kind == "canned_reply_changed"] == []


async def test_the_shared_ones_are_written_by_supervisors_and_used_by_agents(
    house: House, ana: Browser, browser_of: Callable[[], Browser], replies: CannedReplies
) -> None:
    await house.agent("sue", "Sue")
    await house.agents.set_role("sue", "supervisor")
    sue = browser_of()
    await sue.sign_in("sue", PASSWORD)
    assert (await sue.post(ALL, GREETING | {"title": "For all"})).status == 303
    (shared,) = await replies.of(SHARED)
    assert "For all" in (await ana.get(OWN)).text and "Shared canned replies" in (await sue.get(OWN)).text
    assert [(await ana.get(ALL)).status, (await ana.post(ALL, GREETING)).status] == [403, 403]
    assert [(await ana.post(f"{ALL}/{shared.id}{end}", GREETING)).status for end in ("", "/remove")] == [403, 403]
    assert (await ana.get(f"{OWN}/{shared.id}")).status == 404 and await replies.of(SHARED) == [shared]
    handoff = await mine(house)
    assert len(texts((await ana.get(f"/desk/handoffs/{handoff.id}/canned-replies")).text)) == 1


async def test_designers_and_strangers_have_none(house: House, ana: Browser, browser: Browser, replies: CannedReplies) -> None:
    handoff = await mine(house)
    await house.agents.set_role("ana", "designer")
    for path in (OWN, ALL, f"/desk/handoffs/{handoff.id}/canned-replies"):
        assert (await ana.get(path)).status == 403
    assert (await ana.post(OWN, GREETING)).status == 403 and await replies.of("ana") == []
    assert "/desk/canned-replies" not in (await ana.get("/desk/settings")).text


async def test_a_form_of_another_site_changes_nothing(house: House, ana: Browser, replies: CannedReplies) -> None:
    await house.agents.set_role("ana", "supervisor")
    await ana.post(OWN, GREETING)
    (made,) = await replies.of("ana")
    for path in (OWN, ALL, f"{OWN}/{made.id}", f"{OWN}/{made.id}/remove"):
        other = GREETING | {"title": "Other", "version": made.version}
        assert (await ana.post(path, other, origin="https://evil.example")).status == 403
        assert (await ana.post(path, other | {"csrf": "0" * 64})).status == 403
    assert await replies.of("ana") == [made] and await replies.of(SHARED) == []


async def test_a_queue_that_is_no_more_is_not_widened_to_every_queue(house: House, ana: Browser, replies: CannedReplies) -> None:
    made = await replies.make("ana", Draft("Old", "Words", "gone"), "ana")
    form = await ana.get(f"{OWN}/{made.id}")
    assert '<option value="gone" selected>' in form.text
    fields = {"title": "Old", "text": "Words", "queue": "gone", "version": made.version}
    assert (await ana.post(f"{OWN}/{made.id}", fields)).status == 422
    assert texts((await ana.get(f"/desk/handoffs/{(await mine(house)).id}/canned-replies")).text) == []


async def test_a_conversation_that_there_is_not_and_a_reply_that_there_is_not(house: House, ana: Browser) -> None:
    assert (await ana.get("/desk/handoffs/h_none/canned-replies", **HALF)).status == 404
    handoff = await mine(house)
    page = await ana.get(f"/desk/handoffs/{handoff.id}?canned=cr_none")
    assert page.status == 200 and re.search(r'<textarea id="reply"[^>]*></textarea>', page.text)
