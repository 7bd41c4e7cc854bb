"""Who hosts a page, whom a booking took, and whose turn the next one is (C18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from calendars.choices import PageKind
from calendars.engine.pools import Turn
from calendars.models import Booking, PageHost, Reservation, SchedulingPage
from crm.choices import IdentityKind, ObjectType
from crm.models import RecordIdentity

NAMES_MOST = 4
"""As many names are read out; of more hosts three are, and the others are counted."""


@dataclass(frozen=True, slots=True)
class HostShare:
    """A member on a page, with their weight."""

    user: User
    weight: int


def hosts_now(page: SchedulingPage) -> QuerySet[PageHost]:
    """Who has not left the page, and is in the account still; by id of the user."""
    found = PageHost.objects.filter(account_id=page.account_id, page=page, left_at=None, user__is_active=True)
    return found.filter(user__memberships__account_id=page.account_id).order_by("user_id")


def page_host_ids(page: SchedulingPage, moving: Booking | None = None) -> list[int]:
    """Whose time the page offers, ascending; a personal page's owner alone, without a query.

    A booking that is ``moving`` keeps those whom it took, whether or not they have left the page since.
    """
    if page.kind == PageKind.PERSONAL:
        return [page.owner_id]
    if moving is not None:
        reserved = Reservation.objects.filter(account_id=page.account_id, booking=moving)
        return sorted(set(reserved.values_list("host_id", flat=True)))
    if page.hosts_shown is not None:
        return sorted(user.pk for user in page.hosts_shown)
    return list(hosts_now(page).values_list("user_id", flat=True))


def page_hosts(page: SchedulingPage) -> list[User]:
    """The people whose time the page offers: the owner first if they are among them, the others in the order in which
    they were added. Asked for once a page object."""
    if page.kind == PageKind.PERSONAL:
        return [page.owner]
    if page.hosts_shown is None:
        page.hosts_shown = [share.user for share in page_shares(page)]
    return list(page.hosts_shown)


def page_shares(page: SchedulingPage) -> list[HostShare]:
    """The page's hosts with their weights, in the order of ``page_hosts``."""
    rows = sorted(hosts_now(page).select_related("user"), key=lambda row: (row.user_id != page.owner_id, row.pk))
    return [HostShare(row.user, row.weight) for row in rows]


def booking_hosts(booking: Booking) -> list[User]:
    """Everybody who meets the guest, the organiser first. No query but for a group; asked for once a booking object."""
    if booking.hosts_taken is None:
        booking.hosts_taken = _hosts_taken(booking)
    return list(booking.hosts_taken)


def _hosts_taken(booking: Booking) -> list[User]:
    host = booking.host
    if booking.page.kind != PageKind.GROUP:
        return [host]
    if booking.pk is None:
        return [host, *(user for user in page_hosts(booking.page) if user != host)]
    taken = Reservation.objects.filter(booking=booking).exclude(host=host).select_related("host").order_by("id")
    return [host, *(reservation.host for reservation in taken)]


def names_words(people: Sequence[User] | Sequence[str]) -> str:
    """``Anna Nowak``, ``Anna Nowak and Jan Lis``, ``Anna Nowak, Jan Lis, Ola Kos and 3 others`` in the active
    language."""
    names = [str(person) for person in people]
    if len(names) > NAMES_MOST:
        rest = len(names) - NAMES_MOST + 1
        others = ngettext("%(count)s other", "%(count)s others", rest) % {"count": rest}
        names = [*names[: NAMES_MOST - 1], others]
    if len(names) < 2:
        return "".join(names)
    return _("%(names)s and %(last)s") % {"names": ", ".join(names[:-1]), "last": names[-1]}


def page_host_words(page: SchedulingPage) -> str:
    """Whom visitors meet on the page; of a round robin page with several hosts its own account, for who it will be is
    not known yet."""
    hosts = page_hosts(page)
    if page.kind == PageKind.ROUND_ROBIN and len(hosts) > 1:
        return _("one of %(names)s") % {"names": names_words(hosts)}
    return names_words(hosts) or str(page.owner)


_TURNS_SQL = """
select h.user_id, h.weight, count(b.id), extract(epoch from max(b.created_at))::float8
from calendars_pagehost h
left join calendars_booking b on b.page_id = h.page_id and b.organiser_id = h.user_id
    and b.state in ('requested', 'confirmed') and (%(since)s::timestamptz is null or b.created_at >= %(since)s)
where h.page_id = %(page)s and h.user_id = any(%(user_ids)s::bigint[])
group by h.user_id, h.weight
"""


def page_turns(page: SchedulingPage, host_ids: Sequence[int]) -> list[Turn]:
    """What each of these hosts was given of the page's meetings since its hosts were last changed; cancelled and
    declined ones do not count. One query."""
    parameters = {"page": page.pk, "since": page.rotation_from, "user_ids": list(host_ids)}
    with connection.cursor() as cursor:
        cursor.execute(_TURNS_SQL, parameters)
        return [Turn(*row) for row in cursor.fetchall()]


def contact_owner_id(*, account_id: int, email: str) -> int | None:
    """The user who owns the contact with this address; None for no contact, and for one that nobody owns."""
    found = RecordIdentity.objects.filter(
        account_id=account_id,
        object_type=ObjectType.CONTACT,
        kind=IdentityKind.EMAIL,
        namespace="",
        value=email.lower(),
        record__archived_at=None,
    )
    return found.values_list("record__owner_id", flat=True).first()
