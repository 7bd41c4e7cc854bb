"""The processes of a running installation: what they are called, how each is started, and in which order they stop."""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from hubclone.embedded.postgres import EmbeddedPostgres
from hubclone.embedded.redis import EmbeddedRedis
from hubclone.supervisor.home import HubHome
from hubclone.supervisor.watch import Spec, launcher

BASE_DIR = Path(__file__).resolve().parent.parent.parent
STOP_ORDER = ("web", "beat", "worker", "background", "publisher", "sandbox", "redis", "postgres")
PYTHON = sys.executable
CELERY = (PYTHON, "-m", "celery", "-A", "hubclone")
WORKER = (*CELERY, "worker", "--without-gossip", "--without-mingle", "-c", "2")

COMMANDS: dict[str, tuple[str, ...]] = {
    "web": (PYTHON, "-m", "gunicorn", "--config", "python:hubclone.gunicorn", "hubclone.wsgi"),
    "worker": (*WORKER, "-Q", "realtime", "-n", "worker@%h"),
    "background": (*WORKER, "-Q", "default,bulk", "-n", "background@%h"),
    "beat": (*CELERY, "beat", "--pidfile", ""),
    "publisher": (PYTHON, "manage.py", "publisher"),
}
"""What every installation runs. Realtime work has workers of its own, so that no amount of bulk work makes it wait."""


def program(name: str, home: HubHome, environment: Mapping[str, str]) -> Spec:
    """One of ``COMMANDS``."""
    return _spec(name, COMMANDS[name], home, environment)


def sandbox(home: HubHome, environment: Mapping[str, str], ports: Mapping[str, int]) -> Spec:
    """The stand-ins for the outside world; demo only."""
    asked = {"--port": "sandbox", "--tls-port": "sandbox_tls", "--smtp-port": "smtp"}
    flags = [part for flag, name in asked.items() for part in (flag, str(ports[name]))]
    command = (PYTHON, "-m", "sandbox", *flags, "--home", str(sandbox_home(home)))
    return _spec("sandbox", command, home, environment)


def sandbox_home(home: HubHome) -> Path:
    """Where the sandbox keeps its data and its CA."""
    return home.path / "sandbox"


def postgres(server: EmbeddedPostgres) -> Spec:
    """The embedded server; SIGINT is its fast shutdown."""
    return Spec("postgres", server.launch, signal.SIGINT, 60)


def redis(server: EmbeddedRedis) -> Spec:
    """The embedded server."""
    return Spec("redis", server.launch)


def _spec(name: str, command: tuple[str, ...], home: HubHome, environment: Mapping[str, str]) -> Spec:
    return Spec(name, launcher(command, environment=environment, log=lambda: home.log(name), cwd=BASE_DIR))
