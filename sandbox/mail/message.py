"""A caught message as plain values."""

from __future__ import annotations

import email
import email.policy
import json
from email.message import EmailMessage
from typing import Any

from sandbox.store import Row


def mail_parse(raw: bytes) -> EmailMessage:
    """The message. Damaged ones are parsed as far as they go."""
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def part_text(part: Any) -> str:
    """A text part, decoded; undecodable bytes are replaced."""
    payload = part.get_payload(decode=True) or b""
    try:
        return str(payload.decode(part.get_content_charset() or "utf-8", "replace"))
    except LookupError:
        return str(payload.decode("utf-8", "replace"))


def attachments(message: EmailMessage) -> list[Any]:
    """Every leaf part that is not the text or the HTML body, calendars among alternatives included."""
    bodies = [message.get_body((kind,)) for kind in ("plain", "html")]
    return [part for part in message.walk() if not part.is_multipart() and not any(part is b for b in bodies)]


def body_text(message: EmailMessage, kind: str) -> str:
    """The ``plain`` or ``html`` body, "" when there is none."""
    part = message.get_body((kind,))
    return "" if part is None else part_text(part)


def mail_values(row: Row) -> dict[str, Any]:
    """What the control state tells of one message."""
    message = mail_parse(row["raw"])
    parts = attachments(message)
    return {
        "id": row["id"],
        "received": row["received"],
        "sender": row["sender"],
        "to": json.loads(row["recipients"]),
        "from": str(message.get("From", "")),
        "subject": str(message.get("Subject", "")),
        "message_id": str(message.get("Message-ID", "")),
        "headers": [[name, str(value)] for name, value in message.items()],
        "text": body_text(message, "plain"),
        "html": body_text(message, "html"),
        "attachments": [attachment_values(part) for part in parts],
        "ics": next((part_text(p) for p in parts if p.get_content_type() == "text/calendar"), ""),
    }


def attachment_values(part: Any) -> dict[str, Any]:
    """Name, type and size of an attachment."""
    return {
        "filename": part.get_filename() or "",
        "content_type": part.get_content_type(),
        "method": part.get_param("method") or "",
        "bytes": len(part.get_payload(decode=True) or b""),
    }
