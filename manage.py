#!/usr/bin/env python
"""The command line of Hubclone. ``up`` runs before Django is set up: it provides the servers that the settings need."""

import os
import sys


def main() -> None:
    """Run ``up`` by itself, and every other command through Django."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hubclone.settings")
    if sys.argv[1:2] == ["up"]:
        from hubclone.supervisor.up import main as up

        sys.exit(up(sys.argv[2:]))
    from django.core.management import execute_from_command_line

    from hubclone.environment import SettingsError

    try:
        execute_from_command_line(sys.argv)
    except SettingsError as error:
        sys.exit(f"hubclone: {error}")


if __name__ == "__main__":
    main()
