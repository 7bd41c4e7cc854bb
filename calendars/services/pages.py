"""Changing scheduling pages. What fields may hold is checked by ``calendars.forms.page``; the path is guarded here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts.actor import Actor
from accounts.models import Account, Membership, User
from accounts.services.audit import audit_write
from calendars.choices import PageKind, PageState
from calendars.exceptions import PathOfOthers, PathTaken
from calendars.models import PageHost, SchedulingPage
from calendars.selectors.meeting_settings import path_of_others
from calendars.services.page_hosts import HostChoice, page_hosts_set

EDITABLE = frozenset(
    {
        "name",
        "slug",
        "title",
        "description",
        "invitation_subject",
        "location_kind",
        "location_detail",
        "durations",
        "time_zone",
        "weekly_hours",
        "date_overrides",
        "step",
        "minimum_notice",
        "buffer_before",
        "buffer_after",
        "rolling_days",
        "limit_day",
        "limit_week",
        "form_fields",
        "brand_color",
        "logo_id",
        "language",
        "first_day",
        "last_day",
        "consent_text",
        "confirmation_text",
        "reminders",
        "follow_up_minutes",
        "follow_up_subject",
        "follow_up_text",
        "redirect_url",
        "is_owner_first",
    }
)
_SLUG_CONSTRAINT = "calendars_schedulingpage_slug"


@transaction.atomic
def page_create(
    *,
    actor: Actor,
    account: Account,
    owner: User,
    fields: Mapping[str, Any],
    kind: PageKind = PageKind.PERSONAL,
    hosts: Sequence[HostChoice] | None = None,
) -> SchedulingPage:
    """A page of a kind, which stays; without ``hosts`` its owner is its host. Raises PathTaken, NotAHost."""
    page = SchedulingPage(account=account, owner=owner, kind=kind, **_checked(fields))
    _path_check(page)
    _save(page)
    _audit(actor, page, "page.created", {"slug": page.slug, "kind": kind})
    if hosts is None or kind == PageKind.PERSONAL:
        PageHost.objects.create(account=account, page=page, user=owner)
    else:
        page_hosts_set(actor=actor, page=page, hosts=hosts)
    return page


@transaction.atomic
def page_update(
    *,
    actor: Actor,
    page: SchedulingPage,
    fields: Mapping[str, Any],
    hosts: Sequence[HostChoice] | None = None,
) -> SchedulingPage:
    """Change what differs; the audit row names the fields. ``hosts`` are for a group or round robin page. Raises
    PathTaken and NotAHost, and then ``page`` is as it was."""
    kept = SchedulingPage.objects.select_for_update().get(pk=page.pk)
    if hosts is not None and kept.kind != PageKind.PERSONAL:
        page_hosts_set(actor=actor, page=kept, hosts=hosts)
        kept.refresh_from_db(fields=["rotation_from"])
    changed = {name: value for name, value in _checked(fields).items() if getattr(kept, name) != value}
    if not changed:
        return kept
    for name, value in changed.items():
        setattr(kept, name, value)
    if "slug" in changed:
        _path_check(kept)
    kept.updated_at = Now()
    _save(kept)
    _audit(actor, kept, "page.updated", {"fields": sorted(changed)})
    return kept


@transaction.atomic
def page_state_set(*, actor: Actor, page: SchedulingPage, state: PageState) -> None:
    """Pause a page, or take bookings again."""
    changed = SchedulingPage.objects.filter(pk=page.pk).exclude(state__in=(state, PageState.DELETED))
    if changed.update(state=state, updated_at=Now()):
        _audit(actor, page, "page.paused" if state == PageState.PAUSED else "page.activated", {})


@transaction.atomic
def page_delete(*, actor: Actor, page: SchedulingPage) -> None:
    """Take the page away and free its path; its row stays for the bookings that were made on it."""
    kept = SchedulingPage.objects.filter(pk=page.pk).exclude(state=PageState.DELETED)
    if kept.update(state=PageState.DELETED, slug=f"-/deleted/{page.pk}", updated_at=Now()):
        _audit(actor, page, "page.deleted", {"slug": page.slug})


def _checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := set(fields) - EDITABLE:
        raise TypeError(f"a page has no field {sorted(unknown)}")
    found = dict(fields)
    if "slug" in found:
        found["slug"] = found["slug"].lower()
    return found


def _path_check(page: SchedulingPage) -> None:
    """Whoever changes the page, its link begins as its owner's may."""
    owners = Membership.objects.select_related("user").filter(account_id=page.account_id, user_id=page.owner_id)
    if any(path_of_others(page.slug, membership=owner) for owner in owners):
        raise PathOfOthers


def _save(page: SchedulingPage) -> None:
    """Save under the constraint that holds the path unique, also when two are saved at once."""
    try:
        with transaction.atomic():
            page.save()
    except IntegrityError as error:
        constraint = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) or ""
        if constraint.startswith(_SLUG_CONSTRAINT):
            raise PathTaken from error
        raise


def _audit(actor: Actor, page: SchedulingPage, action: str, detail: Mapping[str, Any]) -> None:
    audit_write(
        actor=actor, action=action, target_kind="page", target_id=page.pk, target_label=page.name, detail=detail
    )
