"""Versions of Exchange: those that people choose from, and what a server says of itself."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _
from exchangelib.version import Build, Version

OLDEST = Build(14, 2)
"""2010 SP2: older ones lack what scheduling needs."""
VERSION_CHOICES = [
    ("", _("Find out (works nearly always)")),
    ("15.2", "Exchange Server 2019, SE"),
    ("15.1", "Exchange Server 2016"),
    ("15.0", "Exchange Server 2013"),
    ("14.3", "Exchange Server 2010 SP3"),
    ("14.2", "Exchange Server 2010 SP2"),
]
_NAMES = {
    (8, 0): "Exchange Server 2007",
    (8, 1): "Exchange Server 2007 SP1",
    (8, 2): "Exchange Server 2007 SP2",
    (8, 3): "Exchange Server 2007 SP3",
    (14, 0): "Exchange Server 2010",
    (14, 1): "Exchange Server 2010 SP1",
    (14, 2): "Exchange Server 2010 SP2",
    (14, 3): "Exchange Server 2010 SP3",
    (15, 0): "Exchange Server 2013",
    (15, 1): "Exchange Server 2016",
    (15, 2): "Exchange Server 2019",
    (15, 20): "Exchange Online",
}


def version_name(build: Build) -> str:
    """A name that people know, with the build: ``Exchange Server 2010 SP1 (14.1.438.0)``."""
    name = _NAMES.get((build.major_version, build.minor_version), "Exchange Server")
    return f"{name} ({build})"


def version_text(version: Version) -> str:
    """How a version is kept with the connection: ``15.2.1544.11 Exchange2016``."""
    return f"{version.build} {version.api_version}"


def version_read(text: str) -> Version | None:
    """The version of ``version_text``; None when there is none."""
    numbers, _, api_version = text.partition(" ")
    parts = numbers.split(".")
    if not api_version or len(parts) != 4 or not all(part.isdigit() for part in parts):
        return None
    return Version(build=Build(*(int(part) for part in parts)), api_version=api_version)


def is_older_than(build: Build, chosen: str) -> bool:
    """Whether the server is older than the version that somebody chose."""
    if not chosen:
        return False
    major, minor = chosen.split(".")
    return (build.major_version, build.minor_version) < (int(major), int(minor))
