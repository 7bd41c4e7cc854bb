"""Programs of the system that tests need."""

from __future__ import annotations

import os
import shutil


def chromium_path() -> str | None:
    """Where the browser of the tests is: CHROMIUM, or a chromium on PATH."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return os.environ.get("CHROMIUM") or next((found for name in names if (found := shutil.which(name))), None)


def in_ci() -> bool:
    """Whether a missing part is a failure instead of a skip."""
    return os.environ.get("CI", "").lower() in {"1", "true"}
