"""What the settings make of the world outside: Rasa, the vendors, the business's checks, the pages with our chat."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

import aiohttp
import redis.asyncio as redis

from bot.handoff.ratings import Ratings
from bot.identity.links import Linking
from bot.identity.second_factor import NoSecondFactor, SecondFactor
from bot.languages.declared import Languages
from bot.languages.tables import PAGES, table
from bot.model import Address, AddressKind, now
from bot.ports import Dialogue
from bot.rasa_http.client import RasaClient
from bot.rasa_http.pool import RasaPool
from bot.redis_store.turns import RedisCodes
from bot.transcript.interruptions import Interruptions
from bot.transcript.wording import Notices
from connectors.attachments import Attachments
from connectors.messenger.channel import MessengerApp
from connectors.second_factor import HttpSecondFactor
from connectors.twilio.browser import BrowserPhones
from connectors.twilio.client import TwilioAccount
from connectors.twilio.verify_codes import TwilioVerify
from connectors.web.channel import WebChat, origins
from connectors.web.identity import SignedPages
from connectors.web.links import LinksAndPages
from desk.calls.softphone import Softphone
from gateway.chat_news import ChatNews
from gateway.chat_who import ChatWho
from gateway.observe.checks import server_noted
from gateway.observe.metrics import Metrics
from gateway.settings.config import Settings
from gateway.workers.inbox import CountingInbox
from voice.relay.routes import RelayOptions


def rasa(settings: Settings, http: aiohttp.ClientSession, metrics: Metrics) -> Dialogue:
    """The one Rasa server, or all of them as one."""
    clients = {url: RasaClient(http, url, settings.rasa_token) for url in settings.rasa_urls}
    if len(clients) == 1:
        return clients[settings.rasa_url]
    for url in clients:
        metrics.rasa_server(urlsplit(url).netloc, True)
    return RasaPool(clients, told=server_noted(metrics))


def attachments(settings: Settings, http: aiohttp.ClientSession) -> Attachments:
    """Where customers' pictures and files are fetched from."""
    account = twilio_account(settings) if settings.twilio else None
    return Attachments(http, account, settings.messenger.api_url if settings.messenger else "")


def relay(settings: Settings, interruptions: Interruptions, metrics: Metrics) -> RelayOptions | None:
    """ConversationRelay, where the settings choose it for a number."""
    if not settings.voice_modes.relay:
        return None
    return RelayOptions(settings.voice_modes.is_relay, interruptions.heard, metrics.ignore)


def second_factor(settings: Settings, http: aiohttp.ClientSession) -> SecondFactor:
    """The business's check of PINs, or none."""
    if settings.second_factor is None:
        return NoSecondFactor()
    return HttpSecondFactor(http, settings.second_factor.url, settings.second_factor.token)


def twilio_account(settings: Settings) -> TwilioAccount:
    """The connectors' view of the account. Precondition: Twilio is configured."""
    assert settings.twilio is not None
    given = settings.twilio
    return TwilioAccount(
        given.account_sid, given.auth_tokens, given.api_url, given.sms_number, given.voice_number, settings.public_url
    )


def browser_phones(settings: Settings) -> BrowserPhones | None:
    """Agents' browsers as phones, where that is configured. Their names are made from a secret that all gateways share and
    that stays when an API key is changed."""
    if settings.softphone is None or settings.twilio is None:
        return None
    key = settings.softphone
    return BrowserPhones(settings.twilio.account_sid, key.key_sid, key.key_secret, settings.internal_api_token)


def softphone(settings: Settings) -> Softphone | None:
    """The desk's view of it."""
    phones, given = browser_phones(settings), settings.softphone
    if phones is None or given is None:
        return None
    return Softphone(phones, given.sdk_url, given.integrity, given.signalling, given.sounds)


def messenger_app(settings: Settings) -> MessengerApp:
    """The connector's view of the page. Precondition: Messenger is configured."""
    assert settings.messenger is not None
    given = settings.messenger
    return MessengerApp(given.app_secret, given.verify_token, given.page_token, given.page_id, given.api_url)


def web_chat(
    settings: Settings,
    inbox: CountingInbox,
    client: redis.Redis,
    wording: Notices,
    vouch: LinksAndPages,
    who: ChatWho,
    news: ChatNews,
    ratings: Ratings,
    languages: Languages,
) -> WebChat:
    """Web chat, with the pages that may hold it, in the languages of the business."""
    twilio = settings.twilio
    internal = f"{settings.internal_host}:{settings.internal_port}"
    simulator = (f"http://{internal}", f"http://localhost:{settings.internal_port}") if settings.simulated else ()
    return WebChat(
        inbox,
        client,
        allowed_origins=origins(settings.public_url, settings.chat_origins),
        clock=now,
        wording=wording,
        voice_number=twilio.voice_number if twilio else None,
        sms_number=twilio.sms_number if twilio else None,
        frame_ancestors=simulator,
        spoken={code: table(code, PAGES, "chat") for code in languages.others},
        vouch=vouch,
        who=who.who,
        rate=partial(_rate, ratings),
        typing=news.typing,
    )


async def _rate(ratings: Ratings, web_id: str, handoff_id: str, score: int, words: str) -> bool:
    return await ratings.rate(Address(AddressKind.WEB, web_id), handoff_id, score, words)


def signed_pages(settings: Settings, codes: RedisCodes, linking: Linking) -> SignedPages | None:
    """Signed-in pages vouch for their visitors where there is a key for it."""
    if not settings.web_identity_secrets:
        return None
    return SignedPages(
        secrets=settings.web_identity_secrets, audience=settings.public_url, codes=codes, vouched=linking.vouched, clock=now
    )


def remote_codes(
    settings: Settings, http: aiohttp.ClientSession, on_account: Callable[[str], None] = lambda code: None
) -> TwilioVerify | None:
    """Twilio Verify, where that is configured."""
    if settings.verify is None or settings.twilio is None:
        return None
    account = settings.twilio
    service, url = settings.verify.service, settings.verify.api_url
    return TwilioVerify(http, account.account_sid, account.auth_token, service, url, on_account)
