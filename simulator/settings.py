"""What the simulator must know: the installation it talks to and the secrets that both sides share."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

CUSTOMER = "+12125550147"


@dataclass(frozen=True, slots=True)
class SimulatorSettings:
    """Frozen settings of one simulator.

    ``public_url`` is what the vendors were told: webhooks go there and signatures are made for it.
    ``own_url`` is where the simulator itself is reached (``http://127.0.0.1:8081/simulator``).
    ``api_key_sid`` and ``api_key_secret``: what browsers' tokens are made with; without them no browser can register.
    ``voice_status_path``: the voice number's own status callback (how a call ended); None when it has none.
    ``pace`` scales how long speech and music take: 1 as on a phone, 0 in no time (tests).
    ``webhook_timeout``: real seconds after which a webhook has failed (Twilio: 15).
    ``frozen_clock``: time stands still and moves only by ``POST api/clock``.
    """

    public_url: str
    own_url: str
    account_sid: str
    auth_token: str = field(repr=False)
    sms_number: str
    voice_number: str
    app_secret: str = field(repr=False)
    verify_token: str = field(repr=False)
    page_token: str = field(repr=False)
    api_key_sid: str = ""
    api_key_secret: str = field(default="", repr=False)
    page_id: str = "100000000000001"
    app_id: str = "200000000000002"
    customer: str = CUSTOMER
    sms_path: str = "/twilio/sms"
    voice_path: str = "/twilio/voice"
    voice_status_path: str | None = "/twilio/voice/call-status"
    messenger_path: str = "/messenger"
    web_chat_path: str = "/"
    pace: float = 1.0
    webhook_timeout: float = 15.0
    frozen_clock: bool = False

    def __post_init__(self) -> None:
        """ValueError with one sentence when an address is not an http(s) URL."""
        for name in ("public_url", "own_url"):
            parts = urlsplit(getattr(self, name))
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError(f"{name} must be an http or https address")

    def public(self, path: str) -> str:
        """The absolute public URL of a path of the installation."""
        return self.public_url.rstrip("/") + path
