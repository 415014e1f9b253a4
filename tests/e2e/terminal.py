# SPDX-License-Identifier: Apache-2.0
"""A program on a terminal of its own (a pseudo-terminal), and what it draws there."""

import os
import pty
import subprocess
import termios
import threading


class Terminal:
    """with Terminal(["sluice", "demo"], folder) as terminal: terminal.press(b"\\x03"); terminal.wait()"""

    def __init__(self, command, directory, columns=160, **environment):
        self.ours, theirs = pty.openpty()
        termios.tcsetwinsize(theirs, (40, columns))
        self.process = subprocess.Popen(
            command,
            cwd=directory,
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            env={**os.environ, "TERM": "xterm", **environment},
            start_new_session=True,
            preexec_fn=make_controlling,
        )
        os.close(theirs)
        self.drawn = bytearray()
        self.reader = threading.Thread(target=self._read)
        self.reader.start()

    def _read(self):
        while True:
            try:
                piece = os.read(self.ours, 65536)
            except OSError:  # how Linux says that the other side is closed
                return
            if not piece:
                return
            self.drawn += piece

    def text(self):
        return self.drawn.decode(errors="replace")

    def press(self, keys):
        os.write(self.ours, keys)

    def wait(self, seconds=30):
        """The exit code, when all that was drawn has been read."""
        code = self.process.wait(seconds)
        self.reader.join(10)
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.reader.join(10)
        os.close(self.ours)


def make_controlling():
    """In the child: its standard input becomes its controlling terminal, so that Ctrl-C is a signal there."""
    import fcntl

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
