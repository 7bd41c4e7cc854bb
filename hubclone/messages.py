"""Translations without gettext's programs: compiling catalogues, and finding what they lack. Needs no Django set up,
but for reading templates."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

BASE_DIR = Path(__file__).resolve().parent.parent
SOURCES = ("hubclone", "accounts", "crm", "connections", "workflows", "calendars", "marketplace", "templates")
SKIPPED = {"migrations", "__pycache__", "node_modules"}
DOMAIN = "django"
_PLAIN: None = None
_ONE = (1,)
_TWO = (1, 2)
KEYWORDS = {
    **dict.fromkeys(("_", "gettext", "gettext_lazy", "gettext_noop"), _PLAIN),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), _TWO),
    **dict.fromkeys(("pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
_PLACEHOLDER = re.compile(r"%\((\w+)\)[a-z]|\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that a catalogue lacks. ``where`` is the first place that uses the message."""

    message: str
    what: str
    where: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}: {self.message!r}"


def catalogues(base: Path = BASE_DIR) -> list[tuple[str, Path]]:
    """Language and file of every catalogue in locale/."""
    return [(path.parent.parent.name, path) for path in sorted(base.glob(f"locale/*/LC_MESSAGES/{DOMAIN}.po"))]


def messages_compile(base: Path = BASE_DIR) -> list[Path]:
    """Write the ``.mo`` files that are older than their ``.po``; returns those written. Fuzzy messages are left out."""
    written = []
    for language, source in catalogues(base):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        fresh = target.with_suffix(f".{os.getpid()}.new")
        with fresh.open("wb") as file:
            write_mo(file, _read(language, source), use_fuzzy=False)
        fresh.replace(target)
        written.append(target)
    return written


def messages_extract(base: Path = BASE_DIR) -> Iterator[tuple[str | tuple[str, ...], str | None, str]]:
    """Message (or singular and plural), context and place of every string in the sources and templates."""
    for source in SOURCES:
        for path in sorted((base / source).rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and not SKIPPED & set(path.parts):
                yield from _extract_file(path, path.relative_to(base))


def messages_missing(language: str, source: Path, base: Path = BASE_DIR) -> list[Fault]:
    """What a catalogue lacks: messages without a translation, fuzzy ones, wrong placeholders or plurals."""
    catalogue, faults, seen = _read(language, source), [], set()
    for text, context, where in messages_extract(base):
        key = (text if isinstance(text, str) else text[0], context)
        if key in seen:
            continue
        seen.add(key)
        what = _fault(catalogue.get(text, context), catalogue, text)
        if what:
            faults.append(Fault(key[0], what, where))
    return faults


def _read(language: str, source: Path) -> Catalog:
    with source.open("rb") as file:
        return read_po(file, locale=language, domain=DOMAIN)


def _fault(found: Message | None, catalogue: Catalog, text: str | tuple[str, ...]) -> str:
    if found is None:
        return "not in the catalogue"
    if found.fuzzy:
        return "fuzzy"
    strings = [found.string] if isinstance(found.string, str) else list(found.string or ())
    if not isinstance(text, str) and len(strings) != catalogue.num_plurals:
        return f"{len(strings)} plural forms instead of {catalogue.num_plurals}"
    if not strings or not all(strings):
        return "not translated"
    wanted = _placeholders(text if isinstance(text, str) else text[-1])
    if any(not _placeholders(string) <= wanted for string in strings) or _placeholders(strings[-1]) != wanted:
        return "other placeholders than the original"
    return ""


def _placeholders(text: str) -> set[str]:
    return {first or second for first, second in _PLACEHOLDER.findall(text)}


def _extract_file(path: Path, name: Path) -> Iterator[tuple[str | tuple[str, ...], str | None, str]]:
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        text = _template_as_python(text, str(name))
    for line, message, _, context in extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS):
        yield message, context, f"{name}:{line}"


def _template_as_python(text: str, name: str) -> str:
    """Django's own translation of a template into Python-like source; what is not a message is X, indented at will."""
    from django.utils.translation.template import templatize

    return "\n".join(line.strip() for line in templatize(text, origin=name).splitlines())
