"""Looking whether a host name is an account's own: a TXT record, or a file on the host (A5)."""

from __future__ import annotations

import hmac
import time
from dataclasses import dataclass

import requests
from django.utils.translation import gettext_lazy as _

from accounts.choices import DomainProof
from accounts.hosts import PROOF_PATH
from accounts.models import Domain
from accounts.registries import Words
from hubclone.lib.outbound.dns import DnsFailed, txt_records
from hubclone.lib.outbound.guard import AddressRefused, HostUnreachable
from hubclone.lib.outbound.http import session
from hubclone.lib.text import clean_line

VALUE_PREFIX = "hubclone-verification="
ANSWER_MOST_BYTES = 1024
ANSWER_SECONDS = 5.0
HTTP_PORT, HTTPS_PORT = 80, 443
FOUND_MOST = 300
ZONES_MOST = 3
"""In how many zones above a host its record is looked for when it is not in its place."""
PROVEN_ELSEWHERE = ("TAKEN", "TAKEN_OVER")
"""The faults that are about another account's proof."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look found: ``code`` is "" where the proof is there, else a key of FAULTS; ``passing`` if a later look may
    differ without anybody doing anything; ``found`` is what was there instead, on one line."""

    code: str
    passing: bool = False
    found: str = ""


FAULTS: dict[str, tuple[Words, Words]] = {
    "NO_SUCH_NAME": (
        _("The domain name system does not know this name."),
        _("Check its spelling. A name that was made just now may take an hour to be seen."),
    ),
    "NO_RECORD": (
        _("The name exists, but the record is not there."),
        _("Add the TXT record as shown. It may take an hour to be seen."),
    ),
    "OTHER_VALUE": (
        _("Something is there, but it is not the value that we look for."),
        _("Copy the value from here once more, all of it, and replace what is there."),
    ),
    "ELSEWHERE": (
        _("The value is there, but under another name."),
        _(
            "Move it to the name shown here. Many DNS services add the domain themselves: "
            "enter only what comes before it."
        ),
    ),
    "DNS_TIMEOUT": (_("The name servers did not answer in time."), _("Check again in a few minutes.")),
    "DNS_FAILED": (
        _("The name servers of this name answered with an error."),
        _("Ask whoever runs them, or check again in a few minutes."),
    ),
    "NO_FILE": (
        _("The host answers, but the file is not there."),
        _("Put the file at exactly this address, without signing in being needed."),
    ),
    "REDIRECTED": (
        _("The host sends us on to another address instead of showing the file."),
        _("Let this one address answer by itself, or prove the name by a DNS record."),
    ),
    "BAD_ANSWER": (_("The host answered with an error."), _("Open the address in a browser and see what it says.")),
    "TIME_OUT": (_("The host did not answer in time."), _("Check that its web server runs, then check again.")),
    "REFUSED": (
        _("The host refuses connections."),
        _("Check that a web server runs there and that its ports 80 and 443 are open."),
    ),
    "UNREACHABLE": (_("The host cannot be reached."), _("Check its address in the DNS, then check again.")),
    "NOT_PUBLIC": (
        _("The name leads to an address that is not public, and such are never asked."),
        _("Prove the name by a DNS record instead."),
    ),
    "TAKEN": (
        _("Another account has connected this name, and its proof is still there."),
        _("Remove that proof, or have the name removed there, then check again."),
    ),
    "TAKEN_OVER": (
        _("Another account has proven that the name is its own, and your proof was gone."),
        _("If the name is yours, prove it again and check."),
    ),
}
"""Code → what was found, and what to do."""


def proof_name(host: str) -> str:
    """The name of the TXT record."""
    return f"_hubclone.{host}"


def proof_value(token: str) -> str:
    """What the record or the file has to say."""
    return f"{VALUE_PREFIX}{token}"


def proof_url(host: str) -> str:
    """Where the file is looked for; https is tried first."""
    return f"http://{host}{PROOF_PATH}"


def proof_look(domain: Domain) -> Look:
    """Look for a domain's proof, outside of any transaction; takes at most about half a minute."""
    if domain.proof == DomainProof.HTTP:
        return http_look(domain.host, proof_value(domain.token))
    return txt_look(domain.host, proof_value(domain.token))


def txt_look(host: str, value: str) -> Look:
    """Look into the domain name system."""
    try:
        found = txt_records(proof_name(host), parent=host)
    except DnsFailed as error:
        return Look(error.code, passing=True)
    if found == "no name":
        return Look("NO_SUCH_NAME")
    if found == "no record":
        place = next((name for name in _mistaken_names(host) if _holds(name, host, value)), "")
        return Look("ELSEWHERE", found=_line(place)) if place else Look("NO_RECORD")
    is_there = any(_same(record.strip(), value) for record in found)
    return Look("") if is_there else Look("OTHER_VALUE", found=_line(" · ".join(sorted(found, key=_likeness))))


def _mistaken_names(host: str) -> list[str]:
    """Where a record often lands: at the host itself, and under our name with the domain added once more."""
    labels = host.split(".")
    zones = [".".join(labels[at:]) for at in range(max(0, len(labels) - ZONES_MOST - 1), len(labels) - 1)]
    return [host, *(f"{proof_name(host)}.{zone}" for zone in zones)]


def _holds(name: str, host: str, value: str) -> bool:
    """Whether the value is there; name servers that do not say count as no."""
    try:
        found = txt_records(name, parent=host)
    except DnsFailed:
        return False
    return any(_same(record.strip(), value) for record in found) if isinstance(found, list) else False


def _likeness(record: str) -> tuple[bool, str]:
    """What looks like a proof comes first."""
    return not record.startswith(VALUE_PREFIX), record


def _line(text: str) -> str:
    return clean_line(text)[:FOUND_MOST]


def http_look(host: str, value: str, *, http_port: int = HTTP_PORT, https_port: int = HTTPS_PORT) -> Look:
    """Ask the host, by https and, where that cannot be reached, by http."""
    secure = _ask(f"https://{host}:{https_port}{PROOF_PATH}", value)
    if secure.code in {"", "NO_FILE", "REDIRECTED", "BAD_ANSWER", "OTHER_VALUE", "NO_SUCH_NAME"}:
        return secure
    return _ask(f"http://{host}:{http_port}{PROOF_PATH}", value)


def _ask(url: str, value: str) -> Look:
    try:
        with session() as asking, _get(asking, url) as answer:
            return _judge(answer, value)
    except AddressRefused:
        return Look("NOT_PUBLIC")
    except HostUnreachable as error:
        return Look(
            {"unknown": "NO_SUCH_NAME", "refused": "REFUSED", "timeout": "TIME_OUT"}.get(error.why, "UNREACHABLE"),
            passing=error.why != "unknown",
        )
    except requests.Timeout:
        return Look("TIME_OUT", passing=True)
    except requests.RequestException:
        return Look("UNREACHABLE", passing=True)


def _get(asking: requests.Session, url: str) -> requests.Response:  # noqa: TID251 - the guarded one
    plain = {"Accept-Encoding": "identity"}
    return asking.get(url, headers=plain, stream=True, timeout=(ANSWER_SECONDS, ANSWER_SECONDS))


def _judge(answer: requests.Response, value: str) -> Look:
    if answer.is_redirect or 300 <= answer.status_code < 400:
        return Look("REDIRECTED", found=_line(answer.headers.get("Location", "")))
    status = f"HTTP {answer.status_code}"
    if answer.status_code in (404, 410):
        return Look("NO_FILE", found=status)
    if answer.status_code != 200:
        return Look("BAD_ANSWER", passing=answer.status_code >= 500, found=status)
    begin = _begin(answer)
    return Look("") if _same(begin, value) else Look("OTHER_VALUE", found=_line(begin))


def _begin(answer: requests.Response) -> str:
    """As much of the answer as a proof can have. Byte by byte, so that one that drips meets requests.Timeout."""
    until, body = time.monotonic() + ANSWER_SECONDS, b""
    for part in answer.iter_content(1):
        body += part
        if time.monotonic() > until:
            raise requests.Timeout
        if len(body) > ANSWER_MOST_BYTES:
            break
    return body[: ANSWER_MOST_BYTES + 1].decode("utf-8", "replace").strip()


def _same(found: str, value: str) -> bool:
    return hmac.compare_digest(found.encode(), value.encode())
