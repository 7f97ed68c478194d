"""The toy's actions run in this process, as an action server would run them."""

from __future__ import annotations

import json
from typing import Any

from rasa.utils.endpoints import ClientResponseError, EndpointConfig
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection

from tests.rasa_side.toy.actions.toy import ActionBalance, ValidateSendForm


class InProcessActions(EndpointConfig):  # type: ignore[misc]
    """An action endpoint without a server."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:1/webhook")
        self._executor = ActionExecutor()
        for action in (ActionBalance, ValidateSendForm):
            self._executor.register_action(action)

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """Run the action; a decline is the answer 400 that a server would give. The call goes through JSON, as on the wire."""
        try:
            return await self._executor.run(json.loads(json.dumps(kwargs["json"])))
        except ActionExecutionRejection as no:
            raise ClientResponseError(400, "declined", json.dumps({"action_name": no.action_name})) from no
