"""Domains whose people no integration makes contacts of (A24)."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actor import Actor
from accounts.domain_names import host_parse
from accounts.services.audit import audit_write
from crm.exceptions import RecordError
from crm.models import ExcludedDomain


class DomainRefused(RecordError):
    """A domain cannot be excluded. The text says why."""

    code = "DOMAIN_REFUSED"


@transaction.atomic
def excluded_domain_add(*, actor: Actor, domain: str) -> ExcludedDomain:
    """Close a domain, with all below it, to integrations; contacts that are there stay. Raises DomainRefused."""
    try:
        host = host_parse(domain.strip().removeprefix("@"))
    except ValidationError as error:
        raise DomainRefused(" ".join(error.messages)) from error
    excluded, created = ExcludedDomain.objects.get_or_create(account_id=actor.account_id, domain=host)
    if not created:
        raise DomainRefused(_("This domain is excluded already."))
    _audit(actor, "excluded_domain.added", excluded)
    return excluded


@transaction.atomic
def excluded_domain_remove(*, actor: Actor, excluded_id: int) -> None:
    """Let integrations make contacts of the domain again; what is not there stays so."""
    excluded = ExcludedDomain.objects.filter(account_id=actor.account_id, pk=excluded_id).select_for_update().first()
    if excluded is not None:
        _audit(actor, "excluded_domain.removed", excluded)
        excluded.delete()


def _audit(actor: Actor, action: str, excluded: ExcludedDomain) -> None:
    audit_write(
        actor=actor,
        action=action,
        target_kind="excluded_domain",
        target_id=excluded.pk,
        target_label=excluded.domain,
    )
