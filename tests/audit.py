"""`python -m tests.audit`: known weaknesses of the pinned packages, when the service that knows them can be reached."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

COMMAND = ("-m", "pip_audit", "--progress-spinner", "off", "--timeout", "10", "--format", "json")
NOT_AUDITED = "pip-audit: its service cannot be reached from here, so the dependencies were NOT audited."


def verdict(report: dict[str, Any] | None) -> tuple[int, str]:
    """Exit code and words for what pip-audit reported; None when it could ask nobody."""
    packages = report.get("dependencies", []) if report else []
    asked = [package for package in packages if "skip_reason" not in package]
    if not asked:
        return 0, NOT_AUDITED
    weak = [f"{one['name']} {one['version']}: {flaw['id']}" for one in asked for flaw in one["vulns"]]
    skipped = len(packages) - len(asked)
    return int(bool(weak)), "\n".join(
        [*weak, f"{len(asked)} packages audited, {skipped} unknown, {len(weak)} weaknesses"]
    )


def main() -> int:
    """1 when a package has a known weakness; 0 when none has, or when nobody could be asked, which is said."""
    command = [sys.executable, *COMMAND, "--disable-pip", "--no-deps", "-r", "constraints.txt"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        report = json.loads(done.stdout)
    except ValueError:
        report = None
    code, words = verdict(report)
    print(words)
    return code


if __name__ == "__main__":
    sys.exit(main())
