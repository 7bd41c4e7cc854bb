"""Names that would become links in e-mails."""

from __future__ import annotations

import pytest

from hubclone.lib.names import link_defuse, link_in

LINKS = [
    "https://spam.example/win",
    "www.Spam.example",
    "Win at spam.example now",
    "ftp://Spam",
    "SPAM.COM",
    "Spam.Shop/x",
    "a@spam.example",
    "spam.рф",
]
NAMES = [
    "",
    "Anna Nowak",
    "St.John",
    "J.R.R. Tolkien",
    "Dr. Łukasz Żak",
    "Dr.Łukasz",
    "Jan Kowalski Jr.",
    "O'Neil-Smith",
    "李小龙",
    "3.5",
]


@pytest.mark.parametrize("name", LINKS)
def test_a_link_in_a_name_is_seen_and_falls_apart(name: str) -> None:
    assert link_in(name)
    defused = link_defuse(name)
    assert not link_in(defused.replace("www. ", ""))
    assert link_defuse(defused) == defused
    assert "".join(defused.split()) == "".join(name.split())


@pytest.mark.parametrize("name", NAMES)
def test_a_persons_name_is_none(name: str) -> None:
    assert not link_in(name)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in {"St.John", "Dr.Łukasz"}])
def test_a_name_without_dots_inside_stays_as_it_is(name: str) -> None:
    assert link_defuse(name) == name
