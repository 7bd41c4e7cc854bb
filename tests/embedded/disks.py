"""Disks that are full or cannot be written."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.programs import in_ci


def _mount(path: Path, options: str) -> None:
    path.mkdir(parents=True, exist_ok=True)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(path)], capture_output=True, text=True, check=False
    )
    if done.returncode:
        reason = f"a disk of its own cannot be mounted here: {done.stderr.strip() or 'not root'}"
        (pytest.fail if in_ci() and os.geteuid() == 0 else pytest.skip)(reason)


@contextmanager
def small_disk(path: Path, *, megabytes: int, read_only: bool = False) -> Iterator[Path]:
    """A disk of so many megabytes at ``path``; skips the test where mounting is not allowed."""
    _mount(path, f"size={megabytes}m,mode=0755" + (",ro" if read_only else ""))
    open_to_all = [part for part in path.parents if str(part).startswith("/tmp/")]  # noqa: S108 - pytest's own folders
    for part in open_to_all:
        part.chmod(part.stat().st_mode | 0o011)
    try:
        yield path
    finally:
        subprocess.run(["umount", "-l", str(path)], check=False)


def disk_fill(path: Path) -> None:
    """Leave no room on it."""
    with contextlib.suppress(OSError), (path / "filler").open("wb", buffering=0) as filler:
        while True:
            filler.write(b"x" * 4096)
