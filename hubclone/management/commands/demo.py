"""Load the demo account and say how to get in."""

from __future__ import annotations

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from accounts.demo import DemoContext
from accounts.registries import DEMO_LOADERS

BEFORE = ("demo.json", "demo.kept.json", "demo.pending.json")


class Command(BaseCommand):
    help = "Run every app's demo loader and write $HUB_HOME/demo.json. Running it again changes nothing."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pending", action="store_true", help="Write demo.pending.json, for `up` to publish.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("This is no demo installation (DEMO is not set), so no demo account is made.")
        home = Path(settings.ENV.hub_home)
        context = DemoContext(output=_before(home))
        for loader in DEMO_LOADERS.values():
            loader(context)
        context.output["sandbox_url"] = settings.SANDBOX_URL
        write_whole(home / ("demo.pending.json" if options["pending"] else "demo.json"), context.output)


def _before(home: Path) -> dict[str, Any]:
    """What the last load wrote, or nothing."""
    for name in BEFORE:
        path = home / name
        if path.is_file():
            try:
                return dict(json.loads(path.read_text()))
            except ValueError as error:
                raise CommandError(f"{path} is damaged ({error}): mend or remove it.") from error
    return {}


def write_whole(path: Path, content: dict[str, Any]) -> None:
    """A reader finds the old file or the new one, never a part; only the owner can read it."""
    fresh = path.with_name(f".{path.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(content, file, indent=2)
        file.write("\n")
    fresh.replace(path)
