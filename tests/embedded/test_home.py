"""HUB_HOME and the checks before a start."""

from __future__ import annotations

import json
import socket
from pathlib import Path

import pytest

from hubclone.embedded.errors import reason
from hubclone.embedded.ports import free_port
from hubclone.supervisor.checks import database_check, port_check, port_read, redis_check
from hubclone.supervisor.home import HubHome
from hubclone.supervisor.refusal import Refusal
from hubclone.supervisor.values import demo_values, oauthlib_values


@pytest.fixture
def home(tmp_path: Path) -> HubHome:
    home = HubHome(tmp_path / "hub")
    home.prepare()
    return home


def test_keys_are_made_once_and_only_the_owner_can_read_them(home: HubHome) -> None:
    keys = home.keys({})
    assert set(keys) == {"SECRET_KEY", "ENCRYPTION_KEYS", "HMAC_KEY"}
    assert HubHome(home.path).keys({}) == keys
    assert (home.path / "keys.json").stat().st_mode & 0o777 == 0o600


def test_a_given_key_is_used_and_not_kept(home: HubHome) -> None:
    assert home.keys({"SECRET_KEY": "mine"})["SECRET_KEY"] == "mine"
    assert "mine" not in (home.path / "keys.json").read_text()


def test_ports_are_kept_but_for_one_that_a_stranger_took(home: HubHome) -> None:
    ports = home.ports(["sandbox", "smtp"])
    assert home.ports(["sandbox", "smtp"]) == ports
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", ports["smtp"]))
        stranger.listen()
        again = home.ports(["sandbox", "smtp"])
    assert again["sandbox"] == ports["sandbox"]
    assert again["smtp"] != ports["smtp"]


def test_the_port_of_the_app_is_nobody_elses(home: HubHome) -> None:
    ports = home.ports(["sandbox", "smtp"])
    assert home.ports(["sandbox", "smtp"], but=ports["smtp"])["smtp"] != ports["smtp"]


def test_a_damaged_file_is_named_and_not_overwritten(home: HubHome) -> None:
    (home.path / "keys.json").write_text("{")
    with pytest.raises(Refusal, match=r"keys\.json is damaged"):
        home.keys({})
    assert (home.path / "keys.json").read_text() == "{"


def test_two_holders_of_one_home_are_refused(home: HubHome) -> None:
    home.lock("http://127.0.0.1:8000")
    with pytest.raises(Refusal, match=r"already runs in .*http://127\.0\.0\.1:8000"):
        HubHome(home.path).lock("http://127.0.0.1:8001")


def test_demo_json_is_set_aside_for_the_next_load(home: HubHome) -> None:
    (home.path / "demo.json").write_text(json.dumps({"account_id": 7}))
    home.set_demo_aside()
    home.set_demo_aside()
    assert not (home.path / "demo.json").exists()
    assert home.read("demo.kept.json") == {"account_id": 7}


@pytest.mark.parametrize("text", ["x", "0", "-1", "65536", "80.5", "８０００ "])
def test_a_port_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(Refusal, match="PORT must be a number"):
        port_read({"PORT": text})


def test_a_taken_port_is_refused_with_another_one_to_try() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(Refusal, match=r"is taken by another program.*PORT=8001"):
            port_check(taken.getsockname()[1])


@pytest.mark.parametrize(
    "url",
    [
        "",
        "postgres",
        "mysql://u:p@h/d",
        "postgres://u:p@h:port/d",
        "postgres://u:p@h:99999/d",
        "postgres:///d",
        "postgres://u:p@h",
    ],
)
def test_a_malformed_database_url_is_refused_with_the_form_it_must_have(url: str) -> None:
    with pytest.raises(Refusal, match="DATABASE_URL is malformed: it must look like postgres://"):
        database_check(url)


def test_an_unreachable_database_is_one_line_without_the_password() -> None:
    with pytest.raises(Refusal, match="DATABASE_URL: .*Connection refused") as caught:
        database_check(f"postgres://someone:hush-hush@127.0.0.1:{free_port()}/d")
    assert "hush" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("url", ["", "http://x", "redis://127.0.0.1:port/0", "redis://127.0.0.1:1/0"])
def test_a_broken_redis_url_is_one_line(url: str) -> None:
    with pytest.raises(Refusal, match="REDIS_URL: ") as caught:
        redis_check(url)
    assert "\n" not in str(caught.value)


def test_the_demo_may_reach_exactly_its_own_ports() -> None:
    ports = {"postgres": 3999, "sandbox": 4001, "sandbox_tls": 4003, "smtp": 4002}
    values = demo_values(ports, Path("/x"), {"OUTBOUND_ALLOWED": "10.0.0.0/8:443"})
    allowed = "127.0.0.1/32:4001,127.0.0.1/32:4003,127.0.0.1/32:4002"
    assert values["OUTBOUND_ALLOWED"] == f"10.0.0.0/8:443,{allowed}"
    assert values["MICROSOFT_AUTHORITY"] == "https://127.0.0.1:4003/common"
    assert values["MICROSOFT_CA_FILE"] == "/x/ca.pem"


def test_oauthlib_is_relaxed_only_where_tokens_come_over_http() -> None:
    assert oauthlib_values({"GOOGLE_TOKEN_URI": "http://127.0.0.1:1/token"})["OAUTHLIB_INSECURE_TRANSPORT"] == "1"
    assert oauthlib_values({"GOOGLE_TOKEN_URI": "https://oauth2.googleapis.com/token"}) == {}
    assert oauthlib_values({}) == {}


def test_the_reason_of_a_failure_is_its_first_error_and_a_full_disk_before_all() -> None:
    assert reason("a\nFATAL:  no\nHINT: x\n") == "FATAL:  no"
    assert reason("FATAL: x\ncould not write: No space left on device\n").endswith("No space left on device")
    assert reason("one\ntwo\n\n") == "two"
    assert reason("") == "it said nothing"
