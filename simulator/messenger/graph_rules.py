"""What Messenger's Send API accepts.

https://developers.facebook.com/documentation/business-messaging/messenger-platform/reference/send-api
Errors are Graph's: ``{"error": {"message", "type", "code", "error_subcode", "fbtrace_id"}}``.
"""

from __future__ import annotations

from typing import Any

MAX_TEXT = 2000
TYPES = ("RESPONSE", "UPDATE", "MESSAGE_TAG", "UTILITY")
DEAD_TAGS = ("CONFIRMED_EVENT_UPDATE", "ACCOUNT_UPDATE", "POST_PURCHASE_UPDATE")
ACTIONS = ("typing_on", "typing_off", "mark_seen", "react", "unreact")
TOP = frozenset(
    {"recipient", "messaging_type", "message", "tag", "notification_type", "persona_id", "reply_to"}
    | {"sender_action", "thread_control", "access_token"}
)
MESSAGE = frozenset({"text", "attachment", "quick_replies", "metadata"})
QUICK_REPLY = frozenset({"content_type", "title", "payload", "image_url"})
BUTTON_TYPES = ("web_url", "postback", "phone_number", "account_link", "account_unlink", "game_play")
ATTACHMENTS = ("image", "audio", "video", "file", "template")


class GraphError(Exception):
    """An error answer of the Graph API."""

    def __init__(
        self, message: str, code: int = 100, subcode: int | None = None, status: int = 400, kind: str = "OAuthException"
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.subcode = subcode
        self.status = status
        self.kind = kind

    def to_json(self) -> dict[str, Any]:
        """The body of the answer."""
        error: dict[str, Any] = {"message": self.message, "type": self.kind, "code": self.code}
        if self.subcode:
            error["error_subcode"] = self.subcode
        return {"error": {**error, "fbtrace_id": "Asimulator"}}


def require(good: object, message: str) -> None:
    """GraphError 100 with the message unless ``good``."""
    if not good:
        raise GraphError(f"(#100) {message}")


def check_send(body: Any) -> str:
    """Check one request of the Send API; gives the recipient's id. Raises GraphError.

    The real API ignores a field that it does not know; here it is refused, so that a typo cannot hide.
    """
    require(isinstance(body, dict), "the body must be a JSON object")
    _only(body, TOP, "the request")
    recipient = body.get("recipient")
    require(isinstance(recipient, dict) and isinstance(recipient.get("id"), str), "The parameter recipient is required")
    if "sender_action" in body:
        _check_action(body)
    else:
        _check_message(body)
    found: str = body["recipient"]["id"]
    return found


def _only(part: dict[str, Any], known: frozenset[str], where: str) -> None:
    unknown = sorted(set(part) - known)
    require(not unknown, f"Simulator: {where} has no field {', '.join(unknown)[:80]}")


def _check_action(body: dict[str, Any]) -> None:
    require(body["sender_action"] in ACTIONS, "Param sender_action must be one of " + ", ".join(ACTIONS))
    if set(body) - {"recipient", "sender_action", "access_token"}:
        raise GraphError("(#100) sender_action must stand alone with the recipient", subcode=2018014)


def _check_message(body: dict[str, Any]) -> None:
    require(body.get("messaging_type", "RESPONSE") in TYPES, "Param messaging_type must be one of " + ", ".join(TYPES))
    if body.get("tag") in DEAD_TAGS:
        raise GraphError("(#100) This message tag is no longer supported")
    if body.get("tag") == "HUMAN_AGENT":
        raise GraphError("(#100) Cannot tag messages with 'HUMAN_AGENT' without prior approval", subcode=2018276)
    message = body.get("message")
    require(isinstance(message, dict), "The parameter message is required")
    assert isinstance(message, dict)
    _only(message, MESSAGE, "message")
    require(("text" in message) != ("attachment" in message), "message must have either text or attachment")
    if "text" in message:
        _text(message["text"], MAX_TEXT - 1, "message[text]")
    else:
        _check_attachment(message["attachment"])
    if "quick_replies" in message:
        _check_quick_replies(message["quick_replies"])
    _text(message.get("metadata", "-"), 1000, "message[metadata]")


def _text(value: object, limit: int, name: str) -> None:
    require(isinstance(value, str) and 0 < len(value) <= limit, f"Length of param {name} must be between 1 and {limit}")


def _check_quick_replies(replies: object) -> None:
    require(isinstance(replies, list) and 0 < len(replies) <= 13, "Number of quick_replies must be between 1 and 13")
    for reply in replies if isinstance(replies, list) else ():
        require(isinstance(reply, dict), "a quick reply must be an object")
        _only(reply, QUICK_REPLY, "a quick reply")
        kind = reply.get("content_type")
        require(kind in ("text", "user_phone_number", "user_email"), "content_type must be text, user_phone_number or user_email")
        if kind == "text":
            _text(reply.get("title"), 20, "quick_replies[title]")
            _text(reply.get("payload"), 1000, "quick_replies[payload]")


def _check_attachment(attachment: object) -> None:
    require(isinstance(attachment, dict) and attachment.get("type") in ATTACHMENTS, "attachment[type] is not known")
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    require(isinstance(payload, dict), "attachment[payload] is required")
    if not isinstance(attachment, dict) or not isinstance(payload, dict):
        return
    if attachment["type"] != "template":
        require(payload.get("url") or payload.get("attachment_id"), "attachment[payload] needs url or attachment_id")
    elif payload.get("template_type") == "button":
        _text(payload.get("text"), 640, "payload[text]")
        _check_buttons(payload.get("buttons"), 1)
    else:
        require(payload.get("template_type") == "generic", "Simulator: only button and generic templates are played")
        elements = payload.get("elements")
        require(isinstance(elements, list) and 0 < len(elements) <= 10, "Number of elements must be between 1 and 10")
        for element in elements if isinstance(elements, list) else ():
            require(isinstance(element, dict), "an element must be an object")
            _text(element.get("title"), 80, "elements[title]")
            _check_buttons(element.get("buttons", []), 0)


def _check_buttons(buttons: object, least: int) -> None:
    require(isinstance(buttons, list) and least <= len(buttons) <= 3, f"Number of buttons must be between {least} and 3")
    for button in buttons if isinstance(buttons, list) else ():
        require(isinstance(button, dict) and button.get("type") in BUTTON_TYPES, "a button's type is not known")
        _text(button.get("title"), 20, "buttons[title]")
        if button["type"] == "postback":
            _text(button.get("payload"), 1000, "buttons[payload]")
