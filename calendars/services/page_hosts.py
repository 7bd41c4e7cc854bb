"""Who hosts a group or round robin page (C18): chosen by its owner, left by themselves. Booked meetings stay with whom
they were booked."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actor import Actor
from accounts.models import User
from accounts.registries import NOTIFICATION_KINDS, NotificationKind
from accounts.services.audit import audit_write
from accounts.services.notifications import NotificationWords, notifications_send
from calendars.choices import PageKind
from calendars.exceptions import NotAHost
from calendars.models import PageHost, SchedulingPage

KIND = "page.hosts"
WEIGHT_MOST = 100
HOSTS_MOST = 50

NOTIFICATION_KINDS.register(
    KIND,
    NotificationKind(
        KIND,
        gettext_lazy("Hosts of a scheduling page"),
        gettext_lazy("A colleague has put you on a page, or has left one of yours."),
        icon="contacts",
    ),
)


@dataclass(frozen=True, slots=True)
class HostChoice:
    """A member to host a page, with their weight, which counts on a round robin page alone."""

    user_id: int
    weight: int = 1


@transaction.atomic
def page_hosts_set(*, actor: Actor, page: SchedulingPage, hosts: Sequence[HostChoice]) -> None:
    """Make these the hosts of a group or round robin page: who is new is told, who is missing has left. Any change
    begins the turns anew. Raises NotAHost for somebody who is not in the account, and for nobody at all."""
    SchedulingPage.objects.select_for_update().get(pk=page.pk)
    _check(page, hosts)
    before = {row.user_id: row for row in PageHost.objects.filter(page=page)}
    current = {user_id: row.weight for user_id, row in before.items() if row.left_at is None}
    wanted = {host.user_id: host.weight for host in hosts}
    if wanted == current:
        return
    for user_id, weight in wanted.items():
        PageHost.objects.update_or_create(
            account_id=page.account_id, page=page, user_id=user_id, defaults={"weight": weight, "left_at": None}
        )
    joined, left = wanted.keys() - current.keys(), current.keys() - wanted.keys()
    PageHost.objects.filter(page=page, user__in=left).update(left_at=Now())
    _turns_begin(page)
    _audit(actor, page, joined=joined, left=left)
    _joined_tell(actor, page, joined - {page.owner_id})


@transaction.atomic
def page_leave(*, actor: Actor, page: SchedulingPage, user: User) -> None:
    """A host goes, and the owner of the page is told. Nothing happens to who has left already."""
    SchedulingPage.objects.select_for_update().get(pk=page.pk)
    rows = PageHost.objects.filter(page=page, user=user, left_at=None)
    if page.kind == PageKind.PERSONAL or not rows.update(left_at=Now()):
        return
    _turns_begin(page)
    _audit(actor, page, joined=(), left=[user.pk])
    if user != page.owner:
        words = _("%(name)s has left “%(page)s”"), _("Meetings that were booked with them stay.")
        _tell(page, [page.owner], lambda: words, {"name": user, "page": page.name}, "page_edit")


def _check(page: SchedulingPage, hosts: Sequence[HostChoice]) -> None:
    ids = {host.user_id for host in hosts}
    members = User.objects.filter(pk__in=ids, is_active=True, memberships__account_id=page.account_id)
    is_held = page.kind != PageKind.PERSONAL or ids == {page.owner_id}
    weights = all(1 <= host.weight <= WEIGHT_MOST for host in hosts)
    if not (ids and len(ids) == len(hosts) <= HOSTS_MOST and members.count() == len(ids) and is_held and weights):
        raise NotAHost


def _turns_begin(page: SchedulingPage) -> None:
    SchedulingPage.objects.filter(pk=page.pk).update(rotation_from=Now(), updated_at=Now())


def _joined_tell(actor: Actor, page: SchedulingPage, user_ids: Collection[int]) -> None:
    people = list(User.objects.filter(pk__in=user_ids))

    def words() -> tuple[str, str]:
        every = _("%(name)s has put you on “%(page)s”")
        if page.kind == PageKind.GROUP:
            return every, _("Visitors book meetings with all of its hosts together, when everybody is free.")
        return every, _("Visitors book meetings with one of its hosts, in turn.")

    _tell(page, people, words, {"name": page.owner, "page": page.name}, "pages")


def _tell(
    page: SchedulingPage,
    people: Sequence[User],
    words: Callable[[], tuple[str, str]],
    names: dict[str, object],
    route: str,
) -> None:
    def said() -> NotificationWords:
        title, text = words()
        return NotificationWords(title % names, text)

    arguments = [page.account_id, page.pk] if route == "page_edit" else [page.account_id]
    changed = SchedulingPage.objects.values_list("rotation_from", flat=True).get(pk=page.pk)
    assert changed is not None
    notifications_send(
        account_id=page.account_id,
        kind=KIND,
        key=f"{KIND}:{page.pk}:{changed.isoformat()}",
        people=people,
        words=said,
        url=reverse(f"calendars:{route}", args=arguments),
    )


def _audit(actor: Actor, page: SchedulingPage, *, joined: Collection[int], left: Collection[int]) -> None:
    audit_write(
        actor=actor,
        action="page.hosts_changed",
        target_kind="page",
        target_id=page.pk,
        target_label=page.name,
        detail={"joined": sorted(joined), "left": sorted(left)},
    )
