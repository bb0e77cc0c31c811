"""A pod that nobody has made yet: what a person would ask for, as the API server would store it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.gpu.fit.product_words import PRODUCT_LABELS, begins, joined, words
from clusterwright.tools.gpu.hardware.products import find, is_amd
from clusterwright.tools.manifest import Json, Manifest, labels_of, mapping
from clusterwright.tools.quantity import quantity
from clusterwright.tools.ref import Ref, check_namespace

_MOST = 20
_DIVIDED = {"mig", "shared"}
"""What the labels of products say of how their devices are split or shared."""
_VALUE = re.compile(r"[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?\Z")
_NATIVE = ("cpu", "memory", "ephemeral-storage")
_BYTES = frozenset({"memory", "ephemeral-storage"})
_MOST_BYTES = (2.0**50, "1Pi")
_MOST_COUNTED = (1e6, "1000000")
"""Above what any machine has, and far below what numbers cannot hold exactly."""
_PART = r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,61}[A-Za-z0-9])?"
_NAME = re.compile(rf"(?:{'|'.join(_NATIVE)}|{_PART}(?:\.{_PART})*/{_PART})\Z")
_TOLERATION = re.compile(r"([\w./-]{1,317})(?:=([\w.-]{0,63}))?(?::(NoSchedule|NoExecute))?\Z")
_CRON = "CronJob"
_TEMPLATED = (
    *("Pod", "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"),
    *("Job", _CRON, "ReplicationController"),
)
_HAVE_TEMPLATES = (
    f"name a {', '.join(_TEMPLATED[:-1])}, or a kind with spec.template and its group:"
    " Rollout.argoproj.io/ns/name"
)
_NOT_READY = ("node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for."""

    requests: Mapping[str, int | str]
    """Amounts by resource; of `gpu` and `mig-1g.10gb`, `nvidia.com/` is left out.

    With a product of AMD, `gpu` is `amd.com/gpu`.
    """
    product: str = ""
    node_selector: Mapping[str, str] = field(default_factory=dict[str, str])
    tolerations: Sequence[str] = ()
    """Taints, as `key`, `key=value` or with `:NoSchedule`; `*` for all."""
    namespace: str = "default"

    def pod(self, nodes: Sequence[Manifest] = ()) -> Manifest:
        """Return the pod, a product spelled as nodes have it.

        Raises InvalidInputError for what no pod can ask for.
        """
        check_namespace(self.namespace)
        if max(len(self.requests), len(self.node_selector), len(self.tolerations)) > _MOST:
            raise InvalidInputError(
                "that many requests, labels or tolerations", hint=f"at most {_MOST} of each"
            )
        gpu = f"{'amd' if is_amd(self.product) else 'nvidia'}.com/gpu"
        asked = {
            gpu if name == "gpu" else _resource(name): _amount(name, value)
            for name, value in self.requests.items()
        }
        selector, affinity = dict(self.node_selector), dict[str, Json]()
        if self.product:
            label, values = _products(self.product, nodes)
            if len(values) > 1:
                affinity = _one_of(label, values)
            else:
                selector[label] = values[0]
        return {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": "", "namespace": self.namespace},
            "spec": {
                "nodeSelector": selector,
                "affinity": affinity,
                "containers": [{"name": "asked", "resources": {"requests": asked}}],
                "tolerations": [*map(_toleration, self.tolerations), *_tolerated_by_all()],
            },
        }


def check_kind(ref: Ref) -> None:
    """Raise InvalidInputError for a kind that makes no pods; of those of others nobody knows."""
    if not ref.group and ref.kind not in _TEMPLATED:
        raise InvalidInputError(
            f"{ref.kind} has no pod template, so that it makes no pods", hint=_HAVE_TEMPLATES
        )


def pod_of(workload: Manifest, ref: Ref) -> Manifest:
    """Return the pod that a workload's template makes; raise InvalidInputError without one."""
    job = mapping(workload, "spec", "jobTemplate") if ref.kind_key == _CRON else workload
    template = mapping(job, "spec", "template")
    if not mapping(template, "spec"):
        raise InvalidInputError(f"{ref} has no pod template", hint=_HAVE_TEMPLATES)
    # Kueue's label of the queue is on the workload, which it suspends.
    queued = {key: value for key, value in labels_of(job).items() if key.startswith("kueue.")}
    owner = {"apiVersion": workload.get("apiVersion"), "kind": ref.kind, "name": ref.name}
    metadata = {
        **mapping(template, "metadata"),
        "name": "",
        "namespace": ref.namespace,
        "labels": {**labels_of(template), **queued},
        "ownerReferences": [{**owner, "controller": True}],
    }
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": template["spec"]}


def _products(wanted: str, nodes: Sequence[Manifest]) -> tuple[str, Sequence[str]]:
    """Return a label, and the values of it that are meant: those of nodes, whatever joins words.

    `NVIDIA H100 80GB HBM3`, as nvidia-smi prints it, is NVIDIA-H100-80GB-HBM3 in a label; `H100` is
    each product that has this word in its name, shared and split ones where there are no others.
    A model that no node has, and that is none by itself, is those that it begins: MI300 is MI300X.
    """
    there = [
        (label, value)
        for label in PRODUCT_LABELS
        for value in sorted({labels_of(node).get(label, "") for node in nodes} - {""})
    ]
    for label, value in there:
        if joined(value) == joined(wanted) or _same_model(value, wanted):
            return label, [value]
    named = [(label, value) for label, value in there if words(wanted) <= words(value)]
    if not named and find(wanted) is None:
        named = [(label, value) for label, value in there if begins(wanted, value)]
    whole = [one for one in named if not words(one[1]) & _DIVIDED] or named
    if whole and wanted.strip():
        return whole[0][0], [value for label, value in whole if label == whole[0][0]]
    value = wanted.strip().replace(" ", "-")
    if not _VALUE.match(value):
        raise InvalidInputError(
            f"{wanted[:80]!r} is not a product",
            hint="as H100 or as its label has it: NVIDIA-H100-80GB-HBM3; gpu_inventory lists them",
        )
    return PRODUCT_LABELS[is_amd(wanted)], [value]


def _one_of(label: str, values: Sequence[str]) -> dict[str, Json]:
    """Return an affinity for nodes with one of these labels."""
    term = {"matchExpressions": [{"key": label, "operator": "In", "values": list(values)}]}
    required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [term]}}
    return {"nodeAffinity": required}


def _same_model(value: str, wanted: str) -> bool:
    """Return whether a label says another name of a product; never how it is split or shared."""
    product = find(wanted)
    return product is not None and joined(value) == joined(product.label)


def _resource(name: str) -> str:
    """Return a resource with its prefix."""
    full = name if name in _NATIVE or "/" in name else f"nvidia.com/{name}"
    if not _NAME.match(full):
        raise InvalidInputError(
            f"{name[:80]!r} is not a resource",
            hint="as gpu, mig-1g.10gb, amd.com/gpu, cpu, memory or ephemeral-storage",
        )
    return full


def _amount(name: str, value: int | str) -> str:
    amount = quantity(value)
    most, spelled = _MOST_BYTES if name in _BYTES else _MOST_COUNTED
    if amount > most:
        raise InvalidInputError(
            f"{name[:80]}: {str(value)[:40]!r} is more than any node has",
            hint=f"at most {spelled}",
        )
    whole = name in _NATIVE or amount == int(amount)
    if amount <= 0 or not whole:
        raise InvalidInputError(
            f"{name[:80]}: {str(value)[:40]!r} is no amount of it",
            hint="a whole number of devices; of cpu and memory also 500m or 16Gi",
        )
    return str(value)


def _toleration(spelled: str) -> Manifest:
    if spelled == "*":
        return {"operator": "Exists"}
    form = _TOLERATION.match(spelled)
    if form is None:
        raise InvalidInputError(
            f"{spelled[:80]!r} is not a taint", hint="as nvidia.com/gpu, team=a:NoSchedule or *"
        )
    key, value, effect = form.groups()
    found: Manifest = {"key": key, "operator": "Exists" if value is None else "Equal"}
    found |= {"value": value} if value is not None else {}
    return found | ({"effect": effect} if effect else {})


def _tolerated_by_all() -> list[Manifest]:
    """Return what the admission plugin DefaultTolerationSeconds adds to every pod."""
    return [{"key": key, "operator": "Exists", "effect": "NoExecute"} for key in _NOT_READY]
