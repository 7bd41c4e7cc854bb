"""Starting, ending and starting again: nothing is left running, and nothing is lost."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from hubclone.embedded.ports import free_port
from hubclone.embedded.postgres import EmbeddedPostgres
from hubclone.embedded.redis import EmbeddedRedis
from tests.stack.fixture import new_stack
from tests.stack.ordinary import ordinary

pytestmark = pytest.mark.stack


def processes_of(home: Path) -> list[str]:
    """Every process that was started for this HUB_HOME, by its environment or its command line."""
    found = []
    for process in psutil.process_iter():
        try:
            words = [*process.cmdline(), process.environ().get("HUB_HOME", "")]
        except psutil.Error:
            continue
        if process.pid != os.getpid() and any(str(home) in word for word in words):
            found.append(f"{process.pid} {' '.join(process.cmdline())}")
    return found


def test_ctrl_c_leaves_no_process_and_a_second_start_keeps_the_data() -> None:
    with new_stack() as stack:
        stack.start()
        demo, keys = stack.demo_kept, (stack.home / "keys.json").read_text()
        assert stack.stop_all(signal.SIGINT) == 0
        assert processes_of(stack.home) == []
        assert not (stack.home / "demo.json").exists(), "only a stack that is ready has one"
        assert stack.output().rstrip().endswith("Stopped")

        stack.start()
        assert stack.demo_kept == demo
        assert (stack.home / "keys.json").read_text() == keys
        assert stack.stop_all(signal.SIGTERM) == 0
        assert processes_of(stack.home) == []


def test_after_up_itself_was_killed_the_next_start_ends_the_rest_and_keeps_the_data() -> None:
    with new_stack() as stack:
        stack.start()
        demo, left = stack.demo_kept, stack.pids()
        assert stack.up is not None
        stack.up.kill()
        stack.up.wait()
        assert stack.health()[0] == 200, "the processes go on without it"

        stack.start()
        assert stack.demo_kept == demo
        now = stack.pids()
        assert now["postgres"] == left["postgres"], "PostgreSQL is adopted"
        assert not {pid for name, pid in left.items() if name != "postgres"} & set(now.values())
        assert stack.stop_all() == 0
        assert processes_of(stack.home) == []


def test_a_stop_in_the_middle_of_the_preparations_is_clean_too() -> None:
    with new_stack() as stack:
        stack.start(wait=False)
        while "Preparing" not in stack.output():
            assert stack.up is not None
            assert stack.up.poll() is None
        assert stack.stop_all(signal.SIGINT) == 0
        assert processes_of(stack.home) == []


@pytest.fixture
def given_servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    folder = Path("/tmp") / f"hubclone-given-{os.getpid()}"
    folder.mkdir(mode=0o755)
    postgres, redis = EmbeddedPostgres(folder / "pg", free_port()), EmbeddedRedis(folder / "redis", free_port())
    postgres.start()
    redis.start()
    yield {"DATABASE_URL": postgres.url(), "REDIS_URL": redis.url}
    redis.stop()
    postgres.stop()
    shutil.rmtree(folder)


def test_given_servers_are_used_and_without_the_demo_there_is_no_sandbox(given_servers: dict[str, str]) -> None:
    with new_stack(**given_servers, DEMO="0") as stack:
        stack.start(wait=False)
        assert stack.up is not None
        while "Hubclone runs at" not in stack.output():
            assert stack.up.poll() is None, stack.output() + stack.logs()
        assert stack.health()[0] == 200
        assert set(stack.pids()) == {"web", "worker", "background", "beat", "publisher"}
        assert stack.environment["DATABASE_URL"] == given_servers["DATABASE_URL"]
        assert not (stack.home / "postgres").exists()
        assert not (stack.home / "demo.json").exists()
        assert stack.stop_all() == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="the other stacks run as an ordinary user already")
def test_an_ordinary_user_can_run_it_too() -> None:
    with ordinary() as (user, python, environment), new_stack(**environment) as stack:
        stack.home.parent.chmod(0o777)
        stack.user, stack.python = user, python
        stack.start()
        pids = stack.pids()
        assert {psutil.Process(pids[name]).username() for name in ("web", "postgres")} == {user}
        assert stack.home.stat().st_mode & 0o077 == 0
        assert stack.stop_all() == 0
        assert processes_of(stack.home) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs PostgreSQL as another user")
def test_as_root_below_a_closed_folder_it_starts_all_the_same(tmp_path: Path) -> None:
    with new_stack() as stack:
        stack.home.parent.chmod(0o700)
        stack.start()
        place = Path((stack.home / "postgres.folder").read_text().strip())
        assert place.is_dir()
        assert stack.stop_all() == 0
        shutil.rmtree(place)
