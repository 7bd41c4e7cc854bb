"""Graph's posts: the proof that it asks for when a subscription is made, changes, and how subscriptions fare.

https://learn.microsoft.com/graph/change-notifications-delivery-webhooks and …/change-notifications-lifecycle-events
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from calendars.providers.protocol import PushMessage, PushNews, PushPost

PROOF_CHARACTERS_MOST = 2_000
MESSAGES_MOST = 1_000
UNKNOWN_STATUS = 202
"""Graph holds back everything from a host that refuses some: a subscription that we have forgotten ends by itself."""
LIFECYCLE = {
    "reauthorizationRequired": PushNews.ENDING,
    "subscriptionRemoved": PushNews.ENDED,
    "missed": PushNews.CHANGED,
}


def post_from(query: Mapping[str, str], body: bytes) -> PushPost | None:
    """What a request holds; None when it is none of Graph's. Several notices of a channel are one message."""
    if proof := query.get("validationToken", ""):
        return PushPost(reply=proof) if len(proof) <= PROOF_CHARACTERS_MOST else None
    try:
        items = json.loads(body)["value"]
    except (ValueError, LookupError, TypeError, RecursionError):
        return None
    if not isinstance(items, list):
        return None
    messages = [_message(item) for item in items[:MESSAGES_MOST]]
    kept = dict.fromkeys(message for message in messages if message is not None)
    return PushPost(messages=tuple(kept), unknown_status=UNKNOWN_STATUS)


def _message(item: Any) -> PushMessage | None:
    """``clientState`` is what ``channel_open`` gave: the channel's id, a dot, and its secret."""
    state = item.get("clientState") if isinstance(item, Mapping) else None
    channel_id, _, token = state.partition(".") if isinstance(state, str) else ("", "", "")
    try:
        known = uuid.UUID(channel_id)
    except ValueError:
        return None
    lifecycle = item.get("lifecycleEvent")
    news = LIFECYCLE.get(lifecycle, PushNews.CHANGED) if isinstance(lifecycle, str) else PushNews.CHANGED
    return PushMessage(channel_id=known, token=token, news=news)
