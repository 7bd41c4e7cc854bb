"""What the environment may say, and the one line that refuses the rest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from hubclone.environment import SettingsError, environment_read
from hubclone.supervisor.programs import BASE_DIR, COMMANDS
from tests.stack.fixture import clean_environment

KEY = "ZmDfcTF7_60GrrY167zsiPd67pEvs0aGOv2oasOM1Pg="
GOOD = {
    "SECRET_KEY": "x",
    "HMAC_KEY": "x",
    "ENCRYPTION_KEYS": KEY,
    "DATABASE_URL": "postgres://u:p@db/n",
    "REDIS_URL": "redis://r/0",
}
COOKIES = (
    "from django.conf import settings as s;"
    "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS, bool(s.SECURE_PROXY_SSL_HEADER))"
)


@pytest.fixture
def home(tmp_path: Path) -> dict[str, str]:
    """All that is needed, and a folder without an environment of its own."""
    return {**GOOD, "HUB_HOME": str(tmp_path)}


def run(command: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=BASE_DIR,
        env=clean_environment(**environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )


def test_what_is_needed_is_enough(home: dict[str, str]) -> None:
    read = environment_read(home)
    assert (read.base_url, read.meetings_url) == ("http://127.0.0.1:8000", "http://127.0.0.1:8000")
    assert (read.bind, read.port, read.web_workers, read.web_threads) == ("127.0.0.1", 8000, 2, 8)
    assert (read.demo, read.debug, read.signup_open) == (False, False, False)
    assert read.outbound_allowed == ()
    assert KEY not in repr(read)


@pytest.mark.parametrize("name", GOOD)
def test_what_is_needed_and_missing_is_named(home: dict[str, str], name: str) -> None:
    del home[name]
    with pytest.raises(SettingsError, match=f"^{name} is not set"):
        environment_read(home)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ENCRYPTION_KEYS", "secret"),
        ("ENCRYPTION_KEYS", f"{KEY},short"),
        ("ENCRYPTION_KEYS", " , "),
        ("DATABASE_URL", "postgres://u:p@db"),
        ("REDIS_URL", "http://r"),
        ("REDIS_URL", "redis://r:port/0"),
        ("BASE_URL", "https://"),
        ("BASE_URL", "crm.example.com"),
        ("BASE_URL", "https://example.com/crm"),
        ("MEETINGS_URL", "https://example.com:70000"),
        ("SMTP_URL", "smtp://relay:port"),
        ("OUTBOUND_ALLOWED", "10.0.0.0/8"),
        ("OUTBOUND_ALLOWED", "10.0.0.0/8:443,somewhere:1"),
        ("OUTBOUND_ALLOWED", "10.0.0.0/8:70000"),
        ("TRUSTED_PROXIES", "proxy"),
        ("DNS_SERVERS", "dns.example.com"),
        ("BOOKING_ATTEMPTS_MOST", "many"),
        ("DEBUG", "perhaps"),
        ("PORT", "0"),
        ("WEB_WORKERS", "0"),
        ("WEB_THREADS", "x"),
    ],
)
def test_what_makes_no_sense_is_named_at_the_start(home: dict[str, str], name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=name) as caught:
        environment_read({**home, name: value})
    assert "\n" not in str(caught.value)


def test_a_redis_behind_a_socket_and_an_address_with_a_slash_at_its_end_are_good(home: dict[str, str]) -> None:
    read = environment_read({**home, "REDIS_URL": "unix:///run/redis.sock", "BASE_URL": "https://crm.example.com/"})
    assert (read.redis_url, read.base_url) == ("unix:///run/redis.sock", "https://crm.example.com")


@pytest.mark.parametrize("program", [*COMMANDS, "migrate"])
def test_every_program_ends_with_one_line_and_no_traceback(home: dict[str, str], program: str) -> None:
    command = COMMANDS.get(program, (sys.executable, "manage.py", program))
    done = run([*command], {**home, "OUTBOUND_ALLOWED": "nonsense"})
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("hubclone: OUTBOUND_ALLOWED has 'nonsense'")
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("base_url", "said"),
    [("https://crm.example.com", "True True 31536000 True"), ("http://127.0.0.1", "False False 0 False")],
)
def test_cookies_and_hsts_follow_the_scheme_of_the_base_url(home: dict[str, str], base_url: str, said: str) -> None:
    environment = {**home, "BASE_URL": base_url, "DJANGO_SETTINGS_MODULE": "hubclone.settings"}
    done = run([sys.executable, "-c", COOKIES], environment)
    assert done.stdout.strip() == said, done.stderr


def test_what_up_wrote_is_used_and_the_environment_wins(home: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "environment.json").write_text('{"SECRET_KEY": "kept", "HMAC_KEY": "kept"}')
    del home["SECRET_KEY"]
    read = environment_read(home)
    assert (read.secret_key, read.hmac_key) == ("kept", "x")
    (tmp_path / "environment.json").write_text("{")
    with pytest.raises(SettingsError, match=r"environment\.json cannot be read"):
        environment_read(home)
