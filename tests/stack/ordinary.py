"""Running the program as a user without rights, when the tests run as root."""

from __future__ import annotations

import shutil
import sys
import sysconfig
from pathlib import Path

import pytest

from hubclone.embedded.privilege import reachable
from tests.stack.fixture import BASE_DIR


def ordinary() -> tuple[str, str, dict[str, str]]:
    """User, interpreter and environment; skips the test where that user could not read the program.

    The interpreter of the virtual environment may be below root's own home; the system's own will do too.
    """
    packages = Path(sysconfig.get_path("purelib"))
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    for python in (sys.executable, f"/usr/bin/{version}", shutil.which(version)):
        if python and Path(python).exists() and reachable(Path(python).resolve()):
            break
    else:
        pytest.skip(f"no {version} that every user can run")
    if not (reachable(BASE_DIR) and reachable(packages)):
        pytest.skip("the program is below a folder that only root can enter")
    return "nobody", python, {"PYTHONPATH": str(packages)}
