"""What is done with a customer's message: who or what it is for, and the answer."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot import directives
from bot.conversation import offers
from bot.conversation.assistant import Assistant
from bot.conversation.escalation import Escalation
from bot.conversation.identity_wishes import IdentityWishes
from bot.conversation.once import TURNS_PER_SENDER
from bot.conversation.turn import NOTHING_BUT_A_SECRET, Turn, words
from bot.conversation.turn_log import TurnLog
from bot.conversation.verification import Verification
from bot.conversation.with_person import WithPerson
from bot.conversation.without_turn import WithoutTurn
from bot.door import MASK, secrets
from bot.door.figures import rest
from bot.door.signs import Meaning, meaning
from bot.handoff.availability import ALONE, CALL_ME, END, PERSON
from bot.identity.links import Linking
from bot.identity.one_time_codes import CodeCheck
from bot.identity.second_factor import BESIDE
from bot.menus.answers import Choice, Late, Picked, Turned, Unclear
from bot.model import ChannelName, InboundMessage, Option
from bot.ports import Wording
from bot.ports.stores import Codes, Menus
from bot.transcript.notice import worded

MEDIA_TOLD = (1, 3600)
"""How often one sender is told that what they attached is kept: count and seconds."""
SECRET_TOLD = (1, 90 * 86400)
"""How often one conversation is told, on each channel, that secrets are not to be written: count and seconds."""

ADVISED = frozenset({secrets.PIN, secrets.PASSWORD, secrets.CVV, secrets.SSN})
"""A card's number alone is the business's to speak of: its end may have been asked for."""

SAID_ALREADY = "utter_pin_not_here"

SIGNS = {
    Meaning.YES: "yes", Meaning.NO: "no", Meaning.THANKS: "thank you", Meaning.HELLO: "hello",
    Meaning.PUZZLED: "what do you mean", Meaning.HELP: "help me please",
}  # fmt: skip
"""What the assistant is told for a sign."""


IN_LANGUAGE = "/go_on_in_language"
"""What the assistant is told instead of a wish for a language: the turn is in that language already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answering:
    """Decides who answers a message: nobody, a person, or the assistant."""

    without_turn: WithoutTurn
    identity_wishes: IdentityWishes
    with_person: WithPerson
    verification: Verification
    escalation: Escalation
    assistant: Assistant
    linking: Linking
    codes: Codes
    menus: Menus
    log: TurnLog
    wording: Wording

    async def answer(self, turn: Turn) -> None:
        """Do what is to be done. Raises TurnPostponed (text channels only) and StoreUnavailable."""
        self.without_turn.counted_in(turn)
        if await self.without_turn.done(turn):
            return
        await self._attended(turn)
        await self._advised(turn)
        await self.without_turn.told_robot(turn)

    async def _advised(self, turn: Turn) -> None:
        """Who wrote a secret hears once, on each written channel, that it was taken out and belongs in no chat."""
        kinds = set(turn.message.entry.masked if turn.message.entry else ())
        written = turn.message.channel is not ChannelName.VOICE
        if not (written and kinds & ADVISED) or any(reply.response == SAID_ALREADY for reply in turn.replies):
            return
        told = f"secret:{turn.message.channel}:{turn.contact.conversation_id}"
        if await self.codes.allow(told, *SECRET_TOLD):
            await self.log.say(turn, "utter_never_write_secrets")
            turn.replies.insert(0, turn.replies.pop())  # an open question, and its options, come last

    async def _attended(self, turn: Turn) -> None:
        if await self.identity_wishes.granted(turn):
            return
        if turn.handoff:
            await self.with_person.answer(turn, turn.handoff)
            return
        if not await self._within_limits(turn):
            return
        if await self.verification.pin(turn):
            await self.assistant.say(turn, payload=NOTHING_BUT_A_SECRET, shown=MASK)
            return
        if _unreadable(turn.message):
            await self.without_turn.kept_as_line(turn)
            await self._tell_of_media(turn, "utter_not_readable")
            return
        if turn.message.media:
            await self._tell_of_media(turn, "utter_media_kept")
        await self._chosen(turn, await offers.chosen(self.menus, turn))

    async def _chosen(self, turn: Turn, choice: Choice | None) -> None:
        match choice:
            case Picked(option) if option.payload == PERSON:
                wanted = directives.Handoff("The assistant could not answer", code="not_answered")
                await self.escalation.hand_over(turn, wanted, shown=_as_said(turn, option))
            case Picked(option) if option.payload == ALONE:  # the wait is over already
                await self.assistant.give_back(turn, "", _as_said(turn, option))
            case Picked(option) if option.payload == END:
                await self.with_person.over(turn)
            case Picked(option) if option.payload == CALL_ME:  # the same, and they still want somebody
                wanted = directives.Handoff("Asked to be called back", code="call_back")
                await self.escalation.hand_over(turn, wanted, shown=_as_said(turn, option))
            case Picked(option):
                await self.assistant.say(turn, payload=option.payload, shown=_as_said(turn, option))
            case None:
                await self._understand(turn)
            case other:
                await self._ask_back(turn, other)

    async def _understand(self, turn: Turn) -> None:
        """The message is speech, or holds a one-time code."""
        await self.verification.code(turn)
        if turn.linked and (link := await self.linking.latest(turn.contact)):  # at once: the assistant may not answer now
            await self.linking.tell_elsewhere(link, "utter_linked_elsewhere", turn.message.id)
        if turn.handoff:
            await self.with_person.to_person(turn)
        elif not turn.replies:
            await self._told(turn)
        if turn.linked:
            await self.log.say(turn, "utter_linked")
            if turn.handoff:
                await self.with_person.joined(turn, turn.handoff)

    async def _told(self, turn: Turn) -> None:
        """The assistant's turn for the words; a code and little else is no words of theirs, and a sign stands for some."""
        shown = words(turn.message)
        if turn.asked_language:
            await self.assistant.say(turn, payload=IN_LANGUAGE, shown=shown)
        elif turn.code is not CodeCheck.NONE and set(rest(shown)) <= BESIDE:
            await self.assistant.say(turn, payload=NOTHING_BUT_A_SECRET, shown=shown)
        elif sign := meaning(shown):
            asked = turn.offered is not None and turn.offered[1].asked.rstrip().endswith("?")
            turn.typed = shown
            turn.message = replace(turn.message, text=SIGNS[sign if asked or sign is not Meaning.YES else Meaning.THANKS])
            await self.assistant.say(turn, shown=shown)
        else:
            await self.assistant.say(turn)

    async def _ask_back(self, turn: Turn, choice: Turned | Unclear | Late) -> None:
        """The menu's next page, which of two was meant, or that the question is over: nothing for the assistant."""
        name, offered, turn.first = offers.again(choice)
        await self.log.heard(turn)
        await self.log.say(turn, name)
        turn.replies[-1] = offers.with_options(turn.replies[-1], offered)

    async def _within_limits(self, turn: Turn) -> bool:
        """A flood is kept for the transcript and told off once a minute; it gets no turns."""
        if turn.within_limits:
            return True
        await self.log.heard(turn)
        if await self.codes.allow(f"too_fast:{turn.message.sender}", 1, TURNS_PER_SENDER[1]):
            turn.replies.append(worded(self.wording, "utter_too_fast", turn.message.channel))
        return False

    async def _tell_of_media(self, turn: Turn, sentence: str) -> None:
        """What became of a picture, a file or a place, once in a while."""
        if turn.message.media and await self.codes.allow(f"media:{turn.message.sender}", *MEDIA_TOLD):
            await self.log.say(turn, sentence)


def _as_said(turn: Turn, option: Option) -> str:
    """A tap is shown by the option's title; who wrote, keyed or said something is shown by that, with the option beside it."""
    return option.title if turn.message.choice is not None else words(turn.message)


def _unreadable(message: InboundMessage) -> bool:
    return bool(message.media) and not message.text.strip()
