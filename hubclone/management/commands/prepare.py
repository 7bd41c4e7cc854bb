"""What must be done once for each version of the program: tables, messages, static files."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand

from hubclone.messages import messages_compile


class Command(BaseCommand):
    help = "Migrate, compile messages and collect static files. Quick when nothing changed."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        messages_compile()
        call_command("migrate", interactive=False, verbosity=0)
        if not settings.DEBUG:
            self._static()

    def _static(self) -> None:
        """A stamp in HUB_HOME says which files were collected last."""
        stamp, now = Path(settings.ENV.hub_home) / "static.stamp", static_digest()
        if stamp.exists() and stamp.read_text() == now:
            return
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)
        stamp.write_text(now)


def static_digest() -> str:
    """Changes with every file that would be collected: its name, size and time."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
