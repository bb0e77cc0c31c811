"""What to do next about a plan, told to whoever asked: a model over MCP, or a person at a shell."""

from clusterwright.tools.trust.risk import Access


class Guidance:
    """For a model that calls the tools; the command line has words of its own."""

    def apply(self, tool: str, plan: str) -> str:
        """Return how a plan is carried out here; empty where that follows anyhow."""
        return f"{tool} with plan_id={plan}, which asks a person first"

    def only_planned(self, plan: str) -> str:
        """Return how a plan is carried out that is only planned here."""
        return (
            f"this server only plans; a person can run `clusterwright apply {plan}`, or start the"
            " server with --access write"
        )

    def plan_again(self, tool: str) -> str:
        """Return what to do about a plan that does not hold any more."""
        return f"plan the change again with {tool}, and look at what is different"

    def go_on(self, plan: str) -> str:
        """Return what to do about a plan whose apply was cut short."""
        return f'finish it with {{"kind":"finish","plan":"{plan}"}}, or undo it, kind undo'

    def go_back(self, plan: str) -> str:
        """Return how a plan that was applied is undone."""
        return f'to go back, plan {{"kind":"undo","plan":"{plan}"}}'

    @property
    def nobody(self) -> str:
        """Why nobody was asked."""
        return "this client cannot ask for it (it has no elicitation)"

    def approve(self, plan: str) -> str:
        """Return how a plan is approved where nobody can be asked."""
        return f"have them run: clusterwright approve {plan}; then call this again"

    @property
    def person(self) -> str:
        """Who was asked."""
        return "the person who was asked"

    def declined(self, plan: str) -> str:
        """Return what to do about a plan that a person did not agree to."""
        del plan
        return "ask them what they want instead; the plan can be asked about again until it expires"

    def access(self, wanted: Access) -> str:
        """Return how more is allowed than is."""
        return f"whoever runs it can start it with --access {wanted}, or say so in its policy"
