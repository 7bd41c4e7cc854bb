"""The index of contacts, and a new one by hand."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.web import AccountRequest, account_view
from crm.choices import ObjectType
from crm.exceptions import RecordError
from crm.forms import CREATE_FIELDS, RecordForm
from crm.selectors import definitions_list, owners_list, records_page
from crm.services.records import RecordChange, records_write
from crm.views.errors import error_show
from hubclone.lib.paging import BadCursor


@account_view()
@require_safe
def contacts(request: AccountRequest, account_id: int) -> HttpResponse:
    """Everybody, the newest first; search and sort are in the address."""
    q, sort = request.GET.get("q", "")[:200], request.GET.get("sort", "")
    try:
        page = records_page(
            account_id=account_id, object_type=ObjectType.CONTACT, q=q, sort=sort, after=request.GET.get("after")
        )
    except BadCursor:
        return redirect("crm:contacts", account_id)
    context = {"page": page, "q": q, "sort": sort, "first_url": _first(request), "next_url": _next(request, page)}
    return render(request, "crm/contacts.html", context)


@account_view()
@require_http_methods(["GET", "HEAD", "POST"])
def contact_create(request: AccountRequest, account_id: int) -> HttpResponse:
    """A form with the properties that matter at first."""
    form = _form(request, account_id)
    if request.method == "POST" and form.is_valid():
        response = _create(request, form)
        if response is not None:
            return response
    return render(request, "crm/contact_create.html", {"form": form}, status=422 if form.is_bound else 200)


def _form(request: AccountRequest, account_id: int) -> RecordForm:
    known = {d.name: d for d in definitions_list(account_id=account_id, object_type=ObjectType.CONTACT)}
    definitions = [known[name] for name in CREATE_FIELDS if name in known]
    owners = owners_list(account_id=account_id)
    start = {"hubspot_owner_id": str(request.user.pk)}
    return RecordForm(request.POST or None, definitions=definitions, owners=owners, properties=start)


def _create(request: AccountRequest, form: RecordForm) -> HttpResponse | None:
    """The new contact's page, or None with the reason on the form."""
    values: dict[str, Any] = {name: value for name, value in form.cleaned_data.items() if value}
    if not {"email", "firstname", "lastname"} & values.keys():
        form.add_error("email", _("Give an email address or a name."))
        return None
    try:
        result = records_write(actor=request.actor, changes=[RecordChange(ObjectType.CONTACT, values)])[0]
    except RecordError as error:
        error_show(form, request.account.pk, error)
        return None
    if result.record_id is None:
        form.add_error("email", _("This address was erased for good and cannot come back."))
        return None
    messages.success(request, _("The contact is saved."))
    return redirect("crm:record", request.account.pk, "contacts", result.record_id)


def _first(request: AccountRequest) -> str:
    """The first page of the same list; empty on it."""
    return _address(request, None) if request.GET.get("after") else ""


def _next(request: AccountRequest, page: Any) -> str:
    return _address(request, page.next_after) if page.next_after else ""


def _address(request: AccountRequest, after: str | None) -> str:
    query = request.GET.copy()
    query.pop("after", None)
    if after:
        query["after"] = after
    return f"{request.path}?{query.urlencode()}"
