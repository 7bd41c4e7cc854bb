"""Settings → General → Calendar (C9, C11–C13, C17): one form, which saves all of it or nothing."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.web import AccountRequest, account_view
from calendars.choices import CalendarAccess
from calendars.exceptions import CalendarNotListed, NoCalendarSelected
from calendars.forms.meeting_settings import MARK, MeetingSettingsForm
from calendars.models import CalendarAccount
from calendars.registries import CALENDAR_PROVIDERS
from calendars.selectors.accounts import calendar_account_of, calendars_listed, providers_offered
from calendars.selectors.links import chat_code
from calendars.services.calendars import calendar_sync_set, calendars_list_freshen, calendars_select
from calendars.services.meeting_settings import MeetingSettingsInvalid, chat_key_renew, meeting_settings_update
from connections.registries import PROVIDERS
from connections.web import form_may_lead_to


@require_http_methods(["GET", "POST"])
@account_view()
def calendar_settings(request: AccountRequest, account_id: int) -> HttpResponseBase:
    """What is connected, which calendars count, and what all meetings share.

    Adding and removing a calendar changes the form; Save keeps it.
    """
    calendar_account = calendar_account_of(account_id=account_id, user_id=request.user.pk)
    page = _SettingsPage(request, calendar_account)
    if request.method == "POST" and not {"add_chosen", "remove"} & set(request.POST):
        return _save(page)
    if calendar_account:
        calendars_list_freshen(calendar_account)
    return page.answer()


@account_view()
@require_POST
def chat_renew(request: AccountRequest, account_id: int) -> HttpResponse:
    """Another address for the chat; the old tag shows nothing any more."""
    chat_key_renew(actor=request.actor, membership=request.membership)
    messages.success(request, _("The chat has a new tag. Put it into your site in place of the old one."))
    return redirect("calendars:settings", account_id=account_id)


def _save(page: _SettingsPage) -> HttpResponseBase:
    try:
        with transaction.atomic():
            page.save()
    except NoCalendarSelected:
        return page.answer(_("Keep at least one calendar: without one nobody can know when you are free."))
    except CalendarNotListed:
        return page.answer(
            _("One of these calendars is not among those that this account can reach. Choose from the list.")
        )
    except MeetingSettingsInvalid as error:
        page.form.errors_add(error.errors)
        return page.answer()
    messages.success(page.request, _("Saved."))
    return redirect("calendars:settings", account_id=page.request.account.pk)


class _SettingsPage:
    """The page with what was typed."""

    def __init__(self, request: AccountRequest, calendar_account: CalendarAccount | None) -> None:
        self.request, self.calendar_account = request, calendar_account
        self.selection = _Selection(request, calendar_account) if calendar_account else None
        is_save = request.method == "POST" and MARK in request.POST and not {"add_chosen", "remove"} & set(request.POST)
        typed = request.POST if MARK in request.POST else None
        self.form = MeetingSettingsForm(request.membership, data=request.POST if is_save else None, typed=typed)

    def save(self) -> None:
        """All of it. Raises MeetingSettingsInvalid, NoCalendarSelected, CalendarNotListed."""
        actor, chosen = self.request.actor, self.selection
        if self.form.is_bound:
            if not self.form.is_valid():
                raise MeetingSettingsInvalid({})
            meeting_settings_update(actor=actor, membership=self.request.membership, fields=self.form.changes)
        if self.calendar_account and chosen:
            calendars_select(actor=actor, calendar_account=self.calendar_account, calendar_ids=chosen.ids)
            calendar_sync_set(actor=actor, calendar_account=self.calendar_account, is_on=chosen.is_sync_on)

    def answer(self, error: str = "") -> HttpResponseBase:
        """The page; ``error``: what is wrong with the calendars that were chosen."""
        context = {"form": self.form, "error": error, "mark": MARK}
        context |= {"chat_code": chat_code(self.form.kept) if self.form.kept.pk else ""}
        if not self.calendar_account:
            template, context = "not_connected", context | {"providers": providers_offered()}
        else:
            template, context = "connected", context | self._calendars(self.calendar_account)
        status = 422 if error or self.form.errors else 200

        def build(inner: HttpRequest) -> HttpResponse:
            return render(inner, f"calendars/settings/{template}.html", context, status=status)

        link = self.calendar_account.connection if self.calendar_account else None
        return form_may_lead_to(link.provider, self.request, build) if link else build(self.request)

    def _calendars(self, calendar_account: CalendarAccount) -> dict[str, Any]:
        calendars = list(calendars_listed(calendar_account=calendar_account))
        connection, chosen = calendar_account.connection, self.selection
        ids = chosen.ids if chosen else set()
        return {
            "calendar_account": calendar_account,
            "connection": connection,
            "provider": PROVIDERS[connection.provider],
            "advice": PROVIDERS[connection.provider].error_guide.get(connection.last_error_code),
            "selected": [c for c in calendars if c.pk in ids],
            "others": [c for c in calendars if c.pk not in ids],
            "is_sync_on": bool(chosen and chosen.is_sync_on),
            "adds_by_address": CALENDAR_PROVIDERS[connection.provider].capabilities.adds_by_address,
            "lost": [c for c in calendars if c.pk in ids and c.access == CalendarAccess.LOST],
        }


class _Selection:
    """The chosen calendars as the form holds them; adding one or removing one is a submit that saves nothing yet."""

    def __init__(self, request: AccountRequest, calendar_account: CalendarAccount) -> None:
        saved = calendar_account.calendars.filter(is_selected=True).values_list("pk", flat=True)
        self.ids = set(saved)
        is_sent = request.method == "POST"
        self.is_sync_on = "calendar_sync" in request.POST if is_sent else calendar_account.is_sync_on
        if is_sent:
            self.ids = _numbers(request.POST.getlist("calendars")) | _numbers(request.POST.getlist("add"))
            self.ids -= _numbers(request.POST.getlist("remove"))


def _numbers(values: list[str]) -> set[int]:
    return {int(value) for value in values if value.isascii() and value.isdigit() and len(value) < 19}
