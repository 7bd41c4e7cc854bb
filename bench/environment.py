"""Where benches run: an own PostgreSQL and Redis under ``.hub/bench``, where data sets are kept, as in production."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hubclone.embedded.ports import free_port
from hubclone.embedded.postgres import EmbeddedPostgres
from hubclone.embedded.redis import EmbeddedRedis

HOME = Path(os.environ.get("BENCH_HOME") or Path(__file__).resolve().parent.parent / ".hub" / "bench")
SETTINGS = {
    "SECRET_KEY": "a-key-for-benches",
    "HMAC_KEY": "a-digest-key-for-benches",
    "ENCRYPTION_KEYS": "ZmDfcTF7_60GrrY167zsiPd67pEvs0aGOv2oasOM1Pg=",
    "BASE_URL": "http://127.0.0.1:8000",
    "DJANGO_SETTINGS_MODULE": "hubclone.settings",
    "OAUTHLIB_INSECURE_TRANSPORT": "1",
    "OAUTHLIB_RELAX_TOKEN_SCOPE": "1",
}


@contextmanager
def bench_environment() -> Iterator[None]:
    """Servers, settings and the schema; everything is stopped at the end, and the data stays."""
    HOME.mkdir(parents=True, exist_ok=True)
    postgres, redis = EmbeddedPostgres(HOME / "postgres", free_port()), EmbeddedRedis(HOME / "redis", free_port())
    postgres.start()
    redis.start()
    try:
        os.environ.update(SETTINGS)
        os.environ.update(HUB_HOME=str(HOME / "hub"), DATABASE_URL=postgres.url(), REDIS_URL=redis.url)
        _set_up()
        yield
    finally:
        redis.stop()
        postgres.stop()


def _set_up() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    _logs_move()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def _logs_move() -> None:
    """Lines of requests are a part of what a page costs, so they are written, but to a file: figures stand alone."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream((HOME / "bench.log").open("w"))
