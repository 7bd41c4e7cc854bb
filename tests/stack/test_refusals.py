"""When `up` cannot start, it says why in one line, leaves nothing running, and ends with 1."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from hubclone.embedded.ports import free_port
from tests.embedded.disks import small_disk
from tests.stack.fixture import BASE_DIR, clean_environment
from tests.stack.ordinary import ordinary

pytestmark = pytest.mark.stack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that every user can enter; pytest's own are closed."""
    for part in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        part.chmod(part.stat().st_mode | 0o011)
    return tmp_path


def refusal(
    home: Path,
    user: str | None = None,
    python: str = sys.executable,
    more: Mapping[str, str] | None = None,
    **environment: str,
) -> str:
    """The one line that ``up`` ends with."""
    given = {"HUB_HOME": str(home), "PORT": str(free_port()), **(more or {}), **environment}
    done = subprocess.run(
        [python, "manage.py", "up"],
        cwd=BASE_DIR,
        env=clean_environment(**given),
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
        user=user,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("hubclone: ")
    return lines[0]


def test_a_taken_port(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        assert f"Port {port} is taken" in refusal(folder / "hub", PORT=port)


def test_a_port_that_is_no_number(folder: Path) -> None:
    assert "PORT must be a number" in refusal(folder / "hub", PORT="eighty")


def test_a_malformed_database_url(folder: Path) -> None:
    assert "DATABASE_URL is malformed" in refusal(folder / "hub", DATABASE_URL="postgres://nowhere")


def test_a_database_that_cannot_be_reached(folder: Path) -> None:
    line = refusal(folder / "hub", DATABASE_URL=f"postgres://u:hush-hush@127.0.0.1:{free_port()}/d")
    assert "Connection refused" in line
    assert "hush" not in line


def test_a_wrong_database_password(folder: Path) -> None:
    right = os.environ["DATABASE_URL"]
    wrong = right.replace("://hubclone:", "://hubclone:not-")
    if wrong == right:
        pytest.skip("the given server's user has another name")
    assert "password authentication failed" in refusal(folder / "hub", DATABASE_URL=wrong)


def test_a_redis_that_cannot_be_reached(folder: Path) -> None:
    assert "REDIS_URL: " in refusal(folder / "hub", REDIS_URL=f"redis://127.0.0.1:{free_port()}/0")


def test_a_setting_that_makes_no_sense(folder: Path) -> None:
    assert "DEBUG must be true or false" in refusal(folder / "hub", DEBUG="perhaps")


def test_a_hub_home_that_is_a_file(folder: Path) -> None:
    (folder / "hub").touch()
    assert f"{folder / 'hub'} is not a folder" in refusal(folder / "hub")


@pytest.mark.skipif(os.geteuid() != 0, reason="needs another user")
def test_a_hub_home_that_this_user_may_not_write() -> None:
    with ordinary() as who:
        assert "cannot be written by this user" in refusal(Path("/etc/hubclone-test"), *who)


def test_a_hub_home_on_a_read_only_disk(folder: Path) -> None:
    with small_disk(folder / "disk", megabytes=1, read_only=True) as disk:
        assert "is on a read-only disk" in refusal(disk / "hub")


def test_a_full_disk(folder: Path) -> None:
    with small_disk(folder / "disk", megabytes=4) as disk:
        assert f"The disk that holds {disk / 'hub'} is full" in refusal(disk / "hub")


def test_a_disk_that_fills_up_while_the_database_is_created(folder: Path) -> None:
    with small_disk(folder / "disk", megabytes=40) as disk:
        (disk / "hub").mkdir()
        (disk / "hub" / "keys.json").write_text("{}")
        assert "is full" in refusal(disk / "hub")
