"""Linking records with each other from a record's page: add, labels, remove (A18)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web import AccountRequest, account_view
from crm.choices import AssociationCategory, ObjectType
from crm.exceptions import RecordError
from crm.models import AssociationType, Record
from crm.objects import ObjectInfo
from crm.presentation import plural_label, record_title, record_url
from crm.selectors import labels_between, link_candidates, link_types, linkable_types, linked_page, record_get
from crm.services.associations import association_add, association_labels_set, association_remove
from crm.views.gone import gone_shown
from crm.views.link_groups import link_row
from crm.views.page import NUMBER_DIGITS_MOST, head, record_or_404
from hubclone.lib.errors import TransientError
from hubclone.lib.paging import BadCursor

QUERY_LENGTH_MOST = 200


@account_view()
@require_http_methods(["GET", "HEAD", "POST"])
@gone_shown
def link_add(
    request: AccountRequest, account_id: int, objects: ObjectInfo, record_id: int, to_objects: ObjectInfo
) -> HttpResponse:
    """Choose a record of a kind, and how the two belong together. ``?q=`` searches where scripts do not."""
    found = _linkable(account_id, objects, record_id, to_objects)
    labels = labels_between(account_id=account_id, from_type=found.object_type, to_type=to_objects.type)
    error, chosen = "", _number(request.POST.get("to", ""))
    if request.method == "POST":
        error = _add(request, found, to_objects, chosen, labels)
        if not error:
            return redirect(f"{record_url(found)}#links")
    q = request.GET.get("q", "")[:QUERY_LENGTH_MOST]
    context = {
        **head(found),
        "kind": ObjectType(to_objects.type).label,
        "kinds": plural_label(to_objects.type),
        "options": _options(found, to_objects, q),
        "labels": _labels(labels, request.POST.getlist("label")),
        "q": q,
        "error": error,
        "chosen": chosen,
        "options_url": f"{record_url(found)}links/{to_objects.plural}/options/",
    }
    return render(request, "crm/link_add.html", context, status=422 if error else 200)


@account_view()
@require_safe
@gone_shown
def link_list(
    request: AccountRequest, account_id: int, objects: ObjectInfo, record_id: int, to_objects: ObjectInfo
) -> HttpResponse:
    """Everything of a kind that the record is linked with, page by page."""
    found = _linkable(account_id, objects, record_id, to_objects)
    try:
        page = linked_page(account_id=account_id, record=found, to_type=to_objects.type, after=request.GET.get("after"))
    except BadCursor:
        return redirect(request.path)
    base = f"{record_url(found)}links/"
    context = {
        **head(found),
        "kinds": plural_label(to_objects.type),
        "rows": [link_row(other, other.labels, base) for other in page.items],  # type: ignore[attr-defined]
        "of_contacts": to_objects.type == ObjectType.CONTACT,
        "add_url": f"{base}{to_objects.plural}/add/",
        "first_url": request.path if request.GET.get("after") else "",
        "next_url": f"?after={page.next_after}" if page.next_after else "",
    }
    return render(request, "crm/link_list.html", context)


@account_view()
@require_safe
def link_options(
    request: AccountRequest, account_id: int, objects: ObjectInfo, record_id: int, to_objects: ObjectInfo
) -> HttpResponse:
    """What the search box offers for ``?q=``: ``{"options": [{"value", "label", "note"}]}``."""
    found = _linkable(account_id, objects, record_id, to_objects)
    q = request.GET.get("q", "")[:QUERY_LENGTH_MOST]
    options = [{"value": pk, "label": label} for pk, label in _options(found, to_objects, q)]
    return JsonResponse({"options": options})


@account_view()
@require_http_methods(["GET", "HEAD", "POST"])
@gone_shown
def link_edit(
    request: AccountRequest, account_id: int, objects: ObjectInfo, record_id: int, other_id: int
) -> HttpResponse:
    """The labels of a link."""
    found, other, types = _linked(account_id, objects, record_id, other_id)
    labels = labels_between(account_id=account_id, from_type=found.object_type, to_type=other.object_type)
    error = ""
    if request.method == "POST":
        wanted = _chosen(labels, request.POST.getlist("label"))
        try:
            association_labels_set(actor=request.actor, record=found, other=other, type_ids=wanted)
            return redirect(f"{record_url(found)}#links")
        except (RecordError, TransientError):
            error = _("This link has changed meanwhile. Look again.")
    context = {
        **head(found),
        "other": other,
        "other_title": record_title(other),
        "labels": _labels(labels, [str(type_id) for type_id in types]),
        "error": error,
    }
    return render(request, "crm/link_edit.html", context, status=422 if error else 200)


@account_view()
@require_http_methods(["GET", "HEAD", "POST"])
@gone_shown
def link_remove(
    request: AccountRequest, account_id: int, objects: ObjectInfo, record_id: int, other_id: int
) -> HttpResponse:
    """Says what will happen, and takes the link away. Both records stay."""
    found, other, _types = _linked(account_id, objects, record_id, other_id)
    if request.method == "POST":
        try:
            association_remove(actor=request.actor, record=found, other=other)
            messages.success(request, _("The link is removed."))
        except (RecordError, TransientError):
            messages.error(request, _("This link has changed meanwhile. Look again."))
        return redirect(f"{record_url(found)}#links")
    return render(request, "crm/link_remove.html", {**head(found), "other_title": record_title(other)})


def _linkable(account_id: int, objects: ObjectInfo, record_id: int, to_objects: ObjectInfo) -> Record:
    found = record_or_404(account_id, objects, record_id)
    if to_objects.type not in linkable_types(found.object_type):
        raise Http404
    return found


def _linked(account_id: int, objects: ObjectInfo, record_id: int, other_id: int) -> tuple[Record, Record, list[int]]:
    """Two linked records, and the types of the links."""
    found = record_or_404(account_id, objects, record_id)
    other = record_get(account_id=account_id, record_id=other_id)
    types = link_types(account_id=account_id, record=found, other_id=other.pk) if other else []
    if other is None or not types:
        raise Http404
    return found, other, types


def _add(
    request: AccountRequest,
    found: Record,
    to_objects: ObjectInfo,
    chosen: int | None,
    labels: Sequence[AssociationType],
) -> str:
    """Make the link; the reason why not, or nothing."""
    other = chosen and record_get(account_id=found.account_id, record_id=chosen, object_type=to_objects.type)
    if not other:
        return _("Choose one of the list.")
    if other.pk == found.pk:
        return _("A record cannot be linked with itself.")
    wanted = _chosen(labels, request.POST.getlist("label"))
    try:
        association_add(actor=request.actor, record=found, other=other, type_ids=wanted)
    except (RecordError, TransientError):
        return _("These two could not be linked. One of them may have been deleted meanwhile.")
    messages.success(request, _("The records are linked."))
    return ""


def _options(found: Record, to_objects: ObjectInfo, q: str) -> list[tuple[int, str]]:
    """Candidates with what tells namesakes apart."""
    records = link_candidates(account_id=found.account_id, record=found, to_type=to_objects.type, q=q)
    identity = to_objects.identity[0] if to_objects.identity else ""
    options = []
    for record in records:
        title, note = record_title(record), str(record.properties.get(identity) or "")
        options.append((record.pk, f"{title} · {note}" if note and note != title else title))
    return options


def _labels(labels: Sequence[AssociationType], ticked: Sequence[str]) -> list[dict[str, Any]]:
    own = AssociationCategory.CUSTOM
    return [
        {
            "value": label.type_id,
            "label": label.label if label.category == own else _(label.label),
            "checked": str(label.type_id) in ticked,
        }
        for label in labels
    ]


def _chosen(labels: Sequence[AssociationType], ticked: Sequence[str]) -> list[int]:
    return [label.type_id for label in labels if str(label.type_id) in ticked]


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < NUMBER_DIGITS_MOST else None
