"""``python -m bench [name …]``: one JSON line a figure, and the same figures into bench/results.md."""

from __future__ import annotations

import json
import sys

from bench.environment import bench_environment
from bench.results import results_write

NAMES = ("slots", "booking", "busy_sync", "calendar_sync", "event_log", "pages", "records")


def main(names: list[str]) -> int:
    """Run the named benches (all of them without a name). Exit 1 when a bound was not kept, 2 for an unknown name."""
    unknown = set(names) - set(NAMES)
    if unknown:
        print(f"There is no bench {', '.join(sorted(unknown))}; there are {', '.join(NAMES)}.", file=sys.stderr)
        return 2
    kept = True
    with bench_environment():
        for name in names or NAMES:
            figures, module = [], __import__(f"bench.{name}", fromlist=["run"])
            for figure in module.run():
                print(json.dumps(figure.as_json()), flush=True)
                figures.append(figure)
                kept = kept and figure.kept() is not False
            results_write(name, figures, how=getattr(module, "HOW", ""))
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main([name for arg in sys.argv[1:] for name in arg.split()]))
