"""What a job of this app was to do, for the list of failed jobs and the audit log."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.registries import JOB_WORDS

for _key, _words in {
    "calendar.sync": _("Read a calendar"),
    "calendars.list": _("Read which calendars there are"),
    "channel.renew": _("Keep up the notices of changes in a calendar"),
    "connection.release": _("Give back the access to an outside account"),
    "booking.event_create": _("Write a booked meeting into a calendar"),
    "booking.event_update": _("Change a booked meeting in a calendar"),
    "booking.event_delete": _("Delete a booked meeting from a calendar"),
    "booking.event_look": _("Look for a booked meeting in a calendar"),
    "booking.tell": _("Tell guest and host of a booking"),
    "booking.reminder": _("Remind a guest of a meeting"),
    "booking.follow_up": _("Write to a guest after a meeting"),
    "booking.request_expire": _("End a request that nobody answered"),
    "meeting.event_bring": _("Bring a contact’s meeting into a calendar"),
    "meeting.event_look": _("Look for a contact’s meeting in a calendar"),
    "meeting.remind": _("Remind the invited of a contact’s meeting"),
}.items():
    JOB_WORDS.register(_key, _words)
