"""Links that carry the thread: good once, for a while, for the number they were sent to, and for nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, cast

import pytest

from bot.model import Address, AddressKind, ChannelName, Contact, ContactAddress, InboundMessage, OutboundMessage, Proof
from bot.ports import DialogueUnavailable, Wording
from bot.ports.stores import Codes, Outbox
from bot.switching.switch import LINK_HOLDS, LINK_LIFETIME, TEXTS_PER_TEL, Links, Moving

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEL = Address(AddressKind.TEL, "+12125550101")
ANA = Contact("p", "c", (ContactAddress(TEL, Proof.CLAIMED, NOON),), NOON)


class Notes:
    """The codes' passing notes; ``late`` forgets what lives shorter."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, int]] = {}
        self.uses: dict[str, int] = {}

    async def remember(self, key: str, value: str, seconds: int) -> bool:
        return self.kept.setdefault(key, (value, seconds)) == (value, seconds) and not self.repeated(key)

    def repeated(self, key: str) -> bool:
        self.uses[key] = self.uses.get(key, 0) + 1
        return self.uses[key] > 1

    async def remembered(self, key: str) -> str | None:
        return self.kept[key][0] if key in self.kept else None

    async def forget(self, key: str) -> None:
        self.kept.pop(key, None)
        self.uses.pop(key, None)

    async def allow(self, key: str, limit: int, seconds: int) -> bool:
        self.uses[key] = self.uses.get(key, 0) + 1
        return self.uses[key] <= limit

    def pass_time(self, seconds: float) -> None:
        self.kept = {key: kept for key, kept in self.kept.items() if kept[1] > seconds}


class World:
    """Everything around: what was vouched for, what was sent, what was said."""

    def __init__(self) -> None:
        self.notes, self.vouched, self.sent = Notes(), list[tuple[Any, ...]](), list[OutboundMessage]()
        self.fails = False
        codes = cast(Codes, self.notes)
        self.links = Links(codes, self.vouch, lambda: NOON, "https://bank.example/")
        self.moving = Moving(
            links=self.links,
            codes=codes,
            outbox=cast(Outbox, self),
            wording=cast(Wording, self),
            clock=lambda: NOON,
            dial="+13125550191",
        )

    async def vouch(self, *given: Any) -> None:
        if self.fails:
            raise DialogueUnavailable("away", reached=False)
        self.vouched.append(given)

    async def put(self, messages: list[OutboundMessage]) -> None:
        self.sent += messages

    def say(self, name: str, channel: ChannelName | None = None, **values: object) -> str:
        return f"{name} {values.get('link', '')}".strip()

    async def moves(self, where: str, contact: Contact = ANA) -> str:
        message = InboundMessage(f"m{len(self.sent)}", ChannelName.WEB, Address(AddressKind.WEB, "w"), NOON)
        return (await self.moving.to(where, contact, message)).text


@pytest.fixture
def world() -> World:
    return World()


def token_of(link: str) -> str:
    page, _, token = link.partition("/#t=")
    assert page == "https://bank.example" and len(token) == 32
    return token


async def test_a_link_joins_the_browser_to_the_number_it_was_sent_to(world: World) -> None:
    assert await world.links.opened("w1", token_of(await world.links.make(TEL)))
    assert world.vouched == [(Address(AddressKind.WEB, "w1"), TEL, Proof.POSSESSED, NOON + LINK_HOLDS, "link")]


async def test_a_link_opens_once(world: World) -> None:
    token = token_of(await world.links.make(TEL))
    assert [await world.links.opened(web_id, token) for web_id in ("w1", "w2", "w1")] == [True, False, False]
    assert len(world.vouched) == 1


async def test_an_old_link_opens_nothing(world: World) -> None:
    token = token_of(await world.links.make(TEL))
    world.notes.pass_time(LINK_LIFETIME.total_seconds())
    assert not await world.links.opened("w1", token) and not world.vouched


@pytest.mark.parametrize("guess", ["", "short", "A" * 32, "A" * 33, "../../x", "*" * 32, "\n" * 32])
async def test_a_guess_opens_nothing(world: World, guess: str) -> None:
    await world.links.make(TEL)
    assert not await world.links.opened("w1", guess) and not world.vouched


async def test_nothing_kept_opens_anything(world: World) -> None:
    token = token_of(await world.links.make(TEL))
    assert token not in str(world.notes.kept)


async def test_a_link_that_could_not_be_used_may_be_opened_again(world: World) -> None:
    token, world.fails = token_of(await world.links.make(TEL)), True
    with pytest.raises(DialogueUnavailable):
        await world.links.opened("w1", token)
    world.fails = False
    assert await world.links.opened("w1", token)


async def test_the_link_goes_to_the_contacts_number_and_is_not_shown_where_it_was_asked_for(world: World) -> None:
    assert "#t=" not in await world.moves("web")
    (sent,) = world.sent
    assert (sent.address, sent.channel) == (TEL, ChannelName.SMS) and "#t=" in sent.reply.text


async def test_nobody_is_flooded(world: World) -> None:
    said = [await world.moves("sms") for _ in range(TEXTS_PER_TEL[0] + 1)]
    assert said == ["utter_move_sent"] * TEXTS_PER_TEL[0] + ["utter_move_not_sent"]
    assert len(world.sent) == TEXTS_PER_TEL[0]


@pytest.mark.parametrize(
    ("contact", "where", "said"),
    [
        (Contact("p", "c", (), NOON), "web", "utter_move_no_number"),
        (Contact("p", "c", ANA.addresses, NOON, opted_out=True), "sms", "utter_move_not_sent"),
        (Contact("p", "c", (ContactAddress(Address(AddressKind.TEL, "anonymous"), Proof.CLAIMED, NOON),), NOON), "web",
         "utter_move_no_number"),
        (ANA, "voice", "utter_move_dial"),
    ],
)  # fmt: skip
async def test_who_gets_no_text(world: World, contact: Contact, where: str, said: str) -> None:
    assert await world.moves(where, contact) == said and not world.sent
