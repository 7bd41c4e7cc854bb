"""Rich text as people read and write it without an editor: paragraphs and line ends. Pure."""

from __future__ import annotations

import html
import re

import nh3
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

HTML_TAGS = {"p", "br", "b", "strong", "i", "em", "u", "ul", "ol", "li", "a", "blockquote", "div", "span"}
_BREAK = re.compile(r"<br\s*/?>\n?", re.IGNORECASE)
_BLOCK_END = re.compile(r"</(?:p|div|li|blockquote|ul|ol)>\s*", re.IGNORECASE)
_PARAGRAPH_END = re.compile(r"</(?:p|blockquote)>\s*(?=<)", re.IGNORECASE)
_TAG = re.compile(r"<[a-z/!][^>]*>", re.IGNORECASE)


def html_shown(text: str) -> SafeString:
    """Rich text without anything that could act; plain text keeps its lines."""
    if not _TAG.search(text):
        text = text.replace("\n", "<br>")
    return mark_safe(nh3.clean(text, tags=HTML_TAGS, attributes={"a": {"href"}}))  # noqa: S308 - cleaned by nh3


def html_of(text: str) -> str:
    """Typed lines as HTML: an empty line ends a paragraph."""
    paragraphs = (part.strip("\n") for part in re.split(r"\n{2,}", text.replace("\r\n", "\n").strip()))
    return "".join("<p>{}</p>".format(escape(part).replace("\n", "<br>")) for part in paragraphs if part)


def text_of(markup: str) -> str:
    """The text of HTML with its lines, as a text box shows it; ``text_of(html_of(text)) == text``."""
    if not _TAG.search(markup):
        return html.unescape(markup)
    lines = _BREAK.sub("\n", markup.replace("\r\n", "\n"))
    lines = _BLOCK_END.sub("\n", _PARAGRAPH_END.sub("\n\n", lines))
    return html.unescape(_TAG.sub("", lines)).strip()


def is_formatted(markup: str) -> bool:
    """Whether more than paragraphs and line ends would be lost in a text box."""
    return bool(set(re.findall(r"<([a-z]+)", markup.lower())) - {"p", "br", "div"})
