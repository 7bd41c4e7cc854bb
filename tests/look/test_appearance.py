"""The theme without scripts, and what views do for htmx."""

from __future__ import annotations

import json

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory
from pytest_django import Settings

from hubclone import styleguide
from hubclone.lib.htmx import is_partial, render_partial, toast


def test_a_theme_is_kept_and_the_page_comes_back_in_it(client: Client) -> None:
    response = client.post("/appearance/theme", {"theme": "dark", "next": "/appearance/x"})
    assert response["Location"] == "/appearance/x"
    assert client.cookies["hub_theme"].value == "dark"
    assert 'data-theme="dark"' in client.get("/nothing-here").content.decode()


def test_the_systems_theme_forgets_the_choice(client: Client) -> None:
    client.post("/appearance/theme", {"theme": "dark"})
    client.post("/appearance/theme", {"theme": ""})
    assert client.cookies["hub_theme"].value == ""


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_the_theme_never_leads_elsewhere(client: Client, target: str) -> None:
    assert client.post("/appearance/theme", {"theme": "dark", "next": target})["Location"] == "/"


def test_a_theme_is_not_chosen_by_a_link(client: Client) -> None:
    assert client.get("/appearance/theme", {"theme": "dark"}).status_code == 405


def test_a_missing_page_says_what_to_do(client: Client) -> None:
    response = client.get("/nothing-here")
    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


@pytest.mark.parametrize(("debug", "demo", "served"), [(False, False, 0), (True, False, 2), (False, True, 2)])
def test_the_style_guide_is_served_in_debug_and_in_the_demo(
    settings: Settings, debug: bool, demo: bool, served: int
) -> None:
    settings.DEBUG, settings.DEMO = debug, demo
    assert len(styleguide.urlpatterns()) == served


@pytest.mark.parametrize(
    ("headers", "partial"),
    [
        ({}, False),
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-Boosted": "true"}, False),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
    ],
)
def test_htmx_gets_a_part_only_when_it_asks_for_one(headers: dict[str, str], partial: bool) -> None:
    assert is_partial(RequestFactory().get("/", headers=headers)) is partial


def test_a_part_and_a_page_are_kept_apart_by_caches() -> None:
    request = RequestFactory().get("/", headers={"HX-Request": "true"})
    response = render_partial(request, "404.html", "components/badge.html", {"text": "New"})
    assert response.content.decode().strip() == '<span class="badge badge--neutral">New</span>'
    assert "HX-Request" in response["Vary"]


def test_a_toast_travels_in_a_header_in_any_language() -> None:
    response = toast(HttpResponse(), "Zapisano zmianę", level="success")
    assert response["HX-Trigger"].isascii()
    assert json.loads(response["HX-Trigger"]) == {"toast": {"message": "Zapisano zmianę", "level": "success"}}
