"""What a caller is offered instead of waiting: to be called back, to leave a message, to go on by text.

For callers who leave the queue by a key, and for those who could not be put in it (closed, nobody there, queue full).
Each question has a number of its own; what was chosen so far is kept beside the call. The handoff stays open in its place.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass, replace

from bot.agent_desk.caller_requests import Errands
from bot.languages.tables import folded
from bot.menus import spoken_choices as lexicon
from bot.model import Call, CallState, ChannelName, Handoff, talked
from bot.ports import Calls, Clock, Handoffs, Wording
from bot.ports.hours import opening_words
from bot.routing.rules import Rules
from voice import script
from voice.agents.line_settings import LineSettings
from voice.gather.forms import VoiceForm
from voice.script import Script, Tongues, url
from voice.speech.commands import Commands
from voice.speech.spoken import aloud, heard_digits

ASKED_AGAIN = 3
CALLBACK, MESSAGE, TEXT, BACK = "1", "2", "3", "*"
OFFERED = ((CALLBACK, "utter_way_callback"), (MESSAGE, "utter_way_message"), (TEXT, "utter_way_text"))
NATIONAL = re.compile(r"1?([2-9]\d{2}[2-9]\d{6})")
"""A number of our own numbering plan (+1) as people key it in: https://www.nanpa.com/numbering"""
PREMIUM = ("900", "976")

Available = Callable[[str], Awaitable[int]]
"""How many agents take calls of a queue now."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Where a caller is: ``at`` names the question, ``number`` is the one to call, ``queued`` whether they may go back."""

    at: str = "menu"
    number: str = ""
    queued: bool = False
    asked: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Offers:
    """The questions, and what is done. ``available``: how many agents take calls now."""

    calls: Calls
    handoffs: Handoffs
    errands: Errands
    wording: Wording
    clock: Clock
    tongues: Tongues
    settings: LineSettings
    national: bool
    available: Available
    rules: Rules

    @property
    def commands(self) -> Commands:
        """Words and keys, in the language of the turn."""
        return self.tongues.now.prompts.commands

    # -- may they wait? ------------------------------------------------------------------------------------------

    async def refused(self, handoff: Handoff) -> list[str]:
        """Why this caller cannot be put in line now, as words; empty when they can. An assigned one always may."""
        if not handoff.waits:
            return []
        if why := await self.nobody(handoff.queue):
            return why
        waiting = [h for h in await self.handoffs.listing() if h.waits and h.call_sid and h.id != handoff.id]
        return [self._say("utter_queue_full")] if len(waiting) >= self.settings.queue_limit else []

    async def nobody(self, queue: str) -> list[str]:
        """Why nobody answers just now, as words; empty when somebody may. Asked also while a caller waits: the last agent may
        have gone since."""
        hours, now = self.rules.hours(queue, self.settings.hours), self.clock()
        if not hours.open_at(now):
            return [self._say("utter_closed", opens=opening_words(hours.next_opening(now), now))]
        return [self._say("utter_all_away")] if await self.available(queue) == 0 else []

    async def instead(self, call: Call, words: Sequence[str]) -> Script:
        """For a caller who could not be put in line: say why, then the offers."""
        await self._keep(call.sid, 0, Choice())
        return script.onward(words, _url(0), self.tongues.speech)

    async def left(self, form: VoiceForm, chosen: str) -> Script:
        """A caller left the queue by a key."""
        await self._keep(form.sid, 0, Choice(queued=True))
        call, handoff = await self._whose(form.sid)
        if call is None or handoff is None:
            return script.goodbye([self._say("utter_goodbye_kept")], self.tongues.speech)
        return await self._picked(call, handoff, Choice(queued=True), 0, chosen)

    # -- one question --------------------------------------------------------------------------------------------

    async def answered(self, form: VoiceForm, number: int) -> Script:
        """The answer to question ``number``, and what comes then."""
        call, handoff = await self._whose(form.sid)
        if form.over or call is None or call.state is CallState.ENDED:
            return script.nothing()
        if handoff is None or not handoff.open:
            return script.goodbye([self._say("utter_goodbye_kept")], self.tongues.speech)
        form = replace(form, digits=form.digits or self._named(form.speech))
        choice = await self._choice(form.sid, number)
        if number == 0:
            return await self._ask(call, choice, number, [])
        if form.digits == BACK and choice.queued:
            return await self._back(call, handoff)
        if choice.at == "menu":
            return await self._picked(call, handoff, choice, number, self._way(form))
        return await self._about_number(call, handoff, choice, number, form)

    async def _picked(self, call: Call, handoff: Handoff, choice: Choice, number: int, way: str) -> Script:
        if way == CALLBACK:
            known = call.caller.value if call.caller.value.startswith("+") else ""
            at = Choice("confirm" if known else "number", known, choice.queued)
            return await self._ask(call, at, number, [])
        if way == MESSAGE:
            said, silent = [self._say("utter_voicemail_record")], [self._say("utter_goodbye_kept")]
            return script.message(said, silent, handoff.id, self.tongues.speech)
        if way == TEXT:
            if await self.errands.goes_on_by_text(handoff.id, call.caller.value):
                return script.goodbye([self._say("utter_text_sent")], self.tongues.speech)
            return await self._ask(call, replace(choice, at="menu"), number, [self._say("utter_no_text_here")])
        return await self._ask_again(call, choice, number)

    async def _about_number(self, call: Call, handoff: Handoff, choice: Choice, number: int, form: VoiceForm) -> Script:
        if choice.at == "number":
            found = self._number(form)
            if not found:
                return await self._ask_again(call, choice, number)
            return await self._ask(call, Choice("confirm", found, choice.queued), number, [])
        meant = self.commands.answer(form.digits, form.speech)
        if meant:
            await self.errands.ask_callback(handoff.id, choice.number)
            return script.goodbye([self._say("utter_callback_kept", number=choice.number)], self.tongues.speech)
        if meant is None:
            return await self._ask_again(call, choice, number)
        return await self._ask(call, Choice("number", "", choice.queued), number, [])

    async def _ask_again(self, call: Call, choice: Choice, number: int) -> Script:
        """Nothing usable came: again, and in the end goodbye; the handoff is kept."""
        if choice.asked + 1 >= ASKED_AGAIN:
            return script.goodbye([self._say("utter_goodbye_kept")], self.tongues.speech)
        return await self._ask(call, replace(choice, asked=choice.asked + 1), number, [])

    async def _ask(self, call: Call, choice: Choice, number: int, lead: Sequence[str]) -> Script:
        following = number + 1
        await self._keep(call.sid, following, choice)
        action = _url(following)
        if choice.at == "confirm":
            words = self._say("utter_callback_confirm", number=choice.number)
            return script.choose([*lead, words], action, self._yes_and_no(), self.tongues.speech)
        if choice.at == "number":
            return script.choose(
                [*lead, self._say("utter_callback_number")], action, (), self.tongues.speech, count=11, figures=True
            )
        ways = [(key, self._title(name)) for key, name in OFFERED if key != TEXT or await self._texts(call)]
        words = " ".join(self._say("utter_way", title=title, number=key) for key, title in ways)
        back = [self._say("utter_way_back")] if choice.queued else []
        return script.choose([*lead, words, *back], action, [title for _, title in ways], self.tongues.speech)

    def _yes_and_no(self) -> list[str]:
        """The first words for each that the designers gave."""
        return [wish.say[0] for wish in (self.commands.yes, self.commands.no) if wish.say]

    async def _back(self, call: Call, handoff: Handoff) -> Script:
        """Back in line, at the place that was kept."""
        waiting = replace(call, step=call.step + 1)
        await self.calls.update(call.sid, lambda now: replace(talked(now, waiting), state=CallState.WAITING))
        return script.enqueue([], waiting.step, self.tongues.speech)

    # -- what is known -------------------------------------------------------------------------------------------

    def _way(self, form: VoiceForm) -> str:
        """The key that was pressed, or whose title's words were said."""
        if form.digits or not form.speech:
            return form.digits
        if (place := lexicon.reference(form.speech, heard=True)) and 0 < place.number <= len(OFFERED) and not place.title:
            return OFFERED[place.number - 1][0]
        if not lexicon.NEGATIONS.isdisjoint(lexicon.words(form.speech)):
            return ""  # "I don't want to be called back"
        said = _beginnings(form.speech)
        shared = [(len(said & _beginnings(self._title(name))), key) for key, name in OFFERED]
        most, way = max(shared, key=lambda one: one[0])
        return way if most else ""

    def _named(self, speech: str) -> str:
        """One key, where it was named aloud."""
        said = self.commands.named(speech)
        return said.keys if said and len(said.keys) == 1 else ""

    def _number(self, form: VoiceForm) -> str:
        """A keyed or dictated number of our own numbering plan, in E.164; empty when it is none that may be called."""
        digits = "".join(c for c in form.digits if c.isdigit()) or heard_digits(form.speech) or ""
        found = NATIONAL.fullmatch(digits) if self.national else None
        return f"+1{found[1]}" if found and found[1][:3] not in PREMIUM and found[1][3:6] not in PREMIUM else ""

    async def _texts(self, call: Call) -> bool:
        return await self.errands.can_text(call.conversation_id, call.caller.value)

    async def _whose(self, sid: str) -> tuple[Call | None, Handoff | None]:
        call = await self.calls.get(sid)
        return call, await self.handoffs.get(call.handoff_id) if call and call.handoff_id else None

    async def _choice(self, sid: str, number: int) -> Choice:
        kept = await self.calls.remembered(_key(sid, number))
        return Choice(**json.loads(kept)) if kept else Choice()

    async def _keep(self, sid: str, number: int, choice: Choice) -> None:
        await self.calls.remember(_key(sid, number), json.dumps(asdict(choice)))

    def _title(self, name: str) -> str:
        return self.wording.say(name, ChannelName.VOICE)

    def _say(self, name: str, **values: object) -> str:
        return aloud(self.wording.say(name, ChannelName.VOICE, **values))


def _beginnings(text: str) -> set[str]:
    """Of the words that say something: "llame" and "llamemos" begin alike."""
    return {word[:4] for word in re.findall(r"[a-z]{4,}", folded(text))}


def _key(sid: str, number: int) -> str:
    return f"{sid}:choice:{number}:at"


def _url(number: int) -> str:
    return url("choice", n=number)
