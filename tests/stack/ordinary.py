"""Running the program as a user without rights, when the tests run as root."""

from __future__ import annotations

import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hubclone.embedded.privilege import reachable
from tests.stack.fixture import BASE_DIR


@contextmanager
def ordinary() -> Iterator[tuple[str, str, dict[str, str]]]:
    """User, interpreter and environment; skips the test where that user could not read the program.

    An interpreter below root's own home is shown at another place for as long as the test runs.
    """
    packages = Path(sysconfig.get_path("purelib"))
    if not (reachable(BASE_DIR) and reachable(packages)):
        pytest.skip("the program is below a folder that only root can enter")
    interpreter = Path(sys.executable).resolve()
    environment = {"PYTHONPATH": str(packages)}
    if reachable(interpreter):
        yield "nobody", str(interpreter), environment
        return
    with tempfile.TemporaryDirectory(prefix="hubclone-python-") as place:
        Path(place).chmod(0o755)
        if subprocess.run(["mount", "--bind", sys.base_prefix, place], check=False).returncode:
            pytest.skip(f"{interpreter} is below a folder that only root can enter")
        try:
            environment["LD_LIBRARY_PATH"] = f"{place}/lib"
            yield "nobody", str(Path(place) / interpreter.relative_to(sys.base_prefix)), environment
        finally:
            subprocess.run(["umount", "-l", place], check=True)
