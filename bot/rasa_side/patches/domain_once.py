"""The domain goes to the action server once, and from then on by its digest.

Rasa sends the whole domain, some fifty kilobytes here, with every call of a custom action; writing and reading it costs
more than most actions. An action server that keeps what it is sent says so with ``"domain_kept": <digest>`` in its answer
(``bot.skills.action_server.domains``); the next calls carry ``domain_digest`` in the domain's place. One that has lost it,
because it was started again, answers 409 and is sent the whole domain. Any other action server is called as Rasa calls it.
"""

from __future__ import annotations

import functools
import hashlib
import json
from typing import Any

UNKNOWN = 409
"""What an action server answers to a digest that it does not know."""


def digest_of(domain: Any) -> str:
    """Of the domain as it is sent."""
    return hashlib.sha256(json.dumps(domain, sort_keys=True, default=str).encode()).hexdigest()


def domain_is_sent_once() -> None:
    """A patch of Rasa's calls to the action server; see the module."""
    from rasa.utils.endpoints import ClientResponseError, EndpointConfig

    whole = EndpointConfig.request

    @functools.wraps(whole)
    async def request(self: Any, *args: Any, **kwargs: Any) -> Any:
        call = kwargs.get("json")
        if not isinstance(call, dict) or "next_action" not in call or not call.get("domain"):
            return await whole(self, *args, **kwargs)
        domain = call["domain"]
        digest = _known(self, domain)
        if self.__dict__.get("onethread_kept") == digest:
            short = {**{name: value for name, value in call.items() if name != "domain"}, "domain_digest": digest}
            try:
                return await whole(self, *args, **{**kwargs, "json": short})
            except ClientResponseError as error:
                if error.status != UNKNOWN:
                    raise
        answer = await whole(self, *args, **{**kwargs, "json": {**call, "domain_digest": digest}})
        self.onethread_kept = answer.get("domain_kept") if isinstance(answer, dict) else None
        return answer

    EndpointConfig.request = request


def _known(endpoint: Any, domain: Any) -> str:
    """The digest; Rasa hands out the same object for a loaded model, so it is made once."""
    kept = endpoint.__dict__.get("onethread_domain")
    if kept is None or kept[0] is not domain:
        kept = endpoint.onethread_domain = (domain, digest_of(domain))
    return str(kept[1])
