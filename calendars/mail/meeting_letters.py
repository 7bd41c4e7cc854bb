"""What an e-mail about a meeting made on a record says, in the active language."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _

from calendars.mail.letters import Button, Letter, Row
from calendars.mail.when import when_words
from calendars.providers.protocol import EventPart, Interval


def meeting_reminder(words: Mapping[EventPart, str], times: Interval, *, zone: str, call: str) -> Letter:
    """The meeting is near; ``zone`` is the one that it was made in, ``call`` the address of its video call or empty."""
    rows = [
        Row(_("What"), words[EventPart.SUMMARY]),
        Row(_("When"), when_words(times.starts_at, times.ends_at, zone)),
        Row(_("Where"), words[EventPart.LOCATION]),
        Row(_("Video call"), call, call),
    ]
    return Letter(
        subject=_("Reminder: %(subject)s") % {"subject": words[EventPart.SUMMARY]},
        heading=_("Your meeting is coming up"),
        intro="",
        text=words.get(EventPart.DESCRIPTION, ""),
        rows=[row for row in rows if row.value],
        button=Button(_("Join the call"), call) if call else None,
    )
