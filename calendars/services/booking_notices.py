"""What a host is told about a booking, beside the e-mails that go to both sides."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.registries import NOTIFICATION_KINDS, NotificationKind
from accounts.services.notifications import NotificationWords, notifications_send
from calendars.mail.names import guest_of, subject_of
from calendars.mail.when import when_words
from calendars.models import Booking
from calendars.selectors.hosts import booking_hosts

OVERLAP, DECLINED = "booking.overlap", "booking.guest_declined"

NOTIFICATION_KINDS.register(
    OVERLAP,
    NotificationKind(
        OVERLAP,
        gettext_lazy("Two meetings at the same time"),
        gettext_lazy("A meeting was moved in your calendar onto another one."),
        icon="calendar",
    ),
)
NOTIFICATION_KINDS.register(
    DECLINED,
    NotificationKind(
        DECLINED,
        gettext_lazy("A guest declined"),
        gettext_lazy("A guest said no to a meeting in their own calendar."),
        icon="calendar",
    ),
)


def overlap_tell(booking: Booking) -> None:
    """The calendar moved the booking onto another one: its hosts have to choose. Once for each move."""

    def words() -> NotificationWords:
        return NotificationWords(
            _("Two meetings at the same time: %(subject)s") % {"subject": subject_of(booking)},
            _("It was moved in your calendar to %(when)s, onto another booked meeting. Move or cancel one of them.")
            % {"when": _when(booking)},
        )

    _tell(booking, OVERLAP, words)


def declined_tell(booking: Booking) -> None:
    """The guest declined the invitation in their calendar; the meeting stands. Once for each time of the meeting."""

    def words() -> NotificationWords:
        return NotificationWords(
            _("%(guest)s declined: %(subject)s") % {"guest": guest_of(booking), "subject": subject_of(booking)},
            _("The meeting of %(when)s stands until one of you cancels it or moves it.") % {"when": _when(booking)},
        )

    _tell(booking, DECLINED, words)


def _tell(booking: Booking, kind: str, words: Callable[[], NotificationWords]) -> None:
    notifications_send(
        account_id=booking.account_id,
        kind=kind,
        key=f"booking:{booking.pk}:{kind}:{booking.sequence}",
        people=booking_hosts(booking),
        words=words,
        url=reverse("calendars:booking", args=[booking.account_id, booking.pk]),
    )


def _when(booking: Booking) -> str:
    return when_words(booking.starts_at, booking.ends_at, timezone.get_current_timezone_name())
