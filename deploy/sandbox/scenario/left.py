"""End the Helm programs that scenarios left running, whichever process started them."""

import os
import signal
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from clusterwright.deploy.sandbox.scenario.kubectl import Cluster


def end_left(cluster: Cluster, namespaces: Sequence[str]) -> None:
    """End what works in one of these namespaces of this very sandbox, by its command line."""
    of_sandbox = f"--kubeconfig={cluster.kubeconfig}"
    inside = {f"--namespace={one}" for one in namespaces}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            program, *words = (process / "cmdline").read_bytes().decode().split("\0")
        except (OSError, UnicodeDecodeError):  # it ended, or it is none of ours
            continue
        if (
            Path(program).name in {"helm", "helm3"}
            and of_sandbox in words
            and not inside.isdisjoint(words)
        ):
            with suppress(ProcessLookupError):
                os.killpg(int(process.name), signal.SIGKILL)
