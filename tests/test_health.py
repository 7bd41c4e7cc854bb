"""GET /healthz."""

from __future__ import annotations

import logging

import pytest
from django.conf import settings
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
def test_it_names_the_part_that_gave_no_sign_of_life(client: Client, process: str) -> None:
    redis_client().delete(f"{settings.REDIS_PREFIX}alive:{process}")
    answer = client.get("/healthz")
    assert answer.status_code == 503
    assert list(answer.json()["parts"]) == [process]


@pytest.mark.django_db
def test_an_answer_that_a_part_is_unwell_is_no_error_in_the_log(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    for process in PROCESSES:
        redis_client().delete(f"{settings.REDIS_PREFIX}alive:{process}")
    assert client.get("/healthz").status_code == 503
    assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
    client.get("/nowhere")
    assert "django.request" in {record.name for record in caplog.records}, "other refusals are logged"


def test_it_takes_no_post(client: Client) -> None:
    assert client.post("/healthz").status_code == 405
