"""Refuse strings without a translation."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from hubclone.messages import catalogues, messages_missing


class Command(BaseCommand):
    help = "List every string of the sources that a catalogue lacks or holds as fuzzy; fails when there is one."
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        lacking = {code for code, _ in settings.LANGUAGES} - {"en"} - {language for language, _ in catalogues()}
        if lacking:
            raise CommandError(f"There is no catalogue for {', '.join(sorted(lacking))} (`make messages`).")
        found = [(language, fault) for language, path in catalogues() for fault in messages_missing(language, path)]
        for language, fault in found:
            self.stdout.write(f"{language}: {fault}")
        if found:
            raise CommandError(f"{len(found)} messages lack a good translation (`make messages`, then edit locale/).")
        self.stdout.write("Complete: " + ", ".join(language for language, _ in catalogues()))
