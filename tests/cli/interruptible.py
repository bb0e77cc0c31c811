"""The command in a process of its own that heeds an interrupt, whoever runs the tests.

A shell has what it starts in the background ignore interrupts, and all that this starts in turn.
"""

import sys

_CODE = """\
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from clusterwright.cli.main import main
main()
"""
COMMAND = (sys.executable, "-c", _CODE)
