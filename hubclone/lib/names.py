"""Names of people we do not know, kept from becoming links in e-mails that we send to others."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _

LINK_REFUSED = _("A name cannot hold a web address. If a dot belongs to the name, put a space after it.")
_ADDRESS = re.compile(r"://|\bwww\.", re.IGNORECASE)
_DOTTED = re.compile(r"\w\.(\w{2,})")
_JOINT = re.compile(r"(?<=\w)\.(?=\w{2,})")
_ENDS = frozenset({
    "app", "biz", "click", "cn", "co", "com", "de", "dev", "eu", "gov", "info", "io", "link", "live", "me", "net",
    "online", "org", "pl", "ru", "shop", "site", "store", "top", "uk", "us", "xyz",
})  # fmt: skip


def link_in(name: str) -> bool:
    """Whether a mail program would make a link of a part of the name: ``http://…``, ``www.…``, ``spam.example``.

    A dot before a capital, as in St.John, is part of a name, unless one of the best known endings follows.
    """
    ends = _DOTTED.findall(name)
    return bool(_ADDRESS.search(name)) or any(_is_ending(end) for end in ends)


def link_defuse(name: str) -> str:
    """The name with a space wherever a link would hold together; one without dots inside stays as it is."""
    return _JOINT.sub(". ", name.replace("://", ": //"))


def _is_ending(text: str) -> bool:
    return text[0].isalpha() and (not text[0].isupper() or text.casefold() in _ENDS)
