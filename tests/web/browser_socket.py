"""A browser's side of the socket, without a browser: what a test of the server speaks with."""

from __future__ import annotations

import json
from types import TracebackType
from typing import Any, Self

import aiohttp

from tests.web.fakes import Bank


class Tab:
    """One socket: ``async with Tab(bank) as tab: await tab.hello()``."""

    def __init__(self, bank: Bank, *, origin: str | None = None) -> None:
        self._bank = bank
        self._origin = bank.url if origin is None else origin
        self._http = aiohttp.ClientSession()
        self._kept: list[dict[str, Any]] = []
        self.token = ""

    async def __aenter__(self) -> Self:
        try:
            headers = {"Origin": self._origin} if self._origin else {}
            self.ws = await self._http.ws_connect(f"{self._bank.url}/chat", headers=headers)
        except BaseException:
            await self._http.close()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.ws.close()
        await self._http.close()

    async def send(self, **frame: Any) -> None:
        await self.ws.send_str(json.dumps(frame))

    async def hello(self, token: str | None = None, last: int = 0) -> dict[str, Any]:
        """Say hello; gives the welcome."""
        await self.send(type="hello", last=last, **({"token": token} if token else {}))
        welcome = await self.hears("welcome")
        self.token = welcome["token"]
        return welcome

    async def says(self, text: str, client_id: str = "m1") -> dict[str, Any]:
        """Send a message; gives the ack or the error."""
        await self.send(type="message", id=client_id, text=text)
        return await self.hears("ack", "error")

    async def hears(self, *kinds: str) -> dict[str, Any]:
        """The next frame of these kinds, within 5 s; others are kept for later."""
        for frame in self._kept:
            if frame["type"] in kinds:
                self._kept.remove(frame)
                return frame
        while True:
            frame = await self.ws.receive_json(timeout=5)
            assert isinstance(frame, dict)
            if frame["type"] in kinds:
                return frame
            self._kept.append(frame)

    async def lines(self, count: int) -> list[dict[str, Any]]:
        """The next ``count`` lines of the log."""
        return [await self.hears("message") for _ in range(count)]

    async def close_code(self) -> int | None:
        """Read on until the server closes; gives its code."""
        while (message := await self.ws.receive(timeout=5)).type is aiohttp.WSMsgType.TEXT:
            pass
        return int(message.data) if message.type is aiohttp.WSMsgType.CLOSE else self.ws.close_code
