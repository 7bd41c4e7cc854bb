"""What the process environment says, read in one place, typed, and refused loudly when it makes no sense.

Sources, first wins: the environment itself; ``$HUB_HOME/environment.json``, which ``manage.py up`` writes for
the servers that it started, so that ``make shell`` finds them. See docs/operations.md for every variable.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from hubclone.lib.outbound.guard import PORT_MOST, allowances

POSTGRES_SCHEMES = ("postgres", "postgresql")
MICROSOFT_AUTHORITY = "https://login.microsoftonline.com/common"
MICROSOFT_GRAPH = "https://graph.microsoft.com/v1.0"
DATABASE_FORM = "postgres://USER:PASSWORD@HOST:PORT/NAME"
FERNET_KEY_BYTES = 32
VARIABLES = (
    *("HUB_HOME", "DEBUG", "SECRET_KEY", "ENCRYPTION_KEYS", "HMAC_KEY", "DATABASE_URL", "REDIS_URL", "BASE_URL"),
    *("MEETINGS_URL", "ALLOWED_HOSTS", "OUTBOUND_ALLOWED", "TRUSTED_PROXIES", "SMTP_URL", "MAIL_FROM"),
    *("DNS_SERVERS", "BOOKING_ATTEMPTS_MOST", "GOOGLE_CLIENT_ID"),
    *("GOOGLE_CLIENT_SECRET", "GOOGLE_AUTH_URI", "GOOGLE_TOKEN_URI", "GOOGLE_REVOKE_URI", "GOOGLE_API_URL"),
    *("MICROSOFT_CLIENT_ID", "MICROSOFT_CLIENT_SECRET", "MICROSOFT_AUTHORITY", "MICROSOFT_GRAPH_URL"),
    *("MICROSOFT_AUTH_URI", "MICROSOFT_CA_FILE"),
    *("EXCHANGE_CA_FILE", "EXCHANGE_AUTODISCOVER_URL"),
    *("SANDBOX_URL", "DEMO", "SIGNUP_OPEN", "REDIS_PREFIX", "PORT", "BIND", "WEB_WORKERS", "WEB_THREADS"),
)
"""Every name that ``environment_read`` asks for."""


class SettingsError(ImproperlyConfigured):
    """A variable is missing or malformed; the message names it and says what it must look like."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Every variable that the product reads. URLs have no trailing slash; keys are kept out of ``repr``."""

    hub_home: Path
    debug: bool
    secret_key: str
    encryption_keys: tuple[str, ...]
    hmac_key: str
    database_url: str
    redis_url: str
    base_url: str
    meetings_url: str
    allowed_hosts: tuple[str, ...]
    outbound_allowed: tuple[str, ...]
    dns_servers: tuple[tuple[str, int], ...]
    trusted_proxies: tuple[str, ...]
    booking_attempts_most: int
    smtp_url: str
    mail_from: str
    google_client_id: str
    google_client_secret: str
    google_auth_uri: str
    google_token_uri: str
    google_revoke_uri: str
    google_api_url: str
    microsoft_client_id: str
    microsoft_client_secret: str
    microsoft_authority: str
    microsoft_auth_uri: str
    microsoft_graph_url: str
    microsoft_ca_file: str
    exchange_ca_file: str
    exchange_autodiscover_url: str
    sandbox_url: str
    demo: bool
    signup_open: bool
    redis_prefix: str
    port: int
    bind: str
    web_workers: int
    web_threads: int

    def __repr__(self) -> str:
        return f"Environment(base_url={self.base_url!r}, debug={self.debug})"


def environment_read(source: Mapping[str, str]) -> Environment:
    """Read and check the variables in ``source`` (usually ``os.environ``). Raises SettingsError."""
    home = Path(source.get("HUB_HOME") or ".hub").resolve()
    values = {**_written_by_up(home), **{k: v for k, v in source.items() if v != ""}}
    env = _Reader(values)
    base_url = env.site("BASE_URL", "http://127.0.0.1:8000")
    meetings_url = env.site("MEETINGS_URL", base_url)
    demo = env.boolean("DEMO", False)
    authority = env.url("MICROSOFT_AUTHORITY", MICROSOFT_AUTHORITY, schemes=("https",))
    return Environment(
        hub_home=home,
        debug=env.boolean("DEBUG", False),
        secret_key=env.text("SECRET_KEY"),
        encryption_keys=env.fernet_keys("ENCRYPTION_KEYS"),
        hmac_key=env.text("HMAC_KEY"),
        database_url=database_url_check(env.text("DATABASE_URL")),
        redis_url=env.url("REDIS_URL", schemes=("redis", "rediss", "unix")),
        base_url=base_url,
        meetings_url=meetings_url,
        allowed_hosts=_hosts(base_url, meetings_url, env.items("ALLOWED_HOSTS")),
        outbound_allowed=env.allowances("OUTBOUND_ALLOWED"),
        dns_servers=env.servers("DNS_SERVERS", 53),
        trusted_proxies=env.networks("TRUSTED_PROXIES"),
        booking_attempts_most=env.number("BOOKING_ATTEMPTS_MOST", 60),
        smtp_url=env.url("SMTP_URL", "smtp://127.0.0.1:25", schemes=("smtp", "smtps", "smtp+starttls")),
        mail_from=env.text("MAIL_FROM", "Hubclone <no-reply@localhost>"),
        google_client_id=env.text("GOOGLE_CLIENT_ID", ""),
        google_client_secret=env.text("GOOGLE_CLIENT_SECRET", ""),
        google_auth_uri=env.url("GOOGLE_AUTH_URI", "https://accounts.google.com/o/oauth2/v2/auth"),
        google_token_uri=env.url("GOOGLE_TOKEN_URI", "https://oauth2.googleapis.com/token"),
        google_revoke_uri=env.url("GOOGLE_REVOKE_URI", "https://oauth2.googleapis.com/revoke"),
        google_api_url=env.url("GOOGLE_API_URL", "https://www.googleapis.com"),
        microsoft_client_id=env.text("MICROSOFT_CLIENT_ID", ""),
        microsoft_client_secret=env.text("MICROSOFT_CLIENT_SECRET", ""),
        microsoft_authority=authority,
        microsoft_auth_uri=env.url("MICROSOFT_AUTH_URI", f"{authority}/oauth2/v2.0/authorize"),
        microsoft_graph_url=env.url("MICROSOFT_GRAPH_URL", MICROSOFT_GRAPH, schemes=("https",)),
        microsoft_ca_file=env.text("MICROSOFT_CA_FILE", ""),
        exchange_ca_file=env.text("EXCHANGE_CA_FILE", ""),
        exchange_autodiscover_url=env.url("EXCHANGE_AUTODISCOVER_URL", ""),
        sandbox_url=env.url("SANDBOX_URL", ""),
        demo=demo,
        signup_open=env.boolean("SIGNUP_OPEN", demo),
        redis_prefix=env.text("REDIS_PREFIX", ""),
        port=port_parse(env.text("PORT", "8000")),
        bind=env.text("BIND", "127.0.0.1"),
        web_workers=env.number("WEB_WORKERS", 2, least=1),
        web_threads=env.number("WEB_THREADS", 8, least=1),
    )


def port_parse(text: str) -> int:
    """PORT as a number. Raises SettingsError."""
    if not text.isdecimal() or not 1 <= int(text) <= PORT_MOST:
        raise SettingsError(f"PORT must be a number from 1 to {PORT_MOST}, not {text!r}.")
    return int(text)


def database_url_check(url: str) -> str:
    """``url`` itself when it names a server and a database. Raises SettingsError, without the password."""
    try:
        parts = urlsplit(url)
        whole = parts.scheme in POSTGRES_SCHEMES and parts.hostname and parts.path.strip("/")
        good = bool(whole) and (parts.port is None or parts.port > 0)
    except ValueError:
        good = False
    if not good:
        raise SettingsError(f"DATABASE_URL is malformed: it must look like {DATABASE_FORM}")
    return url


def _written_by_up(home: Path) -> dict[str, str]:
    path = home / "environment.json"
    if not path.is_file():
        return {}
    try:
        return {str(k): str(v) for k, v in json.loads(path.read_text()).items()}
    except (OSError, ValueError) as error:
        raise SettingsError(f"{path} cannot be read: {error}") from error


def _hosts(base_url: str, meetings_url: str, extra: tuple[str, ...]) -> tuple[str, ...]:
    named = (urlsplit(base_url).hostname or "", urlsplit(meetings_url).hostname or "")
    return tuple(dict.fromkeys((*named, "127.0.0.1", "localhost", *extra)))


class _Reader:
    """One getter a type; each names the variable in its error."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._env = environ.Env()
        self._env.ENVIRON = dict(values)

    def text(self, name: str, default: str | None = None) -> str:
        value = self._env.ENVIRON.get(name, default)
        if value is None:
            raise SettingsError(f"{name} is not set. `make run` provides it; on a server, see docs/operations.md.")
        return str(value)

    def boolean(self, name: str, default: bool) -> bool:
        value = self.text(name, str(default)).strip().lower()
        if value not in {"1", "0", "true", "false", "yes", "no", "on", "off"}:
            raise SettingsError(f"{name} must be true or false, not {value!r}.")
        return bool(value in {"1", "true", "yes", "on"})

    def items(self, name: str, default: str | None = "") -> tuple[str, ...]:
        return tuple(part.strip() for part in self.text(name, default).split(",") if part.strip())

    def number(self, name: str, default: int, *, least: int = 0) -> int:
        value = self.text(name, str(default))
        if not (value.isascii() and value.isdigit() and int(value) >= least):
            raise SettingsError(f"{name} must be a whole number from {least} up, not {value!r}.")
        return int(value)

    def fernet_keys(self, name: str) -> tuple[str, ...]:
        found = self.items(name, None)
        if not found or not all(_is_fernet_key(key) for key in found):
            raise SettingsError(f"{name} must list Fernet keys, the newest first (see docs/operations.md, Keys).")
        return found

    def allowances(self, name: str) -> tuple[str, ...]:
        found = self.items(name)
        try:
            allowances(found)
        except ImproperlyConfigured as error:
            raise SettingsError(str(error)) from None
        return found

    def servers(self, name: str, port: int) -> tuple[tuple[str, int], ...]:
        found = []
        for entry in self.items(name):
            try:
                parts = urlsplit(f"//{entry}")
                found.append((str(ip_address(parts.hostname or "")), parts.port or port))
            except ValueError:
                raise SettingsError(f"{name} has {entry!r}; it must list addresses such as 9.9.9.9:53.") from None
        return tuple(found)

    def networks(self, name: str) -> tuple[str, ...]:
        found = self.items(name)
        for entry in found:
            try:
                ip_network(entry, strict=False)
            except ValueError:
                raise SettingsError(f"{name} has {entry!r}; it must list networks such as 10.0.0.0/8.") from None
        return found

    def url(self, name: str, default: str | None = None, schemes: tuple[str, ...] = ("http", "https")) -> str:
        value = self.text(name, default)
        if value and not _is_url(value, schemes):
            begins = " or ".join(f"{scheme}://" for scheme in schemes)
            raise SettingsError(f"{name} must be a URL that begins with {begins} and names a host.")
        return value.rstrip("/")

    def site(self, name: str, default: str) -> str:
        """A host of ours. Nothing is served below a path."""
        value = self.url(name, default)
        parts = urlsplit(value)
        if parts.path or parts.query or parts.fragment or parts.username:
            raise SettingsError(f"{name} must be the address of a host alone, such as https://crm.example.com.")
        return value


def _is_url(value: str, schemes: tuple[str, ...]) -> bool:
    """Whether it has a scheme of these, a host (a unix socket: a path) and, if any, a port that can be one."""
    try:
        parts = urlsplit(value)
        is_port_good = parts.port is None or parts.port > 0
    except ValueError:
        return False
    return parts.scheme in schemes and is_port_good and bool(parts.path if parts.scheme == "unix" else parts.hostname)


def _is_fernet_key(key: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(key)) == FERNET_KEY_BYTES
    except ValueError:
        return False
