"""Reading scheduling pages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import count
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Lower

from calendars.choices import LocationKind, PageKind, PageState
from calendars.models import PageFolder, PageHost, SchedulingPage

SLUG_PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*(?:/[a-z0-9]+(?:-[a-z0-9]+)*)?")
SLUG_LENGTH_MOST = 100
PHONE = "phone"
"""One or two segments of lower-case letters and digits with single hyphens between them."""


def pages_kept() -> QuerySet[SchedulingPage]:
    """Every page that was not deleted."""
    return SchedulingPage.objects.exclude(state=PageState.DELETED)


def pages_of(*, account_id: int, user_id: int) -> QuerySet[SchedulingPage]:
    """A member's own pages, the oldest first."""
    return pages_kept().filter(account_id=account_id, owner_id=user_id).order_by("id")


def pages_hosted(*, account_id: int, user_id: int) -> QuerySet[SchedulingPage]:
    """Others' pages on which a member is a host, by name."""
    hosting = PageHost.objects.filter(page=OuterRef("pk"), user_id=user_id, left_at=None)
    found = pages_kept().filter(Exists(hosting), account_id=account_id).exclude(owner_id=user_id)
    return found.exclude(kind=PageKind.PERSONAL).select_related("owner").order_by("name", "id")


def folders_of(*, account_id: int, user_id: int) -> QuerySet[PageFolder]:
    """A member's folders by name."""
    return PageFolder.objects.filter(account_id=account_id, owner_id=user_id).order_by(Lower("name"), "id")


def page_of(*, account_id: int, user_id: int, page_id: int) -> SchedulingPage:
    """One of a member's own pages. Raises SchedulingPage.DoesNotExist for anybody else's."""
    return pages_of(account_id=account_id, user_id=user_id).get(pk=page_id)


def fields_asked(page: SchedulingPage) -> list[dict[str, Any]]:
    """What the form asks for beyond names and e-mail; who is to be called has to give a number."""
    if page.location_kind != LocationKind.CALL_GUEST:
        return list(page.form_fields)
    own = next((item for item in page.form_fields if item["name"] == PHONE), {"name": PHONE, "label": "Phone number"})
    others = [item for item in page.form_fields if item["name"] != PHONE]
    return [own | {"required": True, "hidden": False}, *others]


_BY_SLUG_SQL = """
select p.* from calendars_schedulingpage p
join accounts_membership m on m.account_id = p.account_id and m.user_id = p.owner_id
join accounts_user u on u.id = p.owner_id and u.is_active
where p.slug = %s and p.state <> 'deleted'
"""


def page_by_slug(*, slug: str) -> SchedulingPage:
    """The page at a path, in any case. Raises SchedulingPage.DoesNotExist.

    A page whose owner has left the account is not there. In SQL, for every visitor's every click comes through here.
    """
    slug = slug.lower().strip("/")
    if len(slug) <= SLUG_LENGTH_MOST and SLUG_PATTERN.fullmatch(slug):
        for page in SchedulingPage.objects.raw(_BY_SLUG_SQL, [slug]):
            return page
    raise SchedulingPage.DoesNotExist


def slug_taken(slug: str, *, but: SchedulingPage | None = None) -> bool:
    """Whether another page has this path, in lower case, so that it can be told with all else that is wrong."""
    found = SchedulingPage.objects.filter(slug=slug)
    return (found.exclude(pk=but.pk) if but else found).exists()


def slug_free(wanted: str) -> str:
    """``wanted``, or the first of wanted-2, wanted-3 … that no page has. Only a proposal: the constraint decides."""
    wanted = wanted[: SLUG_LENGTH_MOST - 4]
    taken = set(SchedulingPage.objects.filter(slug__startswith=wanted).values_list("slug", flat=True))
    return next(slug for slug in numbered(wanted) if slug not in taken)


def numbered(wanted: str) -> Iterator[str]:
    """``wanted``, wanted-2, wanted-3 …"""
    yield wanted
    for number in count(2):
        yield f"{wanted}-{number}"
