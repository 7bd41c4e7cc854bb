"""PostgreSQL refuses to run as root, so root's servers run as ``nobody``, from folders that it can reach."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
from pathlib import Path
from typing import Any

from hubclone.embedded.errors import EmbeddedError

OUTSIDE = Path("/var/lib/hubclone")
"""Where root's data goes when HUB_HOME is below a folder that ``nobody`` cannot enter."""


def drop() -> dict[str, Any]:
    """Arguments for ``Popen`` that give up root; none for an ordinary user."""
    if os.geteuid() != 0:
        return {}
    try:
        nobody = pwd.getpwnam("nobody")
    except KeyError as error:
        raise EmbeddedError(
            "PostgreSQL cannot run as root, and there is no user `nobody`: run as another user, or set DATABASE_URL."
        ) from error
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def give(path: Path) -> None:
    """Make a folder and hand it to the user that the server runs as."""
    path.mkdir(parents=True, exist_ok=True)
    chown(path)


def chown(path: Path) -> None:
    """Hand a file or folder to the user that the server runs as."""
    who = drop()
    if who:
        os.chown(path, who["user"], who["group"])


def reachable(path: Path) -> bool:
    """Whether the server's user can enter every folder on the way to ``path``, which need not exist yet."""
    if os.geteuid() != 0:
        return True
    uid = drop()["user"]
    folders = [part for part in [path, *path.parents] if part.is_dir()]
    return all(_enters(part.stat(), uid) for part in folders)


def _enters(stat: os.stat_result, uid: int) -> bool:
    return bool(stat.st_mode & (0o100 if stat.st_uid == uid else 0o001))


def reachable_home(wanted: Path) -> Path:
    """``wanted``, or a folder of its own under /var/lib when the server's user cannot get there.

    The choice is written beside ``wanted`` and kept. Raises EmbeddedError when there is no such place.
    """
    note = wanted.parent / f"{wanted.name}.folder"
    if note.is_file():
        return Path(note.read_text().strip())
    if reachable(wanted):
        return wanted
    place = OUTSIDE / secrets.token_hex(8)
    try:
        place.mkdir(parents=True)
    except OSError as error:
        raise EmbeddedError(
            f"As root, PostgreSQL runs as `nobody`, who can reach neither {wanted} nor {OUTSIDE}: set HUB_HOME to a "
            "folder that everybody can enter, or set DATABASE_URL."
        ) from error
    wanted.parent.mkdir(parents=True, exist_ok=True)
    note.write_text(f"{place}\n")
    return place


def reachable_copy(source: Path, target: Path) -> Path:
    """``source`` itself where the server's user can reach it, else a copy of the folder at ``target``."""
    if reachable(source):
        return source
    if not (target / ".complete").exists():
        shutil.copytree(source, target, dirs_exist_ok=True)
        (target / ".complete").touch()
    return target
