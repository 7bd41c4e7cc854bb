"""What can go wrong with calendars, pages and bookings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from hubclone.lib.errors import PermanentError

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


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
    """The host's calendar cannot be read, so no time of theirs can be promised (C10)."""

    code = "HOST_UNAVAILABLE"
    text = _("This person cannot be booked at the moment.")


class PageClosed(BookingRefused):
    """The page is paused."""

    code = "PAGE_CLOSED"
    text = _("This page does not take bookings at the moment.")


class RequestAnswered(BookingRefused):
    """The request was confirmed, declined or has run out already."""

    code = "REQUEST_ANSWERED"
    text = _("This request has been answered already, or its 48 hours have passed.")
