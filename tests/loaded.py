"""What a fresh Python loads, for tests of what starts without it."""

import subprocess
import sys


def loaded_by(code: str) -> set[str]:
    """Return the modules that a fresh Python has loaded after some code, packages too."""
    program = f"{code}\nimport sys; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())
