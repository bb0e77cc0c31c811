"""The `clusterwright` command. Each command lives in a file of its own, imported when it is run.

`clusterwright serve` must answer a host as fast as the server's own script does, and help must not
load a client library: the table below is all that is known before a command is chosen.
"""

import click

from clusterwright.cli.lazy import LazyGroup

COMMANDS = {
    "diagnose": "Find the root causes in a cluster, with evidence and the next step.",
    "fix": "Repair what is wrong: planned, approved, proven, and undone if it does not help.",
    "explain": "Explain a finding code, as pod/image-not-found.",
    "plans": "List plans of changes, or show one.",
    "approve": "Look at a plan and sign it, for clients that cannot ask a person.",
    "apply": "Carry out a plan; --undo goes back, --finish goes on after a crash.",
    "audit": "Show or verify who planned, approved and changed what.",
    "serve": "Serve tools over MCP, of any set of servers, on standard input and output or HTTP.",
    "sandbox": "A real Kubernetes on this machine, and faults to break it with.",
    "demo": "Break a real cluster on this machine and diagnose it over MCP.",
}
"""Commands by name, in the order of the help, each the module of that name in this package."""

main = click.version_option(package_name="clusterwright")(
    LazyGroup(
        "clusterwright",
        "clusterwright.cli",
        COMMANDS,
        "Find what is wrong with Kubernetes platforms: MCP servers and a diagnostic agent.",
    )
)
