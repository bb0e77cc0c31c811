"""Where the sources of a pinned Go module are, for what is not compiled: manifests, examples."""

import json
from pathlib import Path

from clusterwright.deploy.sandbox.parts.binaries import MODULES
from clusterwright.deploy.sandbox.parts.command import run
from clusterwright.deploy.sandbox.parts.errors import BuildError
from clusterwright.deploy.sandbox.parts.toolchain import Toolchain


def module_sources(folder: str, module: str, toolchain: Toolchain) -> Path:
    """Return where the sources of a module are that a folder pins, fetched if need be."""
    lines: list[str] = []
    outcome = run(
        [toolchain.go, "mod", "download", "-json", module],
        cwd=MODULES / folder,
        environment=toolchain.environment(),
        on_line=lambda line: not lines.append(line),
    )
    if outcome.status:
        raise BuildError(
            f"module {module} could not be fetched:\n{outcome.tail}",
            hint="Modules come through GOPROXY; `go env GOPROXY` tells which one is asked.",
        )
    return Path(json.loads("\n".join(lines))["Dir"])
