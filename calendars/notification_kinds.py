"""What hosts are told of their meetings (A7), in the words of the emails about them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.registries import NOTIFICATION_KINDS, NotificationKind

BOOKING_CHANGED, BOOKING_REQUESTED, EVENT_FAILED = "booking.changed", "booking.requested", "booking.event_failed"

for _kind in (
    NotificationKind(
        BOOKING_CHANGED,
        _("Your meetings"),
        _("Somebody booked, moved or cancelled a meeting with you."),
        icon="calendar",
    ),
    NotificationKind(
        BOOKING_REQUESTED,
        _("A request waits for you"),
        _("Somebody asked for a time that only you can confirm, within 48 hours."),
        icon="clock",
    ),
    NotificationKind(
        EVENT_FAILED,
        _("A meeting is not in your calendar"),
        _("It could not be written or changed there; says what to do."),
        icon="alert",
    ),
):
    NOTIFICATION_KINDS.register(_kind.key, _kind)
