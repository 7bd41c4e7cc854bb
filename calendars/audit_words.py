"""What the audit log says of this app's actions (A8)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.registries import AUDIT_ACTIONS, AUDIT_TARGETS

for _key, _words in {
    "page.created": _("Scheduling page created"),
    "page.updated": _("Scheduling page changed"),
    "page.paused": _("Scheduling page paused"),
    "page.activated": _("Scheduling page activated"),
    "page.moved": _("Scheduling page moved to a folder"),
    "page.hosts_changed": _("Hosts of a scheduling page changed"),
    "page_folder.created": _("Folder of scheduling pages created"),
    "page_folder.renamed": _("Folder of scheduling pages renamed"),
    "page_folder.deleted": _("Folder of scheduling pages deleted"),
    "page.deleted": _("Scheduling page deleted"),
    "calendar_account.connected": _("Calendar account connected"),
    "calendar_account.calendars_selected": _("Selected calendars changed"),
    "calendar_account.shared_calendar_added": _("Shared calendar added"),
    "booking.created": _("Meeting booked"),
    "booking.requested": _("Meeting requested"),
    "booking.confirmed": _("Meeting request confirmed"),
    "booking.declined": _("Meeting request declined"),
    "booking.expired": _("Meeting request expired"),
    "booking.moved": _("Meeting moved"),
    "booking.cancelled": _("Meeting cancelled"),
    "booking.outcome_set": _("Outcome of a meeting set"),
    "calendar_account.sync_turned_on": _("Calendar sync turned on"),
    "calendar_account.sync_turned_off": _("Calendar sync turned off"),
    "meeting.scheduled": _("Meeting scheduled"),
    "chat.message_received": _("Message in the chat received"),
    "meeting_settings.updated": _("Settings of meetings changed"),
    "meeting_settings.chat_key_renewed": _("Address of the chat changed"),
}.items():
    AUDIT_ACTIONS.register(_key, _words)

for _key, _words in {
    "page": _("Scheduling page"),
    "page_folder": _("Folder of scheduling pages"),
    "calendar_account": _("Calendar account"),
    "booking": _("Booking"),
    "meeting_settings": _("Settings of meetings"),
}.items():
    AUDIT_TARGETS.register(_key, _words)
