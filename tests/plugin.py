"""The servers that tests talk to: started once, by the controller, before any settings are read.

An own PostgreSQL (or the one that DATABASE_URL names; its role needs CREATEDB) and an own Redis in a temporary folder.
Workers get a database of their own from pytest-django and a prefix of their own in Redis.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
from pathlib import Path
from types import FrameType

import pytest

from hubclone.embedded.errors import EmbeddedError
from hubclone.embedded.ports import free_port
from hubclone.embedded.postgres import EmbeddedPostgres
from hubclone.embedded.redis import EmbeddedRedis
from hubclone.messages import messages_compile
from hubclone.supervisor.checks import database_check
from hubclone.supervisor.refusal import Refusal

os.environ["PYTHONTZPATH"] = ""
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

_SETTINGS = {
    "SECRET_KEY": "a-key-for-tests",
    "HMAC_KEY": "a-digest-key-for-tests",
    "ENCRYPTION_KEYS": "ZmDfcTF7_60GrrY167zsiPd67pEvs0aGOv2oasOM1Pg=",
    "BASE_URL": "http://127.0.0.1:8000",
    "ALLOWED_HOSTS": "testserver",
    "DEBUG": "1",
    "MAIL_FROM": "Hubclone <no-reply@hubclone.test>",
    "OAUTHLIB_INSECURE_TRANSPORT": "1",
    "OAUTHLIB_RELAX_TOKEN_SCOPE": "1",
}


class Servers:
    """What the controller started, and how to stop it."""

    def __init__(self) -> None:
        self.home = Path(tempfile.mkdtemp(prefix="hubclone-tests-"))
        self.home.chmod(0o755)
        self.postgres: EmbeddedPostgres | None = None
        self.redis = EmbeddedRedis(self.home / "redis", free_port())

    def start(self) -> None:
        """Start both and put their addresses into the environment, which the workers inherit."""
        os.environ.update(_SETTINGS)
        os.environ["HUB_HOME"] = str(self.home / "hub")
        (self.home / "hub" / "static").mkdir(parents=True)
        messages_compile()
        if given := os.environ.get("DATABASE_URL"):
            database_check(given)
        else:
            self.postgres = EmbeddedPostgres(self.home / "postgres", free_port(), fast=True)
            self.postgres.start()
            os.environ["DATABASE_URL"] = self.postgres.url()
        self.redis.start()
        os.environ["REDIS_URL"] = self.redis.url

    def stop(self) -> None:
        """Stop both and remove their folder."""
        self.redis.stop()
        if self.postgres:
            self.postgres.stop()
        shutil.rmtree(self.home, ignore_errors=True)


_servers: Servers | None = None


def _interrupted(number: int, frame: FrameType | None) -> None:
    """SIGTERM ends a run as Ctrl-C does: what was started is stopped."""
    raise KeyboardInterrupt


def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    """Runs in the controller and in each worker; only the controller has no worker id."""
    global _servers
    signal.signal(signal.SIGTERM, _interrupted)
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    os.environ["REDIS_PREFIX"] = f"{worker or 'main'}:"
    if worker is None and _servers is None:
        _servers = Servers()
        try:
            _servers.start()
        except (EmbeddedError, Refusal) as error:
            _servers.stop()
            raise pytest.UsageError(str(error)) from None


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started."""
    global _servers
    if _servers is not None:
        _servers.stop()
        _servers = None


pytest_load_initial_conftests = pytest.hookimpl(tryfirst=True)(pytest_load_initial_conftests)
