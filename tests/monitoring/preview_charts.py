# SPDX-License-Identifier: Apache-2.0
"""SVG of curves, heat maps and state bars over time. A series is (name, color, [(time, value)])."""

import html
import math
import time

from preview_units import shown

HALF_A_TIME = 13  # pixels of "12:00", so that none is cut off at the right edge
BOTTOM, TOP, RIGHT = 18, 6, 8


def nice_steps(low, high, unit="none"):
    """Round values from low to high for the axis: about four, round for the unit."""
    raw = ((high - low) or 1) / 4
    power = 10 ** math.floor(math.log10(raw))
    step = next(f * power for f in (1, 2, 2.5, 5, 10) if f * power >= raw)
    if unit == "s" and raw > 10:
        step = next((n for n in (15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200) if n >= raw), step)
    if unit in ("bytes", "binBps") and raw > 1:
        step = 2 ** math.ceil(math.log2(raw))
    first = math.ceil(low / step) * step
    return [first + n * step for n in range(int((high - first) / step + 1e-9) + 1)]


class Frame:
    """The area of a chart: where a time and a value are."""

    def __init__(self, width, height, span, high, *, right=RIGHT, labels=()):
        """`labels`: those of the value axis, which need room."""
        self.width, self.height, (self.start, self.end) = width, height, span
        self.low, self.high, self.right = 0.0, high if high > 0 else 1.0, width - right
        self.left = 12 + 5.7 * max((len(label) for label in labels), default=4)

    def x(self, at):
        return self.left + (at - self.start) / (self.end - self.start) * (self.right - self.left)

    def y(self, value):
        value = min(max(value, self.low), self.high)
        return self.height - BOTTOM - (value - self.low) / (self.high - self.low) * (self.height - BOTTOM - TOP)

    def times(self):
        step = 900 if self.end - self.start > 1800 else 300 if self.end - self.start > 600 else 60
        first = math.ceil(self.start / step) * step
        for at in range(int(first), int(self.end), step):
            label = time.strftime("%H:%M", time.gmtime(at))
            yield f'<line class="grid" x1="{self.x(at):.1f}" x2="{self.x(at):.1f}" y1="{TOP}" y2="{self.height - BOTTOM}"/>'
            x = min(self.x(at), self.right - HALF_A_TIME)
            yield f'<text x="{x:.1f}" y="{self.height - 4}" text-anchor="middle">{label}</text>'

    def values(self, unit, high=None, *, right=False):
        """The axis of values; `high` if another scale than the frame's."""
        scale = (high or self.high) / self.high
        for value in nice_steps(self.low * scale, self.high * scale, unit):
            y = self.y(value / scale)
            at, anchor = (self.right + 4, "start") if right else (self.left - 5, "end")
            if not right:
                yield f'<line class="grid" x1="{self.left}" x2="{self.right}" y1="{y:.1f}" y2="{y:.1f}"/>'
            yield f'<text x="{at}" y="{y + 3:.1f}" text-anchor="{anchor}">{html.escape(shown(value, unit))}</text>'


def svg(frame, parts):
    return f'<svg width="{frame.width}" height="{frame.height}">{"".join(parts)}</svg>'


def path(points):
    return "M" + "L".join(f"{x:.1f},{y:.1f}" for x, y in points)


def runs(points):
    """The pieces of a curve between its gaps."""
    piece = []
    for at, value in points:
        if math.isnan(value) or math.isinf(value):
            if piece:
                yield piece
            piece = []
        else:
            piece.append((at, value))
    if piece:
        yield piece


def curve(frame, points, color, *, fill=0.08, dash="", below=None, scale=1.0):
    for run in runs(points):
        line = [(frame.x(at), frame.y(value / scale)) for at, value in run]
        floor = [(frame.x(at), frame.y(below.get(at, 0) if below else frame.low)) for at, _ in reversed(run)]
        yield f'<path d="{path(line + floor)}Z" fill="{color}" fill-opacity="{fill}"/>'
        yield f'<path d="{path(line)}" fill="none" stroke="{color}" stroke-width="1.3" stroke-dasharray="{dash}"/>'


def stacked(series):
    """The same series, each upon the one before, with what lies below it."""
    below = {}
    for name, color, points in series:
        known = [(at, value) for at, value in points if not math.isnan(value)]
        upon = [(at, value + below.get(at, 0)) for at, value in known]
        yield name, color, upon, dict(below)
        below.update(upon)


def curves(width, height, span, series, unit, *, stack=False, lines=(), dashed=(), second=None, reach=0, most=None):
    """`lines`: (value, color) of thresholds, drawn where the axis goes that far, which is at least to `reach`; `dashed`:
    names without area; `second`: {name: unit} on the right axis."""
    second = second or {}
    layers = list(stacked(series)) if stack else [(*one, None) for one in series]
    first = [v for name, _, points, _ in layers if name not in second for _, v in points if math.isfinite(v)]
    other = [v for name, _, points, _ in layers if name in second for _, v in points if math.isfinite(v)]
    high = most or max([*first, reach or 0]) * 1.08
    labels = [shown(value, unit) for value in nice_steps(0, high or 1, unit)]
    frame = Frame(width, height, span, high, right=52 if second else RIGHT, labels=labels)
    parts = [*frame.times(), *frame.values(unit)]
    scale = 1.0
    if second and other:
        scale = max(other) * 1.08 / frame.high or 1.0
        parts += frame.values(next(iter(second.values())), frame.high * scale, right=True)
    for name, color, points, below in reversed(layers):
        drawn = {"dash": "6 4", "fill": 0} if name in dashed else {"fill": 0.4 if stack else 0.08}
        parts += curve(frame, points, color, below=below, scale=scale if name in second else 1.0, **drawn)
    for value, color in (line for line in lines if line[0] <= frame.high):
        y = frame.y(value)
        parts.append(
            f'<line x1="{frame.left}" x2="{frame.right}" y1="{y:.1f}" y2="{y:.1f}" stroke="{color}" stroke-dasharray="8 5"/>'
        )
    return svg(frame, parts)


def heat(width, height, span, buckets, unit):
    """`buckets`: [(upper bound, {time: cumulative count})] from the least on."""
    rows, before = [], {}
    for bound, counts in buckets:
        rows.append((bound, {at: max(0, n - before.get(at, 0)) for at, n in counts.items()}))
        before = counts
    while rows and not any(rows[-1][1].values()):
        rows.pop()
    while len(rows) > 1 and not any(rows[0][1].values()):
        rows.pop(0)
    frame = Frame(width, height, span, len(rows) or 1, labels=[shown(bound, unit) for bound, _ in rows])
    most = max((n for _, counts in rows for n in counts.values()), default=1) or 1
    times = sorted({at for _, counts in rows for at in counts})
    step = times[1] - times[0] if len(times) > 1 else 60
    parts = list(frame.times())
    for n, (bound, counts) in enumerate(rows):
        top, tall = frame.y(n + 1), frame.y(n) - frame.y(n + 1)
        wide = frame.x(frame.start + step) - frame.x(frame.start)
        for at, count in counts.items():
            if count > most * 1e-4:
                strength = 0.15 + 0.85 * (count / most) ** 0.5
                x = max(frame.x(at) - wide, frame.left)
                parts.append(
                    f'<rect x="{x:.1f}" y="{top:.1f}" width="{max(wide - 0.6, 0.8):.1f}" height="{max(tall - 1, 1):.1f}" '
                    f'fill="#5794f2" fill-opacity="{strength:.2f}"/>'
                )
        parts.append(
            f'<text x="{frame.left - 5}" y="{top + 9:.1f}" text-anchor="end">{html.escape(shown(bound, unit))}</text>'
        )
    return svg(frame, parts)


def bars(width, height, span, series, named, step):
    """State bars: `named` maps a value to (text, color)."""
    left = 14 + 6.1 * max((len(name) for name, _, _ in series), default=0)
    frame = Frame(width, height, span, 1)
    inner = frame.right - left
    tall = min((height - BOTTOM - TOP) / max(len(series), 1), 34)
    parts = []
    for n, (name, _, points) in enumerate(series):
        y = TOP + n * tall
        parts.append(f'<text x="{left - 6}" y="{y + tall / 2 + 3:.1f}" text-anchor="end">{html.escape(name)}</text>')
        for begin, end, value in lasting(points, step):
            text, color = named.get(f"{value:g}", (f"{value:g}", "#8e8e8e"))
            x = left + (max(begin, span[0]) - span[0]) / (span[1] - span[0]) * inner
            wide = (min(end, span[1]) - max(begin, span[0])) / (span[1] - span[0]) * inner
            parts.append(
                f'<rect x="{x:.1f}" y="{y + 3:.1f}" width="{max(wide, 1):.1f}" height="{tall - 6:.1f}" fill="{color}"/>'
            )
            if wide > 7 * len(text):
                parts.append(f'<text class="on" x="{x + 5:.1f}" y="{y + tall / 2 + 3:.1f}">{html.escape(text)}</text>')
    for at in range(int(math.ceil(span[0] / 900) * 900), int(span[1]), 900):
        x = min(left + (at - span[0]) / (span[1] - span[0]) * inner, left + inner - HALF_A_TIME)
        parts.append(
            f'<text x="{x:.1f}" y="{height - 4}" text-anchor="middle">{time.strftime("%H:%M", time.gmtime(at))}</text>'
        )
    return svg(frame, parts)


def lasting(points, step):
    """(begin, end, value) of each time that a value lasted."""
    found = []
    for at, value in points:
        if found and found[-1][2] == value and at - found[-1][1] < step * 1.5:
            found[-1][1] = at
        else:
            found.append([at - step, at, value])
    return found
