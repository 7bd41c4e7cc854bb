"""The page of one record of any type, and its edit form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.choices import ActorKind
from accounts.web import AccountRequest, account_view
from crm.choices import ObjectType
from crm.exceptions import RecordError
from crm.forms import RecordForm
from crm.models import PropertyDefinition, Record
from crm.objects import ObjectInfo
from crm.presentation import changes_shown, groups_shown, plural_label, record_icon, record_title, record_url
from crm.registries import TIMELINE_KINDS
from crm.selectors import (
    LinkedGroup,
    TimelineItem,
    associations_get,
    definitions_list,
    owners_list,
    record_get,
    timeline_page,
)
from crm.services.records import RecordChange, records_write
from crm.views.errors import error_show
from hubclone.lib.paging import BadCursor


@account_view()
@require_safe
def record(request: AccountRequest, account_id: int, objects: ObjectInfo, record_id: int) -> HttpResponse:
    """Left what is known, in the middle what happened, right what it is linked with."""
    found = _get(account_id, objects, record_id)
    if found.pk != record_id:
        return redirect(record_url(found))
    kind = request.GET.get("kind", "")
    try:
        timeline = timeline_page(
            account_id=account_id,
            record_id=found.pk,
            kind=kind if kind in TIMELINE_KINDS else "",
            after=request.GET.get("after"),
        )
    except BadCursor:
        return redirect(record_url(found))
    definitions = definitions_list(account_id=account_id, object_type=found.object_type)
    owners = dict(owners_list(account_id=account_id))
    context = {
        **_head(request, found, objects),
        "groups": groups_shown(found, definitions, owners),
        "items": [_item(item, definitions, owners) for item in timeline.items],
        "tabs": _tabs(request, kind),
        "linked": [_linked(group) for group in associations_get(account_id=account_id, record=found)],
        "older_url": _timeline_url(kind, timeline.next_after) if timeline.next_after else "",
        "newest_url": _timeline_url(kind, None) if request.GET.get("after") else "",
    }
    return render(request, "crm/record.html", context)


@account_view()
@require_http_methods(["GET", "HEAD", "POST"])
def record_edit(request: AccountRequest, account_id: int, objects: ObjectInfo, record_id: int) -> HttpResponse:
    """Every property that people may change; only what they change is written."""
    found = _get(account_id, objects, record_id)
    form = RecordForm(
        request.POST or None,
        definitions=definitions_list(account_id=account_id, object_type=found.object_type),
        owners=owners_list(account_id=account_id),
        properties=found.properties,
    )
    if request.method == "POST" and form.is_valid() and _save(request, found, form):
        return redirect(record_url(found))
    groups: dict[str, list[Any]] = {}
    for definition in form.definitions:
        groups.setdefault(_(definition.group.label), []).append(form[definition.name])
    context = {**_head(request, found, objects), "form": form, "groups": groups}
    return render(request, "crm/record_edit.html", context, status=422 if form.is_bound else 200)


def _get(account_id: int, objects: ObjectInfo, record_id: int) -> Record:
    found = record_get(account_id=account_id, record_id=record_id, object_type=objects.type)
    if found is None:
        raise Http404
    return found


def _save(request: AccountRequest, found: Record, form: RecordForm) -> bool:
    change = RecordChange(found.object_type, form.changed(), record_id=found.pk)
    try:
        records_write(actor=request.actor, changes=[change])
    except RecordError as error:
        error_show(form, request.account.pk, error)
        return False
    messages.success(request, _("The changes are saved."))
    return True


def _head(request: AccountRequest, found: Record, objects: ObjectInfo) -> dict[str, Any]:
    crumbs = [(plural_label(found.object_type), "")]
    if objects.type == ObjectType.CONTACT:
        crumbs = [(plural_label(found.object_type), reverse("crm:contacts", args=[request.account.pk]))]
    return {
        "record": found,
        "title": record_title(found),
        "kind_label": ObjectType(found.object_type).label,
        "icon": record_icon(found.object_type),
        "is_contact": objects.type == ObjectType.CONTACT,
        "crumbs": crumbs,
        "url": record_url(found),
        "objects": objects,
    }


def _item(item: TimelineItem, definitions: list[PropertyDefinition], owners: dict[str, str]) -> dict[str, Any]:
    source = item.source
    about = item.entry.about if item.entry else None
    return {
        "item": item,
        "entry": item.entry,
        "kind": item.kind,
        "title": _title(item),
        "about_title": record_title(about) if about else "",
        "about_url": record_url(about) if about and about.archived_at is None else "",
        "changes": changes_shown(item.changes, {d.name: d for d in definitions}, owners),
        "source": source.source_label or ActorKind(source.source_kind).label,
        "source_kind": "" if source.source_kind in (ActorKind.USER, "") else ActorKind(source.source_kind).label,
    }


def _title(item: TimelineItem) -> str:
    if item.entry is not None:
        return str(item.kind.title or item.kind.label or item.entry.kind)
    return _("Record created") if item.version == 1 else _("Properties changed")


def _tabs(request: AccountRequest, kind: str) -> list[dict[str, Any]]:
    """All, and each kind that is registered."""
    kinds = [("", _("All")), *((key, known.label) for key, known in TIMELINE_KINDS.items())]
    return [
        {"label": label, "url": f"?kind={key}" if key else request.path, "active": key == kind} for key, label in kinds
    ]


def _linked(group: LinkedGroup) -> dict[str, Any]:
    return {
        "label": plural_label(group.object_type),
        "total": group.total,
        "more": group.total - len(group.items),
        "icon": record_icon(group.object_type),
        "is_contact": group.object_type == ObjectType.CONTACT,
        "items": [
            {
                "title": record_title(item.record),
                "url": record_url(item.record),
                "note": ", ".join(_(label) for label in item.labels),
            }
            for item in group.items
        ],
    }


def _timeline_url(kind: str, after: str | None) -> str:
    return "?" + urlencode({key: value for key, value in (("kind", kind), ("after", after)) if value})
