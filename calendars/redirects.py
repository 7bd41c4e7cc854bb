"""Where a booked visitor may be sent: another site over https, or one on this machine; never a page of the application.

Nothing is added to the address: whoever runs the other site learns nothing of the visitor from it.
"""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

VISITORS_PATH = "/meetings/"
_PORTS = {"http": 80, "https": 443}


class RedirectRefused(ValueError):
    """The text says to a person what is wrong with the address."""


def redirect_check(url: str) -> str:
    """``url`` when it may be redirected to. Raises RedirectRefused."""
    parts = _parts(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and _is_loopback(parts.hostname or "")):
        raise RedirectRefused(_("Please enter an address that begins with https://."))
    if parts.username or parts.password:
        raise RedirectRefused(_("Please leave the name and the password out of the address."))
    if _is_ours(parts) and not parts.path.startswith(VISITORS_PATH):
        raise RedirectRefused(_("This address is a page of the application, which visitors cannot see."))
    return url


def redirect_or(url: str, otherwise: str) -> str:
    """``url``, or ``otherwise`` when there is none or it may not be redirected to: hosts become ours, too."""
    try:
        return redirect_check(url) if url else otherwise
    except RedirectRefused:
        return otherwise


def redirect_origin(url: str) -> str:
    """``https://example.com:8443``, as a Content-Security-Policy names it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _parts(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        port_is_number = parts.port is None or parts.port > 0
    except ValueError:
        raise RedirectRefused(_("Please enter a whole address, such as https://example.com/thanks.")) from None
    plain = url.isascii() and url.isprintable() and not set(url) & set(" \\;,'\"<>")
    if not (port_is_number and plain and parts.hostname):
        raise RedirectRefused(_("Please enter a whole address, such as https://example.com/thanks."))
    return parts


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_ours(parts: SplitResult) -> bool:
    ours = {_where(urlsplit(base)) for base in (settings.BASE_URL, settings.MEETINGS_URL)}
    names = {name.lower().lstrip(".") for name in settings.ALLOWED_HOSTS} - {
        "*",
        "localhost",
        "127.0.0.1",
        "::1",
        "[::1]",
    }
    return _where(parts) in ours or (parts.hostname or "") in names


def _where(parts: SplitResult) -> tuple[str, int | None]:
    return (parts.hostname or "").rstrip("."), parts.port or _PORTS.get(parts.scheme)
