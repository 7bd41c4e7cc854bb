"""Tokens in the words of a page: ``{{ contact.firstname }}``. Plain text in, plain text out; nothing is ever run.

A value is put in as it is and not looked at again, so that no guest can bring tokens of their own. Where there is no
value, the space and the comma that went with it go as well: ``Hello {{ contact.firstname }}, …`` is ``Hello, …``.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

_TOKEN = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
_NOTHING = "\0"
_AT_LINE_START = re.compile(rf"^[ \t]*{_NOTHING}[,;:.!]?[ \t]*(\w?)", re.MULTILINE)
_WITHIN = re.compile(rf"[ \t]*{_NOTHING}")


def tokens_used(text: str) -> list[str]:
    """The names between double braces, in their order, each once; also of those that are no tokens at all."""
    return list(dict.fromkeys(match[1].strip() for match in _TOKEN.finditer(text)))


def tokens_unknown(text: str, known: Collection[str]) -> list[str]:
    """What stands between double braces and is no token, and ``{{`` for braces that are never closed."""
    unknown = [name for name in tokens_used(text) if name not in known]
    rest = _TOKEN.sub("", text)
    return [*unknown, "{{"] if "{{" in rest else unknown


def tokens_render(text: str, values: Mapping[str, str]) -> str:
    """The text with its tokens' values; a token without one leaves nothing behind."""
    if "{{" not in text:
        return text
    filled = _TOKEN.sub(lambda match: values.get(match[1].strip()) or _NOTHING, text)
    started = _AT_LINE_START.sub(lambda match: match[1].upper(), filled)
    return _WITHIN.sub("", started)
