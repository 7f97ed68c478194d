"""The phones of a scripted call: a caller's, with all that one can do on a line, and the agent's that is rung."""

from __future__ import annotations

from journeys.seats import PATIENCE, Line, Missed, PhoneSeat, Simulated
from simulator.scripting.testing import Phone, Simulator

WITHHELD = "withheld"


class Caller(PhoneSeat):
    """A phone that calls one of the installation's numbers."""

    def __init__(self, sim: Simulator, number: str, dialled: str) -> None:
        super().__init__(sim, number)
        self._dialled = dialled
        self.speaks = ""
        """The language that the caller speaks, where one who listens for another shall hear nonsense."""

    @property
    def heard_in(self) -> str:
        """The language of what was said last."""
        return self._call.heard_in

    async def says(self, text: str) -> None:
        await self._call.says(text, language=self.speaks)

    @property
    def number(self) -> str:
        """Who calls."""
        return self._number

    @property
    def sid(self) -> str:
        """The latest call's; empty before there is one."""
        return self._calls[-1].sid if self._calls else ""

    @property
    def sids(self) -> list[str]:
        """Those of all calls."""
        return [call.sid for call in self._calls]

    async def dials(self, who: str = "") -> None:
        """Call without waiting for words; ``withheld`` shows no number."""
        if self.calling:
            await self.hangs_up()
        from_ = "anonymous" if who == WITHHELD else self._number
        self._calls.append(await self._sim.call(from_, self._dialled))

    async def rings_in(self, who: str = "") -> None:
        """Call, and hear the first words."""
        await self.dials(who)
        call = self._calls[-1]
        await self.changed(lambda: bool(call.heard), "nothing was heard on the call")

    async def is_joined(self) -> None:
        """Wait for the other side."""
        await self._call.is_joined()

    async def is_on_hold(self) -> None:
        """Wait for the music."""
        await self._call.is_on_hold()

    async def interrupts(self, words: str, after: str) -> None:
        """Speak over ours."""
        await self._call.interrupts(words, after)

    async def mumbles(self, words: str) -> None:
        """Words of which Twilio is hardly sure (over Gather; the relay tells no confidence)."""
        await self._call.says(words, confidence=0.2)

    async def loses_relay(self) -> None:
        """The relay's session breaks."""
        await self._call.loses_relay()

    async def reconnects(self, replay: int) -> None:
        """Its socket does, and comes again with the last events."""
        await self._call.relay_reconnects(replay)

    async def stays_silent(self) -> None:
        """The prompt's timeout passes; on the relay in real seconds."""
        await self._call.stays_silent(within=40)

    async def lets_a_machine_answer(self) -> None:
        """A call of ours is taken by an answering machine."""
        phone = await self._sim.rings(self._number, PATIENCE)
        self._calls.append(phone)
        await phone.answers(by="machine")


class DeskPhone(Simulated):
    """The phone of whoever answers at the desk."""

    def __init__(self, sim: Simulator, number: str) -> None:
        super().__init__(sim)
        self.number = number
        self._legs: list[Phone] = []

    @property
    def lines(self) -> list[Line]:
        return [Line(text) for leg in self._legs for text in leg.heard]

    @property
    def leg(self) -> Phone:
        """The latest call to it. Raises Missed."""
        if not self._legs:
            raise Missed("the agent's phone has not rung: it takes a step 'phone rings:' first")
        return self._legs[-1]

    async def rings(self) -> None:
        """Wait until it does."""
        self._legs.append(await self._sim.rings(self.number, PATIENCE))

    async def hangs_up(self) -> None:
        """Every leg that is left."""
        for leg in self._legs:
            await leg.hangs_up()

    async def says(self, text: str) -> None:
        await self.leg.says(text)

    async def taps(self, title: str) -> None:
        raise Missed(f"a phone has nothing to tap: {title!r}")
