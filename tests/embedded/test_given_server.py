"""The tests themselves use the server that DATABASE_URL names, and say in one line when they cannot."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psycopg2
import pytest

from hubclone.embedded.ports import free_port
from hubclone.embedded.postgres import EmbeddedPostgres
from tests.embedded.test_postgres import folder  # noqa: F401 - a fixture
from tests.stack.fixture import BASE_DIR, clean_environment


def run_tests(database_url: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--reuse-db", "tests/test_health.py"],
        cwd=BASE_DIR,
        env=clean_environment(DATABASE_URL=database_url),
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.mark.stack
def test_they_run_against_a_given_server(folder: Path) -> None:  # noqa: F811
    server = EmbeddedPostgres(folder / "given", free_port(), fast=True)
    server.start()
    try:
        done = run_tests(server.url())
        assert done.returncode == 0, done.stdout + done.stderr
        connection = psycopg2.connect(server.url("test_hubclone"))
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from django_migrations")
            assert cursor.fetchone() != (0,)
        connection.close()
    finally:
        server.stop()


def test_a_server_that_is_not_there_is_one_line() -> None:
    done = run_tests(f"postgres://someone:hush@127.0.0.1:{free_port()}/d")
    assert done.returncode == 4
    assert "Connection refused" in done.stderr
    assert "Traceback" not in done.stderr
    assert "hush" not in done.stderr
