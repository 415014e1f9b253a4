#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Check every #include under src/ against docs/layers.txt.

A folder includes only itself and the folders its line names; a third-party header is included only in
a folder that owns the library, and a header that does so, or includes one that does, is private to its
folder. The list itself must have no cycle. Prints each breach as file:line and ends with 1 if there is any.
"""

import fnmatch
import functools
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
INCLUDE = re.compile(r'^\s*#\s*include\s+([<"])([^>"]+)[>"]', re.M)

# Header pattern -> library as docs/layers.txt calls it. First match wins.
THIRD_PARTY = [
    ("librdkafka/*", "rdkafka"),
    ("pcre2*.h", "pcre2"),
    ("simdjson.h", "simdjson"),
    ("duckdb.h", "duckdb"),
    ("arrow/*", "arrow"),
    ("parquet/*", "parquet"),
    ("delta_bridge.h", "delta_bridge"),
    ("yaml-cpp/*", "yaml_cpp"),
    ("CLI/*", "cli11"),
    ("spdlog/*", "spdlog"),
    ("fmt/*", "fmt"),
    ("prometheus/*", "prometheus"),
    ("microhttpd.h", "microhttpd"),
    ("curl/*", "curl"),
    ("zlib.h", "zlib"),
    ("brotli/*", "brotli"),
    ("google/protobuf/*", "protobuf"),
    ("gtfs_realtime.pb.h", "protobuf"),
    ("nlohmann/*", "json"),
    ("gtest/*", "gtest"),
    ("gmock/*", "gtest"),
    ("benchmark/*", "benchmark"),
]
# The C++ library, and folders of the operating system and the compiler.
STANDARD = re.compile(r"^([a-z0-9_]+|(sys|linux|netinet|arpa|net|sanitizer)/[a-z0-9_]+\.h)$")
# Headers of C, POSIX and the compiler without a folder: by name, since those of a library look the same.
SYSTEM = {
    *(
        "dirent.h",
        "dlfcn.h",
        "emmintrin.h",
        "errno.h",
        "fcntl.h",
        "immintrin.h",
        "link.h",
        "malloc.h",
        "netdb.h",
        "poll.h",
    ),
    *("pthread.h", "pty.h", "sched.h", "signal.h", "spawn.h", "stdbool.h", "stddef.h", "stdint.h"),
    *("termios.h", "time.h", "unistd.h"),
}


class Layers:
    """docs/layers.txt: folder -> (folders below, header patterns, libraries)."""

    def __init__(self, path):
        self.folders, self.patterns, self.libraries, self.errors = {}, {}, {}, []
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if line.strip() and not line.startswith("#"):
                self.add(line, f"{path.name}:{number}")

    def add(self, line, where):
        name, _, rest = line.partition(":")
        below, _, libraries = rest.partition("|")
        entries = below.split()
        self.patterns[name] = [e for e in entries if "/" in e]
        self.folders[name] = {e for e in entries if "/" not in e}
        self.libraries[name] = set(libraries.split()) | {"fmt"}
        # Each line may use only what stands above it: so there can be no cycle.
        for folder in self.folders[name] | {p.split("/")[0] for p in self.patterns[name]}:
            if folder == name or folder not in self.folders:
                self.errors.append(f"{where}: {name} may use only folders listed above it, not {folder}")

    def allows(self, folder, header):
        target = header.split("/")[0]
        return (
            target == folder
            or target in self.folders[folder]
            or any(fnmatch.fnmatch(header, p) for p in self.patterns[folder])
        )


def kind_of(path):
    """'test', 'bench', 'fuzz' or 'product'."""
    for kind in ("test", "bench", "fuzz"):
        if path.stem.endswith("_" + kind):
            return kind
    return "test" if "testing" in path.parts else "product"


def library_of(header):
    return next((library for pattern, library in THIRD_PARTY if fnmatch.fnmatch(header, pattern)), None)


def check_third_party(layers, folder, path, library):
    kind = kind_of(path)
    if library == "gtest":
        return None if kind == "test" else "GoogleTest outside a test"
    if library == "benchmark":
        return None if kind == "bench" else "Google Benchmark outside a benchmark"
    if library == "json" and kind != "product":
        return None
    if library not in layers.libraries[folder]:
        return f"{folder}/ does not own {library} in docs/layers.txt"
    return None


def includes_of(path):
    return [header for _, header in INCLUDE.findall(path.read_text())]


@functools.cache
def leaked_library(header):
    """The third-party library that including this header of ours brings along, or None."""
    if not (SRC / header).is_file():
        return None
    inner = includes_of(SRC / header)
    direct = next((lib for h in inner if (lib := library_of(h)) and not is_ours(h)), None)
    return direct or next((lib for h in inner if is_ours(h) and (lib := leaked_library(h))), None)


def is_ours(header):
    return (SRC / header).is_file()


def check_include(layers, folder, path, quote, header):
    if quote == '"' and "/" in header and (SRC / header.split("/")[0]).is_dir():
        if "/testing/" in header and kind_of(path) == "product":
            return f"{header} is for tests"
        if not layers.allows(folder, header):
            return f"{folder}/ may not include {header}"
        library = leaked_library(header)
        if library and header.split("/")[0] != folder and "/testing/" not in header:
            return f"{header} is private to its folder: it brings {library} along"
        return None if is_ours(header) else f"no such header: {header}"
    library = library_of(header)
    if library:
        return check_third_party(layers, folder, path, library)
    if STANDARD.match(header) or header in SYSTEM:
        return None
    return f"unknown header {header}: list its library in {pathlib.Path(__file__).name}"


def check_file(layers, path):
    folder = path.relative_to(SRC).parts[0]
    if folder not in layers.folders:
        return [f"{path.relative_to(ROOT)}:1: {folder}/ has no line in docs/layers.txt"]
    text = path.read_text()
    errors = []
    for match in INCLUDE.finditer(text):
        message = check_include(layers, folder, path.relative_to(SRC), *match.groups())
        if message:
            line = text.count("\n", 0, match.start(1)) + 1
            errors.append(f"{path.relative_to(ROOT)}:{line}: {message}")
    return errors


def shadowed_headers():
    """src/parquet/x.h would hide Arrow's own parquet/x.h, which its headers include with quotes."""
    pinned = ROOT / "build" / "deps" / "include"
    return [
        f"{h.relative_to(ROOT)}:1: hides the library's header of the same name; rename it"
        for h in SRC.rglob("*.h")
        if (pinned / h.relative_to(SRC)).is_file()
    ]


def main():
    layers = Layers(ROOT / "docs" / "layers.txt")
    files = sorted(p for p in SRC.rglob("*") if p.suffix in (".h", ".cc"))
    errors = layers.errors + [e for f in files for e in check_file(layers, f)] + shadowed_headers()
    print(*errors, sep="\n", end="\n" if errors else "")
    print(f"layers: {len(files)} files, {len(layers.folders)} folders, {len(errors)} breaches")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
