"""Reading scheduling pages."""

from __future__ import annotations

import re

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Membership
from calendars.choices import PageState
from calendars.models import SchedulingPage

SLUG_PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*)?")
SLUG_LENGTH_MOST = 100
"""One or two segments of lower-case letters and digits with single dashes between them."""


def pages_kept() -> QuerySet[SchedulingPage]:
    """Every page that was not deleted."""
    return SchedulingPage.objects.exclude(state=PageState.DELETED)


def pages_of(*, account_id: int, user_id: int) -> QuerySet[SchedulingPage]:
    """A member's own pages, the oldest first."""
    return pages_kept().filter(account_id=account_id, owner_id=user_id).order_by("id")


def page_of(*, account_id: int, user_id: int, page_id: int) -> SchedulingPage:
    """One of a member's own pages. Raises SchedulingPage.DoesNotExist for anybody else's."""
    return pages_of(account_id=account_id, user_id=user_id).get(pk=page_id)


def page_by_slug(*, slug: str) -> SchedulingPage:
    """The page at a path, in any case, with its owner, account and hosts. Raises SchedulingPage.DoesNotExist.

    A page whose owner has left the account is not there.
    """
    slug = slug.lower().strip("/")
    if len(slug) > SLUG_LENGTH_MOST or not SLUG_PATTERN.fullmatch(slug):
        raise SchedulingPage.DoesNotExist
    member = Membership.objects.filter(account=OuterRef("account"), user=OuterRef("owner"))
    pages = pages_kept().filter(Exists(member), slug=slug, owner__is_active=True)
    return pages.select_related("owner", "account").prefetch_related("hosts").get()
