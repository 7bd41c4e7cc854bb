"""TCP ports of the loopback address."""

from __future__ import annotations

import random
import socket

LOWEST, HIGHEST = 20_000, 32_000
"""Below the range that systems hand out to outgoing connections, so that a port kept for the next start stays free."""


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen there now."""
    return port_refusal(port, host) is None


def port_refusal(port: int, host: str = "127.0.0.1") -> OSError | None:
    """The system's reason why a server cannot listen there, or None."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OSError as error:
            return error
    return None


def free_port() -> int:
    """A port that nothing uses now. Raises OSError when a hundred tries found none."""
    for _ in range(100):
        port = random.randint(LOWEST, HIGHEST)  # noqa: S311 - not a secret
        if port_is_free(port):
            return port
    raise OSError("no free TCP port on 127.0.0.1")
