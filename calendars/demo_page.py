"""The demo's scheduling page: the admin's, bookable by anybody who opens its link."""

from __future__ import annotations

from accounts.demo import TIME_ZONE, DemoContext
from accounts.registries import DEMO_LOADERS
from calendars.choices import LocationKind
from calendars.models.page import default_weekly_hours
from calendars.selectors.links import page_url
from calendars.selectors.pages import pages_of
from calendars.services.pages import page_create

SLUG = "anna-nowak/intro"


@DEMO_LOADERS.registered("calendars.page")
def load(context: DemoContext) -> None:
    """Make the page once; later starts leave it as it was edited."""
    page = pages_of(account_id=context.account.pk, user_id=context.admin.pk).first()
    if page is None:
        page = page_create(actor=context.actor, account=context.account, owner=context.admin, fields=_fields())
    context.output["scheduling_page"] = page_url(page)


def _fields() -> dict[str, object]:
    return {
        "name": "Intro call",
        "slug": SLUG,
        "title": "A first conversation",
        "description": "A short talk to see whether we fit. Bring your questions; there is nothing to prepare.",
        "location_kind": LocationKind.CONFERENCE,
        "durations": [30, 60],
        "reminders": [60],
        "time_zone": TIME_ZONE,
        "weekly_hours": default_weekly_hours(),
        "form_fields": [{"name": "phone", "label": "Phone number", "required": False}],
    }
