"""The `clusterwright` command. Each command lives in a file of its own, imported when it is run.

`clusterwright serve` must answer a host as fast as the server's own script does, and help must not
load a client library: the table below is all that is known before a command is chosen.
"""

from importlib import import_module

import click

COMMANDS = {
    "diagnose": "Find the root causes in a cluster, with evidence and the next step.",
    "explain": "Explain a finding code, as pod/image-not-found.",
    "serve": "Serve one domain's tools over MCP on standard input and output.",
    "demo": "Break a real cluster on this machine and diagnose it over MCP.",
}
"""Commands by name, in the order of the help, each the module of that name in this package."""


class LazyGroup(click.Group):
    """A group that lists its commands from a table and imports one only to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the table's order."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command, or None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module = import_module(f"clusterwright.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands from the table, so that help imports none of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="clusterwright")
def main() -> None:
    """Provision, debug and repair Kubernetes platforms: MCP servers and a diagnostic agent."""
