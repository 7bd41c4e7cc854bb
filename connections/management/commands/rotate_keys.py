"""``manage.py rotate_keys``: re-encrypt every secret under the first of ENCRYPTION_KEYS (A11)."""

from __future__ import annotations

from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, models, transaction

from accounts.second_factor import secrets_rotate
from hubclone.lib.crypto import EncryptedJSONField, SecretUnreadable, rotate

BATCH = 500


class Command(BaseCommand):
    """Goes through every encrypted column in batches; may be interrupted and run again, and beside a running system."""

    help = "Re-encrypt every secret under the first of ENCRYPTION_KEYS. Afterwards the older keys can be removed."

    def handle(self, *args: Any, **options: Any) -> None:
        """Say what was done. Exits with an error when a secret cannot be read with any of the keys."""
        unreadable = 0
        for model in apps.get_models():
            for field in model._meta.local_concrete_fields:
                if isinstance(field, EncryptedJSONField):
                    done, failed = _rotate(model, field)
                    unreadable += failed
                    self.stdout.write(f"{model._meta.label}.{field.name}: {done} re-encrypted, {failed} unreadable")
        done, failed = secrets_rotate()
        unreadable += failed
        self.stdout.write(f"mfa.Authenticator.data: {done} re-encrypted, {failed} unreadable")
        if unreadable:
            raise CommandError(f"{unreadable} secrets were written with a key that is not in ENCRYPTION_KEYS.")


def _rotate(model: type[models.Model], field: EncryptedJSONField) -> tuple[int, int]:
    """Every row of one column, by key; how many were done and how many could not be read."""
    done = failed = last = 0
    while rows := _batch(model, field, last):
        with transaction.atomic():
            for pk, secret in rows:
                ok = _rotate_row(model, field, pk, secret)
                done, failed = done + ok, failed + (not ok)
        last = rows[-1][0]
    return done, failed


def _batch(model: type[models.Model], field: EncryptedJSONField, last: int) -> list[tuple[int, str]]:
    """The stored tokens as they are: the field itself would decrypt them."""
    table, key, column = _names(model, field)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {key}, {column} from {table} where {column} <> '' and {key} > %s order by {key} limit %s",  # noqa: S608
            [last, BATCH],
        )
        return list(cursor.fetchall())


def _rotate_row(model: type[models.Model], field: EncryptedJSONField, pk: int, secret: str) -> bool:
    """Replace the token. One that was written meanwhile is taken up in its turn: a process that has not been restarted
    yet may have written it under an older key."""
    table, key, column = _names(model, field)
    found: tuple[str, ...] | None = (secret,)
    while found and found[0]:
        try:
            fresh = rotate(found[0])
        except SecretUnreadable:
            return False
        with connection.cursor() as cursor:
            cursor.execute(
                f"update {table} set {column} = %s where {key} = %s and {column} = %s",  # noqa: S608
                [fresh, pk, found[0]],
            )
            if cursor.rowcount:
                return True
            cursor.execute(f"select {column} from {table} where {key} = %s", [pk])  # noqa: S608
            found = cursor.fetchone()
    return True


def _names(model: type[models.Model], field: EncryptedJSONField) -> tuple[str, str, str]:
    quote = connection.ops.quote_name
    return quote(model._meta.db_table), quote(_column(model._meta.pk)), quote(_column(field))


def _column(field: models.Field[Any, Any] | None) -> str:
    """Stored fields, of which a primary key is one, have a column."""
    assert field is not None
    assert field.column is not None
    return field.column
