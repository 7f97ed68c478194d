"""The simulator as an aiohttp application: mounted by the gateway at ``/simulator``, or run alone."""

from __future__ import annotations

from aiohttp import web

from simulator.messenger.graph import GraphApi
from simulator.messenger.messenger import Messenger
from simulator.page.page import Page
from simulator.settings import SimulatorSettings
from simulator.twilio_rest.rest import TwilioRest
from simulator.twilio_rest.texting import Texting
from simulator.twilio_rest.verify import VerifyApi
from simulator.twilio_voice.clients import Clients
from simulator.twilio_voice.conferences import Conferences
from simulator.twilio_voice.switchboard import Switchboard
from simulator.world import World, make_world

WORLD: web.AppKey[World] = web.AppKey("simulator_world", World)


def create_app(settings: SimulatorSettings) -> web.Application:
    """All routes below one prefix: the page, its API, ``/twilio`` (TWILIO_API_URL) ``/verify`` (TWILIO_VERIFY_URL)
    and ``/graph`` (MESSENGER_API_URL)."""
    app = web.Application()
    world = make_world(settings)
    clients, conferences = Clients(settings, world.journal), Conferences(world)
    switchboard = Switchboard(world, clients, conferences)
    texting, messenger = Texting(world), Messenger(world)
    app[WORLD] = world
    app.add_routes(TwilioRest(world, texting, switchboard, conferences).routes())
    app.add_routes(VerifyApi(world, texting).routes())
    app.add_routes(GraphApi(world, messenger).routes())
    app.add_routes(Page(world, texting, messenger, switchboard, clients).routes())

    async def start(_: web.Application) -> None:
        await world.webhooks.start()

    async def let_go(_: web.Application) -> None:
        world.closing.set()
        world.journal.close()
        await clients.close()

    async def stop(_: web.Application) -> None:
        await switchboard.hang_up_all()
        await world.webhooks.close()

    app.on_startup.append(start)
    app.on_shutdown.append(let_go)
    app.on_cleanup.append(stop)
    return app
