# SPDX-License-Identifier: Apache-2.0
"""The Dockerfile and its .dockerignore, as far as ours go: instructions by stage, and what the context holds."""

import fnmatch
import json
import pathlib
import re
import shlex
from typing import NamedTuple

ROOT = pathlib.Path(__file__).resolve().parents[2]


class Instruction(NamedTuple):
    name: str
    text: str  # without flags
    flags: dict

    def words(self):
        """Arguments: a JSON list, or words."""
        return json.loads(self.text) if self.text.startswith("[") else shlex.split(self.text)


class Stage(NamedTuple):
    name: str
    image: str
    instructions: list


def lines(text):
    """Logical lines: comments left out, continued ones joined."""
    kept = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith("#"))
    return [line.strip() for line in re.sub(r"\\\n", " ", kept).splitlines() if line.strip()]


def instruction(line):
    name, rest = line.split(None, 1)
    flags = {}
    while match := re.match(r"--([a-z-]+)=(\S+)\s+", rest):
        flags[match[1]] = match[2]
        rest = rest[match.end() :]
    return Instruction(name.upper(), rest, flags)


def stages(path=ROOT / "Dockerfile"):
    found, arguments = [], {}
    for one in map(instruction, lines(path.read_text())):
        if one.name == "ARG" and not found:
            key, _, value = one.text.partition("=")
            arguments[key] = value
        elif one.name == "FROM":
            image, _, name = one.text.partition(" AS ")
            image = re.sub(r"\$\{(\w+)\}", lambda m: arguments[m[1]], image)
            found.append(Stage(name.strip(), image, []))
        else:
            found[-1].instructions.append(one)
    return found


def ignored(path, patterns):
    """Whether .dockerignore keeps a path out of the context: the last pattern that fits decides."""
    parents = [path, *(str(p) for p in pathlib.PurePosixPath(path).parents if str(p) != ".")]
    result = False
    for pattern in patterns:
        keep = pattern.startswith("!")
        shape = pattern.lstrip("!")
        shapes = [shape, shape[3:]] if shape.startswith("**/") else [shape]
        if any(fits(parent, one) for parent in parents for one in shapes):
            result = not keep
    return result


def fits(path, pattern):
    """A star stays inside of a folder's name, two do not."""
    if "**" in pattern:
        return fnmatch.fnmatch(path, pattern)
    return path.count("/") == pattern.count("/") and all(
        fnmatch.fnmatch(a, b) for a, b in zip(path.split("/"), pattern.split("/"))
    )


def context(files, root=ROOT):
    """Those of the repository's files that the build gets."""
    text = (root / ".dockerignore").read_text()
    patterns = [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [file for file in files if not ignored(file, patterns)]
