"""The whole stack as `make run` starts it: what outside tools rely on, and what happens when its parts die."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from tests.stack.fixture import BASE_DIR, Stack, clean_environment, wait_until
from tests.stack.visitors import VisitedPage, Wish

ALL = {"web", "worker", "background", "beat", "publisher", "sandbox", "redis", "postgres"}
SLOW_ROUNDS = 600_000
"""What OWASP's Password Storage Cheat Sheet asks of PBKDF2 with HMAC-SHA256."""


def test_every_process_runs_and_healthz_says_ok(stack: Stack) -> None:
    assert stack.health() == (200, {"status": "ok"})
    assert set(stack.pids()) == ALL
    assert all(psutil.pid_exists(pid) for pid in stack.pids().values())


def test_demo_json_has_what_outside_tools_read(stack: Stack) -> None:
    demo = stack.demo
    assert demo["base_url"] == stack.base_url
    assert isinstance(demo["account_id"], int)
    assert set(demo["admin"]) == set(demo["member"]) == {"email", "password"}
    assert demo["access_token"]
    for page in ("scheduling_page", "group_page", "round_robin_page"):
        assert demo[page].startswith(stack.base_url)
    assert set(demo["google"]) == {"account", "access_token"}
    assert (stack.home / "demo.json").stat().st_mode & 0o077 == 0


def test_the_sandbox_answers_at_the_address_of_demo_json(stack: Stack) -> None:
    assert "google" in stack.sandbox("GET", "/_control/state")


def test_files_with_secrets_are_for_their_owner_only(stack: Stack) -> None:
    for name in ("keys.json", "environment.json", "demo.json", "processes.json"):
        assert (stack.home / name).stat().st_mode & 0o077 == 0, name


@pytest.mark.spec("A2")
def test_passwords_are_kept_under_a_slow_hash(stack: Stack) -> None:
    rows = stack.sql("select password from accounts_user where email = %s", [stack.demo["admin"]["email"]])
    method, rounds, *_ = rows[0][0].split("$")
    assert method == "pbkdf2_sha256"
    assert int(rounds) >= SLOW_ROUNDS


def test_each_process_has_a_session_of_its_own(stack: Stack) -> None:
    pids = stack.pids()
    assert {name: os.getsid(pid) for name, pid in pids.items()} == pids


def test_what_up_prints_has_the_address_and_the_sign_in(stack: Stack) -> None:
    printed = stack.output()
    assert stack.base_url in printed
    assert stack.demo["admin"]["email"] in printed
    assert stack.demo["admin"]["password"] in printed
    for said in ("jan", "ben"):
        assert stack.demo[said]["email"] in printed
    assert stack.demo["group_page"] in printed
    assert stack.demo["round_robin_page"] in printed


def test_a_management_command_finds_the_running_servers_through_hub_home(stack: Stack) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "shell",
            "-c",
            "from accounts.models import Account; print(Account.objects.count())",
        ],
        cwd=BASE_DIR,
        env=clean_environment(HUB_HOME=str(stack.home)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout.split()[-1]) >= 1


def test_loading_the_demo_again_changes_nothing(stack: Stack) -> None:
    before, rows = stack.demo_kept, stack.sql("select count(*) from accounts_user")
    stack.manage("demo")
    assert stack.demo_kept == before
    assert stack.sql("select count(*) from accounts_user") == rows


def test_a_second_start_on_the_same_folder_is_refused_in_one_line(stack: Stack) -> None:
    done = subprocess.run(
        [sys.executable, "manage.py", "up"],
        cwd=BASE_DIR,
        env=clean_environment(HUB_HOME=str(stack.home), PORT=str(stack.port)),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert f"already runs in {stack.home}: {stack.base_url}" in done.stderr
    assert done.stderr.count("\n") == 1
    assert stack.health()[0] == 200


@pytest.mark.parametrize("name", ["web", "worker", "background", "beat", "publisher", "sandbox", "redis"])
def test_a_killed_process_is_started_again_and_all_is_well(stack: Stack, name: str) -> None:
    stack.restart(name)
    stack.wait_healthy()
    assert stack.health()[0] == 200


def test_a_stopped_worker_is_noticed_by_healthz(stack: Stack) -> None:
    with stack.stopped("worker"):
        wait_until(lambda: stack.health()[0] == 503, seconds=60, what="healthz to notice")
        assert "worker" in stack.health()[1]["parts"]


def test_redis_stopped_and_started_leaves_the_app_serving(stack: Stack) -> None:
    with stack.stopped("redis"):
        status, health = stack.health()
        assert status == 503
        assert "Redis does not answer" in health["parts"].values()
        assert stack.get("/accounts/login/")[0] == 200
    assert stack.health()[0] == 200


def test_postgresql_stopped_is_what_healthz_says_and_pages_say_it_kindly(stack: Stack) -> None:
    with stack.stopped("postgres"):
        status, health = stack.health()
        assert (status, health["status"]) == (503, "unwell")
        assert health["parts"]["database"].startswith("PostgreSQL does not answer")
        status, text = stack.get(f"/meetings/{stack.demo['scheduling_page'].split('/meetings/')[1]}")
        assert status == 500
        assert "Something went wrong" in text
        assert "Traceback" not in text
        assert "OperationalError" not in text
        answer = VisitedPage(stack, "anybody/any").book_by_api(Wish.of("2030-01-07T10:00:00Z"))
        assert (answer.status, json.loads(answer.text)["category"]) == (500, "INTERNAL_ERROR")
    assert stack.health() == (200, {"status": "ok"})


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_postgresql_restarted_or_killed_is_recovered_from(stack: Stack, how: signal.Signals) -> None:
    users = stack.sql("select count(*) from accounts_user")
    pid = stack.pids()["postgres"]
    os.kill(pid, how)
    stack.wait_restarted("postgres", pid)
    stack.wait_healthy()
    time.sleep(1)
    assert stack.get("/accounts/login/")[0] == 200
    assert stack.sql("select count(*) from accounts_user") == users
