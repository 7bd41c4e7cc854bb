"""What a contact agreed to."""

from __future__ import annotations

from crm.models import Consent

PURPOSES_MOST = 100


def consent_state(*, account_id: int, record_id: int) -> list[Consent]:
    """The statement that holds for each purpose, by purpose. One query."""
    found = Consent.objects.filter(account_id=account_id, record_id=record_id)
    newest = found.order_by("purpose", "-id").distinct("purpose")
    return sorted(newest, key=lambda consent: consent.purpose.casefold())


def consent_history(*, account_id: int, record_id: int) -> list[Consent]:
    """Every statement, the newest first."""
    return list(Consent.objects.filter(account_id=account_id, record_id=record_id).order_by("-id"))


def consent_purposes(*, account_id: int) -> list[str]:
    """The purposes that the account has asked for so far, by name."""
    found = Consent.objects.filter(account_id=account_id).order_by("purpose")
    return list(found.values_list("purpose", flat=True).distinct()[:PURPOSES_MOST])
