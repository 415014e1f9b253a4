# SPDX-License-Identifier: Apache-2.0
"""Numbers under names and labels, and their text for Prometheus."""


class Numbers:
    """Values of series under the names and labels of a table; `common` labels are on each of them."""

    def __init__(self, prefix, families, *common):
        self.prefix, self.families, self.common = prefix, families, common
        self.values = {name: {} for name in families}

    def key(self, name, labels):
        wanted = {*self.families[name].labels, *self.common}
        assert set(labels) == wanted, f"{name} has the labels {wanted}, not {set(labels)}"
        return tuple(sorted(labels.items()))

    def set(self, name, value, **labels):
        self.values[name][self.key(name, labels)] = value

    def add(self, name, value, **labels):
        series, key = self.values[name], self.key(name, labels)
        series[key] = series.get(key, 0) + value

    def observe(self, name, value, times=1, **labels):
        """`times` observations of about `value`, spread as latencies are."""
        for factor, share in ((0.5, 0.2), (0.8, 0.3), (1.1, 0.3), (1.8, 0.15), (4, 0.05)):
            self.observe_exactly(name, value * factor, times * share, **labels)

    def observe_exactly(self, name, value, times, **labels):
        family, key = self.families[name], self.key(name, labels)
        buckets = self.values[name].setdefault(key, [0.0] * (len(family.bounds) + 2))
        for n, bound in enumerate(family.bounds):
            buckets[n] += times if value <= bound else 0
        buckets[-2] += times
        buckets[-1] += value * times

    def samples(self):
        """(family, kind, [(name, labels, value)]) of each family that has a value."""
        for name, series in self.values.items():
            family = self.families[name]
            full = self.prefix + name
            if family.kind == "histogram":
                samples = [one for key, buckets in series.items() for one in flat(full, family, key, buckets)]
            else:
                samples = [(full, key, value) for key, value in series.items()]
            yield full, family.kind, samples


def flat(name, family, key, buckets):
    for bound, value in zip([*family.bounds, float("inf")], buckets):
        yield f"{name}_bucket", (*key, ("le", "+Inf" if bound == float("inf") else f"{bound:g}")), value
    yield f"{name}_sum", key, buckets[-1]
    yield f"{name}_count", key, buckets[-2]


def text(programs, at=None, **target):
    """Text of all numbers. With `at` (seconds) each sample has that time, and the labels of the `target` that a scrape
    would add: OpenMetrics for a backfill."""
    lines = []
    for numbers in programs:
        for name, kind, samples in numbers.samples():
            if at is None:
                lines += [f"# HELP {name} Of the stand-in.", f"# TYPE {name} {kind}"]
            lines += [line(sample, (*labels, *target.items()), value, at) for sample, labels, value in samples]
    return "\n".join(lines) + "\n"


def line(name, labels, value, at):
    inside = ",".join(f'{label}="{content}"' for label, content in labels)
    series = f"{name}{{{inside}}}" if inside else name
    return f"{series} {value:.10g}" + ("" if at is None else f" {at:.3f}")
