"""The page of one record of any type, and its edit forms."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web import AccountRequest, account_view
from crm.exceptions import RecordError, RecordStale
from crm.forms import RecordForm
from crm.models import Record
from crm.objects import ObjectInfo
from crm.presentation import record_url, value_text
from crm.selectors import definitions_list, history_latest, owners_list
from crm.services.records import RecordChange, records_write
from crm.views.errors import error_show
from crm.views.gone import gone_show, gone_shown
from crm.views.page import PageState, head, page_show, record_or_404

ATTEMPTS_MOST = 3


@account_view()
@require_safe
def record(request: AccountRequest, account_id: int, objects: ObjectInfo, record_id: int) -> HttpResponse:
    """Left what is known, in the middle what happened, right what it is linked with; the address says what is open. A
    deleted record says that it is deleted, and how it comes back."""
    found = record_or_404(account_id, objects, record_id, archived=True)
    if found.pk != record_id:
        return redirect(record_url(found))
    if found.archived_at is not None:
        return gone_show(request, found)
    return page_show(request, found, PageState.of(request))


@account_view()
@require_http_methods(["GET", "HEAD", "POST"])
@gone_shown
def record_edit(request: AccountRequest, account_id: int, objects: ObjectInfo, record_id: int) -> HttpResponse:
    """Every property that people may change, or one group of them (``group``) from the record's page. Only what a
    person has changed is written; where somebody else has changed the same meanwhile, both are shown."""
    found = record_or_404(account_id, objects, record_id)
    group = request.POST.get("group", "")
    form = _form(request, found, group)
    if request.method == "POST" and form.is_valid() and _save(request, found, form):
        return redirect(record_url(found))
    if group and form.fields:
        return page_show(request, found, PageState(group=group, group_form=form), status=422)
    context = {**head(found), "form": form, "groups": form.groups()}
    return render(request, "crm/record_edit.html", context, status=422 if form.is_bound else 200)


def _form(request: AccountRequest, found: Record, group: str) -> RecordForm:
    definitions = definitions_list(account_id=found.account_id, object_type=found.object_type)
    return RecordForm(
        request.POST if request.method == "POST" else None,
        definitions=[d for d in definitions if d.group.name == group] if group else definitions,
        owners=owners_list(account_id=found.account_id),
        properties=found.properties,
    )


def _save(request: AccountRequest, found: Record, form: RecordForm) -> bool:
    """Write over the version that the form was checked against, so that nobody's change is lost unseen; who was slower
    by a moment is checked again."""
    for _attempt in range(ATTEMPTS_MOST):
        if form.shown_version() != found.version and _conflicts(found, form):
            return False
        change = RecordChange(found.object_type, form.changed(), record_id=found.pk, if_version=found.version)
        try:
            records_write(actor=request.actor, changes=[change])
        except RecordStale:
            found.refresh_from_db(fields=["properties", "version"])
            form.properties_set(found.properties)
        except RecordError as error:
            error_show(form, request.account.pk, error)
            return False
        else:
            messages.success(request, _("The changes are saved."))
            return True
    error_show(form, request.account.pk, RecordStale())
    return False


def _conflicts(found: Record, form: RecordForm) -> bool:
    """Whether somebody else has changed the same fields meanwhile; says at each what is there now."""
    names = form.conflicts()
    if not names:
        return False
    latest = history_latest(account_id=found.account_id, record_id=found.pk, names=names)
    owners: dict[str, Any] = dict(owners_list(account_id=found.account_id))
    known = {definition.name: definition for definition in form.definitions}
    for name in names:
        value = found.properties.get(name)
        words = value_text(known[name], value, owners) if value is not None else ""
        who = latest[name].source_label if name in latest else ""
        form.conflict_show(name, words, who or _("Somebody"))
    form.version_set(found)
    return True
