"""How activities look on a timeline (A19). Their entries have no data of their own: they show the activity's record."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from crm.registries import TIMELINE_KINDS, TimelineKind

for _kind in (
    TimelineKind("note", _("Notes"), "note", "crm/timeline/_note.html", _("Note")),
    TimelineKind("task", _("Tasks"), "check-circle", "crm/timeline/_task.html", _("Task")),
    TimelineKind("call", _("Calls"), "phone", "crm/timeline/_call.html", _("Call")),
    TimelineKind("email", _("Emails"), "mail", "crm/timeline/_email.html", _("Email")),
    TimelineKind("meeting", _("Meetings"), "calendar", "crm/timeline/_meeting.html", _("Meeting")),
):
    TIMELINE_KINDS.register(_kind.key, _kind)
