"""What customers attached, fetched from the vendor that keeps it when an agent looks at it.

Only from the vendors' own hosts, with our credentials where they ask for them
(https://www.twilio.com/docs/messaging/api/media-resource ; Meta's addresses are signed). What it is, its own bytes say: only
pictures are shown, contact cards are read out as text, all else can only be saved.
"""

from __future__ import annotations

import quopri
import re
from collections.abc import Iterable
from urllib.parse import urljoin, urlsplit

import aiohttp

from bot.model import Attachment, Media
from bot.ports import SendError, SendFailure
from connectors.twilio.client import TwilioAccount

LARGEST = 16 * 1024 * 1024
"""Bytes; Meta takes 25 MB of a person, carriers a few: more than this no agent needs in the browser."""
REDIRECTS = 3
TIMEOUT = aiohttp.ClientTimeout(total=20)
META_HOSTS = (".fbcdn.net", ".fbsbx.com", ".facebook.com")

PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF87a": "image/gif", b"GIF89a": "image/gif"}
CARD = re.compile(rb"\s*BEGIN:VCARD", re.IGNORECASE)
_FIELD = re.compile(r"^(?:[\w-]+\.)?(FN|N|TEL|EMAIL|ORG)((?:;[^:]*)?):(.*)$", re.IGNORECASE)


class Attachments:
    """``bot.ports.Attachments`` over HTTP. ``meta_url``: where Meta's files may be, too (a simulator's address)."""

    def __init__(self, session: aiohttp.ClientSession, account: TwilioAccount | None, meta_url: str = "") -> None:
        self._session, self._account = session, account
        self._own = {_origin(url) for url in (account.api_url if account else "", meta_url) if url}

    async def fetch(self, media: Media) -> Attachment:
        """It, safe to show. Raises SendError with a sentence for the agent."""
        try:
            body = await self._body(media.url)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise SendError("The attachment cannot be fetched just now.", SendFailure.RETRY) from error
        return told(body)

    async def _body(self, url: str) -> bytes:
        for hop in range(REDIRECTS + 1):
            headers = self._headers(url, hop)
            async with self._session.get(url, headers=headers, allow_redirects=False, timeout=TIMEOUT) as answer:
                if answer.status in (301, 302, 303, 307, 308) and (further := answer.headers.get("Location")):
                    url = urljoin(url, further)
                    continue
                if answer.status != 200:
                    raise SendError("The attachment is not there any more.", SendFailure.REFUSED)
                return await _limited(answer)
        raise SendError("The attachment cannot be fetched.", SendFailure.REFUSED)

    def _headers(self, url: str, hop: int) -> dict[str, str]:
        """Our credentials for Twilio's own host; SendError for a host that is nobody's we know."""
        parts, origin = urlsplit(url), _origin(url)
        ours = self._account is not None and origin == _origin(self._account.api_url)
        known = parts.scheme == "https" and (parts.hostname or "").endswith((*META_HOSTS, ".twilio.com", ".twiliocdn.com"))
        moved = hop > 0 and parts.scheme == "https"  # the vendor's own storage, wherever that is
        if not (ours or known or moved or origin in self._own):
            raise SendError("The attachment is not kept by a vendor of ours.", SendFailure.REFUSED)
        if not (ours and self._account):
            return {}
        return {"Authorization": aiohttp.encode_basic_auth(self._account.sid, self._account.auth_tokens[0])}


def told(body: bytes) -> Attachment:
    """What the bytes are, whatever they were called."""
    kind = next((kind for start, kind in PICTURES.items() if body.startswith(start)), None)
    if kind is None and body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        kind = "image/webp"
    if kind:
        return Attachment(body, kind, f"picture.{kind.partition('/')[2]}", shown=True)
    if CARD.match(body):
        return Attachment("\n".join(card_lines(body)).encode(), "text/plain", "contact.txt", shown=True)
    return Attachment(body, "application/octet-stream", "attachment.bin", shown=False)


def card_lines(body: bytes) -> Iterable[str]:
    """Name, numbers and mail of a contact card (RFC 6350), a line each."""
    text = re.sub(r"=?\r?\n[ \t]", "", body.decode("utf-8", "replace"))
    seen: set[str] = set()
    for line in text.splitlines():
        if not (found := _FIELD.match(line.strip())):
            continue
        name, how, value = found[1].upper(), found[2].upper(), found[3]
        if "QUOTED-PRINTABLE" in how:
            value = quopri.decodestring(value.encode()).decode("utf-8", "replace")
        value = " ".join(part for part in re.sub(r"\\([,;\\])", r"\1", value.replace("\\n", " ")).split(";") if part).strip()
        if value and value not in seen and not (name == "N" and "FN" in text.upper()):
            seen.add(value)
            yield value


async def _limited(answer: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in answer.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > LARGEST:
            raise SendError("The attachment is too large to be shown here.", SendFailure.REFUSED)
    return bytes(body)


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc
