"""What members have chosen for all of their meetings (C11–C13, C17)."""

from __future__ import annotations

import re

from django.db.models import Q, QuerySet

from accounts.choices import DomainState
from accounts.gates import PAID_SEAT
from accounts.models import Domain, Membership, User
from calendars.models import MeetingSettings, SchedulingPage
from calendars.selectors.pages import numbered, pages_kept, pages_of
from hubclone.lib.text import slugify

URL_PART_PATTERN = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
URL_PART_LENGTH_MOST = 60
_URL_PART_FALLBACK = "meet"


def meeting_settings_of(membership: Membership) -> MeetingSettings:
    """A member's settings; unsaved ones that hold the defaults when nothing was chosen yet."""
    found = MeetingSettings.objects.filter(account_id=membership.account_id, membership=membership)
    chosen = found.select_related("domain").first()
    return chosen or MeetingSettings(account_id=membership.account_id, membership=membership)


def url_part_of(membership: Membership) -> str:
    """How the paths of a member's new pages begin (C11): as chosen, else the name, numbered if others chose that."""
    chosen = meeting_settings_of(membership).url_part
    return chosen or next(
        part for part in numbered(url_part_usual(membership)) if not _chosen_by_others(part, membership.user_id)
    )


def url_part_usual(membership: Membership) -> str:
    """The one of who chose none: made of the name, else of the email address."""
    return _part_of_name(membership.user)


def path_of_others(slug: str, *, membership: Membership) -> bool:
    """Whether a page of this member would begin as somebody else's links do: with the part that they chose, or with
    their name where they have pages under it. What is no name, as ``sales/``, may be shared; a name by namesakes."""
    part, user_id = slug.partition("/")[0], membership.user_id
    if _chosen_by_others(part, user_id):
        return True
    if part == url_part_of(membership):
        return False
    paths = pages_kept().filter(Q(slug=part) | Q(slug__startswith=f"{part}/")).exclude(owner_id=user_id)
    owners = User.objects.filter(pk__in=paths.values("owner_id"))
    return any(_part_of_name(owner) == part for owner in owners)


def _chosen_by_others(part: str, user_id: int) -> bool:
    return MeetingSettings.objects.filter(url_part=part).exclude(membership__user_id=user_id).exists()


def _part_of_name(user: User) -> str:
    part = slugify(user.name) or slugify(user.email.partition("@")[0]) or _URL_PART_FALLBACK
    return part[:URL_PART_LENGTH_MOST].strip("-")


def url_part_taken(part: str, *, membership: Membership) -> bool:
    """Whether it is somebody else's: chosen by them, or the beginning of a page of theirs."""
    if MeetingSettings.objects.filter(url_part=part).exclude(membership=membership).exists():
        return True
    paths = pages_kept().filter(Q(slug=part) | Q(slug__startswith=f"{part}/"))
    return paths.exclude(account_id=membership.account_id, owner_id=membership.user_id).exists()


def default_page_of(membership: Membership) -> SchedulingPage | None:
    """The page that a meeting link without a name leads to (C12): the chosen one with a paid seat, else the first."""
    pages = _own_pages(membership)
    chosen = meeting_settings_of(membership).default_page_id if PAID_SEAT.gate_open(membership) else None
    return (pages.filter(pk=chosen).first() if chosen else None) or pages.first()


def default_page_ids(account_id: int) -> set[int]:
    """Each owner's default page (C12), whether or not they still belong to the account; two queries."""
    firsts = pages_kept().filter(account_id=account_id).order_by("owner_id", "id").distinct("owner_id")
    found = dict(firsts.values_list("owner_id", "pk"))
    chosen = MeetingSettings.objects.filter(account_id=account_id, default_page__in=pages_kept())
    for row in chosen.select_related("membership", "default_page"):
        owner_id = row.membership.user_id
        if PAID_SEAT.gate_open(row.membership) and row.default_page and row.default_page.owner_id == owner_id:
            found[owner_id] = row.default_page.pk
    return set(found.values())


def chat_page_of(chat: MeetingSettings) -> SchedulingPage | None:
    """The page that is booked in a member's chat: the chosen one, else the default one; None when none is wanted."""
    if not chat.is_chat_link_on:
        return None
    chosen = _own_pages(chat.membership).filter(pk=chat.chat_page_id).first() if chat.chat_page_id else None
    return chosen or default_page_of(chat.membership)


def chat_by_key(key: str) -> MeetingSettings:
    """The settings of the member whose chat it is. Raises MeetingSettings.DoesNotExist, also for who has left."""
    found = MeetingSettings.objects.select_related("membership__user", "account")
    return found.get(chat_key=key, membership__user__is_active=True)


def domains_offered(membership: Membership) -> QuerySet[Domain]:
    """The account's connected domains, by name."""
    return Domain.objects.filter(account_id=membership.account_id, state=DomainState.CONNECTED).order_by("host")


def _own_pages(membership: Membership) -> QuerySet[SchedulingPage]:
    return pages_of(account_id=membership.account_id, user_id=membership.user_id)
