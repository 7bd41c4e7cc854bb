"""Reading logos: what a page needs to show one, and the picture itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from calendars.models import PageLogo, SchedulingPage

SHOWN_WIDTH_MOST, SHOWN_HEIGHT_MOST = 200, 48
"""The box, in CSS pixels, that a logo is shown in."""


@dataclass(frozen=True, slots=True)
class ShownLogo:
    """``width`` and ``height`` are what it takes on the page, in CSS pixels; ``organisation`` is its text."""

    pk: int
    digest: str
    url: str
    width: int
    height: int
    organisation: str


def logo_of_page(page: SchedulingPage) -> ShownLogo | None:
    """The page's logo; one query, none when it has no logo."""
    return logo_by(account_id=page.account_id, pk=page.logo_id) if page.logo_id else None


def logo_by(*, account_id: int, **which: Any) -> ShownLogo | None:
    """The account's logo by ``pk`` or ``digest``."""
    names = ("pk", "digest", "ending", "width", "height", "account__name")
    found = PageLogo.objects.filter(account_id=account_id, **which).values_list(*names).first()
    return _shown(*found) if found else None


def logo_data(*, digest: str, ending: str) -> bytes | None:
    """The picture under its address, whichever account it is of: who knows the digest has the picture."""
    found = PageLogo.objects.filter(digest=digest, ending=ending).values_list("data", flat=True).first()
    return None if found is None else bytes(found)


def _shown(pk: int, digest: str, ending: str, width: int, height: int, organisation: str) -> ShownLogo:
    scale = min(1, SHOWN_WIDTH_MOST / width, SHOWN_HEIGHT_MOST / height)
    url = reverse("calendars:public_logo", args=[digest, ending])
    return ShownLogo(pk, digest, url, max(1, round(width * scale)), max(1, round(height * scale)), organisation)
