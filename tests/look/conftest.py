"""The style guide on a live server."""

from __future__ import annotations

import pytest
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer


@pytest.fixture
def guide(settings: Settings, live_server: LiveServer) -> str:
    """The address of the style guide."""
    settings.ROOT_URLCONF = "tests.look.urls"
    return f"{live_server.url}/styleguide/"
