"""`clusterwright sandbox`: a real Kubernetes on this machine, one command per file."""

from clusterwright.cli.lazy import LazyGroup

COMMANDS = {
    "up": "Start a sandbox, or say that it runs.",
    "down": "Take a sandbox down; nothing of it is left.",
    "status": "Show what runs and how much memory it takes.",
    "kubeconfig": "Print where the kubeconfig is, or its content.",
    "logs": "Print the log of a program.",
    "scenarios": "List the faults and traps with their truth, or judge them.",
    "incidents": "List composed incidents with their truth, or judge the diagnosis of them.",
    "break": "Make a fault or a trap, and wait until it shows.",
    "heal": "Cure a fault, or clean up.",
}

command = LazyGroup(
    "sandbox",
    "clusterwright.cli.sandbox",
    COMMANDS,
    "A real Kubernetes on this machine, with faults whose truth is known.",
)
