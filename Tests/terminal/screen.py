"""A terminal of a given size, driven by tmux, and what stands on it."""

import os
import re
import shlex
import subprocess
import time


class Screen:
    """A tmux server of its own with one window."""

    def __init__(self, columns, lines, environment=None):
        self.count = 0
        self.name = f"loa-terminal-{os.getpid()}-{time.monotonic_ns()}"
        words = ["env", "-u", "NO_COLOR", "-u", "LC_MESSAGES", "LC_ALL=", "LANG=C.UTF-8"]
        words += [f"{name}={value}" for name, value in (environment or {}).items()]
        # A plain shell: nobody's prompt, aliases or completion.
        words += ["PS1=$ ", "bash", "--norc", "--noprofile"]
        self.tmux("-f", "/dev/null", "-u", "new-session", "-d", "-x", str(columns), "-y", str(lines), shlex.join(words))

    def tmux(self, *words):
        environment = {**os.environ, "LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}
        environment.pop("TMUX", None)
        done = subprocess.run(
            ["tmux", "-L", self.name, *words], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout

    def type(self, text):
        """Types a text; `\\n` is Enter, `\\t` is Tab, `\\x03` is Ctrl-C."""
        self.tmux("send-keys", "-l", text)

    def text(self, colours=False):
        """What stands on the screen, line by line, with what was scrolled away above it."""
        return self.tmux("capture-pane", "-p", "-S", "-2000", *(["-e"] if colours else [])).rstrip("\n")

    def waits(self, condition, seconds=30):
        """Waits until what stands on the screen meets a condition; returns it."""
        deadline = time.monotonic() + seconds
        while True:
            text = self.text()
            if condition(text):
                return text
            if time.monotonic() > deadline:
                raise AssertionError(f"never on the screen; there is:\n{text}")
            time.sleep(0.1)

    def runs(self, command, colours=False):
        """Runs a command; returns the lines that it printed, and how it ended."""
        self.count += 1
        begin, end = f"<{self.count}", f">{self.count}"
        # Neither mark stands on the line that is typed.
        self.type(f"printf '%s%s\\n' '<' {self.count}; {command}; printf '%s%s %s\\n' '>' {self.count} $?\n")
        text = self.waits(lambda text: any(line.startswith(end + " ") for line in text.split("\n")))
        lines = self.text(colours).split("\n")
        plain = [re.sub("\x1b\\[[0-9;]*m", "", line) for line in lines]
        first = max(i for i, line in enumerate(plain) if line == begin)
        last = max(i for i, line in enumerate(plain) if line.startswith(end + " "))
        code = next(line for line in text.split("\n") if line.startswith(end + " ")).split()[1]
        return lines[first + 1 : last], int(code)

    def close(self):
        self.tmux("kill-server")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
