"""Compile the message catalogues."""

from typing import Any

from django.core.management.base import BaseCommand

from hubclone.messages import messages_compile


class Command(BaseCommand):
    help = "Compile locale/*.po to .mo where they changed. Needs no gettext."

    def handle(self, *args: Any, **options: Any) -> None:
        for path in messages_compile():
            self.stdout.write(str(path))
