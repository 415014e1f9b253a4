# SPDX-License-Identifier: Apache-2.0
"""A real Chromium for the tests, driven through tests/node/browser.mjs.

with Browser() as browser:
    browser.open("http://127.0.0.1:4040/", scheme="dark", width=320)
    browser.eval("document.title")
"""

import json
import os
import pathlib
import subprocess

from sluice_job import wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "tests" / "node" / "browser.mjs"
MODULES = pathlib.Path(os.environ.get("SLUICE_NODE", ROOT / "build" / "node"))


class Browser:
    def __init__(self):
        # Given as text, since imports are looked up from where node runs.
        self.process = subprocess.Popen(
            ["node", "--input-type=module", "-e", PROGRAM.read_text()],
            cwd=MODULES,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def tell(self, what, **how):
        self.process.stdin.write(json.dumps({"do": what, **how}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the browser has ended"
        answer = json.loads(line)
        assert "error" not in answer, f"{what}: {answer['error']}"
        return answer["value"]

    def open(self, url, **how):
        return self.tell("open", url=url, **how)

    def eval(self, script):
        return self.tell("eval", script=script)

    def text_of(self, selector):
        return self.eval(f"document.querySelector({json.dumps(selector)})?.textContent ?? ''")

    def wait_for(self, script, seconds=60, what=None):
        """Until the expression gives something true, which is returned."""
        return wait_until(lambda: self.eval(script), seconds, what or script)

    def wait_for_text(self, selector, text, seconds=60):
        wait_until(
            lambda: text in self.text_of(selector),
            seconds,
            f"{text!r} in {selector}, which is {self.text_of(selector)!r}",
        )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.process.stdin.write('{"do": "close"}\n')
            self.process.stdin.close()
            self.process.wait(10)
        except (OSError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()
