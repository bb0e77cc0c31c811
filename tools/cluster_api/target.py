"""How a workload cluster is named, in the parameter `cluster` of any tool and in answers."""


def target_of(management: str | None, namespace: str, name: str) -> str:
    """Return `capi:namespace/name`; of a management cluster that was named, with its name.

    `management` is what a tool was asked for: None means the context that its server is pinned to,
    which need not be named.
    """
    within = f"{management}/" if management else ""
    return f"capi:{within}{namespace}/{name}"
