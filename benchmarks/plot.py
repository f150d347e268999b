# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines on two logarithmic axes, as SVG: what grows in proportion is a straight line."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 40, 48
COLORS = ("#1f5fa8", "#c2571a", "#7fb2e5", "#e8a27a")


def plot(title: str, across: str, up: str, lines: Mapping[str, Sequence[tuple[float, float]]]) -> str:
    """Return a plot of lines by their names. across and up name the axes."""
    xs = [x for line in lines.values() for x, _y in line]
    ys = [y for line in lines.values() for _x, y in line]
    horizontal = _Axis(xs, LEFT, WIDTH - RIGHT)
    vertical = _Axis(ys, HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}">',
        "<style>text {font: 12px sans-serif; fill: #222}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="20" style="font-size: 14px">{title}</text>',
        f'<text x="{WIDTH - RIGHT}" y="{HEIGHT - 8}" text-anchor="end">{across}</text>',
        f'<text x="8" y="{TOP - 6}">{up}</text>',
    ]
    for value, at in vertical.ticks():
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{value:g}</text>')
    for x in sorted(set(xs)):
        at = horizontal.at(x)
        parts.append(f'<path d="M{at:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#eee"/>')
        parts.append(f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{x:g}</text>')
    for index, ((name, line), color) in enumerate(zip(lines.items(), COLORS, strict=False)):
        points = [(horizontal.at(x), vertical.at(y)) for x, y in line]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{color}" stroke-width="2"/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{color}"/>' for x, y in points]
        parts.append(f'<text x="{LEFT + 12}" y="{TOP + 16 + 16 * index}" style="fill: {color}">{name}</text>')
    return "\n".join([*parts, "</svg>"]) + "\n"


class _Axis:
    """Where values stand between two ends of the picture."""

    def __init__(self, values: Sequence[float], start: float, end: float) -> None:
        self._low, self._high = math.log10(min(values)) - 0.1, math.log10(max(values)) + 0.1
        self._start, self._end = start, end

    def at(self, value: float) -> float:
        share = (math.log10(value) - self._low) / (self._high - self._low)
        return self._start + share * (self._end - self._start)

    def ticks(self) -> Iterator[tuple[float, float]]:
        """Yield 1, 2 and 5 times the powers of ten that fit, with where they stand."""
        for power in range(math.floor(self._low), math.ceil(self._high) + 1):
            for factor in (1, 2, 5):
                value = factor * 10.0**power
                if self._low <= math.log10(value) <= self._high:
                    yield value, self.at(value)
