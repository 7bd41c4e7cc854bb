"""Reads of the platform."""

from __future__ import annotations

from django.db.models import QuerySet
from django.db.models.functions import Lower

from accounts.choices import ActorKind, Right
from accounts.models import AccessToken, AuditEntry, Membership, User
from hubclone.lib.jobs.choices import JobState
from hubclone.lib.jobs.models import LeasedJob
from hubclone.lib.jobs.registry import job_models
from hubclone.lib.paging import Page, keyset_page

AUDIT_PAGE = 50
FAILED_PAGE = 50


def memberships_of(*, user: User) -> QuerySet[Membership]:
    """A person's accounts, by name."""
    return Membership.objects.filter(user=user).select_related("account").order_by(Lower("account__name"), "account_id")


def members_list(*, account_id: int) -> QuerySet[Membership]:
    """The people of an account, by name."""
    people = Membership.objects.filter(account_id=account_id).select_related("user")
    return people.order_by(Lower("user__name"), "id")


def people_with(*, account_id: int, right: Right) -> list[User]:
    """Everybody active in the account who holds the right, super admins included."""
    rights = [right.value, Right.SUPER_ADMIN.value]
    members = Membership.objects.filter(account_id=account_id, rights__overlap=rights, user__is_active=True)
    return [member.user for member in members.select_related("user").order_by("user_id")]


def access_tokens_list(*, account_id: int) -> QuerySet[AccessToken]:
    """The account's private app tokens, good ones first, then the newest."""
    return AccessToken.objects.filter(account_id=account_id).order_by("revoked_at", "-id")


def audit_page(
    *, account_id: int, actor_kind: str = "", text: str = "", target_kind: str = "", after: str | None = None
) -> Page[AuditEntry]:
    """A page of the audit log, newest first; ``text`` is a part of the actor's label. Raises BadCursor."""
    entries = AuditEntry.objects.filter(account_id=account_id)
    if actor_kind in ActorKind.values:
        entries = entries.filter(actor_kind=actor_kind)
    if target_kind:
        entries = entries.filter(target_kind=target_kind)
    if text:
        entries = entries.filter(actor_label__icontains=text)
    return keyset_page(entries, fields=["-id"], after=after, limit=AUDIT_PAGE)


def audit_target_kinds(*, account_id: int) -> list[str]:
    """The kinds of thing that the log tells of."""
    kinds = AuditEntry.objects.filter(account_id=account_id).order_by("target_kind")
    return list(kinds.values_list("target_kind", flat=True).distinct()[:100])


def failed_jobs_list(*, account_id: int) -> list[LeasedJob]:
    """The newest dead jobs of an account from every table, at most ``FAILED_PAGE`` of each, newest first."""
    found: list[LeasedJob] = []
    for model in job_models():
        dead = model._default_manager.filter(account_id=account_id, state=JobState.DEAD)
        found += dead.order_by("-id")[:FAILED_PAGE]
    return sorted(found, key=lambda job: job.finished_at or job.created_at, reverse=True)


def failed_job_get(*, account_id: int, label: str, job_id: int) -> LeasedJob | None:
    """One dead job by its table's label (``app.model``); None for what is not there, not dead or another account's."""
    for model in job_models():
        if model._meta.label_lower == label:
            return model._default_manager.filter(account_id=account_id, pk=job_id, state=JobState.DEAD).first()
    return None
