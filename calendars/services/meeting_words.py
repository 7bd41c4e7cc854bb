"""What a meeting's record and its event say beside their times: title, place and description (C6).

What either side said when both last agreed is kept as digests, for each side its own: a provider spells things its own
way, and texts about people are kept once. What says something else since has been changed on that side.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping

from calendars.providers.protocol import EventDraft, EventPart, RemoteEvent
from crm.models import Record
from crm.rich_text import text_of
from hubclone.lib.text import clean_line

Words = Mapping[EventPart, str]
PROPERTIES = {EventPart.SUMMARY: "hs_meeting_title", EventPart.LOCATION: "hs_meeting_location"}
"""Where a record keeps what the calendar may change. Its description is the record's alone: the event's holds how to
join the call, too."""
LENGTH_MOST = 400


def record_words(meeting: Record) -> Words:
    """What a record wants its event to say."""
    values = meeting.properties
    return {
        EventPart.SUMMARY: meeting.display_name,
        EventPart.LOCATION: str(values.get("hs_meeting_location") or ""),
        EventPart.DESCRIPTION: text_of(str(values.get("hs_meeting_body") or "")),
    }


def draft_words(draft: EventDraft) -> Words:
    """What an event was told to say."""
    return {
        EventPart.SUMMARY: draft.summary,
        EventPart.LOCATION: draft.location,
        EventPart.DESCRIPTION: draft.description,
    }


def event_words(event: RemoteEvent) -> Words:
    """What an event says; nothing when it is private or has no title, as one of which only the time may be seen."""
    summary = clean_line(event.summary)[:LENGTH_MOST]
    if event.is_private or not summary:
        return {}
    return {EventPart.SUMMARY: summary, EventPart.LOCATION: clean_line(event.location)[:LENGTH_MOST]}


def digests(words: Words, parts: Collection[EventPart] = frozenset(EventPart)) -> dict[str, str]:
    """Digests of these parts, as far as there are words for them."""
    return {part.value: _digest(text) for part, text in words.items() if part in parts}


def words_changed(agreed: Mapping[str, str], words: Words) -> set[EventPart]:
    """The parts that say something else than was agreed on; of what was never agreed on, none."""
    return {part for part, text in words.items() if agreed.get(part.value, _digest(text)) != _digest(text)}


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
