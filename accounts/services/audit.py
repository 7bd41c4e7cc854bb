"""The audit log (A8)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import connection

from accounts.actor import Actor
from accounts.models import AuditEntry
from accounts.registries import AUDIT_ACTIONS, AUDIT_TARGETS


def audit_write(
    *,
    actor: Actor,
    action: str,
    target_kind: str,
    target_id: object,
    target_label: str = "",
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Add a row in the caller's transaction, which must be open. ``detail`` is JSON, without secrets or tokens.

    Raises RuntimeError without a transaction, LookupError for an action or a target that has no words in its registry.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("audit_write needs the transaction of the change that it tells of")
    for words, key in ((AUDIT_ACTIONS, action), (AUDIT_TARGETS, target_kind)):
        words[key]
    AuditEntry.objects.create(
        account_id=actor.account_id,
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_label=actor.label[:254],
        ip=actor.ip,
        action=action,
        target_kind=target_kind,
        target_id=str(target_id),
        target_label=target_label[:254],
        detail=dict(detail or {}),
    )
