"""The built-in simulator on the internal listener, where no real account is configured."""

from __future__ import annotations

from aiohttp import web

from gateway.settings.config import Settings
from gateway.settings.kinds import in_url


def mount_simulator(app: web.Application, settings: Settings) -> None:
    """At ``/simulator``; with real credentials there is only a sentence there."""
    if not settings.simulated:
        app.router.add_get("/simulator", _refused)
        app.router.add_get("/simulator/", _refused)
        return
    from simulator.app import create_app
    from simulator.settings import SimulatorSettings

    assert settings.twilio is not None and settings.messenger is not None
    known = SimulatorSettings(
        public_url=settings.public_url,
        own_url=f"http://{in_url(settings.internal_host)}:{settings.internal_port}/simulator",
        account_sid=settings.twilio.account_sid,
        auth_token=settings.twilio.auth_token,
        sms_number=settings.twilio.sms_number,
        voice_number=settings.twilio.voice_number,
        app_secret=settings.messenger.app_secret,
        verify_token=settings.messenger.verify_token,
        page_token=settings.messenger.page_token,
        api_key_sid=settings.softphone.key_sid if settings.softphone else "",
        api_key_secret=settings.softphone.key_secret if settings.softphone else "",
        web_chat_path="/#chat",
    )
    app.add_subapp("/simulator", create_app(known))


async def _refused(_request: web.Request) -> web.Response:
    return web.Response(status=404, text="The simulator is off: this installation is connected to real accounts.")
