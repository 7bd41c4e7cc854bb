"""What can be logged on a record: note, task, call, e-mail, meeting."""

from __future__ import annotations

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from crm.composer_forms import ActivityForm, CallForm, EmailForm, MeetingForm, NoteForm, TaskForm
from crm.models import Record
from crm.presentation import record_icon
from crm.registries import COMPOSERS, Composer
from crm.services.activities import activity_change, activity_log


def _save(actor: Actor, record: Record, form: forms.Form) -> None:
    assert isinstance(form, ActivityForm)
    activity_log(
        actor=actor,
        record=record,
        activity_type=form.activity_type,
        properties=form.properties(),
        occurred_at=form.occurred_at(),
    )


def _change(actor: Actor, activity: Record, form: forms.Form, version: int | None) -> None:
    assert isinstance(form, ActivityForm)
    stays = form.activity_type in {"note", "task"}
    activity_change(
        actor=actor,
        activity=activity,
        properties=form.properties(),
        occurred_at=None if stays else form.occurred_at(),
        version=version,
    )


def _register(form: type[ActivityForm], label: Promise, button: Promise, note: Promise | str, order: int) -> None:
    key = form.activity_type.value
    COMPOSERS.register(key, Composer(key, label, record_icon(key), button, form, _save, _change, note, order))


_register(NoteForm, _("Note"), _("Save note"), "", 10)
_register(TaskForm, _("Task"), _("Save task"), "", 20)
_register(CallForm, _("Call"), _("Log call"), _("This logs a call that you have made. Nobody is called."), 30)
_register(EmailForm, _("Email"), _("Log email"), _("This logs an email. Nothing is sent."), 40)
_register(MeetingForm, _("Meeting"), _("Log meeting"), _("This logs a meeting. Nobody is invited."), 50)
