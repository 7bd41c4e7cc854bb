"""Asking the domain name system. Only name servers that the installation chose are talked to."""

from __future__ import annotations

from typing import Any, Literal

import dns.exception
import dns.resolver
from django.conf import settings

from hubclone.lib.errors import TransientError

LOOKUP_SECONDS = 5.0
TxtAnswer = list[str] | Literal["no name", "no record"]


class DnsFailed(TransientError):
    """The name servers do not answer in time or refuse."""

    code = "DNS_FAILED"


class DnsTimeout(DnsFailed):
    """No name server answered in time."""

    code = "DNS_TIMEOUT"


def txt_records(name: str, *, parent: str) -> TxtAnswer:
    """The TXT records of ``name``, each with its strings joined; "no name" where not even ``parent`` exists.

    Raises DnsFailed.
    """
    resolver = _resolver()
    try:
        found: list[Any] = list(resolver.resolve(f"{name}.", "TXT", raise_on_no_answer=False).rrset or [])
        return [b"".join(record.strings).decode("utf-8", "replace") for record in found] or "no record"
    except dns.resolver.NXDOMAIN:
        return "no record" if _exists(resolver, parent) else "no name"
    except (dns.resolver.LifetimeTimeout, dns.exception.Timeout) as error:
        raise DnsTimeout from error
    except (dns.exception.DNSException, OSError) as error:
        raise DnsFailed from error


def _exists(resolver: dns.resolver.Resolver, name: str) -> bool:
    """Whether the name is there, with whatever records."""
    try:
        resolver.resolve(f"{name}.", "A", raise_on_no_answer=False)
    except dns.resolver.NXDOMAIN:
        return False
    except dns.exception.DNSException:
        return True
    return True


def _resolver() -> dns.resolver.Resolver:
    """One without a cache: whoever has just changed a record looks for the change."""
    servers = list(settings.DNS_SERVERS)
    resolver = dns.resolver.Resolver(configure=not servers)
    if servers:
        resolver.nameservers = [address for address, _ in servers]
        resolver.nameserver_ports = dict(servers)
    resolver.lifetime = LOOKUP_SECONDS
    resolver.timeout = LOOKUP_SECONDS / 2
    return resolver
