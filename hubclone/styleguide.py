"""The living page of the components, served in debug and in the demo."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.views.decorators.http import require_safe

from hubclone.lib.columns import chooser
from hubclone.lib.icons import ICONS
from hubclone.lib.preferences import PREFERENCES

PAGES = ("components", "settings", "contacts", "record", "editor", "booking", "booking-form", "booking-done")


@dataclass(frozen=True)
class SamplePerson:
    """As much of a user as the shell shows."""

    name: str
    email: str
    is_authenticated: bool = True

    def __str__(self) -> str:
        return self.name


class SampleForm(forms.Form):
    """One field of each kind; bound with mistakes to show how errors look, which takes the keyboard from nobody."""

    bound_field_class = forms.BoundField

    name = forms.CharField(label="Internal name", help_text="Only your team sees it.", max_length=80)
    email = forms.EmailField(label="Email address")
    zone = forms.ChoiceField(
        label="Time zone",
        choices=[(name, name.replace("_", " ")) for name in ("Europe/Warsaw", "Europe/London", "America/New_York")],
        widget=forms.Select(attrs={"data-combobox": ""}),
    )
    length = forms.ChoiceField(
        label="Length", choices=[("15", "15 minutes"), ("30", "30 minutes")], widget=forms.RadioSelect
    )
    note = forms.CharField(label="Description", required=False, widget=forms.Textarea(attrs={"rows": 3}))
    sync = forms.BooleanField(
        label="Calendar sync", required=False, help_text="Meetings with your contacts are logged on their records."
    )


@require_safe
def styleguide(request: HttpRequest, page: str = "components") -> HttpResponse:
    """One sample page; ``?theme=`` shows it in a theme without keeping the choice."""
    shown = page if page in PAGES else PAGES[0]
    theme = request.GET.get("theme", "")
    if theme in PREFERENCES["theme"].choices:
        request.COOKIES[PREFERENCES["theme"].cookie] = theme
    return render(request, f"styleguide/{shown.replace('-', '_')}.html", sample_context(request, shown))


def sample_context(request: HttpRequest, page: str) -> dict[str, Any]:
    """What the shell and the samples show: nobody's data."""
    now = timezone.now().replace(minute=30, second=0, microsecond=0)
    account = SimpleNamespace(pk=1, name="Acme Studio")
    membership = SimpleNamespace(pk=1, account=account, account_id=1)
    other = SimpleNamespace(pk=2, account=SimpleNamespace(pk=2, name="Northwind"), account_id=2)
    return {
        "page": page,
        "pages": PAGES,
        "icons": sorted(ICONS),
        "form": SampleForm(initial={"name": "Intro call", "zone": "Europe/Warsaw", "length": "30", "sync": True}),
        "bad_form": SampleForm({"name": "", "email": "ada@", "zone": "Europe/Warsaw", "length": "30"}),
        "now": now,
        "earlier": now - dt.timedelta(days=1, hours=3),
        "membership": membership,
        "memberships": [membership, other],
        "navigation": [
            {
                "label": "CRM",
                "url": "/styleguide/contacts/",
                "icon": "contacts",
                "active": page in ("contacts", "record"),
            },
            {"label": "Meetings", "url": "/styleguide/editor/", "icon": "calendar", "active": page == "editor"},
        ],
        "settings_url": "/styleguide/settings/",
        "settings_sections": [
            (
                "General",
                [
                    {"label": "Profile", "url": "/styleguide/", "active": False},
                    {"label": "Calendar", "url": "/styleguide/settings/", "active": page == "settings"},
                ],
            ),
            ("Integrations", [{"label": "Connected apps", "url": "/styleguide/", "active": False}]),
            ("Activity", [{"label": "Audit log", "url": "/styleguide/", "active": False}]),
        ],
        "user": SamplePerson("Ada Lovelace", "ada@example.com"),
        "brand_color": request.GET.get("brand", ""),
        "month": month_sample(),
        "chooser": chooser(
            request.GET,
            labels=[("email", "Email"), ("owner", "Owner"), ("updated", "Last change"), ("phone", "Phone number")],
            shown=["email", "owner", "updated"],
        ),
        **list_samples(),
        **chart_samples(),
    }


def list_samples() -> dict[str, Any]:
    """What tables, tabs, chips and the editor of hours show."""
    return {
        "people": ["Ada", "Grace Hopper", "Jan Łukasiewicz", "Olga Tokarz", "Kai Ito", "Zoë Ash"],
        "crumbs": [("Meetings", "/styleguide/editor/")],
        "sample_tabs": [
            {"label": "Upcoming", "url": "#", "active": True, "count": 4},
            {"label": "Past", "url": "#past", "active": False, "count": 128},
        ],
        "sample_steps": [
            {"id": "steps", "label": "Overview"},
            {"id": "steps", "label": "Hours"},
            {"id": "steps", "label": "Form", "wrong": True},
            {"id": "steps", "label": "Reminders"},
        ],
        "chips": [{"label": "Owner", "value": "Ada Lovelace", "remove_url": "#"}],
        "weekdays": [str(name) for name in WEEKDAYS.values()],
    }


def chart_samples() -> dict[str, Any]:
    """What charts and the palette show."""
    meetings = [12, 18, 15, 22, 31, 24, None, 28, 36, 33, 41, 45]
    return {
        "weeks": [(f"Week {week}", count) for week, count in enumerate(meetings, start=36)],
        "months": [("June", 12), ("July", -8), ("August", 4.5), ("September", 21), ("October", 0), ("November", -3)],
        "no_rows": [],
        "sparks": [3, 5, 4, 8, 6, 9, 12, 11, 15],
        "found": [
            {"label": "Grace Hopper", "hint": "Contact · grace.hopper@example.com", "url": "#", "icon": "contacts"},
            {"label": "US Navy", "hint": "Company", "url": "#", "icon": "building"},
        ],
    }


def rail_sample(label: str, page: str, icon: str, active: bool) -> dict[str, Any]:
    """An item of the rail as ``accounts.context`` makes it."""
    return {"label": label, "url": f"/styleguide/{page}/", "icon": icon, "active": active}


def month_sample() -> dict[str, Any]:
    """November 2026, weeks from Monday, as the public page's templates get it."""
    first = dt.date(2026, 10, 26)
    days = [first + dt.timedelta(days=count) for count in range(42)]
    open_days = {dt.date(2026, 11, day) for day in (23, 24, 25, 26, 27, 30)}
    cells = [{"date": day, "inside": day.month == 11, "bookable": day in open_days} for day in days]
    weeks = [cells[at : at + 7] for at in range(0, 42, 7)]
    return {
        "weeks": weeks[:6],
        "selected": dt.date(2026, 11, 24),
        "today": dt.date(2026, 11, 22),
        "slots": [f"{hour:02}:{minute:02}" for hour in range(9, 15) for minute in (0, 30)],
    }


def urlpatterns() -> list[URLPattern]:
    """Its addresses, none of them on a usual installation."""
    if not (settings.DEBUG or settings.DEMO):
        return []
    return [
        path("styleguide/", styleguide, name="styleguide"),
        path("styleguide/<slug:page>/", styleguide, name="styleguide_page"),
    ]
