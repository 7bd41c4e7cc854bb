"""Meetings → Figures: how scheduling pages do, as numbers, charts and a file; and what became of one meeting (C27)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import formats, timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.web import AccountRequest, account_view
from calendars.choices import MeetingOutcome
from calendars.exceptions import BookingRefused
from calendars.models import Booking
from calendars.selectors.dashboard import Week, bookings_exported, page_figures, weeks_total
from calendars.services.outcomes import outcome_set
from calendars.tabs import FIGURES, meeting_tabs
from calendars.views.bookings import booking_or_404
from calendars.words import language_now, outcome_words
from hubclone.lib.csv_cells import csv_lines


@require_safe
@account_view()
def dashboard(request: AccountRequest, account_id: int) -> HttpResponse:
    """The figures of every page on which the user was booked."""
    now = dt.datetime.now(dt.UTC)
    user_id = request.user.pk
    pages = page_figures(account_id=account_id, user_id=user_id, now=now, zone=ZoneInfo(request.user.time_zone))
    context = {
        "tabs": meeting_tabs(account_id=account_id, user_id=user_id, shown=FIGURES),
        "pages": [(page, [week.count for week in page.weeks]) for page in pages],
        "weeks": _chart(weeks_total(pages)),
        "upcoming": sum(page.upcoming for page in pages),
        "held": sum(page.held for page in pages),
        "no_show": sum(page.no_show for page in pages),
        "unanswered": sum(page.unanswered for page in pages),
    }
    return render(request, "calendars/dashboard/figures.html", context)


@never_cache
@require_safe
@account_view()
def bookings_csv(request: AccountRequest, account_id: int) -> StreamingHttpResponse:
    """All meetings of the user as a file; times by their own wall clock, with its offset."""
    rows = bookings_exported(account_id=account_id, user_id=request.user.pk)
    zone = ZoneInfo(request.user.time_zone)
    response = StreamingHttpResponse(
        csv_lines(_head(), _lines(rows, zone, language_now())), content_type="text/csv; charset=utf-8"
    )
    today = f"{timezone.localtime():%Y-%m-%d}"
    response.headers["Content-Disposition"] = f'attachment; filename="meetings-{account_id}-{today}.csv"'
    return response


@account_view()
@require_POST
def outcome(request: AccountRequest, account_id: int, booking_id: int) -> HttpResponse:
    """Say what became of a meeting: ``outcome`` is a value of MeetingOutcome."""
    found = booking_or_404(request, account_id, booking_id)
    if request.POST.get("outcome") not in MeetingOutcome.values:
        return HttpResponseBadRequest()
    try:
        outcome_set(actor=request.actor, booking=found, outcome=MeetingOutcome(request.POST["outcome"]))
    except BookingRefused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The outcome is kept."))
    return redirect("calendars:booking", account_id, booking_id)


def _chart(weeks: list[Week]) -> list[tuple[str, int]]:
    return [(formats.date_format(week.starts_on, "SHORT_DATE_FORMAT"), week.count) for week in weeks]


def _head() -> list[str]:
    return [
        *(_("Starts"), _("Ends"), _("Subject"), _("Page"), _("Status"), _("Outcome")),
        *(_("First name"), _("Last name"), _("Email"), _("Where"), _("Booked")),
    ]


def _lines(rows: Iterator[Booking], zone: ZoneInfo, language: str) -> Iterator[list[object]]:
    """Read while the file is sent, when the request's own language is active no more."""
    for row in rows:
        with translation.override(language):
            state, became = row.get_state_display(), outcome_words(row.outcome)  # type: ignore[attr-defined]
        times = [moment.astimezone(zone).isoformat(timespec="minutes") for moment in (row.starts_at, row.ends_at)]
        yield [
            *times,
            row.subject,
            row.page.name,
            state,
            became,
            row.guest_first_name,
            row.guest_last_name,
            row.guest_email,
            row.location or row.conference_url,
            row.created_at.astimezone(zone).isoformat(timespec="minutes"),
        ]
