"""What every test may use: the running stack, and rules about groups and missing programs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.programs import chromium_path, in_ci

pytest_plugins = ["tests.stack.fixture", "tests.browser"]

STACK_PLACES = ("tests/stack/", "tests/journeys/", "tests/embedded/test_given_server.py")
"""Where tests on a whole running stack lie."""
GROUPS = {"stack": STACK_PLACES, "zones": ("tests/calendars/test_engine_zones.py",)}
"""Name → places whose tests one worker runs, where there are several: they share what takes long to make."""
NO_CHROMIUM = "Chromium is not installed (apt-get install chromium)"


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """What these tests do otherwise than the running stack, whose tests prove the real thing.

    Static files keep their own names: the manifest of hashed names comes from ``collectstatic``. Passwords are hashed
    at once: a slow hash for each person of each test would be a third of the whole run.
    """
    from django.conf import settings

    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests on the running stack."""
    for item in items:
        if "stack" in getattr(item, "fixturenames", ()) or item.get_closest_marker("stack"):
            item.add_marker(pytest.mark.stack)
            if not item.nodeid.startswith(STACK_PLACES):
                raise pytest.UsageError(f"{item.nodeid} needs the running stack: its place is below {STACK_PLACES[0]}")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """``--dist loadgroup``, grouped by place: xdist hangs a mark's group on a test's id, which pytest 9.2 ignores, so
    that each worker would start a whole stack of its own."""
    from xdist.scheduler import LoadGroupScheduling  # type: ignore[import-untyped]

    class ByPlace(LoadGroupScheduling):  # type: ignore[misc]
        def _split_scope(self, nodeid: str) -> str:
            return next((name for name, places in GROUPS.items() if nodeid.startswith(places)), nodeid)

    return ByPlace(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Django's own permissions, which nothing here asks for, are not made anew after each test that commits."""
    from django.contrib.auth.management import create_permissions
    from django.contrib.contenttypes.management import create_contenttypes
    from django.db.models.signals import post_migrate

    assert post_migrate.disconnect(create_contenttypes)
    assert post_migrate.disconnect(create_permissions, dispatch_uid="django.contrib.auth.management.create_permissions")


@pytest.fixture(autouse=True)
def _attempts_forgotten() -> None:
    """What an address did in earlier tests counts in none after them, wherever those have put the clock."""
    from django.conf import settings

    from hubclone.lib.health import redis_client

    for key in redis_client().scan_iter(f"{settings.REDIS_PREFIX}limit:*", count=1000):
        redis_client().delete(key)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A browser test without a browser is skipped with the reason; with CI=true it fails."""
    if item.get_closest_marker("browser") and chromium_path() is None:
        (pytest.fail if in_ci() else pytest.skip)(NO_CHROMIUM)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of the browser."""
    path = chromium_path()
    assert path is not None, NO_CHROMIUM
    return path


@pytest.fixture
def domains_forgotten() -> Iterator[None]:
    """Host names that other tests connected are not remembered here, nor what this one connects by others."""
    from accounts.hosts import domains_forget

    domains_forget()
    yield
    domains_forget()
