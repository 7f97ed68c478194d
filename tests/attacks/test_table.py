"""Who may be told what: every sender, number, level and channel against everything that the bank can tell, generated out of the
bank's own records and the assistant's own actions. Then any order of proofs, joins, undoes and sign-outs."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from types import MethodType
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from actions.bank import Bank, engine_for
from actions.seed import PEOPLE
from bot.identity.links import LinkRefused
from bot.model import Address, AddressKind, ChannelName, Proof
from tests.attacks.real_bank import LEVELS, WISHES, RealActions, RealBank, facts, of_whom, said
from tests.bot.conftest import World
from tests.talking.fixtures import TODAY

FACTS = facts()
NUMBERS = [person.phone for person in PEOPLE]
STRANGER = "+12125550177"


@pytest.fixture
def actions(tmp_path: Path) -> Iterator[RealActions]:
    engine = engine_for(f"sqlite:///{tmp_path}/bank.db")
    bank = Bank(engine, lambda: TODAY)
    bank.customer(STRANGER)  # the samples are made
    yield RealActions(bank)
    engine.dispose()


def test_every_fact_is_of_one_customer_so_that_it_can_be_told_whose_it_is() -> None:
    assert len(FACTS) == sum(len(person.accounts) + 1 for person in PEOPLE)
    assert all(len(owners) == 1 for owners in FACTS.values())


# -- each action by itself -----------------------------------------------------------------------------------------------


def left_behind(other: int) -> dict[str, Any]:
    """Slots as somebody else's talk may have left them."""
    person = PEOPLE[other]
    given = {"full_name": person.name, "card_last4": person.cards[0][0], "phone_number": person.phone}
    passing = {"code_sent_to": person.phone, "verification_code": "accepted", "pin_check": "accepted", "wanted_proof": "proven"}
    return given | passing | {"goal": "balance", "handoff_outcome": f"told {person.name} everything", "offered": "person"}


def earlier(other: int) -> list[dict[str, Any]]:
    """The same talk, as the tracker has it: another number was told its facts a moment ago."""
    person = PEOPLE[other]
    meta = {"tel": person.phone, "proof": "proven", "channel": "web", "code": "none"}
    told = [fact for fact, owners in FACTS.items() if person.phone in owners]
    user = {"event": "user", "text": "what's my balance", "metadata": meta, "parse_data": {"intent": {"name": "balance"}}}
    bots = [{"event": "bot", "text": fact, "data": {}, "metadata": {"utter_action": "utter_balance"}} for fact in told]
    slots = [{"event": "slot", "name": "handoff_outcome", "value": f"told {person.name} everything"}]
    return [user, *slots, *bots]


@pytest.mark.parametrize("channel", [one.value for one in ChannelName])
async def test_no_action_tells_more_than_the_senders_own_number_has_proved(actions: RealActions, channel: str) -> None:
    """Whatever the slots and the history hold of somebody else."""
    told = 0
    for tel, proof, name in itertools.product([None, STRANGER, *NUMBERS], Proof, actions.executor.actions):
        other = (NUMBERS.index(tel) + 1) % len(NUMBERS) if tel in NUMBERS else 0
        before = actions.raised()
        meta = {"tel": tel, "proof": proof.label, "channel": channel, "code": "none", "pin": "none"}
        user = {"event": "user", "text": "go on", "metadata": meta, "parse_data": {"intent": {"name": "inform"}}}
        answer = await actions.run(name, meta, left_behind(other), [*earlier(other), user], "go on")
        for response in answer["responses"]:
            assert LEVELS.response(response.get("response")) <= proof, (name, tel, proof, response)
            for fact, owners in of_whom(said(response), FACTS):
                told += 1
                given = (
                    fact == f"card {left_behind(other)['card_last4']}" and LEVELS.response(response["response"]) is Proof.CLAIMED
                )
                assert given or (tel in owners and proof >= Proof.POSSESSED), (name, tel, proof, response)
            assert "told " not in said(response), (name, tel, proof, response)  # what an agent noted for another
        raised = actions.raised() - before
        assert not raised or (proof is Proof.PROVEN and raised == {PEOPLE[NUMBERS.index(str(tel))].id}), (name, tel, proof)
    assert told > len(PEOPLE)  # and their own is told


# -- any order of proofs, joins, undoes and sign-outs -----------------------------------------------------------------------

TWO = (NUMBERS[0], NUMBERS[3])
BROWSERS = tuple(Address(AddressKind.WEB, name) for name in ("one", "two"))
READER = Address(AddressKind.MESSENGER, "555")
PLACES = (*BROWSERS, READER)
CHANNELS = {AddressKind.WEB: ChannelName.WEB, AddressKind.MESSENGER: ChannelName.MESSENGER, AddressKind.TEL: ChannelName.SMS}

places, numbers, pages = st.sampled_from(PLACES), st.sampled_from(TWO), st.sampled_from(BROWSERS)
STEPS = st.one_of(
    st.tuples(st.just("proves"), places, numbers),
    st.tuples(st.just("signs in"), pages, numbers, st.sampled_from((Proof.POSSESSED, Proof.PROVEN))),
    st.tuples(st.just("proves by text"), numbers),
    st.tuples(st.just("calls"), numbers),
    st.tuples(st.just("says"), st.one_of(places, numbers.map(lambda n: Address(AddressKind.TEL, n))), st.just("unlink")),
    st.tuples(st.just("says"), places, st.just("sign out")),
    st.tuples(st.just("is taken apart by an agent"), numbers),
    st.tuples(st.just("changes hands"), numbers),
)


@dataclass
class Table:
    """The model: which number a place has proved last. A text's or call's is its own."""

    world: World
    actions: RealActions
    proved: dict[Address, str | None] = field(default_factory=dict)
    calls: int = 0

    async def step(self, kind: str, *what: Any) -> None:
        match kind:
            case "proves":
                await self._proves(*what)
            case "signs in":
                page, tel, proof = what
                until = self.world.clock() + timedelta(minutes=30)
                await self.world.needs.linking.vouched(page, Address(AddressKind.TEL, tel), proof, until)
                self.proved[page] = tel
            case "proves by text":
                await self._proves(Address(AddressKind.TEL, what[0]), what[0])
            case "calls":
                await self._calls(what[0])
            case "says":
                await self.asks(*what)
                if what[1] == "sign out":
                    self.proved[what[0]] = None
            case "is taken apart by an agent":
                await self._taken_apart(Address(AddressKind.TEL, what[0]))
            case "changes hands":
                await self.world.contacts.detach(Address(AddressKind.TEL, what[0]))

    async def asks(self, sender: Address, words: str) -> str:
        message = self.world.message(CHANNELS[sender.kind], sender, words)
        return " / ".join(reply.text for reply in (await self.world.conversations.receive(message)).replies)

    async def _proves(self, place: Address, tel: str) -> None:
        """Whoever is at this place has that phone in the hand."""
        number = Address(AddressKind.TEL, tel)
        before = len(await self.world.sent_to(number))
        await self.asks(place, f"prove {tel}")
        texts = [one.reply.text for one in (await self.world.sent_to(number))[before:] if "code=" in one.reply.text]
        if not texts:
            return
        if "accepted" in await self.asks(place, texts[-1].split("code=")[1].split()[0]):
            self.proved[place] = tel
            heard = await self.asks(place, "what's my balance")
            assert any(tel in owners for _, owners in of_whom(heard, FACTS)), (place, tel, heard)

    async def _calls(self, tel: str) -> None:
        """A call from this number: a claim, then proved by a code, then the facts of this number and of no other."""
        self.calls += 1
        sid, number = f"CA{self.calls:032x}", Address(AddressKind.TEL, tel)
        await self.world.calls_in(sid, number)
        for proved in (False, True):
            if proved:
                before = len(await self.world.sent_to(number))
                await self.world.says(sid, f"prove {tel}", number)
                texts = [one.reply.text for one in (await self.world.sent_to(number))[before:] if "code=" in one.reply.text]
                if not texts:
                    return
                await self.world.says(sid, "", number, digits=texts[-1].split("code=")[1].split()[0])
            for words in WISHES:
                heard = " / ".join(reply.text for reply in (await self.world.says(sid, words, number)).replies)
                told = list(of_whom(heard, FACTS))
                assert all(tel in owners for _, owners in told) and (proved or not told), (tel, words, heard)
        await self.world.conversations.call_ended(sid)

    async def _taken_apart(self, number: Address) -> None:
        contact = await self.world.contacts.find(number)
        link = await self.world.needs.linking.latest(contact) if contact else None
        if link is not None:
            try:
                await self.world.needs.linking.undo_by_agent(link.id, "sam")
                self.proved[Address.parse(link.by)] = None
            except LinkRefused:
                return

    async def check(self) -> None:
        """Everybody asks for everything."""
        await self._limits_are_no_matter_here()
        for sender in (*PLACES, *(Address(AddressKind.TEL, tel) for tel in TWO)):
            own = sender.value if sender.kind is AddressKind.TEL else self.proved.get(sender)
            before = self.actions.raised()
            for words in WISHES:
                heard = await self.asks(sender, words)
                for fact, owners in of_whom(heard, FACTS):
                    assert own in owners, (sender, own, words, fact, heard)
            raised = self.actions.raised() - before
            assert raised <= {person.id for person in PEOPLE if person.phone == own}, (sender, own, raised)

    async def _limits_are_no_matter_here(self) -> None:
        for pattern in ("ot:limit:*", "ot:note:*", "ot:*guess*"):
            async for key in self.world.client.scan_iter(pattern):
                await self.world.client.delete(key)


@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # a failure is shown as it was met: making it smaller takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=st.lists(STEPS, min_size=2, max_size=7))
async def test_in_any_order_nobody_is_told_of_a_number_that_they_did_not_prove_last(
    world: World, actions: RealActions, steps: list[tuple[Any, ...]]
) -> None:
    await world.client.flushall()
    world.assistant.trackers.clear()
    bank = RealBank(actions, world.assistant.trackers)
    world.assistant.turn = MethodType(lambda _, *args, **more: bank.turn(*args, **more), world.assistant)  # type: ignore[method-assign]
    table = Table(world, actions)
    for step in steps:
        await table.step(*step)
        await table.check()
