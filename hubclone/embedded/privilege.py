"""PostgreSQL refuses to run as root, so root's servers run as ``nobody``, from folders that it can reach."""

from __future__ import annotations

import os
import pwd
import shutil
from pathlib import Path
from typing import Any


def drop() -> dict[str, Any]:
    """Arguments for ``Popen`` that give up root; none for an ordinary user."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def give(path: Path) -> None:
    """Make a folder and hand it to the user that the server runs as."""
    path.mkdir(parents=True, exist_ok=True)
    who = drop()
    if who:
        os.chown(path, who["user"], who["group"])


def reachable(path: Path) -> bool:
    """Whether the server's user can enter every folder on the way to ``path``."""
    if os.geteuid() != 0:
        return True
    return all(part.stat().st_mode & 0o001 for part in [path, *path.parents] if part.is_dir())


def reachable_copy(source: Path, target: Path) -> Path:
    """``source`` itself where the server's user can reach it, else a copy of the folder at ``target``."""
    if reachable(source):
        return source
    if not (target / ".complete").exists():
        shutil.copytree(source, target, dirs_exist_ok=True)
        (target / ".complete").touch()
    return target
