"""Chatwoot's API inbox as a desk, against a stand-in that follows what it publishes: also when it is slow, down or doubles."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.model import Attachment, ChannelName, Media, now
from bot.ports import SendError, SendFailure
from bot.ports.handoff_target import Ended, Joined, PassedState, Words, Wrote
from connectors.desks.asking import ask
from connectors.desks.chatwoot import ChatwootAccount, ChatwootDesk
from connectors.desks.chatwoot_route import ChatwootRoute
from tests.bot.conftest import ANA, World
from tests.bot.conftest import world as world
from tests.bot.other_desks.conftest import made
from tests.bot.test_handoff_packet import BARE, full
from tests.bot.test_handoff_packet import made as packet_of
from tests.connectors.desks.chatwoot import INBOX, SECRET, TOKEN, Chatwoot
from tests.connectors.desks.stories import Vendor, our_own_end_is_no_news, taken_over_by_ours_is_said_once

AT = datetime(2026, 11, 28, 9, 0, tzinfo=UTC)
PHOTO = Media("https://vendor.example/1", "image/jpeg", "photo")
PACKET = packet_of(full())


def words(text: str, number: str = "sms:SM1", *media: Media) -> Words:
    return Words(number, AT, text, ChannelName.SMS, media)


async def fetch(media: Media) -> Attachment:
    if media != PHOTO:
        raise SendError("gone", SendFailure.REFUSED)
    return Attachment(b"jpeg", "image/jpeg", "picture.jpeg", shown=True)


@dataclass
class There:
    chatwoot: Chatwoot
    desk: ChatwootDesk

    def said(self) -> list[tuple[int, bool, str]]:
        return [(one["message_type"], one["private"], one["content"]) for one in self.chatwoot.messages]


@pytest.fixture
async def there() -> AsyncIterator[There]:
    chatwoot = Chatwoot()
    async with TestServer(chatwoot.app()) as server, aiohttp.ClientSession() as session:
        account = ChatwootAccount(url=str(server.make_url("")).rstrip("/"), account=3, inbox=INBOX, token=TOKEN)
        yield There(chatwoot, ChatwootDesk(session=session, account=account, fetch=fetch))


async def test_a_conversation_begins_with_the_packet_as_a_note_and_the_customers_last_words(there: There) -> None:
    assert await there.desk.open(BARE, PACKET, again=False) == "1"
    (contact,), (conversation,) = there.chatwoot.contacts, there.chatwoot.conversations
    assert contact["name"] == "Ana Lopez" and contact["identifier"] == BARE.contact_id
    source = contact["contact_inboxes"][0]["source_id"]
    assert BARE.contact_id not in source and "12125550147" not in source  # whoever knows it may read and write as the customer
    assert "2125550147" not in str(there.chatwoot.contacts)
    assert conversation["custom_attributes"]["onethread_handoff"] == BARE.id and conversation["status"] == "open"
    (kind, private, note), last = there.said()
    assert (kind, private) == (1, True) and "The name did not match" in note and "Known already, do not ask again" in note
    assert last == (0, False, "look")


async def test_the_same_customer_is_the_same_contact_there(there: There) -> None:
    await there.desk.open(BARE, PACKET, again=False)
    assert await there.desk.open(replace(BARE, id="h2"), PACKET, again=False) == "2"
    assert len(there.chatwoot.contacts) == 1


async def test_a_conversation_that_begins_as_pending_is_opened_to_people(there: There) -> None:
    there.chatwoot.bot = True
    await there.desk.open(BARE, PACKET, again=False)
    assert there.chatwoot.conversations[0]["status"] == "open"


@pytest.mark.parametrize("lost", range(4))
async def test_an_answer_that_was_lost_makes_nothing_twice(there: There, lost: int) -> None:
    """The contact, the conversation, the note or the customer's words had arrived."""
    there.chatwoot.after_work = [200] * lost + [500]
    with pytest.raises(SendError):
        await there.desk.open(BARE, PACKET, again=False)
    assert await there.desk.open(BARE, PACKET, again=True) == "1"
    assert len(there.chatwoot.contacts) == len(there.chatwoot.conversations) == 1 and len(there.said()) == 2


async def test_a_message_whose_answer_was_lost_is_looked_for_before_it_is_given_again(there: There) -> None:
    ref = await there.desk.open(BARE, PACKET, again=False)
    there.chatwoot.after_work = [502]
    with pytest.raises(SendError):
        await there.desk.say(ref, words("hello"), again=False)
    await there.desk.say(ref, words("hello"), again=True)
    await there.desk.say(ref, words("hello", "sms:SM2"), again=True)
    assert [text for kind, _, text in there.said() if kind == 0] == ["look", "hello", "hello"]


async def test_pictures_go_along_and_of_one_that_is_gone_the_agent_is_told(there: There) -> None:
    ref = await there.desk.open(BARE, PACKET, again=False)
    await there.desk.say(ref, words("see", "m", PHOTO, Media("https://vendor.example/2")), again=False)
    assert there.chatwoot.files == [("picture.jpeg", b"jpeg")]
    assert there.said()[-1] == (0, False, "see\n(An attachment is in Onethread.)")


async def test_one_whose_answer_was_lost_is_found_to_be_ended(there: There) -> None:
    there.chatwoot.after_work = [200, 500]
    with pytest.raises(SendError):
        await there.desk.open(BARE, PACKET, again=False)
    assert await there.desk.find(BARE) == "1"
    assert await there.desk.find(replace(BARE, id="h2")) is None and await there.desk.find(replace(BARE, contact_id="x")) is None


async def test_only_what_an_agent_wrote_to_the_customer_is_news(there: There) -> None:
    ref = await there.desk.open(BARE, PACKET, again=False)
    await there.desk.say(ref, words("hello"), again=False)
    there.chatwoot.agent_takes(1)
    first = there.chatwoot.agent_writes(1, "Hello Ana")
    there.chatwoot.agent_writes(1, "she sounds upset", private=True)
    there.chatwoot.agent_writes(1, "We are back at nine", message_type="template")
    there.chatwoot.agent_writes(1, "Assigned to Maria", message_type="activity")
    there.chatwoot.agent_writes(1, "oops", content_attributes={"deleted": True})
    there.chatwoot.agent_writes(1, "", attachments=[{"data_url": "https://chatwoot.example/f.pdf"}])
    news = await there.desk.news(ref, "")
    joined, *wrote = news.happened
    assert joined == Joined("a11", "Maria Lopez")
    assert [one.text for one in wrote if isinstance(one, Wrote)] == ["Hello Ana", "https://chatwoot.example/f.pdf"]
    assert wrote[0] == Wrote(f"m{first['id']}", "Maria Lopez", "Hello Ana")
    again = await there.desk.news(ref, news.seen)
    assert [one for one in again.happened if isinstance(one, Wrote)] == [] and again.seen == news.seen


async def test_more_than_a_page_of_news_is_read_in_order(there: There) -> None:
    ref = await there.desk.open(BARE, PACKET, again=False)
    for number in range(230):
        there.chatwoot.agent_writes(1, str(number))
    news = await there.desk.news(ref, "")
    assert [one.text for one in news.happened if isinstance(one, Wrote)] == [str(number) for number in range(230)]


async def test_resolved_there_is_the_end_with_what_was_agreed(there: There) -> None:
    ref = await there.desk.open(BARE, PACKET, again=False)
    there.chatwoot.agent_takes(1)
    there.chatwoot.agent_resolves(1, onethread_agreed=" A new card is on its way ")
    ended = (await there.desk.news(ref, "")).happened[-1]
    assert isinstance(ended, Ended) and (ended.name, ended.agreed) == ("Maria Lopez", "A new card is on its way")


async def test_the_end_here_is_told_once(there: There) -> None:
    ref = await there.desk.open(BARE, PACKET, again=False)
    await there.desk.end(ref, replace(BARE, outcome="Sent"), "closed")
    await there.desk.end(ref, replace(BARE, outcome="Sent"), "closed")
    assert there.chatwoot.conversations[0]["status"] == "resolved"
    assert [text for _, private, text in there.said() if private and "closed in Onethread" in text] == [
        "The conversation was closed in Onethread; the assistant has it again. Agreed: Sent"
    ]


@pytest.mark.parametrize(
    ("status", "failure", "after"),
    [
        (401, SendFailure.ACCOUNT, None),
        (404, SendFailure.ACCOUNT, None),
        (422, SendFailure.REFUSED, None),
        (429, SendFailure.RETRY, 7.0),
        (500, SendFailure.RETRY, None),
    ],
)
async def test_what_its_answers_mean(there: There, status: int, failure: SendFailure, after: float | None) -> None:
    ref = await there.desk.open(BARE, PACKET, again=False)
    there.chatwoot.answers = [status]
    with pytest.raises(SendError) as error:
        await there.desk.say(ref, words("hello"), again=False)
    assert (error.value.failure, error.value.after) == (failure, after)
    assert TOKEN not in error.value.reason and "hello" not in error.value.reason


@pytest.mark.parametrize("body", [{}, [], "no", 5, {"payload": 5}, {"payload": [5]}, [{"id": "x"}]])
async def test_an_answer_of_another_shape_may_have_been_a_yes(there: There, body: Any) -> None:
    """A proxy's page, a newer version: it is tried again, looked for first, and given up in time."""
    there.chatwoot.bodies = [body]
    with pytest.raises(SendError) as error:
        await there.desk.open(BARE, PACKET, again=False)
    assert error.value.failure is SendFailure.UNCERTAIN
    ref = await there.desk.open(BARE, PACKET, again=False)
    there.chatwoot.bodies = [[5], 5, 5]
    with pytest.raises(SendError) as error:
        await there.desk.news(ref, "")
    assert error.value.failure is SendFailure.UNCERTAIN


async def test_it_is_not_waited_for_without_end(there: There, monkeypatch: pytest.MonkeyPatch) -> None:
    ref = await there.desk.open(BARE, PACKET, again=False)
    there.chatwoot.hangs = asyncio.Event()
    monkeypatch.setitem(ask.__kwdefaults__, "within", aiohttp.ClientTimeout(total=0.05))
    with pytest.raises(SendError) as error:
        await there.desk.say(ref, words("hello"), again=False)
    assert error.value.failure is SendFailure.UNCERTAIN
    there.chatwoot.hangs.set()


# The whole way: our core, their API.


async def test_a_talk_over_chatwoot_from_the_wish_to_the_end(there: There, world: World) -> None:
    elsewhere = made(world, there.desk)  # type: ignore[arg-type]
    handoff_id = await elsewhere.asks()
    await elsewhere.passing.look()
    await world.texts("are you there?")
    await elsewhere.passing.look()
    assert (0, False, "are you there?") in there.said()
    there.chatwoot.agent_writes(1, "One")
    there.chatwoot.agent_writes(1, "Two")
    for _ in range(2):  # two webhooks for one message
        await elsewhere.passing.advance(handoff_id, news=True)
    assert [one.reply.text for one in await world.sent_to(ANA)][-2:] == ["One", "Two"]
    there.chatwoot.agent_resolves(1, onethread_agreed="We call you")
    await elsewhere.passing.advance(handoff_id, news=True)
    await world.settles()
    handoff = await elsewhere.handoff(handoff_id)
    assert not handoff.open and handoff.outcome == "We call you" and handoff.closing and handoff.closing.code == "resolved"
    assert (await elsewhere.record(handoff_id)).state is PassedState.OVER
    there.chatwoot.agent_writes(1, "One more thing")
    await elsewhere.passing.advance(handoff_id, news=True)
    assert there.said()[-1][1] and "this was not sent" in there.said()[-1][2]
    assert "One more thing" not in [one.reply.text for one in await world.sent_to(ANA)]


async def test_a_webhook_that_never_came_is_made_up_for_by_looking(there: There, world: World) -> None:
    elsewhere = made(world, there.desk)  # type: ignore[arg-type]
    await elsewhere.asks()
    await elsewhere.passing.look()
    there.chatwoot.agent_writes(1, "Hello")
    world.clock.passes(seconds=20)
    await elsewhere.passing.look()
    assert [one.reply.text for one in await world.sent_to(ANA)][-1] == "Hello"


async def test_our_own_end_there_is_no_news(there: There, world: World) -> None:
    await our_own_end_is_no_news(Vendor(there.desk, there.chatwoot, there, 1), world)


async def test_taken_over_by_ours_it_is_said_there_once(there: There, world: World) -> None:
    await taken_over_by_ours_is_said_once(Vendor(there.desk, there.chatwoot, there, 1), world)


# Their webhooks.


@dataclass
class Noticing:
    refs: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)

    async def noticed(self, desk: str, ref: str) -> None:
        self.refs.append(f"{desk} {ref}")


@pytest.fixture
async def hook(aiohttp_client: Callable[..., Any]) -> tuple[TestClient[Any, Any], Noticing]:
    noticing, app = Noticing(), web.Application()
    route = ChatwootRoute(secret=SECRET, noticed=noticing.noticed, clock=now, on_refused=noticing.refused.append)
    app.add_routes(route.routes())
    return await aiohttp_client(app), noticing


def a_message() -> dict[str, Any]:
    chatwoot = Chatwoot(conversations=[{"id": 4, "meta": {}}])
    return chatwoot.agent_writes(4, "hello")


async def test_a_webhook_says_which_conversation_is_to_be_read(hook: tuple[TestClient[Any, Any], Noticing]) -> None:
    client, noticing = hook
    body, headers = Chatwoot().webhook(a_message())
    assert (await client.post("/desks/chatwoot", data=body, headers=headers)).status == 200
    assert noticing.refs == ["chatwoot 4"]


@pytest.mark.parametrize(("secret", "ago"), [("another", 0), (SECRET, 400), (SECRET, -400)])
async def test_one_that_is_not_signed_or_old_is_refused(
    hook: tuple[TestClient[Any, Any], Noticing], secret: str, ago: int
) -> None:
    client, noticing = hook
    body, headers = Chatwoot().webhook(a_message(), secret=secret, ago=ago)
    assert (await client.post("/desks/chatwoot", data=body, headers=headers)).status == 401
    assert (await client.post("/desks/chatwoot", data=body)).status == 401
    assert not noticing.refs and len(noticing.refused) == 2


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"event": "conversation_updated", "id": "x"}', b'{"conversation": []}'])
async def test_what_names_no_conversation_does_nothing(aiohttp_client: Callable[..., Any], body: bytes) -> None:
    """A Chatwoot that signs none: there is nothing to be had by it but a look at what is ours."""
    noticing, app = Noticing(), web.Application()
    app.add_routes(ChatwootRoute(secret="", noticed=noticing.noticed, clock=now, on_refused=noticing.refused.append).routes())
    client = await aiohttp_client(app)
    assert (await client.post("/desks/chatwoot", data=body)).status == 200 and not noticing.refs
