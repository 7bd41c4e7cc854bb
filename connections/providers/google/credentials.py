"""The credentials object that Google's libraries carry: its refresh is ours, so the libraries cannot race us."""

from __future__ import annotations

import datetime as dt

from google.auth.credentials import Credentials

from connections.services.tokens import access_token_get


class ConnectionCredentials(Credentials):
    """Asks ``access_token_get`` for tokens; a token that Google refused with 401 is named as the stale one."""

    def __init__(self, connection_id: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._connection_id = connection_id

    def refresh(self, request: object) -> None:
        """Raises GrantRevoked, TransientError."""
        found = access_token_get(connection_id=self._connection_id, stale=self.token)
        self.token = found.token
        self.expiry = found.expires_at.astimezone(dt.UTC).replace(tzinfo=None)
