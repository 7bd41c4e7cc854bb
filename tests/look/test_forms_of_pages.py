"""Every form of every page of an account: long ones guard what was typed, and what destroys asks first."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

import pytest
from django.test import Client

from accounts.choices import Right
from accounts.models import Membership
from tests.calendars.booking import account_make
from tests.look.test_every_page import urls
from tests.world import World, world_make

pytestmark = pytest.mark.django_db
TYPED = {"text", "email", "url", "tel", "number", "date", "time", "datetime-local", "password"}
LONG_FROM = 2
"""How many fields that are typed into make a form that is worth guarding."""


@dataclass
class Form:
    """A form that posts: how many fields are typed into, its attributes, its buttons, whether it lies in a dialog."""

    attributes: dict[str, str | None]
    in_dialog: bool
    typed: int = 0
    buttons: list[str] = field(default_factory=list)


class Forms(HTMLParser):
    """Finds the forms of a page and its title."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.title = ""
        self._dialogs = self._titles = 0
        self._form: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Opens a form, or counts what stands in one."""
        given = dict(attrs)
        self._dialogs += tag == "dialog"
        self._titles += tag == "h1"
        if tag == "form" and given.get("method") == "post":
            self._form = Form(given, self._dialogs > 0)
            self.forms.append(self._form)
        if self._form is None:
            return
        self._form.typed += tag == "textarea" or (tag == "input" and given.get("type", "text") in TYPED)
        if tag == "button":
            self._form.buttons.append(given.get("class") or "")

    def handle_endtag(self, tag: str) -> None:
        """Closes what was open."""
        self._dialogs -= tag == "dialog"
        self._titles -= tag == "h1"
        if tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        """The words of the page's title."""
        self.title += data if self._titles else ""


@pytest.fixture
def world() -> World:
    """An account with one of everything, and a super admin."""
    made = world_make(account_make())
    Membership.objects.filter(pk=made.owner.pk).update(rights=[Right.SUPER_ADMIN])
    return made


def forms_of(world: World) -> list[tuple[str, str, Form]]:
    """Each form with its page's address and title."""
    client = Client()
    client.force_login(world.owner.user)
    found = []
    for url in urls(world):
        page = Forms()
        page.feed(client.get(url).content.decode())
        found += [(url, page.title.strip(), form) for form in page.forms]
    return found


def test_a_form_with_fields_to_type_into_guards_them(world: World) -> None:
    unguarded = [
        url
        for url, _title, form in forms_of(world)
        if form.typed >= LONG_FROM and "data-guard" not in form.attributes and url.startswith("/app/")
    ]
    assert unguarded == []


def test_a_form_that_is_typed_into_says_what_is_wrong_itself_and_not_the_browser(world: World) -> None:
    silent = [
        f"{url} ({title})" for url, title, form in forms_of(world) if form.typed and "novalidate" not in form.attributes
    ]
    assert silent == []


def test_what_destroys_is_asked_in_a_dialog_or_on_a_page_of_its_own(world: World) -> None:
    at_once = [
        f"{url} ({title})"
        for url, title, form in forms_of(world)
        if any("btn--danger" in css.split() for css in form.buttons) and not form.in_dialog and not title.endswith("?")
    ]
    assert at_once == []
