"""What may be a host name of somebody's own (A5)."""

from __future__ import annotations

import re
from collections.abc import Iterable

import idna
from django.core.exceptions import ValidationError
from django.http.request import validate_host
from django.utils.translation import gettext as _

from hubclone.lib.client_ip import is_address

HOST_MOST = 253
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def host_parse(text: str, *, ours: Iterable[str] = ()) -> str:
    """The host name as it is kept: lower case, punycode, no final dot. Raises ValidationError in words.

    ``ours`` are patterns of host names that the installation itself uses (".name" for all below it).
    """
    text = text.strip()
    for wrong, words in _form_faults(text):
        if wrong:
            raise ValidationError(words)
    host = _ascii(text.removesuffix("."))
    labels = host.split(".")
    if len(labels) < 2:
        raise ValidationError(_("Enter the whole name, as meet.example.com."))
    if len(host) > HOST_MOST or labels[-1].isdigit() or not all(_LABEL.fullmatch(label) for label in labels):
        raise ValidationError(_("This is not a host name. It has letters, digits, hyphens and dots only."))
    if validate_host(host, list(ours)):
        raise ValidationError(_("This name belongs to this installation itself."))
    return host


def host_shown(host: str) -> str:
    """The name in its own letters, as people know it; punycode where it cannot be read back."""
    try:
        return idna.decode(host)
    except idna.IDNAError:
        return host


def _form_faults(text: str) -> list[tuple[bool, str]]:
    return [
        ("://" in text, _("Enter the name without https:// in front of it.")),
        (is_address(text.strip("[]")), _("Enter a name; an IP address cannot be connected.")),
        (any(mark in text for mark in "/?#\\"), _("Enter the name alone, without a path behind it.")),
        (":" in text, _("Enter the name without a port.")),
        ("@" in text, _("Enter a host name; this looks like an email address.")),
        ("*" in text, _("Enter one name; a star for many of them cannot be connected.")),
    ]


def _ascii(text: str) -> str:
    try:
        return idna.encode(text, uts46=True).decode("ascii").lower() if text else ""
    except idna.IDNAError as error:
        raise ValidationError(_("This is not a host name. It has letters, digits, hyphens and dots only.")) from error
