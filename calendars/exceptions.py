"""What can go wrong between us and a calendar."""

from __future__ import annotations

from hubclone.lib.errors import NeedsUserError, PermanentError, TransientError


class CalendarGone(NeedsUserError):
    """The calendar was deleted, or this account may not read it any more."""

    code = "CALENDAR_GONE"


class SyncTokenExpired(TransientError):
    """The provider forgot the sync token; a full sync starts over."""

    code = "SYNC_TOKEN_EXPIRED"


class EventRefused(PermanentError):
    """The provider does not accept this event."""

    code = "EVENT_REFUSED"


class CalendarNotListed(PermanentError):
    """The connected account neither owns nor can read this calendar."""

    code = "CALENDAR_NOT_LISTED"


class NoCalendarSelected(PermanentError):
    """At least one calendar must stay selected."""

    code = "NO_CALENDAR_SELECTED"


class ReplaceNotConfirmed(PermanentError):
    """Another calendar account is connected; connecting this one would replace it."""

    code = "REPLACE_NOT_CONFIRMED"
