"""Run a command for as long as a parent lives: `keeper.py PARENT_PID COMMAND…`.

The keeper stands between Hearth and Java because only a process of its own outlives a parent killed by SIGKILL. It
imports nothing of ours, so that it starts at once and stays small.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from types import FrameType

PATIENCE = 60.0  # seconds that the command may take to end after SIGTERM
GLANCE = 0.5  # seconds between two looks at the parent
PR_SET_PDEATHSIG = 1


def keep(parent: int, command: list[str]) -> int:
    """Run the command until it ends, SIGTERM comes or the parent dies; return its exit code."""
    child = subprocess.Popen(command, preexec_fn=_end_with_keeper if sys.platform == "linux" else None)

    def end(_signal: int = 0, _frame: FrameType | None = None) -> None:
        child.terminate()

    signal.signal(signal.SIGTERM, end)
    while os.getppid() == parent:
        try:
            return child.wait(GLANCE)
        except subprocess.TimeoutExpired:
            continue
    end()
    try:
        return child.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.wait()


def _end_with_keeper() -> None:
    """Ask Linux for a SIGTERM when the keeper itself is killed."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(keep(int(sys.argv[1]), sys.argv[2:]))
