"""What is asked to tell costs: the queries by name, from what there is."""

from clusterwright.tools.prometheus.cost import sources as of
from clusterwright.tools.prometheus.cost import unused
from clusterwright.tools.prometheus.cost.gpus import queries as gpu_queries
from clusterwright.tools.prometheus.cost.sources import CONTAINER, GPU_RESOURCES, Sources

_POD_BY = "namespace,pod,node"


def of_spend(sources: Sources, by: str) -> dict[str, str]:
    """Return the queries of what each took; of GPUs with their node, which decides their price."""
    if of.REQUESTS not in sources.there:
        return {}
    found: dict[str, str] = {}
    for name, resource in (("cores", "cpu"), ("bytes", "memory")):
        found[name] = sources.hours(_summed(sources, sources.requests(resource, _POD_BY), by))
    gpus = sources.requests(GPU_RESOURCES, _POD_BY)
    found["gpus"] = sources.hours(
        f"sum by (node) ({gpus})"
        if by == "node"
        else _by_node(sources, gpus)
        if by == "workload"
        else f"sum by (namespace,node) ({gpus})"
    )
    used = {
        "cores used": (of.CPU, f"rate({of.CPU}{{{CONTAINER}}}[5m])"),
        "bytes used": (of.MEMORY, f"{of.MEMORY}{{{CONTAINER}}}"),
    }
    for name, (metric, series) in used.items():
        if metric in sources.there:
            pods = f"sum by ({_POD_BY}) ({series})"
            found[name] = sources.hours(_summed(sources, pods, by))
    return found


def of_waste(sources: Sources) -> dict[str, str]:
    """Return the queries of what may be paid for and not used."""
    found: dict[str, str] = {}
    if of.REQUESTS in sources.there:
        asked = sources.requests(GPU_RESOURCES, _POD_BY)
        found["measured"] = sources.hours(f"group({of.REQUESTS})")
        found["gpu holders"] = f"max by ({_POD_BY}) (max_over_time(({asked}){sources.window}))"
        found["gpus requested"] = sources.hours(f"sum by (node) ({asked})")
        found |= unused.excess(sources) | unused.still(sources)
    metric = gpu_metric(sources)
    if metric:
        busy, hours = gpu_queries(sources.seconds, sources.resolution, metric)
        found |= {"gpu busy": busy, "gpu hours": hours}
    if of.ALLOCATABLE in sources.there:
        resource = f'resource=~"{GPU_RESOURCES}"'
        found["gpus allocatable"] = sources.hours(f"sum by (node) ({of.ALLOCATABLE}{{{resource}}})")
    return found


def of_prices(sources: Sources) -> dict[str, str]:
    """Return the queries of what an hour costs, and of which GPU is in which node."""
    named = {"price gpu": of.NODE_GPU, "price core": of.NODE_CPU, "price gib": of.NODE_MEMORY}
    found = {
        name: f"max by (node,instance) ({metric})"
        for name, metric in named.items()
        if metric in sources.there
    }
    if of.NODE_LABELS in sources.there:
        labels = f'{of.NODE_LABELS}{{label_nvidia_com_gpu_product!=""}}'
        found["products"] = f"max by (node,label_nvidia_com_gpu_product) ({labels})"
    metric = gpu_metric(sources)
    if metric:
        found["models"] = f'max by (Hostname,hostname,node,modelName) ({metric}{{modelName!=""}})'
    return found


def gpu_metric(sources: Sources) -> str:
    """Return the metric that tells how busy GPUs are; empty where none does."""
    return next((one for one in (of.ENGINE, of.UTIL) if one in sources.there), "")


def _summed(sources: Sources, pods: str, by: str) -> str:
    if by == "workload":
        return sources.owned(f"sum by (namespace,pod) ({pods})")
    return f"sum by ({by}) ({pods})"


def _by_node(sources: Sources, pods: str) -> str:
    """Return GPUs by workload and node."""
    return (
        "sum by (namespace,workload,workload_type,node) ("
        f"({pods}) * on (namespace,pod) group_left (workload,workload_type) ({sources.owners()}))"
    )
