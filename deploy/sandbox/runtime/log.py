"""The log of a program of the sandbox that is written here."""

import sys
import time


def say(line: str) -> None:
    """Write a line to the program's log."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {line}\n")
    sys.stderr.flush()
