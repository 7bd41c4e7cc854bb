"""GET /healthz."""

from __future__ import annotations

import pytest
from django.test import Client

from hubclone.lib.health import beat, redis_client

PROCESSES = ("worker", "background", "beat", "publisher")


@pytest.fixture
def alive() -> None:
    for process in PROCESSES:
        beat(process)


@pytest.mark.django_db
@pytest.mark.usefixtures("alive")
def test_it_says_ok_when_every_part_is_up(client: Client) -> None:
    answer = client.get("/healthz")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.usefixtures("alive")
@pytest.mark.parametrize("process", PROCESSES)
def test_it_names_the_part_that_gave_no_sign_of_life(client: Client, process: str, settings: object) -> None:
    prefix = getattr(settings, "REDIS_PREFIX")  # noqa: B009 - the fixture is untyped
    redis_client().delete(f"{prefix}alive:{process}")
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert list(answer.json()["parts"]) == [process]


def test_it_takes_no_post(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
