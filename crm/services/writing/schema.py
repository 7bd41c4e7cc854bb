"""Definitions and association types of an account, kept in the process until their version changes."""

from __future__ import annotations

import uuid
from collections import OrderedDict
from dataclasses import dataclass

from crm.exceptions import UnknownAssociationType
from crm.models import AssociationType, PropertyDefinition
from crm.values import Definition
from hubclone.lib.locks import LockSpace, transaction_lock, transaction_lock_shared

ACCOUNTS_KEPT = 200


@dataclass(frozen=True, slots=True)
class AccountSchema:
    """What the values and links of one account must fit."""

    version: uuid.UUID | None
    definitions: dict[str, dict[str, Definition]]
    inverses: dict[tuple[str, str, int], int]

    def inverse(self, from_type: str, to_type: str, type_id: int) -> int:
        """The type of the same link seen from the other side. Raises UnknownAssociationType."""
        try:
            return self.inverses[from_type, to_type, type_id]
        except KeyError:
            raise UnknownAssociationType(from_type, to_type, type_id) from None


_kept: OrderedDict[int, AccountSchema] = OrderedDict()


def schema_hold(*, account_id: int) -> None:
    """Keep the account's definitions as they are until the transaction ends; whoever writes values takes it first."""
    transaction_lock_shared(LockSpace.SCHEMA, account_id)


def schema_take(*, account_id: int) -> None:
    """Wait for everybody who writes values, and keep new ones out until the transaction ends."""
    transaction_lock(LockSpace.SCHEMA, [account_id])


def schema_get(*, account_id: int, version: uuid.UUID | None) -> AccountSchema:
    """The schema of ``version``, which the caller has just read; two queries when this process does not hold it."""
    held = _kept.get(account_id)
    if held is not None and held.version == version:
        return held
    schema = AccountSchema(version, _definitions(account_id), _inverses(account_id))
    _kept[account_id] = schema
    while len(_kept) > ACCOUNTS_KEPT:
        _kept.popitem(last=False)
    return schema


def _definitions(account_id: int) -> dict[str, dict[str, Definition]]:
    found: dict[str, dict[str, Definition]] = {}
    for row in PropertyDefinition.objects.filter(account_id=account_id):
        found.setdefault(row.object_type, {})[row.name] = Definition(
            row.name,
            row.label,
            row.type,
            row.field_type,
            frozenset(option["value"] for option in row.options),
            row.is_read_only,
            row.archived_at is not None,
        )
    return found


def _inverses(account_id: int) -> dict[tuple[str, str, int], int]:
    rows = AssociationType.objects.filter(account_id=account_id)
    return {
        (from_type, to_type, type_id): inverse
        for from_type, to_type, type_id, inverse in rows.values_list(
            "from_type", "to_type", "type_id", "inverse_type_id"
        )
    }
