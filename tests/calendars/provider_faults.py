"""What every provider's faults come to, whatever they look like on its wire."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import OutgoingEmail
from connections.choices import ConnectionState
from connections.exceptions import GrantRevoked
from connections.models import Connection
from connections.services.tokens import access_token_get
from hubclone.lib.errors import TransientError
from sandbox.testing import Control


def assert_passes(work: Callable[[], object], code: str) -> None:
    """The call fails for now, by this code: it is noted at the one connection, which stays, and nobody is told."""
    with pytest.raises(TransientError) as caught:
        work()
    assert caught.value.code == code
    connection = Connection.objects.get()
    assert (connection.state, connection.last_error_code) == (ConnectionState.ACTIVE, code)
    assert not OutgoingEmail.objects.exists()


def assert_over(work: Callable[[], object], sandbox: Control) -> None:
    """The call finds that access is over: its owner is told once, and the provider is not asked for a token again."""
    with pytest.raises(GrantRevoked):
        work()
    assert Connection.objects.get().state == ConnectionState.NEEDS_ATTENTION
    assert OutgoingEmail.objects.count() == 1
    sandbox.requests_clear()
    with pytest.raises(GrantRevoked):
        access_token_get(connection_id=Connection.objects.get().pk)
    assert sandbox.requests() == {}
