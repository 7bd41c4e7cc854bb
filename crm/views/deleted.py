"""Deleting records, the list of deleted ones, bringing them back, and erasing for good (A22)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.choices import Right
from accounts.web import AccountRequest, account_view
from crm.choices import ObjectType
from crm.exceptions import IdentityTaken, RecordError, RecordNotFound
from crm.models import Record
from crm.objects import OBJECTS, ObjectInfo
from crm.presentation import objects_url, plural_label, record_icon, record_title, record_url
from crm.selectors.deleted import KEPT_DAYS, days_left, deleted_get, deleted_page
from crm.services.erasing import record_delete, record_erase
from crm.services.records import record_archive, record_restore
from crm.views.page import record_or_404
from hubclone.lib.errors import TransientError
from hubclone.lib.paging import BadCursor
from hubclone.lib.undo import undo_offer


@require_safe
@account_view()
def deleted(request: AccountRequest, account_id: int) -> HttpResponse:
    """What was deleted in the last 90 days; kind, search and page are in the address."""
    q, kind = request.GET.get("q", "")[:200], request.GET.get("kind", "")
    try:
        page = deleted_page(account_id=account_id, object_type=kind, q=q, after=request.GET.get("after"))
    except BadCursor:
        return redirect("crm:deleted", account_id)
    query = {key: value for key, value in (("kind", kind), ("q", q)) if value}
    context = {
        "rows": [_row(record) for record in page.items],
        "kinds": [(info.type.value, plural_label(info.type)) for info in OBJECTS.values()],
        "kind": kind,
        "q": q,
        "kept_days": KEPT_DAYS,
        "may_erase": request.membership.has_right(Right.EDIT_ACCOUNT_SETTINGS),
        "first_url": f"?{urlencode(query)}" if request.GET.get("after") else "",
        "next_url": f"?{urlencode({**query, 'after': page.next_after})}" if page.next_after else "",
    }
    return render(request, "crm/deleted.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@account_view()
def archive(request: AccountRequest, account_id: int, objects: ObjectInfo, record_id: int) -> HttpResponse:
    """Says what will happen, and deletes in the way that can be taken back."""
    found = record_or_404(account_id, objects, record_id, archived=True)
    if found.pk != record_id or found.archived_at is not None:
        return redirect(record_url(found))
    if request.method == "POST":
        return _archive(request, found)
    return render(request, "crm/archive.html", {**_head(found), "kept_days": KEPT_DAYS})


@account_view()
@require_POST
def restore(request: AccountRequest, account_id: int, deleted_id: int) -> HttpResponse:
    """Bring a deleted record back; the page of the record follows."""
    found = _deleted(account_id, deleted_id)
    try:
        record_restore(actor=request.actor, record_id=found.pk, object_type=found.object_type)
    except IdentityTaken as error:
        _say_taken(request, error)
        return redirect("crm:deleted", account_id)
    except (RecordError, TransientError):
        messages.error(request, _("This record could not be restored. It may have been erased meanwhile."))
        return redirect("crm:deleted", account_id)
    messages.success(request, _("%(name)s is back.") % {"name": record_title(found)})
    return redirect(record_url(found))


@require_http_methods(["GET", "HEAD", "POST"])
@account_view(Right.EDIT_ACCOUNT_SETTINGS)
def delete(request: AccountRequest, account_id: int, deleted_id: int) -> HttpResponse:
    """Do not wait for the 90 days; the page asks first."""
    found = _deleted(account_id, deleted_id)
    if request.method != "POST":
        return render(request, "crm/delete.html", {**_head(found), "days_left": days_left(found)})
    try:
        record_delete(actor=request.actor, record_id=found.pk)
    except RecordNotFound:
        messages.error(request, _("This record is no longer among the deleted ones."))
    else:
        messages.success(request, _("The record is deleted for good."))
    return redirect("crm:deleted", account_id)


@require_http_methods(["GET", "HEAD", "POST"])
@account_view(Right.EDIT_ACCOUNT_SETTINGS)
def erase(request: AccountRequest, account_id: int, objects: ObjectInfo, record_id: int) -> HttpResponse:
    """A privacy deletion: says what goes, and wants a word typed."""
    found = record_or_404(account_id, objects, record_id, archived=True)
    if found.pk != record_id:
        return redirect(f"{record_url(found)}erase/")
    word, error = _("erase"), ""
    if request.method == "POST":
        if request.POST.get("word", "").strip().casefold() == word.casefold():
            return _erase(request, found)
        error = _("Type “%(word)s” to confirm. Nothing has been erased.") % {"word": word}
    context = {
        **_head(found),
        "word": word,
        "error": error,
        "typed": request.POST.get("word", ""),
        "back": record_url(found),
    }
    return render(request, "crm/erase.html", context, status=422 if error else 200)


def _archive(request: AccountRequest, found: Record) -> HttpResponse:
    try:
        record_archive(actor=request.actor, record_id=found.pk, object_type=found.object_type)
    except (RecordError, TransientError):
        messages.error(request, _("This record was changed or deleted by somebody else meanwhile."))
        return redirect("crm:deleted", found.account_id)
    said = _("%(name)s is deleted. It can be restored for 90 days.") % {"name": record_title(found)}
    undo_offer(request, said, url=reverse("crm:restore", args=[found.account_id, found.pk]))
    return redirect(objects_url(found.account_id, found.object_type))


def _erase(request: AccountRequest, found: Record) -> HttpResponse:
    try:
        record_erase(actor=request.actor, record_id=found.pk)
    except (RecordError, TransientError):
        messages.error(request, _("The record is being changed at this moment. Try again."))
        return redirect(f"{record_url(found)}erase/")
    messages.success(request, _("Everything about this record is erased."))
    return redirect(objects_url(found.account_id, found.object_type))


def _deleted(account_id: int, record_id: int) -> Record:
    found = deleted_get(account_id=account_id, record_id=record_id)
    if found is None:
        raise Http404
    return found


def _say_taken(request: AccountRequest, error: IdentityTaken) -> None:
    other = Record.objects.filter(account_id=request.account.pk, pk=error.record_id).first()
    name = record_title(other) if other else _("another record")
    messages.error(
        request,
        _("An address of this record belongs to %(name)s by now. Take it away there, or merge the two.")
        % {"name": name},
    )


def _row(record: Record) -> dict[str, Any]:
    return {
        "record": record,
        "title": record_title(record),
        "kind": ObjectType(record.object_type).label,
        "icon": record_icon(record.object_type),
        "is_contact": record.object_type == ObjectType.CONTACT,
        "days_left": days_left(record),
    }


def _head(found: Record) -> dict[str, Any]:
    return {
        "record": found,
        "title": record_title(found),
        "url": record_url(found),
        "kind": ObjectType(found.object_type).label,
        "is_contact": found.object_type == ObjectType.CONTACT,
    }
