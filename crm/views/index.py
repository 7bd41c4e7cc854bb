"""The index of each kind of record, and a new one by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web import AccountRequest, account_view
from crm.choices import ObjectType
from crm.exceptions import RecordError
from crm.forms import RecordForm
from crm.index_tabs import index_tabs
from crm.layouts import COLUMNS, FIRST_FIELDS, STAGES
from crm.models import PropertyDefinition, Record
from crm.objects import OWNER, ObjectInfo
from crm.presentation import objects_url, plural_label, record_icon
from crm.selectors import definitions_list, owners_list, records_page
from crm.services.creation import Refusal
from crm.services.records import RecordChange, RecordResult, records_write
from crm.tables import columns_make, rows_shown
from crm.views.errors import error_show, name_missing, naming_fields
from crm.words import WORDS
from hubclone.lib.paging import BadCursor, Page


@account_view()
@require_safe
def index(request: AccountRequest, account_id: int, objects: ObjectInfo) -> HttpResponse:
    """Every record of a kind, the newest first; search and sort are in the address."""
    q, sort = request.GET.get("q", "")[:200], request.GET.get("sort", "")
    try:
        page = records_page(
            account_id=account_id, object_type=objects.type, q=q, sort=sort, after=request.GET.get("after")
        )
    except BadCursor:
        return redirect(objects_url(account_id, objects.type))
    tabs = index_tabs(object_type=objects.type, account_id=account_id, user_id=request.user.pk)
    table = _table(request, objects, page)
    context = {**_head(account_id, objects), **table, "page": page, "q": q, "sort": sort, "tabs": tabs}
    return render(request, "crm/index.html", context)


@account_view()
@require_http_methods(["GET", "HEAD", "POST"])
def record_create(request: AccountRequest, account_id: int, objects: ObjectInfo) -> HttpResponse:
    """A form with the properties that matter at first, the others folded."""
    if objects.type not in FIRST_FIELDS:
        raise Http404
    definitions = definitions_list(account_id=account_id, object_type=objects.type)
    form = _form(request, definitions)
    if request.method == "POST" and form.is_valid() and (result := _create(request, objects, form)):
        messages.success(request, str(WORDS[objects.type].saved))
        return redirect("crm:record", account_id, objects.plural, result.record_id)
    first = [name for name in FIRST_FIELDS[objects.type] if name in form.fields]
    groups = form.groups(without=first)
    context = {**_head(account_id, objects), "form": form, "first": [form[name] for name in first], "groups": groups}
    return render(request, "crm/create.html", context, status=422 if form.is_bound else 200)


def _head(account_id: int, objects: ObjectInfo) -> dict[str, Any]:
    return {
        "objects": objects,
        "title": plural_label(objects.type),
        "words": WORDS[objects.type],
        "icon": record_icon(objects.type),
        "is_contact": objects.type == ObjectType.CONTACT,
        "index_url": objects_url(account_id, objects.type),
        "records_url": reverse("crm:index", args=[account_id, objects.plural]),
    }


def _table(request: AccountRequest, objects: ObjectInfo, page: Page[Record]) -> dict[str, Any]:
    """Columns and rows; nothing is asked when there is no row."""
    addresses = {"first_url": _first(request), "next_url": _next(request, page)}
    if not page.items:
        return addresses
    known = {d.name: d for d in definitions_list(account_id=request.account.pk, object_type=objects.type)}
    owners = {str(record.owner_id): str(record.owner) for record in page.items if record.owner}
    columns = columns_make([known[name] for name in COLUMNS[objects.type] if name in known], owners)
    return {"columns": columns, "rows": rows_shown(page.items, columns), **addresses}


def _form(request: AccountRequest, definitions: list[PropertyDefinition]) -> RecordForm:
    start = {OWNER: str(request.user.pk)}
    start |= {d.name: str(d.options[0]["value"]) for d in definitions if d.name in STAGES and d.options}
    owners = owners_list(account_id=request.account.pk)
    data = request.POST if request.method == "POST" else None
    return RecordForm(data, definitions=definitions, owners=owners, properties=start)


def _create(request: AccountRequest, objects: ObjectInfo, form: RecordForm) -> RecordResult | None:
    """The new record, or None with the reason on the form."""
    values = form.given()
    if not values.keys() & naming_fields(objects.type):
        name_missing(form, objects.type)
        return None
    try:
        result = records_write(actor=request.actor, changes=[RecordChange(objects.type, values)])[0]
    except RecordError as error:
        error_show(form, request.account.pk, error)
        return None
    if result.record_id is None:
        form.add_error("email", str(Refusal(result.refusal).label))
        return None
    return result


def _first(request: AccountRequest) -> str:
    """The first page of the same list; empty on it."""
    return _address(request, None) if request.GET.get("after") else ""


def _next(request: AccountRequest, page: Page[Record]) -> str:
    return _address(request, page.next_after) if page.next_after else ""


def _address(request: AccountRequest, after: str | None) -> str:
    query = request.GET.copy()
    query.pop("after", None)
    if after:
        query["after"] = after
    return f"{request.path}?{query.urlencode()}"
