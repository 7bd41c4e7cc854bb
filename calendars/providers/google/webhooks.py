"""Google's push messages: everything is in the headers, the body is empty.

https://developers.google.com/workspace/calendar/api/guides/push
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping

from calendars.providers.protocol import PushMessage, PushNews


def message_from(headers: Mapping[str, str]) -> PushMessage | None:
    """The message in the headers; None when they hold no channel id that we could have made."""
    try:
        channel_id = uuid.UUID(headers.get("X-Goog-Channel-ID", ""))
    except ValueError:
        return None
    number = headers.get("X-Goog-Message-Number", "")
    return PushMessage(
        channel_id=channel_id,
        token=headers.get("X-Goog-Channel-Token", ""),
        number=int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0,
        news=PushNews.GREETING if headers.get("X-Goog-Resource-State", "") == "sync" else PushNews.CHANGED,
    )
