"""``python -m sandbox``: run until SIGTERM or SIGINT. The first line on stdout is JSON with the addresses."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from pathlib import Path

from sandbox.server import RunningSandbox

ENDS = (signal.SIGTERM, signal.SIGINT)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="sandbox", description="Stand-ins for outside services and a mail host.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--name", action="append", default=[], help="another name of the host, for the certificate")
    parser.add_argument("--port", type=int, default=8025, help="HTTP; 0 chooses a free one")
    parser.add_argument("--tls-port", type=int, default=0, help="HTTPS; 0 (as when left out) chooses a free one")
    parser.add_argument("--smtp-port", type=int, default=8026, help="SMTP; 0 chooses a free one")
    parser.add_argument("--home", default="", help="folder for its data; left out, all is in memory")
    return parser.parse_args()


def main() -> int:
    """Answers the exit status: 0 after a signal, 1 when a port is taken."""
    given = _arguments()
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)  # in every thread: one that begins could take it from who waits
    try:
        box = RunningSandbox(
            host=given.host,
            port=given.port,
            tls_port=given.tls_port,
            smtp_port=given.smtp_port,
            home=Path(given.home) if given.home else None,
            names=given.name,
        )
    except OSError as error:
        print(f"The sandbox cannot start: {error}", file=sys.stderr)
        return 1
    box.start()
    told = {"url": box.url, "https_url": box.https_url, "ca_file": box.ca_file, "smtp_port": box.smtp_port}
    print(json.dumps({**told, "pid": os.getpid()}), flush=True)
    signal.sigwait(ENDS)
    box.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
