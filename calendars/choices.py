"""Enumerations of calendars, pages and bookings."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CalendarAccess(TextChoices):
    """Whether a calendar can be read. A lost one makes its host unbookable (C10)."""

    OK = "ok", pgettext_lazy("calendar", "Connected")
    LOST = "lost", _("Access lost")


class PageKind(TextChoices):
    """C18; values of the public API. Group: all hosts meet the guest. Round robin: one of them does."""

    PERSONAL = "PERSONAL_LINK", _("Personal")
    GROUP = "GROUP_CALENDAR", _("Group")
    ROUND_ROBIN = "ROUND_ROBIN_CALENDAR", _("Round robin")


class PageState(TextChoices):
    """A paused page can be seen and not booked; a deleted one is kept for its bookings, without its path."""

    ACTIVE = "active", _("Active")
    PAUSED = "paused", _("Paused")
    DELETED = "deleted", _("Deleted")


class DefaultHost(TextChoices):
    """The two host names that every account has: of MEETINGS_URL and of BASE_URL."""

    MEETINGS = "meetings", pgettext_lazy("host name", "Meetings")
    APP = "app", pgettext_lazy("host name", "Application")


class LocationKind(TextChoices):
    """Where a meeting takes place."""

    CONFERENCE = "conference", _("Video call")
    PHONE = "phone", _("Phone: guests call you")
    CALL_GUEST = "call_guest", _("Phone: you call the guest")
    ADDRESS = "address", _("Address")
    CUSTOM = "custom", _("Other")


class BookingState(TextChoices):
    """A request (offline page, C4) waits for its host and holds its slot."""

    REQUESTED = "requested", _("Requested")
    CONFIRMED = "confirmed", _("Confirmed")
    DECLINED = "declined", _("Declined")
    EXPIRED = "expired", _("Expired")
    CANCELLED = "cancelled", _("Cancelled")


class CalendarWrite(TextChoices):
    """How far the host's calendar is with a booking."""

    NONE = "none", _("No calendar")
    PENDING = "pending", _("Waiting")
    WRITTEN = "written", _("In the calendar")
    FAILED = "failed", _("Failed")
    REMOVED = "removed", _("Removed from the calendar")


class BookingSource(TextChoices):
    """Through what a booking came in."""

    PAGE = "page", _("Scheduling page")
    API = "api", _("API")


class MeetingOutcome(TextChoices):
    """What a host says of a meeting that is over; values of the meeting record's ``hs_meeting_outcome``."""

    HELD = "COMPLETED", pgettext_lazy("outcome of a meeting", "Held")
    NO_SHOW = "NO_SHOW", pgettext_lazy("outcome of a meeting", "No-show")


class ChangedBy(TextChoices):
    """Who moved or cancelled a meeting; ``calendar``: somebody did it in the calendar itself (C8)."""

    GUEST = "guest", _("Guest")
    OWNER = "owner", _("Owner")
    CALENDAR = "calendar", pgettext_lazy("who changed a meeting", "Calendar")
