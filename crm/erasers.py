"""The platform's part of a privacy erasure: it lies below, so it is registered here."""

from __future__ import annotations

from accounts.services.erasure import person_erase
from crm.registries import PRIVACY_ERASERS, Erasure


@PRIVACY_ERASERS.registered("accounts")
def platform_erase(erasure: Erasure) -> None:
    """E-mails, notifications and the audit log."""
    person_erase(
        account_id=erasure.account_id,
        record_ids=erasure.record_ids,
        addresses=erasure.addresses,
        names=erasure.names,
    )
