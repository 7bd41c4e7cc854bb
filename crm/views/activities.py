"""Logging activities on a record, changing them, ticking tasks off, deleting."""

from __future__ import annotations

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.web import AccountRequest, account_view
from crm.choices import ObjectType
from crm.exceptions import RecordError, RecordStale
from crm.forms import VERSION
from crm.models import Record
from crm.objects import ObjectInfo
from crm.presentation import record_url
from crm.registries import COMPOSERS, Composer
from crm.selectors import activity_get, owners_list
from crm.services.activities import task_done_set
from crm.services.records import record_archive
from crm.views.errors import error_show
from crm.views.gone import gone_shown
from crm.views.page import PageState, activity_note, composers_of, head, page_show, record_or_404


@account_view()
@require_POST
@gone_shown
def activity_log(
    request: AccountRequest, account_id: int, objects: ObjectInfo, record_id: int, composer: str
) -> HttpResponse:
    """What a composer's form says, on the record; a refused form comes back on the record's page."""
    found = record_or_404(account_id, objects, record_id)
    known = COMPOSERS.get(composer)
    if known is None or known not in composers_of(found.object_type):
        raise Http404
    form = _form(request, known, found, None)
    if form.is_valid() and _saved(request, known, found, form):
        return redirect(record_url(found))
    return page_show(request, found, PageState(compose=composer, compose_form=form), status=422)


@account_view()
@require_POST
@gone_shown
def activity_edit(
    request: AccountRequest, account_id: int, objects: ObjectInfo, record_id: int, activity_id: int
) -> HttpResponse:
    """Change an activity where it stands on the timeline."""
    found, activity = _pair(account_id, objects, record_id, activity_id)
    known = COMPOSERS.get(activity.object_type)
    if known is None or known.change is None:
        raise Http404
    form = _form(request, known, found, activity)
    if form.is_valid() and _changed(request, known, activity, form):
        return redirect(f"{record_url(found)}#activity-{activity.pk}")
    return page_show(request, found, PageState(activity_id=activity.pk, activity_form=form), status=422)


@account_view()
@require_POST
@gone_shown
def task_done(
    request: AccountRequest, account_id: int, objects: ObjectInfo, record_id: int, activity_id: int
) -> HttpResponse:
    """Tick a task off (``done`` is 1), or take that back."""
    found, activity = _pair(account_id, objects, record_id, activity_id)
    if activity.object_type != ObjectType.TASK:
        raise Http404
    task_done_set(actor=request.actor, task_id=activity.pk, done=request.POST.get("done") == "1")
    return redirect(f"{record_url(found)}#activity-{activity.pk}")


@account_view()
@require_http_methods(["GET", "HEAD", "POST"])
@gone_shown
def activity_delete(
    request: AccountRequest, account_id: int, objects: ObjectInfo, record_id: int, activity_id: int
) -> HttpResponse:
    """Says what will happen, and deletes in the way that can be taken back."""
    found, activity = _pair(account_id, objects, record_id, activity_id)
    if request.method == "POST":
        record_archive(actor=request.actor, record_id=activity.pk, object_type=activity.object_type)
        messages.success(request, _("It is deleted. It can be restored for 90 days."))
        return redirect(record_url(found))
    context = {
        **head(found),
        "activity": activity,
        "activity_kind": ObjectType(activity.object_type).label,
        "note": activity_note(activity),
    }
    return render(request, "crm/activity_delete.html", context)


def _pair(account_id: int, objects: ObjectInfo, record_id: int, activity_id: int) -> tuple[Record, Record]:
    """The record, and an activity on its timeline."""
    found = record_or_404(account_id, objects, record_id)
    activity = activity_get(account_id=account_id, record_id=found.pk, activity_id=activity_id)
    if activity is None:
        raise Http404
    return found, activity


def _form(request: AccountRequest, composer: Composer, found: Record, activity: Record | None) -> Form:
    owners = owners_list(account_id=request.account.pk)
    kept = None if activity is None else activity.properties
    return composer.form(request.POST, record=found, owners=owners, user_id=str(request.user.pk), properties=kept)


def _saved(request: AccountRequest, composer: Composer, found: Record, form: Form) -> bool:
    try:
        composer.save(request.actor, found, form)
    except RecordError as error:
        error_show(form, request.account.pk, error)
        return False
    messages.success(request, str(composer.saved))
    return True


def _changed(request: AccountRequest, composer: Composer, activity: Record, form: Form) -> bool:
    assert composer.change is not None
    try:
        composer.change(request.actor, activity, form, _version(request))
    except RecordStale:
        form.add_error(None, _("Somebody has changed this meanwhile. Saving again replaces what they wrote."))
        return False
    except RecordError as error:
        error_show(form, request.account.pk, error)
        return False
    messages.success(request, _("The changes are saved."))
    return True


def _version(request: AccountRequest) -> int | None:
    text = request.POST.get(VERSION, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
