# SPDX-License-Identifier: Apache-2.0
"""Numbers as Grafana writes them, for the units that the dashboards use."""

import math

PER_SECOND = {
    "recps": " rec/s",
    "rowsps": " rows/s",
    "ops": " ops/s",
    "reqps": " req/s",
    "eps": " evt/s",
    "cps": " c/s",
}
TIMES = ((86400, "d"), (3600, "h"), (60, "min"), (1, "s"), (1e-3, "ms"), (1e-6, "µs"))
BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB")


def digits(value, decimals=None):
    if decimals is not None:
        return f"{value:.{decimals}f}"
    if value == 0:
        return "0"
    places = max(0, 2 - int(math.floor(math.log10(abs(value)))))
    return f"{value:.{min(places, 4)}f}".rstrip("0").rstrip(".") if places else f"{value:.0f}"


def short(value, decimals=None):
    for factor, letter in ((1e9, " Bil"), (1e6, " Mil"), (1e3, " K")):
        if abs(value) >= factor:
            return digits(value / factor, decimals) + letter
    return digits(value, decimals)


def seconds(value, decimals=None):
    for factor, name in TIMES:
        if abs(value) >= factor:
            return f"{digits(value / factor, decimals)} {name}"
    return "0 s"


def binary(value, decimals=None):
    power = 0
    while abs(value) >= 1024 and power < len(BINARY) - 1:
        value, power = value / 1024, power + 1
    return f"{digits(value, decimals)} {BINARY[power]}"


def shown(value, unit, decimals=None):
    if value is None or math.isnan(value):
        return "–"
    if math.isinf(value):
        return "∞"
    if unit == "s":
        return seconds(value, decimals)
    if unit in ("bytes", "binBps"):
        return binary(value, decimals) + ("/s" if unit == "binBps" else "")
    if unit == "percentunit":
        return digits(value * 100, decimals) + "%"
    if unit in PER_SECOND:
        return short(value, decimals) + PER_SECOND[unit]
    return short(value, decimals) if unit == "short" else digits(value, decimals)
