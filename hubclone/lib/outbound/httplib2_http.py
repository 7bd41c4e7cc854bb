"""The guard for httplib2, on which google-api-python-client stands."""

from __future__ import annotations

import ssl
from typing import Any

import certifi
import httplib2

from hubclone.lib.outbound.guard import guarded_connect


class _GuardedHTTP(httplib2.HTTPConnectionWithTimeout):  # type: ignore[misc]
    def connect(self) -> None:
        """Open the socket through the guard."""
        self.sock = guarded_connect(self.host, self.port, self.timeout)


class _GuardedHTTPS(httplib2.HTTPSConnectionWithTimeout):  # type: ignore[misc]
    def connect(self) -> None:
        """Open the socket through the guard and speak TLS on it, checked against certifi's authorities."""
        context = ssl.create_default_context(cafile=certifi.where())
        self.sock = context.wrap_socket(guarded_connect(self.host, self.port, self.timeout), server_hostname=self.host)


class GuardedHttp(httplib2.Http):  # type: ignore[misc]
    """httplib2 without redirects, proxies or a cache, whose sockets come from ``guarded_connect``."""

    def __init__(self, timeout: float) -> None:
        super().__init__(timeout=timeout, proxy_info=None)
        self.follow_redirects = False

    def request(self, uri: str, *args: Any, **kwargs: Any) -> Any:
        """As in httplib2, with a guarded connection type."""
        secure = uri.lower().startswith("https:")
        kwargs["connection_type"] = _GuardedHTTPS if secure else _GuardedHTTP
        return super().request(uri, *args, **kwargs)


def guarded_http(timeout: float) -> GuardedHttp:
    """A client whose socket operations last ``timeout`` seconds at most. Raises AddressRefused, OSError."""
    return GuardedHttp(timeout)
