"""The tabs that everything about meetings shares: scheduling pages, what is booked, figures, and every meeting."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from calendars.selectors.bookings import requests_count

PAGES, UPCOMING, PAST, FIGURES, EVERY = "pages", "upcoming", "past", "figures", "every"


def meeting_tabs(*, account_id: int, user_id: int, shown: str) -> list[dict[str, Any]]:
    """For components/tabs.html; ``shown`` is the key of the tab that is open. One query, for requests to answer."""
    waiting = requests_count(account_id=account_id, user_id=user_id, now=dt.datetime.now(dt.UTC))
    count = _("%(count)s to answer") % {"count": waiting} if waiting else ""
    booked = reverse("calendars:bookings", args=[account_id])
    tabs = (
        (PAGES, _("Scheduling pages"), reverse("calendars:pages", args=[account_id])),
        (UPCOMING, _("Upcoming"), booked),
        (PAST, _("Past"), f"{booked}?show=past"),
        (FIGURES, _("Figures"), reverse("calendars:dashboard", args=[account_id])),
        (EVERY, pgettext("meetings", "All meetings"), reverse("crm:meetings", args=[account_id])),
    )
    return [
        {"label": label, "url": url, "active": key == shown, "count": count if key == UPCOMING else ""}
        for key, label, url in tabs
    ]
