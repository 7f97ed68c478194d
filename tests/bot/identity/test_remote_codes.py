"""Codes that a vendor makes and checks: our limits stand in front, and the rest goes as with our own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import pytest

from bot.conversation.assistant import TurnPostponed
from bot.directives import SendCode
from bot.identity.one_time_codes import CODE_TRIES, SENDS_PER_TEL, CodeCheck, CodeSending
from bot.model import ChannelName, Proof, Reply
from bot.ports import DialogueTurn, DialogueUnavailable
from tests.bot.conftest import ANA, ANAS_BROWSER, World

CODE = re.compile(r"\b\d{6}\b")


@dataclass
class Vendor:
    """``bot.identity.one_time_codes.RemoteCodes``: 482913 is right."""

    started: list[tuple[str, str | None]] = field(default_factory=list)
    refuses: bool = False
    away: bool = False

    async def start(self, tel: str, network: str | None) -> bool:
        self.started.append((tel, network))
        if self.away:
            raise DialogueUnavailable("away", reached=False)
        return not self.refuses

    async def check(self, tel: str, code: str) -> CodeCheck:
        if self.away:
            raise DialogueUnavailable("away", reached=False)
        return CodeCheck.ACCEPTED if (tel, code) == (ANA.value, "482913") else CodeCheck.WRONG


@pytest.fixture
def vendor(world: World) -> Vendor:
    """The world's codes are the vendor's."""
    made = Vendor()
    codes = replace(world.needs.identity.one_time_codes, remote=made)
    identity = replace(world.needs.identity, one_time_codes=codes)
    send = world.needs.send_code
    assert isinstance(send, CodeSending)
    world.rewire(identity=identity, send_code=replace(send, one_time_codes=codes))
    world.assistant.answer = lambda said: (
        DialogueTurn((Reply("sent"),), (SendCode(ANA.value),))
        if said["said"] == "verify"
        else DialogueTurn((Reply(f"{said['said']} {said['metadata']['code']}"),))
    )
    return made


async def test_the_vendor_sends_and_checks(world: World, vendor: Vendor) -> None:
    await world.chats("verify", network="203.0.113.7")
    assert vendor.started == [(ANA.value, "203.0.113.7")] and await world.sent_to(ANA) == []
    assert (await world.chats("000000")).replies[0].text == "/inform wrong"
    result = await world.chats("482913")
    assert result.replies[0].text == "/inform accepted" and result.proof is Proof.POSSESSED


async def test_a_refusal_of_the_vendor_is_a_code_that_could_not_be_sent(world: World, vendor: Vendor) -> None:
    vendor.refuses = True
    assert (await world.chats("verify")).replies[0].text == "/code_not_sent none"
    assert (await world.chats("482913")).replies[0].text == "482913 none"


async def test_our_limits_stand_before_the_vendors(world: World, vendor: Vendor) -> None:
    for _ in range(SENDS_PER_TEL[0] + 2):
        await world.chats("verify")
    assert len(vendor.started) == SENDS_PER_TEL[0]


async def test_while_the_vendor_is_away_a_code_is_neither_right_nor_wrong(world: World, vendor: Vendor) -> None:
    await world.chats("verify")
    vendor.away = True
    message = world.message(ChannelName.WEB, ANAS_BROWSER, "482913")
    with pytest.raises(TurnPostponed):
        await world.conversations.receive(message)
    vendor.away = False
    assert (await world.conversations.receive(message)).replies[0].text == "/inform accepted"


async def test_a_vendor_that_is_away_is_a_code_that_could_not_be_sent(world: World, vendor: Vendor) -> None:
    vendor.away = True
    assert (await world.chats("verify")).replies[0].text == "/code_not_sent none"
    assert await world.sent_to(ANA) == []


async def test_codes_of_our_own_while_the_vendor_is_away(world: World, vendor: Vendor) -> None:
    send = world.needs.send_code
    assert isinstance(send, CodeSending)
    world.rewire(send_code=replace(send, own_when_away=True))
    vendor.away = True
    assert (await world.chats("verify")).replies[0].text == "sent"
    code = CODE.search((await world.sent_to(ANA))[-1].reply.text)
    assert code
    assert (await world.chats(code.group())).replies[0].text == "/inform accepted"  # checked here: nobody is asked
    vendor.away, vendor.refuses = False, True  # a refusal is no absence: it may be about this number
    assert (await world.chats("verify")).replies[0].text == "/code_not_sent none"


async def test_what_the_vendor_could_not_check_is_no_try(world: World, vendor: Vendor) -> None:
    """Six different messages while the vendor is away, each worked on again and again: the seventh is the first try."""
    await world.chats("verify")
    vendor.away = True
    for _ in range(CODE_TRIES + 1):
        message = world.message(ChannelName.WEB, ANAS_BROWSER, "482913")
        for _ in range(5):
            with pytest.raises(TurnPostponed):
                await world.conversations.receive(message)
    vendor.away = False
    assert (await world.chats("482913")).replies[0].text == "/inform accepted"


async def test_a_code_that_the_vendor_took_is_not_asked_for_again(world: World, vendor: Vendor) -> None:
    """The vendor knows a code once; the conversations are joined when the assistant is back."""
    await world.texts("hello")
    await world.chats("verify")
    checked: list[str] = []

    async def once(tel: str, code: str) -> CodeCheck:
        checked.append(code)
        return CodeCheck.ACCEPTED if len(checked) == 1 else CodeCheck.EXPIRED

    vendor.check = once  # type: ignore[method-assign]
    message = world.message(ChannelName.WEB, ANAS_BROWSER, "482913")
    world.assistant.down = True
    for _ in range(3):
        with pytest.raises(TurnPostponed):
            await world.conversations.receive(message)
    world.assistant.down = False
    assert "accepted" in (await world.conversations.receive(message)).replies[0].text and checked == ["482913"]
