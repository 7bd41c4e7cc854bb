"""HUB_HOME: the folder with everything that one installation keeps on this machine."""

from __future__ import annotations

import base64
import fcntl
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import IO, Any

from hubclone.embedded.ports import free_port, port_is_free
from hubclone.supervisor.refusal import Refusal

ROOM_BYTES = 200 * 1024 * 1024
ROOM_LATER_BYTES = 30 * 1024 * 1024
LOG_BYTES = 20 * 1024 * 1024


class HubHome:
    """The folder and the small files in it. Files with secrets have mode 0600 and are replaced as a whole."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None

    def prepare(self) -> None:
        """Make the folder and see that it can be written. Raises OSError, or Refusal when the disk has no room."""
        self.path.mkdir(mode=0o711 if os.geteuid() == 0 else 0o700, parents=True, exist_ok=True)
        (self.path / "logs").mkdir(exist_ok=True)
        (self.path / "hold").mkdir(exist_ok=True)
        self.write("up.probe", "")
        (self.path / "up.probe").unlink()
        self._check_room()

    def _check_room(self) -> None:
        needed = ROOM_LATER_BYTES if (self.path / "keys.json").exists() else ROOM_BYTES
        free = shutil.disk_usage(self.path).free
        if free < needed:
            raise Refusal(
                f"The disk that holds {self.path} is full: {free >> 20} MB are free, {needed >> 20} are needed."
            )

    def release_held(self) -> None:
        """Forget which processes were held when the last run ended."""
        for held in (self.path / "hold").iterdir():
            held.unlink()

    def lock(self, url: str) -> None:
        """Hold HUB_HOME until this process ends, however it ends. Raises Refusal when another holds it."""
        lock = (self.path / "up.lock").open("a+")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise Refusal(f"Hubclone already runs in {self.path}: {lock.read().strip() or 'it is starting'}.") from None
        lock.truncate(0)
        lock.write(f"{url} (process {os.getpid()})")
        lock.flush()
        self._lock = lock

    def keys(self, given: Mapping[str, str]) -> dict[str, str]:
        """SECRET_KEY, ENCRYPTION_KEYS and HMAC_KEY: made at the first start, but for those in ``given``."""
        made = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "ENCRYPTION_KEYS": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "HMAC_KEY": secrets.token_urlsafe(48),
        }
        kept = self.read("keys.json")
        keys = {name: str(kept.get(name) or made[name]) for name in made}
        if keys != kept:
            self.write("keys.json", keys)
        return {name: given.get(name) or key for name, key in keys.items()}

    def ports(self, names: Iterable[str], but: int = 0) -> dict[str, int]:
        """A port for each name, the same at each start; another one where a stranger has taken it, or for ``but``."""
        kept = self.read("ports.json")
        ports: dict[str, int] = {}
        for name in names:
            port = int(kept.get(name, 0))
            while port in (0, but) or port in ports.values() or not port_is_free(port):
                port = free_port()
            ports[name] = port
        self.write("ports.json", {**kept, **ports})
        return ports

    def read(self, name: str) -> dict[str, Any]:
        """A small JSON file; empty when it is not there. Raises Refusal for one that is damaged."""
        path = self.path / name
        if not path.exists():
            return {}
        try:
            found = json.loads(path.read_text())
        except ValueError as error:
            raise Refusal(f"{path} is damaged ({error}): mend or remove it.") from error
        if not isinstance(found, dict):
            raise Refusal(f"{path} is damaged (it holds no JSON object): mend or remove it.")
        return found

    def write(self, name: str, content: Mapping[str, Any] | str) -> None:
        """Write a file of mode 0600 whole or not at all."""
        text = content if isinstance(content, str) else json.dumps(content, indent=2) + "\n"
        fresh = self.path / f".{name}.new"
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self.path / name)

    def set_demo_aside(self) -> None:
        """Take demo.json away, so that only a stack that is ready has one; the next load begins with what was in it."""
        demo = self.path / "demo.json"
        if demo.exists():
            demo.replace(self.path / "demo.kept.json")

    def log(self, name: str) -> Path:
        """Where a process's output goes. A file that has grown large becomes ``.1`` at the next start."""
        path = self.path / "logs" / f"{name}.log"
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path
