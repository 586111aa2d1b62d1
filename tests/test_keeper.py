"""The keeper: what it runs ends with its parent, with the keeper, and when told."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil
import pytest

from server.db.local import KEEPER

SLEEP = (sys.executable, "-c", "print('up', flush=True); import time; time.sleep(600)")


@contextmanager
def keeper(parent: int, *command: str) -> Iterator[tuple[subprocess.Popen[str], psutil.Process]]:
    """Start a keeper; yield it and its child once that has printed a line."""
    arguments = [sys.executable, "-I", "-S", str(KEEPER), str(parent), *command]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "up\n"
        yield process, psutil.Process(process.pid).children()[0]


def test_the_exit_code_is_the_commands() -> None:
    arguments = [sys.executable, str(KEEPER), str(os.getpid()), sys.executable, "-c", "raise SystemExit(7)"]
    assert subprocess.run(arguments, check=False).returncode == 7


def test_the_command_ends_when_the_keeper_is_told_to() -> None:
    with keeper(os.getpid(), *SLEEP) as (process, child):
        process.terminate()
        assert process.wait(10) != 0
    assert not child.is_running()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child that its parent was killed")
def test_the_command_ends_when_the_keeper_is_killed() -> None:
    with keeper(os.getpid(), *SLEEP) as (process, child):
        process.kill()
        assert not psutil.wait_procs([child], 10)[1]


def test_the_command_ends_when_the_parent_is_gone() -> None:
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    arguments = [sys.executable, str(KEEPER), str(gone.pid), *SLEEP]
    assert subprocess.run(arguments, check=False, timeout=10, stdout=subprocess.DEVNULL).returncode != 0
