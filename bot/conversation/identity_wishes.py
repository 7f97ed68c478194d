"""A customer undoes a link, or signs out, by the word that a notice named; what only may mean it is asked back."""

from __future__ import annotations

from dataclasses import dataclass

from bot.conversation.assistant import Assistant
from bot.conversation.turn import Turn
from bot.conversation.turn_log import TurnLog
from bot.identity.links import Linking, Wish, wish_of
from bot.model import ChannelName, Contact, Proof
from bot.ports import Contacts, DialogueUnavailable
from bot.ports.stores import LinkRecord, Locks


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityWishes:
    """While a person has the conversation all words are for that person, who sees the link and can take it apart."""

    linking: Linking
    contacts: Contacts
    locks: Locks
    log: TurnLog
    assistant: Assistant

    async def granted(self, turn: Turn) -> bool:
        """Whether the message was such a wish. Raises TurnPostponed and StoreUnavailable."""
        match None if turn.handoff else wish_of(turn.message):
            case Wish.UNLINK if link := await self.linking.may_undo(turn.contact):
                await self._unlink(turn, link)
            case Wish.SIGN_OUT if turn.message.channel is not ChannelName.VOICE:
                await self._moved(turn, await self.contacts.detach(turn.message.sender), "utter_signed_out")
            case Wish.MAY_UNLINK if (link := await self.linking.may_undo(turn.contact)) and _nothing_since(turn, link):
                await self._named_again(turn, "utter_unlink_ask")
            case Wish.MAY_SIGN_OUT if turn.message.channel is not ChannelName.VOICE:
                await self._named_again(turn, "utter_sign_out_ask")
            case _:
                return False
        return True

    async def _unlink(self, turn: Turn, link: LinkRecord) -> None:
        try:
            await self.linking.undo(turn.contact, link, str(turn.message.sender))
        except DialogueUnavailable as error:
            await self.assistant.unreachable(turn, error)
            return
        await self.linking.tell_elsewhere(link, "utter_unlinked_elsewhere", turn.message.id)
        await self._moved(turn, await self.contacts.find_or_create(turn.message.sender), "utter_unlinked")

    async def _named_again(self, turn: Turn, sentence: str) -> None:
        await self.log.heard(turn)
        await self.log.say(turn, sentence)

    async def _moved(self, turn: Turn, contact: Contact, sentence: str) -> None:
        """The sender has another conversation from now on."""
        turn.contact, turn.handoff, turn.proof, turn.unsaved = contact, None, Proof.CLAIMED, True
        if turn.held:
            await turn.held.enter_async_context(self.locks.hold(contact.conversation_id))
        await self.log.say(turn, sentence)


def _nothing_since(turn: Turn, link: LinkRecord) -> bool:
    """Whether this is the first that the sender says after the notice of the link: later it answers something else."""
    return turn.heard_before is None or turn.heard_before <= link.at
