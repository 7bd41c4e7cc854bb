"""What an organiser is told of a meeting made on a record (C6) that the calendar refuses."""

from __future__ import annotations

from django.utils.translation import gettext as _

from accounts.services.notifications import NotificationWords, notifications_send
from calendars.models import MeetingEvent
from calendars.notification_kinds import EVENT_FAILED
from crm.presentation import record_url


def event_failed_tell(row: MeetingEvent) -> None:
    """Tell, once for each time of the meeting, that calendar and guests do not know it as it is, and what to do."""
    if row.organiser is None:
        return
    meeting = row.meeting

    def words() -> NotificationWords:
        return NotificationWords(
            _("Not in your calendar: %(meeting)s") % {"meeting": meeting.display_name},
            _(
                "The calendar did not take this meeting as it is now, and its guests have not been told. See that your"
                " calendar is connected; it is then tried again by itself. Or invite them yourself."
            ),
        )

    notifications_send(
        account_id=row.account_id,
        kind=EVENT_FAILED,
        key=f"meeting:{meeting.pk}:event_failed:{meeting.version}",
        people=[row.organiser],
        words=words,
        url=record_url(meeting),
    )
