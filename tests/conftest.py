"""What every test may use: the running stack, and rules about groups and missing programs."""

from __future__ import annotations

import pytest

from tests.programs import chromium_path, in_ci

pytest_plugins = ["tests.stack.fixture", "tests.browser"]

NO_CHROMIUM = "Chromium is not installed (apt-get install chromium)"


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    """Static files keep their own names here: the manifest of hashed names comes from ``collectstatic``."""
    from django.conf import settings

    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests on the running stack share one worker; browser tests are skipped where there is no browser."""
    for item in items:
        if "stack" in getattr(item, "fixturenames", ()) or item.get_closest_marker("stack"):
            item.add_marker(pytest.mark.stack)
            item.add_marker(pytest.mark.xdist_group("stack"))


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
