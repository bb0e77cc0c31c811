"""A group of commands that imports a command only to run it: help and start-up stay fast."""

import difflib
from collections.abc import Mapping
from importlib import import_module
from keyword import iskeyword

import click

from clusterwright.tools.loading import loading


class LazyGroup(click.Group):
    """Commands known by name, module and one line of help; nothing else until one is chosen."""

    def __init__(self, name: str, package: str, commands: Mapping[str, str], about: str) -> None:
        """Take the `commands` with their help; each is `command` in a module of that name.

        A name that Python keeps for itself has its module with an underscore: `break_`.
        """
        settings = {"help_option_names": ["-h", "--help"]}
        super().__init__(name, help=about, context_settings=settings)
        self._package = package
        self._commands = commands

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the table's order."""
        return list(self._commands)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command, or None if there is none of that name."""
        if cmd_name not in self._commands:
            return None
        module = cmd_name.replace("-", "_") + ("_" if iskeyword(cmd_name) else "")
        with loading():
            command: click.Command = import_module(f"{self._package}.{module}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return the command that is asked for; an error names the nearest there is."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = difflib.get_close_matches(args[0], self._commands, n=1)
            if not near:
                raise
            raise click.UsageError(f"{error.message} Did you mean {near[0]!r}?", ctx) from error

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands from the table, so that help imports none of them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(self._commands.items()))
