"""Secrets at rest: MultiFernet fields with keys of their own, and the keyed digest that outlives an erasure.

``ENCRYPTION_KEYS`` lists url-safe base64 Fernet keys, the newest first: new values use the first, old ones can be read
with any. ``manage.py rotate_keys`` re-encrypts everything under the first.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models

from hubclone.lib.errors import PermanentError

if TYPE_CHECKING:
    _TextField = models.TextField[Any, Any]
else:
    _TextField = models.TextField


class SecretUnreadable(PermanentError):
    """A stored secret was written with a key that is no longer in ENCRYPTION_KEYS."""

    code = "SECRET_UNREADABLE"


@lru_cache(maxsize=8)
def _cipher(keys: tuple[str, ...]) -> MultiFernet:
    try:
        return MultiFernet([Fernet(key) for key in keys])
    except ValueError as error:
        raise ImproperlyConfigured("ENCRYPTION_KEYS must be url-safe base64 Fernet keys, divided by commas.") from error


def encrypt(text: str) -> str:
    """Encrypt under the newest key; the result is ASCII."""
    return _cipher(tuple(settings.ENCRYPTION_KEYS)).encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The text behind ``encrypt``. Raises SecretUnreadable."""
    try:
        return _cipher(tuple(settings.ENCRYPTION_KEYS)).decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise SecretUnreadable from error


def rotate(token: str) -> str:
    """The same text under the newest key. Raises SecretUnreadable."""
    try:
        return _cipher(tuple(settings.ENCRYPTION_KEYS)).rotate(token.encode()).decode()
    except InvalidToken as error:
        raise SecretUnreadable from error


def keyed_digest(text: str, *, purpose: str) -> str:
    """Hex HMAC-SHA256 under HMAC_KEY, which does not rotate; ``purpose`` keeps the digests of different uses apart."""
    return hmac.new(settings.HMAC_KEY.encode(), f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()


class EncryptedJSONField(_TextField):
    """A JSON value kept as a Fernet token; an empty dict when the column is empty."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", dict)
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        """Decrypt and parse."""
        return json.loads(decrypt(value)) if value else {}

    def get_prep_value(self, value: Any) -> str:
        """Serialise and encrypt."""
        return encrypt(json.dumps(value)) if value else ""

    def value_to_string(self, obj: models.Model) -> str:
        """Serialisers get the token, never the secret."""
        return self.get_prep_value(self.value_from_object(obj))
