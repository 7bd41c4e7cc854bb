"""Text as people type it, made safe to keep and easy to find."""

from __future__ import annotations

import re
import unicodedata

import idna

_STROKES = str.maketrans(
    {
        "ł": "l",
        "Ł": "l",
        "ø": "o",
        "Ø": "o",
        "đ": "d",
        "Đ": "d",
        "ß": "ss",
        "æ": "ae",
        "Æ": "ae",
        "œ": "oe",
        "Œ": "oe",
    }
)
_UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufeff]")
_WORD = re.compile(r"[^\W_]+", re.UNICODE)


def fold(text: str) -> str:
    """Lower case without accents, for sort keys and search: ``fold("Łódź") == "lodz"``."""
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.translate(_STROKES))
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold()


def words(text: str) -> list[str]:
    """The folded words of a text, in order; what is not a letter or a digit divides them."""
    return _WORD.findall(fold(text))


def clean(text: str) -> str:
    """What a person typed, stripped, without control and direction-override characters; newlines are ``\\n``."""
    return _UNWANTED.sub("", unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")).strip()


def clean_line(text: str) -> str:
    """``clean`` on one line: every run of white space is one space. Use it for whatever reaches a header."""
    return " ".join(clean(text).split())


def email_normalise(address: str) -> str:
    """An e-mail address as identities keep it: stripped, in lower case (matching is case-insensitive, A16), and the
    domain in punycode, as browsers send it (RFC 5891): ``Ala@ŻÓŁW.pl`` is ``ala@xn--w-uga1v8h.pl``."""
    name, at, domain = clean_line(address).lower().rpartition("@")
    return f"{name}{at}{_punycode(domain) if at else domain}"


def email_spellings(address: str) -> set[str]:
    """A normalised address as it is, and with its domain in its own letters, as texts may have it."""
    name, at, domain = address.rpartition("@")
    try:
        return {address, f"{name}{at}{idna.decode(domain)}"}
    except idna.IDNAError:
        return {address}


def _punycode(domain: str) -> str:
    """What cannot be written so stays as it is."""
    if domain.isascii():
        return domain
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError:
        return domain


def slugify(text: str) -> str:
    """A path segment from any Latin text: ``slugify("Zażółć gęślą") == "zazolc-gesla"``. May be empty."""
    return "-".join(re.findall(r"[a-z0-9]+", fold(text)))
