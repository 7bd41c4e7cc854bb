"""The guest's own link to a booking (C23): signed, without a login, good until the meeting has ended."""

from __future__ import annotations

from django.core.signing import BadSignature, Signer
from django.urls import reverse

from calendars.models import Booking
from calendars.selectors.links import base_of

MANAGE_SALT = "calendars.guest.manage"


def manage_token(booking: Booking) -> str:
    """What proves that its holder is the booking's guest."""
    return Signer(salt=MANAGE_SALT).sign(booking.uid.hex)


def manage_url(booking: Booking) -> str:
    """The whole address of the guest's page."""
    return f"{base_of(booking.page)}{reverse('calendars:public_manage', args=[manage_token(booking)])}"


def booking_by_token(token: str) -> Booking:
    """The booking that a token is for, with what its page shows. Raises Booking.DoesNotExist for any other text."""
    try:
        uid = Signer(salt=MANAGE_SALT).unsign(token)
    except BadSignature:
        raise Booking.DoesNotExist from None
    return Booking.objects.select_related("page__owner", "page__account", "calendar", "organiser").get(uid=uid)
