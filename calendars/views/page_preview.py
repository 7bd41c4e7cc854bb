"""What visitors would see of a page as it is typed just now. Nothing is saved.

What does not hold yet is shown as it was: as the page has it, or as a new one comes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Field
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.web import AccountRequest, account_view
from calendars.choices import BookingState, LocationKind
from calendars.forms.page import PageForm
from calendars.forms.visitor import VisitorForm
from calendars.mail.booking_letters import guest_confirmed
from calendars.mail.change_letters import guest_follow_up
from calendars.mail.letters import Letter
from calendars.models import Booking, SchedulingPage
from calendars.selectors.hosts import page_hosts
from calendars.selectors.logos import ShownLogo, logo_by, logo_of_page
from calendars.selectors.pages import page_of
from calendars.views.picker import Link, Picker, Wish

TIMES_MOST = 4
CALL_EXAMPLE = "https://meet.example.com/abc-defg"
_COLUMNS: dict[str, Field[Any, Any]] = {
    column.name: column for column in SchedulingPage._meta.concrete_fields if not column.is_relation
}


@dataclass(frozen=True, slots=True)
class Preview:
    """For templates/calendars/pages/_preview.html."""

    page: SchedulingPage
    picker: Picker
    times: list[Link]
    form: VisitorForm
    logo: ShownLogo | None = None
    letters: list[Letter] = field(default_factory=list)


@account_view()
@require_POST
def page_preview(request: AccountRequest, account_id: int, page_id: int | None = None) -> HttpResponse:
    """The part beside the editor, of what its form holds now."""
    page = None
    if page_id is not None:
        try:
            page = page_of(account_id=account_id, user_id=request.user.pk, page_id=page_id)
        except SchedulingPage.DoesNotExist:
            raise Http404 from None
    form = PageForm(account_id, page, data=request.POST)
    return render(request, "calendars/pages/_preview.html", {"preview": preview_of(request, form, page)})


def preview_of(request: AccountRequest, form: PageForm, page: SchedulingPage | None) -> Preview:
    """The preview of a form that was typed in, or that shows a page or the defaults."""
    shown = _page(request, form, page)
    with translation.override(shown.language or translation.get_language()):
        picker = Picker(shown, Wish(shown.time_zone, True, shown.durations[0], None, None), dt.datetime.now(dt.UTC))
        visitor = VisitorForm(shown, auto_id="preview_%s")
        letters = _letters(shown, picker)
    return Preview(shown, picker, picker.times[:TIMES_MOST], visitor, _logo(request, form, page), letters)


def _page(request: AccountRequest, form: PageForm, page: SchedulingPage | None) -> SchedulingPage:
    """A page that is never saved, with what holds of the form."""
    values = _values(page, form)
    shown = SchedulingPage(account=request.account, owner=request.user, **values)
    shown.pk = page.pk if page else None
    shown.hosts_shown = [row.user for row in form.host_rows]
    return shown


def _values(page: SchedulingPage | None, form: PageForm) -> dict[str, Any]:
    kept: Mapping[str, Any] = vars(page) if page else form.initial
    values = {name: kept[name] for name in _COLUMNS if name != "id" and kept.get(name) is not None}
    if form.is_bound:
        form.is_valid()
        values |= {name: value for name, value in form.cleaned_data.items() if name in _COLUMNS}
    values.setdefault("time_zone", "UTC")
    return values | {"slug": values.get("slug") or "preview", "durations": values.get("durations") or [30]}


def _logo(request: AccountRequest, form: PageForm, page: SchedulingPage | None) -> ShownLogo | None:
    if form.is_bound and form["logo_remove"].value():
        return None
    if digest := str(form["logo_kept"].value() or ""):
        return logo_by(account_id=request.account.pk, digest=digest)
    return logo_of_page(page) if page else None


def _letters(page: SchedulingPage, picker: Picker) -> list[Letter]:
    """The confirmation, and the follow-up if there is one, to a guest of no account."""
    start = dt.datetime.fromtimestamp(picker.slots.starts[0], dt.UTC) if picker.slots.starts else picker.now
    is_call = page.location_kind == LocationKind.CONFERENCE
    answers = {str(item["name"]): str(item.get("label") or item["name"]) for item in page.form_fields}
    guest = Booking(
        account_id=page.account_id,
        page=page,
        organiser=next(iter(page_hosts(page)), page.owner),
        state=BookingState.CONFIRMED,
        starts_at=start,
        ends_at=start + dt.timedelta(minutes=picker.wish.duration),
        guest_first_name=_("Alex"),
        guest_last_name=_("Example"),
        guest_email="alex@example.com",
        guest_time_zone=page.time_zone,
        guest_language=translation.get_language() or "en",
        location="" if is_call else page.location_detail,
        form_answers=answers,
        conference_url=CALL_EXAMPLE if is_call and picker.slots.makes_calls else "",
    )
    return [guest_confirmed(guest), *([guest_follow_up(guest)] if page.follow_up_text else [])]
