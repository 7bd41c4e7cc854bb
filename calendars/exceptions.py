"""What can go wrong between us and a calendar."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from hubclone.lib.errors import NeedsUserError, PermanentError, TransientError

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


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


class BookingRefused(PermanentError):
    """A booking cannot be made or changed as asked; the text is for the person who asked."""

    code = "BOOKING_REFUSED"
    text: StrOrPromise = _("This booking could not be made.")

    def __init__(self) -> None:
        super().__init__(str(self.text))


class BookingInvalid(BookingRefused):
    """The form does not hold. ``errors`` maps field names (``start`` and ``duration`` too) to a sentence each."""

    code = "BOOKING_INVALID"
    text = _("Please check what you have filled in.")

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__()
        self.errors = dict(errors)


class SlotTaken(BookingRefused):
    """The time is not free (any more), or was never offered."""

    code = "SLOT_TAKEN"
    text = _("This time is no longer free. Please choose another one.")


class HostUnavailable(BookingRefused):
    """The host's calendar cannot be read, so no time of theirs can be promised (C10).

    ``unreadable`` are the ids of calendars whose busy time the provider itself refused just now.
    """

    code = "HOST_UNAVAILABLE"
    text = _("This person cannot be booked at the moment.")

    def __init__(self, unreadable: Collection[int] = ()) -> None:
        super().__init__()
        self.unreadable = unreadable


class TooManyAttempts(BookingRefused):
    """One address has tried too often in the last hour."""

    code = "TOO_MANY_ATTEMPTS"
    text = _("There were too many attempts from your network. Please try again in an hour.")


class TooManyOnPage(BookingRefused):
    """A page was tried far more often in the last hour than people do."""

    code = "TOO_MANY_ON_PAGE"
    text = _("This page is asked for too often just now. Please try again in an hour.")


class PageClosed(BookingRefused):
    """The page is paused."""

    code = "PAGE_CLOSED"
    text = _("This page does not take bookings at the moment.")


class RequestAnswered(BookingRefused):
    """The request was confirmed, declined or has run out already."""

    code = "REQUEST_ANSWERED"
    text = _("This request has been answered already, or its time has passed.")


class BookingChanged(BookingRefused):
    """The meeting was moved or cancelled since the page was shown that asks for the change."""

    code = "BOOKING_CHANGED"
    text = _("This meeting has been changed meanwhile. This is how it stands now.")


class BookingOver(BookingRefused):
    """The meeting has ended, was cancelled, or does not stand yet: nothing can be changed any more."""

    code = "BOOKING_OVER"
    text = _("This meeting can no longer be changed.")


class FolderNameTaken(PermanentError):
    """The member has a folder of this name, in whatever case."""

    code = "FOLDER_NAME_TAKEN"


class PathTaken(PermanentError):
    """Another page has this path, in whatever case and on whatever domain (C14)."""

    code = "PATH_TAKEN"


class PathOfOthers(PathTaken):
    """The path begins as somebody else's links do (C11)."""

    code = "PATH_OF_OTHERS"


class NotOverYet(BookingRefused):
    """Only a meeting that came about and has begun has an outcome."""

    code = "NOT_OVER_YET"
    text = _("Only a meeting that has begun has an outcome.")


class MeetingDeleted(BookingRefused):
    """The meeting's record, which keeps the outcome, is not there any more."""

    code = "MEETING_DELETED"
    text = _("The record of this meeting was deleted, so it cannot keep an outcome.")


class NotAHost(PermanentError):
    """These cannot be a page's hosts: somebody is not in the account, is there twice, or nobody was named."""

    code = "NOT_A_HOST"
