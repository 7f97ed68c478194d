"""Zammad's tickets as a desk, against a stand-in that follows its documented API."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.model import Attachment, ChannelName, Media
from bot.ports import SendError, SendFailure
from bot.ports.handoff_target import Ended, Joined, PassedState, Words, Wrote
from connectors.desks.zammad import ZammadAccount, ZammadDesk
from connectors.desks.zammad_route import ZammadRoute
from tests.bot.conftest import ANA, World
from tests.bot.conftest import world as world
from tests.bot.other_desks.conftest import made
from tests.bot.test_handoff_packet import BARE, full
from tests.bot.test_handoff_packet import made as packet_of
from tests.connectors.desks.stories import Vendor, our_own_end_is_no_news, taken_over_by_ours_is_said_once
from tests.connectors.desks.zammad import GROUP, MARIA, TOKEN, Zammad

AT = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
PHOTO = Media("https://vendor.example/1", "image/jpeg", "photo")
PACKET = packet_of(full())


async def fetch(media: Media) -> Attachment:
    if media != PHOTO:
        raise SendError("gone", SendFailure.REFUSED)
    return Attachment(b"jpeg", "image/jpeg", "picture.jpeg", shown=True)


@dataclass
class There:
    zammad: Zammad
    desk: ZammadDesk

    def said(self) -> list[tuple[str, bool, str]]:
        return [(one["sender"], one["internal"], one["body"]) for one in self.zammad.articles]


@pytest.fixture
async def there() -> AsyncIterator[There]:
    zammad = Zammad()
    async with TestServer(zammad.app()) as server, aiohttp.ClientSession() as session:
        account = ZammadAccount(url=str(server.make_url("")).rstrip("/"), group=GROUP, token=TOKEN)
        yield There(zammad, ZammadDesk(session=session, account=account, fetch=fetch))


def words(text: str, number: str = "sms:SM1", *media: Media) -> Words:
    return Words(number, AT, text, ChannelName.SMS, media)


async def test_a_ticket_begins_with_the_packet_as_an_internal_note_and_the_customers_last_words(there: There) -> None:
    assert await there.desk.open(BARE, PACKET, again=False) == "20"
    assert there.zammad.tickets[0]["title"] == "Ana Lopez: asks for a person [h1]"
    (kind, internal, note), last = there.said()
    assert (kind, internal) == ("Agent", True) and "The name did not match" in note
    assert last == ("Customer", False, "look")
    assert all(one["type"] in ("note", "web") for one in there.zammad.articles)  # `email` would be sent
    assert "2125550147" not in str(there.zammad.customers)
    await there.desk.open(replace(BARE, id="h2"), PACKET, again=False)
    assert len(there.zammad.logins) == 1


@pytest.mark.parametrize("lags", [False, True])
async def test_a_ticket_whose_answer_was_lost_is_not_made_twice(there: There, lags: bool) -> None:
    there.zammad.after_work, there.zammad.search_lags = [502], lags
    with pytest.raises(SendError):
        await there.desk.open(BARE, PACKET, again=False)
    if lags:
        with pytest.raises(SendError) as error:
            await there.desk.open(BARE, PACKET, again=True)
        assert (error.value.failure, error.value.after) == (SendFailure.RETRY, 10.0)
        there.zammad.search_lags = False
    assert await there.desk.open(BARE, PACKET, again=True) == "20"
    assert len(there.zammad.tickets) == 1 and there.said()[-1][2] == "look"


async def test_what_never_arrived_is_made_after_it_was_looked_for(there: There) -> None:
    there.zammad.answers = [503]
    with pytest.raises(SendError):
        await there.desk.open(BARE, PACKET, again=False)
    with pytest.raises(SendError):
        await there.desk.open(BARE, PACKET, again=True)
    assert await there.desk.open(BARE, PACKET, again=True) == "20"


async def test_a_message_goes_there_once_with_its_pictures(there: There) -> None:
    ref = await there.desk.open(BARE, PACKET, again=False)
    there.zammad.after_work = [500]
    with pytest.raises(SendError):
        await there.desk.say(ref, words("see", "m", PHOTO, Media("https://vendor.example/2")), again=False)
    await there.desk.say(ref, words("see", "m", PHOTO), again=True)
    last = there.zammad.articles[-1]
    assert last["body"] == "see\n(An attachment is in Onethread.)" and last["attachments"][0]["filename"] == "picture.jpeg"
    assert len(there.zammad.articles) == 3


async def test_one_whose_answer_was_lost_is_found_to_be_ended(there: There) -> None:
    there.zammad.after_work = [502]
    with pytest.raises(SendError):
        await there.desk.open(BARE, PACKET, again=False)
    assert await there.desk.find(BARE) == "20"


async def test_only_what_an_agent_wrote_to_the_customer_is_news_as_plain_words(there: There) -> None:
    ref = await there.desk.open(BARE, PACKET, again=False)
    there.zammad.tickets[0]["owner_id"] = MARIA
    there.zammad.agent_writes(20, "she sounds upset", internal=True)
    first = there.zammad.agent_writes(
        20,
        "<div>Hello <b>Ana</b>,<br>1 &lt; 2 &amp; 3</div><p>Bye</p><script>x()</script><img src='/api/v1/ticket_attachment/1'>",
        attachments=[
            {"id": 1, "filename": "form.pdf", "preferences": {}},
            {"id": 2, "filename": "44@x", "preferences": {"Content-Disposition": "inline"}},
        ],
    )
    news = await there.desk.news(ref, "")
    assert news.happened == [
        Joined("o11", "Maria Lopez"),
        Wrote(f"a{first['id']}", "Maria Lopez", "Hello Ana,\n1 < 2 & 3\nBye\n(form.pdf)"),
    ]
    again = await there.desk.news(ref, news.seen)
    assert again.happened == [Joined("o11", "Maria Lopez")] and again.seen == news.seen


@pytest.mark.parametrize("state", [4, 9])
async def test_a_state_of_the_kind_closed_is_the_end_whatever_it_is_called(there: There, state: int) -> None:
    ref = await there.desk.open(BARE, PACKET, again=False)
    there.zammad.tickets[0]["state_id"] = state
    (ended,) = (await there.desk.news(ref, "")).happened
    assert isinstance(ended, Ended)
    await there.desk.end(ref, BARE, "closed")
    assert len(there.zammad.articles) == 2  # no note about what they know


async def test_the_end_here_closes_the_ticket_and_says_why(there: There) -> None:
    ref = await there.desk.open(BARE, PACKET, again=False)
    await there.desk.end(ref, BARE, "taken_back")
    await there.desk.end(ref, BARE, "taken_back")
    assert there.zammad.tickets[0]["state_id"] == 4
    assert there.said()[2:] == [("Agent", True, "A colleague answers this customer in Onethread now.")]


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (401, SendFailure.ACCOUNT),
        (404, SendFailure.ACCOUNT),
        (422, SendFailure.REFUSED),
        (429, SendFailure.RETRY),
        (500, SendFailure.RETRY),
    ],
)
async def test_what_its_answers_mean(there: There, status: int, failure: SendFailure) -> None:
    ref = await there.desk.open(BARE, PACKET, again=False)
    there.zammad.answers = [status]
    with pytest.raises(SendError) as error:
        await there.desk.say(ref, words("hello"), again=False)
    assert error.value.failure is failure and TOKEN not in error.value.reason


@pytest.mark.parametrize("body", [{}, [], "no", 5, {"payload": 5}, {"payload": [5]}, [{"id": "x"}]])
async def test_an_answer_of_another_shape_may_have_been_a_yes(there: There, body: Any) -> None:
    """A proxy's page, a newer version: it is tried again, looked for first, and given up in time."""
    there.zammad.bodies = [body]
    with pytest.raises(SendError) as error:
        await there.desk.open(BARE, PACKET, again=False)
    assert error.value.failure is SendFailure.UNCERTAIN
    ref = await there.desk.open(BARE, PACKET, again=False)
    there.zammad.bodies = [[5], 5, 5]
    with pytest.raises(SendError) as error:
        await there.desk.news(ref, "")
    assert error.value.failure is SendFailure.UNCERTAIN


async def test_a_talk_over_zammad_from_the_wish_to_the_end(there: There, world: World) -> None:
    elsewhere = made(world, there.desk)  # type: ignore[arg-type]
    handoff_id = await elsewhere.asks()
    await elsewhere.passing.look()
    await world.texts("are you there?")
    await elsewhere.passing.look()
    assert there.said()[-1] == ("Customer", False, "are you there?")
    there.zammad.agent_writes(20, "Yes")
    for _ in range(2):
        await elsewhere.passing.advance(handoff_id, news=True)
    assert [one.reply.text for one in await world.sent_to(ANA)][-1] == "Yes"
    there.zammad.tickets[0]["state_id"] = 4
    await elsewhere.passing.advance(handoff_id, news=True)
    assert not (await elsewhere.handoff(handoff_id)).open
    assert (await elsewhere.record(handoff_id)).state is PassedState.OVER
    there.zammad.agent_writes(20, "One more thing")
    await elsewhere.passing.advance(handoff_id, news=True)
    assert there.said()[-1][1] and "this was not sent" in there.said()[-1][2]


async def test_our_own_end_there_is_no_news(there: There, world: World) -> None:
    await our_own_end_is_no_news(Vendor(there.desk, there.zammad, there, 20), world)


async def test_taken_over_by_ours_it_is_said_there_once(there: There, world: World) -> None:
    await taken_over_by_ours_is_said_once(Vendor(there.desk, there.zammad, there, 20), world)


@pytest.mark.parametrize(
    ("body", "secret", "status", "refs"),
    [
        ({"ticket": {"id": 20}, "article": {"id": 501}}, "right", 200, ["zammad 20"]),
        ({"ticket": {"id": 20}}, "wrong", 401, []),
        ({"ticket": "x"}, "right", 200, []),
    ],
)
async def test_their_webhook_says_which_ticket_is_to_be_read(
    aiohttp_client: Callable[..., Any], body: dict[str, Any], secret: str, status: int, refs: list[str]
) -> None:
    noticed: list[str] = []

    async def notice(desk: str, ref: str) -> None:
        noticed.append(f"{desk} {ref}")

    app = web.Application()
    app.add_routes(ZammadRoute(secret="right", noticed=notice, on_refused=lambda _word: None).routes())
    raw = json.dumps(body).encode()
    headers = {"X-Hub-Signature": "sha1=" + hmac.new(secret.encode(), raw, hashlib.sha1).hexdigest()}
    answer = await (await aiohttp_client(app)).post("/desks/zammad", data=raw, headers=headers)
    assert answer.status == status and noticed == refs
