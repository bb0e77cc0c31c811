"""The options of `clusterwright diagnose` that nothing would come of beside the others."""

import click
from click.core import ParameterSource

from clusterwright.tools.errors import InvalidInputError


def require_fitting(context: click.Context, *, lines: bool) -> None:
    """Raise InvalidInputError for an option that would be ignored; `lines` are what can be watched.

    An option that is not written, and only has its default, is none.
    """
    given = {
        name
        for name, value in context.params.items()
        if value and context.get_parameter_source(name) is not ParameterSource.DEFAULT
    }
    if {"specs", "kubeconfig"} <= given and "all_contexts" not in given:
        raise InvalidInputError(
            "--kubeconfig is for the built-in servers", hint="put it into the command of --server"
        )
    if "watched" not in given:
        if "every" in given:
            raise InvalidInputError("--every is the pause of --watch", hint="give both, or neither")
        return
    if not lines:
        raise InvalidInputError("--watch prints lines", hint="with -o text or -o json only")
    for option in ("strict", "fail_on"):
        if option in given:
            named = option.replace("_", "-")
            raise InvalidInputError("--watch goes on", hint=f"--{named} is for a single look")
