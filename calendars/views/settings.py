"""Settings → General → Calendar (C9)."""

from __future__ import annotations

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.web import AccountRequest, account_view
from calendars.choices import CalendarAccess
from calendars.exceptions import CalendarNotListed, NoCalendarSelected
from calendars.models import CalendarAccount
from calendars.selectors.accounts import calendar_account_of, calendars_listed, providers_offered
from calendars.services.calendars import calendar_sync_set, calendars_list_freshen, calendars_select
from connections.registries import PROVIDERS
from connections.web import form_may_lead_to


@require_http_methods(["GET", "POST"])
@account_view()
def calendar_settings(request: AccountRequest, account_id: int) -> HttpResponseBase:
    """What is connected and which calendars count. Adding and removing changes the form; Save keeps it."""
    calendar_account = calendar_account_of(account_id=account_id, user_id=request.user.pk)
    if calendar_account is None:
        return render(request, "calendars/settings/not_connected.html", {"providers": providers_offered()})
    if request.method == "POST" and not {"add_chosen", "remove"} & set(request.POST):
        return _save(request, calendar_account)
    calendars_list_freshen(calendar_account)
    selection = _Selection(request, calendar_account)
    return _page(request, calendar_account, selection)


def _save(request: AccountRequest, calendar_account: CalendarAccount) -> HttpResponseBase:
    selection = _Selection(request, calendar_account)
    try:
        with transaction.atomic():
            calendars_select(actor=request.actor, calendar_account=calendar_account, calendar_ids=selection.ids)
            calendar_sync_set(actor=request.actor, calendar_account=calendar_account, is_on=selection.is_sync_on)
    except NoCalendarSelected:
        words = _("Keep at least one calendar: without one nobody can know when you are free.")
        return _page(request, calendar_account, selection, words)
    except CalendarNotListed:
        words = _("One of these calendars is not among those that this account can reach. Choose from the list.")
        return _page(request, calendar_account, selection, words)
    messages.success(request, _("Saved."))
    return redirect("calendars:settings", account_id=calendar_account.account_id)


def _page(
    request: AccountRequest, calendar_account: CalendarAccount, selection: _Selection, error: str = ""
) -> HttpResponseBase:
    calendars = list(calendars_listed(calendar_account=calendar_account))
    connection = calendar_account.connection
    context = {
        "calendar_account": calendar_account,
        "connection": connection,
        "provider": PROVIDERS[connection.provider],
        "advice": PROVIDERS[connection.provider].error_guide.get(connection.last_error_code),
        "selected": [c for c in calendars if c.pk in selection.ids],
        "others": [c for c in calendars if c.pk not in selection.ids],
        "is_changed": selection.is_changed,
        "is_sync_on": selection.is_sync_on,
        "lost": [c for c in calendars if c.pk in selection.ids and c.access == CalendarAccess.LOST],
        "error": error,
    }

    def answer(inner: HttpRequest) -> HttpResponse:
        return render(inner, "calendars/settings/connected.html", context, status=422 if error else 200)

    return form_may_lead_to(connection.provider, request, answer)


class _Selection:
    """The chosen calendars as the form holds them; adding one or removing one is a submit that saves nothing yet."""

    def __init__(self, request: AccountRequest, calendar_account: CalendarAccount) -> None:
        saved = calendar_account.calendars.filter(is_selected=True).values_list("pk", flat=True)
        self.ids = set(saved)
        self.is_changed = request.method == "POST"
        self.is_sync_on = "calendar_sync" in request.POST if self.is_changed else calendar_account.is_sync_on
        if request.method == "POST":
            self.ids = _numbers(request.POST.getlist("calendars")) | _numbers(request.POST.getlist("add"))
            self.ids -= _numbers(request.POST.getlist("remove"))


def _numbers(values: list[str]) -> set[int]:
    return {int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 19}
