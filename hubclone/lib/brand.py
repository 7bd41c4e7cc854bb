"""Colours that people choose, made readable: WCAG 2.2 contrast of a brand colour on our surfaces. Pure functions."""

from __future__ import annotations

import re

TEXT_CONTRAST = 4.5
LIGHT_SURFACE = "#ffffff"
DARK_SURFACE = "#171a21"
INK = "#000000"
_HEX = re.compile(r"#?([0-9a-f]{6})", re.IGNORECASE)
_STEPS = 40


def color_parse(text: str) -> str | None:
    """``#rrggbb`` in lower case from six hexadecimal digits with or without the sign; None for anything else."""
    match = _HEX.fullmatch(text.strip())
    return f"#{match[1].lower()}" if match else None


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two ``#rrggbb`` colours, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def text_on(color: str) -> str:
    """White or black, whichever reads better on ``color``; at least 4.5 for every colour (no softer ink has that)."""
    return max((LIGHT_SURFACE, INK), key=lambda ink: contrast(color, ink))


def readable(color: str, surface: str) -> str:
    """``color``, moved towards black or white until it reads as text on ``surface``."""
    target = "#000000" if _luminance(surface) > 0.5 else "#ffffff"
    for step in range(_STEPS + 1):
        mixed = _mix(color, target, step / _STEPS)
        if contrast(mixed, surface) >= TEXT_CONTRAST:
            return mixed
    return target


def brand_css(color: str) -> str:
    """The custom properties of a page in this brand colour, for the ``pages`` layer."""
    light, dark = readable(color, LIGHT_SURFACE), readable(color, DARK_SURFACE)
    values = {
        "--accent": f"light-dark({light}, {dark})",
        "--accent-fill": color,
        "--accent-fill-hover": _mix(color, _away_from(text_on(color)), 0.12),
        "--accent-on": text_on(color),
        "--accent-soft": f"light-dark({_mix(color, LIGHT_SURFACE, 0.9)}, {_mix(color, DARK_SURFACE, 0.82)})",
        "--accent-soft-text": f"light-dark({_soft_text(color, LIGHT_SURFACE, 0.9)}, "
        f"{_soft_text(color, DARK_SURFACE, 0.82)})",
    }
    return "@layer pages{.branded{" + ";".join(f"{name}:{value}" for name, value in values.items()) + "}}"


def _soft_text(color: str, surface: str, share: float) -> str:
    """The brand's text colour on its own soft fill."""
    return readable(color, _mix(color, surface, share))


def _away_from(text: str) -> str:
    """The end of the scale that a fill may move to without losing contrast with its text."""
    return INK if text == LIGHT_SURFACE else LIGHT_SURFACE


def _channels(color: str) -> list[int]:
    return [int(color[at : at + 2], 16) for at in (1, 3, 5)]


def _mix(color: str, other: str, share: float) -> str:
    """``share`` of ``other`` in ``color``, in sRGB."""
    pairs = zip(_channels(color), _channels(other), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def _luminance(color: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [value / 255 for value in _channels(color)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
