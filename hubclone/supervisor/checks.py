"""What must be so before anything is started."""

from __future__ import annotations

import errno
import re
from collections.abc import Mapping

import psycopg2
import redis

from hubclone.embedded.ports import port_refusal
from hubclone.environment import SettingsError, database_url_check, port_parse
from hubclone.supervisor.refusal import Refusal

OLDEST_POSTGRES = 140_000
DEFAULT_PORT = 8000


def port_read(environment: Mapping[str, str]) -> int:
    """PORT as a number. Raises Refusal."""
    try:
        return port_parse(environment.get("PORT") or str(DEFAULT_PORT))
    except SettingsError as error:
        raise Refusal(str(error)) from None


def port_check(port: int) -> None:
    """Raises Refusal when nothing can listen on ``port`` of 127.0.0.1."""
    error = port_refusal(port)
    if error is None:
        return
    if error.errno == errno.EADDRINUSE:
        raise Refusal(f"Port {port} is taken by another program: end it, or choose another port (PORT=8001 make run).")
    raise Refusal(f"Port {port} cannot be used: {error.strerror}. Choose another port (PORT=8001 make run).")


def database_check(url: str) -> None:
    """Connect once. Raises Refusal with the server's own reason, without the password."""
    try:
        database_url_check(url)
        connection = psycopg2.connect(url, connect_timeout=5)
    except SettingsError as error:
        raise Refusal(str(error)) from None
    except psycopg2.Error as error:
        raise Refusal(f"DATABASE_URL: {_one_line(str(error), url)}") from None
    version = connection.server_version
    connection.close()
    if version < OLDEST_POSTGRES:
        raise Refusal(
            f"DATABASE_URL names a PostgreSQL {version // 10_000}: at least {OLDEST_POSTGRES // 10_000} is needed."
        )


def redis_check(url: str) -> None:
    """Ping it once. Raises Refusal."""
    try:
        redis.Redis.from_url(url, socket_connect_timeout=5, socket_timeout=5).ping()
    except (redis.RedisError, ValueError) as error:
        raise Refusal(f"REDIS_URL: {_one_line(str(error), url)}") from None


def _one_line(text: str, url: str) -> str:
    """The first line, without the password that the URL holds."""
    first = next((line.strip() for line in text.splitlines() if line.strip()), "it gave no reason")
    found = re.match(r"[a-z+]+://[^:/@]*:([^@]+)@", url)
    return first.replace(found[1], "…") if found else first
