"""What a bench measures: a figure, its value, and the limit that was measured in the same run."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of output. ``limit`` is the reference of the same run, ``ratio`` is value against it; both
    are None for a figure that is a value by itself. ``bound`` is what must be kept, as in "<= 5"."""

    bench: str
    figure: str
    value: float
    unit: str
    limit: float | None = None
    ratio: float | None = None
    bound: str = ""

    def as_json(self) -> dict[str, Any]:
        """The six documented keys, and the bound."""
        return asdict(self)

    def kept(self) -> bool | None:
        """Whether the bound is kept; None without one."""
        if not self.bound:
            return None
        operator, _, number = self.bound.partition(" ")
        measured = self.value if self.ratio is None else self.ratio
        return {"<=": measured <= float(number), ">=": measured >= float(number), "=": measured == float(number)}[
            operator
        ]
