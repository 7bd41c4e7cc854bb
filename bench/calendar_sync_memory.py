"""The process whose memory is measured: it syncs the calendars named on its command line, one after another."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path


def peak_megabytes(calendar_ids: Sequence[int]) -> float:
    """The most memory, in MB, that a process of its own had while it synced these calendars."""
    done = subprocess.run(
        [sys.executable, "-m", "bench.calendar_sync_memory", *map(str, calendar_ids)],
        check=True,
        stdout=subprocess.PIPE,
        cwd=Path(__file__).resolve().parent.parent,
    )
    return float(json.loads(done.stdout.splitlines()[-1]))


def own_peak_megabytes() -> float:
    """The most memory that this process had. getrusage would answer at least what the process had that started it:
    its counter outlives exec."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("VmHWM:"))) / 1024


def main() -> None:
    """Print the peak of resident memory."""
    import django

    django.setup()
    from calendars.services.sync import calendar_sync

    for calendar_id in map(int, sys.argv[1:]):
        calendar_sync(calendar_id=calendar_id)
    print(json.dumps(round(own_peak_megabytes(), 1)))


if __name__ == "__main__":
    main()
