"""Scheduling a meeting on a contact's record (C6)."""

from __future__ import annotations

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.actor import Actor
from accounts.models import User
from calendars.forms.schedule import ScheduleForm
from calendars.selectors.meeting_events import meeting_event_note
from calendars.services.booking_records import MEETING_TO_CONTACT
from calendars.services.meetings import meeting_schedule
from crm.choices import ObjectType
from crm.models import Record
from crm.registries import ACTIVITY_NOTES, COMPOSERS, Composer

KEY = "schedule"


def _save(actor: Actor, record: Record, form: forms.Form) -> None:
    assert isinstance(form, ScheduleForm)
    meeting_schedule(
        actor=actor,
        organiser=User.objects.get(pk=int(actor.id)),
        properties=form.properties(),
        links=[(record.pk, MEETING_TO_CONTACT)],
        time_zone=timezone.get_current_timezone_name(),
        wants_call=form.wants_call(),
    )


COMPOSERS.register(
    KEY,
    Composer(
        KEY,
        pgettext_lazy("what to do with a meeting", "Schedule"),
        "calendar-plus",
        _("Schedule meeting"),
        ScheduleForm,
        _save,
        order=60,
        saved=_("The meeting is scheduled."),
        object_types=frozenset({ObjectType.CONTACT}),
    ),
)
ACTIVITY_NOTES.register(ObjectType.MEETING, meeting_event_note)
