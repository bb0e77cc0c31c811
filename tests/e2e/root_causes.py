"""What `clusterwright diagnose` tells in a process of its own, as users run it."""

import json
import os
import subprocess
import sys
from typing import Any

from clusterwright.deploy.sandbox import Instance


def root_causes(instance: Instance, *options: str, **env: str) -> list[Any]:
    """Return the root causes of a cluster that has some; `env` is added to the environment."""
    command = [sys.executable, "-m", "clusterwright.cli", "diagnose", *options]
    done = subprocess.run(
        [*command, "--kubeconfig", str(instance.kubeconfig), "-o", "json"],
        capture_output=True,
        check=False,
        env={**os.environ, **env},
    )
    assert done.returncode == 1, done.stderr
    return json.loads(done.stdout)["root_causes"]
