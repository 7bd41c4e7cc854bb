"""What Graph and Exchange have in common: the kind of mailbox behind both."""

from __future__ import annotations

from dataclasses import replace

from calendars.providers.protocol import EventDraft

LINE_LENGTH_MOST = 255
"""Characters of a title, and of a place, that Exchange keeps; exchangelib itself refuses longer titles."""


def draft_fitting(draft: EventDraft) -> EventDraft:
    """The draft with a title and a place that such a mailbox takes; what is longer is refused there."""
    return replace(draft, summary=_line(draft.summary), location=_line(draft.location))


def _line(text: str) -> str:
    return text if len(text) <= LINE_LENGTH_MOST else f"{text[: LINE_LENGTH_MOST - 1].rstrip()}…"
