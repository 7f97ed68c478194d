"""What both listeners do around every request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from aiohttp.typedefs import Middleware

from bot.ports import StoreUnavailable
from connectors.visitors import FORWARDED_FOR, Proxies
from gateway.observe.metrics import Metrics

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
HEALTH = "/health"
log = structlog.get_logger()


def failures(metrics: Metrics) -> Middleware:
    """No stack trace ever leaves: an unexpected error is logged, counted, and answered with one sentence."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except web.HTTPException:
            raise
        except StoreUnavailable:
            metrics.failures.labels(part="redis").inc()
            return web.json_response({"error": "Our store is away; please try again."}, status=503, headers={"Retry-After": "5"})
        except Exception as error:
            metrics.failures.labels(part="gateway").inc()
            log.error("request_failed", route=_route(request), error=type(error).__name__, exc_info=True)
            return web.json_response({"error": "Something went wrong here; it has been noted."}, status=500)

    return guard


def visitors(proxies: Proxies, metrics: Metrics) -> Middleware:
    """``request.remote`` is who speaks, also behind a proxy of ours: whatever counts by address counts people, not proxies."""

    @web.middleware
    async def known(request: web.Request, handler: Handler) -> web.StreamResponse:
        visitor = proxies.visitor(request.remote, request.headers.getall(FORWARDED_FOR, ()))
        if request.path != HEALTH:  # a proxy looks at it for itself
            metrics.visitors.labels(known=visitor.known.value).inc()
        return await handler(request.clone(remote=visitor.address))

    return known


@web.middleware
async def plain_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Headers that every answer carries; pages add their own content policy."""
    response = await handler(request)
    if not response.prepared:
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("Referrer-Policy", "no-referrer")
    return response


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource is not None else "none"
