"""Importing much at once, quickly; this file itself imports next to nothing."""

import gc
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def loading() -> Generator[None]:
    """Spare the garbage collector what is imported within: now, and in every later collection.

    Modules, classes and schemas stay as long as the process does. Looking for garbage among them
    takes a tenth of a server's start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
