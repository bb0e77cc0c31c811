"""Where an Ingress leads, and whom a NetworkPolicy guards."""

from clusterwright.tools.kubernetes.analyzers.ingress import backends
from clusterwright.tools.kubernetes.label_selector import selector_text
from clusterwright.tools.kubernetes.related.lookup import Lookup
from clusterwright.tools.kubernetes.related.related import Related
from clusterwright.tools.manifest import Manifest, items, mapping, namespace_of, text
from clusterwright.tools.ref import Ref


async def around_ingress(lookup: Lookup, ingress: Manifest) -> list[Related]:
    """Return the Services that an Ingress routes to, its class, and its certificates."""
    namespace, named = namespace_of(ingress), text(ingress, "spec", "ingressClassName")
    services = [
        Ref("Service", name, namespace)
        for _, backend in backends(ingress)
        if (name := text(backend, "name"))
    ]
    used = [Ref("IngressClass", named)] if named else []
    used += [
        Ref("Secret", name, namespace)
        for one in items(ingress, "spec", "tls")
        if (name := text(one, "secretName"))
    ]
    return [*await lookup.named("routes to", services), *await lookup.named("uses", used)]


async def around_policy(lookup: Lookup, policy: Manifest) -> list[Related]:
    """Return the pods that a NetworkPolicy selects."""
    return await around_selected(lookup, policy, mapping(policy, "spec", "podSelector"))


async def around_budget(lookup: Lookup, budget: Manifest) -> list[Related]:
    """Return the pods that a PodDisruptionBudget covers."""
    return await around_selected(lookup, budget, mapping(budget, "spec", "selector"))


async def around_selected(lookup: Lookup, one: Manifest, selector: Manifest) -> list[Related]:
    """Return the pods of a namespace that a selector matches; note when there are none."""
    namespace, known = namespace_of(one), len(lookup.notes)
    spelled = selector_text(selector)
    pods = await lookup.listed("Pod", namespace, label_selector=spelled)
    unread = len(lookup.notes) > known
    if not pods and not unread:
        lookup.notes.append(f"no pod in {namespace} is selected by it: {spelled or 'all pods'}")
    return lookup.tell("selects", pods)
