"""The demo's scheduling pages, bookable by anybody who opens their links: the admin's own, one on which visitors meet
the three hosts together, and one on which they meet one of them in turn."""

from __future__ import annotations

from accounts.demo import TIME_ZONE, DemoContext
from accounts.registries import DEMO_LOADERS
from calendars.choices import LocationKind, PageKind
from calendars.demo_history import history_make
from calendars.models import SchedulingPage
from calendars.models.page import default_weekly_hours
from calendars.selectors.links import page_url
from calendars.selectors.pages import pages_of
from calendars.services.page_hosts import HostChoice
from calendars.services.pages import page_create

OUTPUT = {
    PageKind.PERSONAL: "scheduling_page",
    PageKind.GROUP: "group_page",
    PageKind.ROUND_ROBIN: "round_robin_page",
}
PAGES: dict[PageKind, dict[str, object]] = {
    PageKind.PERSONAL: {
        "name": "Intro call",
        "slug": "anna-nowak/intro",
        "title": "A first conversation",
        "description": "A short talk to see whether we fit. Bring your questions; there is nothing to prepare.",
        "location_kind": LocationKind.CONFERENCE,
        "durations": [30, 60],
        "reminders": [60],
        "form_fields": [{"name": "phone", "label": "Phone number", "required": False}],
    },
    PageKind.GROUP: {
        "name": "Roasting workshop",
        "slug": "anna-nowak/workshop",
        "title": "Plan a roasting workshop",
        "description": "Meet the people who would run it: we talk about your team, the beans and the day.",
        "location_kind": LocationKind.CONFERENCE,
        "durations": [45],
    },
    PageKind.ROUND_ROBIN: {
        "name": "Tasting",
        "slug": "anna-nowak/tasting",
        "title": "Book a tasting",
        "description": "One of us calls you, and a box of samples is in the post before that.",
        "location_kind": LocationKind.CALL_GUEST,
        "durations": [30],
    },
}


@DEMO_LOADERS.registered("calendars.page")
def load(context: DemoContext) -> None:
    """Make each page once, and meetings of the last weeks; later starts leave pages as they were edited or deleted."""
    for kind in PAGES:
        _make_once(context, kind)
    history_make(context)
    pages = pages_of(account_id=context.account.pk, user_id=context.admin.pk)
    for kind, name in OUTPUT.items():
        page = pages.filter(kind=kind).first()
        context.output[name] = page_url(page) if page else ""


def _make_once(context: DemoContext, kind: PageKind) -> None:
    if SchedulingPage.objects.filter(account=context.account, owner=context.admin, kind=kind).exists():
        return
    hosts = [HostChoice(user.pk) for user in (context.admin, *context.colleagues.values())]
    fields = {**PAGES[kind], "time_zone": TIME_ZONE, "weekly_hours": default_weekly_hours()}
    page_create(
        actor=context.actor, account=context.account, owner=context.admin, fields=fields, kind=kind, hosts=hosts
    )
