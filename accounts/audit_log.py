"""Reading the audit log (A8)."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import AuditEntry, Membership
from accounts.registries import AUDIT_LINKS, AUDIT_NAMES
from hubclone.lib.paging import Page, keyset_page

AUDIT_PAGE = 50
ID_MOST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """What part of the log is wanted; what is empty is not asked for. ``since`` is included, ``until`` is not."""

    actor: str = ""
    actor_kind: str = ""
    action: str = ""
    target_kind: str = ""
    target: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None

    @property
    def query(self) -> Q:
        """Parts of the actor's and of the target's names count in any case, a target's id as a whole."""
        found = Q()
        if self.actor:
            found &= Q(actor_label__icontains=self.actor)
        if self.target:
            found &= Q(target_label__icontains=self.target) | Q(target_id=self.target)
        if self.since:
            found &= Q(created_at__gte=self.since)
        if self.until:
            found &= Q(created_at__lt=self.until)
        exact = {"actor_kind": self.actor_kind, "action": self.action, "target_kind": self.target_kind}
        return found & Q(**{name: value for name, value in exact.items() if value})


def audit_entries(*, account_id: int, wanted: AuditFilter) -> QuerySet[AuditEntry]:
    """That part of an account's log, the newest first."""
    return AuditEntry.objects.filter(wanted.query, account_id=account_id).order_by("-id")


def audit_page(*, account_id: int, wanted: AuditFilter, after: str | None = None) -> Page[AuditEntry]:
    """A page of it. Raises BadCursor."""
    entries = audit_entries(account_id=account_id, wanted=wanted)
    return keyset_page(entries, fields=["-id"], after=after, limit=AUDIT_PAGE)


def audit_links(*, membership: Membership, entries: Iterable[AuditEntry]) -> dict[int, str]:
    """Entry's id → the page of what it tells of, where there is one that this member may open; a query a kind."""
    wanted: dict[str, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
    for entry in entries:
        if entry.target_kind in AUDIT_LINKS and (target := _number(entry.target_id)):
            wanted[entry.target_kind][target].append(entry.pk)
    links: dict[int, str] = {}
    for kind, targets in wanted.items():
        for target, path in AUDIT_LINKS[kind](membership, list(targets)).items():
            links |= dict.fromkeys(targets[target], path)
    return links


def target_name(entry: AuditEntry) -> str:
    """What an entry is about by name, in the active language; empty when it has none."""
    words = AUDIT_NAMES.get(entry.target_kind)
    return words(entry.target_label, entry.target_id) if words else entry.target_label


def _number(text: str) -> int:
    """The id, or 0 for what is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= ID_MOST else 0
