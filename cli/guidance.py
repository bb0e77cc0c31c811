"""What to do next about a plan, as commands that a person can type."""

import shlex
from pathlib import Path

from clusterwright.tools.trust.guidance import Guidance
from clusterwright.tools.trust.risk import Access


def typed_anywhere(kubeconfig: Path | None) -> str:
    """Return a kubeconfig as a command names it wherever that is typed; "" where none was named."""
    return str(kubeconfig.expanduser().absolute()) if kubeconfig else ""


class Commands(Guidance):
    """For a person at a shell, who may have named a kubeconfig."""

    def __init__(self, kubeconfig: Path | None) -> None:
        """Take the kubeconfig that each command has to name as well, wherever it is typed."""
        self._options = ["--kubeconfig", typed_anywhere(kubeconfig)] if kubeconfig else []

    def apply(self, tool: str, plan: str) -> str:
        """Return nothing: the command goes on by itself, and asks."""
        del tool, plan
        return ""

    def only_planned(self, plan: str) -> str:
        """Return the command that carries a plan out."""
        return f"{self._apply(plan)}, which asks you first"

    def plan_again(self, tool: str) -> str:
        """Return what makes a new plan: the command that made it."""
        del tool
        return "run the command again that made the plan, and look at what is different"

    def go_on(self, plan: str) -> str:
        """Return the commands that end a plan whose apply was cut short."""
        return f"{self._apply(plan, '--finish')}, or --undo"

    def go_back(self, plan: str) -> str:
        """Return the command that undoes a plan."""
        return f"{self._apply(plan, '--undo')} goes back"

    @property
    def nobody(self) -> str:
        """Why nobody was asked."""
        return "there is no terminal to ask at"

    def approve(self, plan: str) -> str:
        """Return the commands that approve a plan and carry it out: this one makes another."""
        return f"run `clusterwright approve {plan}`, then {self._apply(plan)}"

    @property
    def person(self) -> str:
        """Who was asked."""
        return "the person at the terminal"

    def declined(self, plan: str) -> str:
        """Return the command that asks again."""
        return f"{self._apply(plan)} asks again, until it expires"

    def access(self, wanted: Access) -> str:
        """Return how more is allowed than is."""
        return f"only a policy that says `access: {wanted}` for it allows that; see --approve"

    def _apply(self, plan: str, *more: str) -> str:
        return f"`{shlex.join(['clusterwright', 'apply', plan, *more, *self._options])}`"
