"""Mail submission through the guard."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote, urlsplit

from hubclone.lib.outbound.guard import guarded_connect

GREETING = 220
TIMEOUT_SECONDS = 15.0
DEFAULT_PORTS = {"smtp": 25, "smtps": 465, "smtp+starttls": 587}


class _GuardedSMTP(smtplib.SMTP):
    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return guarded_connect(host, port, timeout)


class _GuardedSMTPS(_GuardedSMTP):
    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return ssl.create_default_context().wrap_socket(super()._get_socket(host, port, timeout), server_hostname=host)


@contextmanager
def smtp_connect(url: str) -> Iterator[smtplib.SMTP]:
    """A signed-in SMTP connection for smtp://, smtps:// or smtp+starttls://user:password@host:port.

    Raises smtplib.SMTPException, OSError, AddressRefused, HostUnreachable.
    """
    parts = urlsplit(url)
    client = (_GuardedSMTPS if parts.scheme == "smtps" else _GuardedSMTP)(timeout=TIMEOUT_SECONDS)
    try:
        code, words = client.connect(parts.hostname or "", parts.port or DEFAULT_PORTS[parts.scheme])
        if code != GREETING:
            raise smtplib.SMTPConnectError(code, words)
        if parts.scheme == "smtp+starttls":
            client._host = parts.hostname or ""  # type: ignore[attr-defined]
            client.starttls(context=ssl.create_default_context())
        if parts.username:
            client.login(unquote(parts.username), unquote(parts.password or ""))
        yield client
        client.quit()
    finally:
        client.close()
