"""`python -m tests.chromium`: get a browser for the tests by apt where that is allowed, else say what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests.programs import chromium_path, in_ci


def main() -> int:
    """0 when there is a browser, or when tests without one may be skipped."""
    if chromium_path():
        return 0
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium", flush=True)
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "chromium"]):
            subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, check=False)
    if chromium_path():
        return 0
    print(
        "Chromium is missing (apt-get install chromium): the browser tests are "
        + ("failed." if in_ci() else "skipped.")
    )
    return int(in_ci())


if __name__ == "__main__":
    sys.exit(main())
