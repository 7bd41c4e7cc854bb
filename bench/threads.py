"""Work on many threads at once, as many visitors as a server lets in."""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.db import connections

THREADS = 64


def in_threads(count: int, work: Callable[[int], object]) -> None:
    """``work(0) … work(count - 1)`` on 64 threads, the n-th on thread n mod 64; the first error is raised here."""
    errors: list[Exception] = []
    barrier = threading.Barrier(THREADS)

    def body(thread: int) -> None:
        try:
            barrier.wait()
            for number in range(thread, count, THREADS):
                work(number)
        except Exception as error:  # noqa: BLE001 - raised below
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=body, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
