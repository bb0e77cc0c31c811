"""Whose a DaemonSet is that passes for an operand: anybody may name and label one like it.

An operator's own are told by their controller, which has to be an object of the operator that was
read, by uid, and to lie where that operator works: a uid is no secret, its namespace is guarded.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

from clusterwright.tools.gpu.operands import OWNERS, Operand, claim_of, controller_of, kind_of_owner
from clusterwright.tools.gpu.vendor import Vendor
from clusterwright.tools.manifest import Manifest, name_of, namespace_of, text
from clusterwright.tools.ref import Ref

USUAL = frozenset(
    {
        # Charts and manifests: of NVIDIA's operator, device plugin and DRA driver, of HAMi.
        *("kube-system", "gpu-operator", "gpu-operator-resources", "nvidia-device-plugin"),
        *("nvidia-dra-driver-gpu", "dra-driver-nvidia-gpu", "hami-system"),
        # Of AMD and Intel.
        *("kube-amd-gpu", "inteldeviceplugins-system"),
        # OpenShift, GKE, AKS.
        *("nvidia-gpu-operator", "openshift-amd-gpu", "gke-managed-system", "gpu-resources"),
    }
)
"""Namespaces that operands are put in where no operator is, and only administrators write in.

A DaemonSet there has no owner that would tell whose it is; who may write there can do more harm
than to have one taken for an operand. In a namespace of any other name users may be at home, unless
gpu.yaml names it.
"""


class Standing(IntEnum):
    """Why a DaemonSet counts as an operand, the best reason first."""

    OWNED = 0
    """An operator's object that was read is its controller."""
    HOME = 1
    """It lies in the namespace that the ClusterPolicy names as its operator's."""
    USUAL = 2
    """It lies where administrators put operands, and no operator has made another."""


@dataclass(frozen=True, slots=True)
class Counted:
    """A DaemonSet that counts as an operand."""

    daemonset: Manifest
    operand: Operand
    standing: Standing


@dataclass(frozen=True, slots=True)
class Ownership:
    """The DaemonSets that are, or pass for, operands."""

    counted: tuple[Counted, ...]
    """The operators' own first."""
    claimed: tuple[tuple[Manifest, Operand], ...]
    """Those that pass for one, and from which nothing must be concluded."""


def told_apart(
    daemonsets: Iterable[Manifest],
    owners: Iterable[Manifest],
    home: str,
    usual: Container[str] = USUAL,
) -> Ownership:
    """Return which DaemonSets count as operands, and which only pass for them.

    Args:
        daemonsets: all that were read.
        owners: the objects of operators that were read.
        home: the namespace that the ClusterPolicy names as its operator's; empty for none.
        usual: namespaces in which only administrators write.
    """
    by_uid = {uid: one for one in owners if (uid := text(one, "metadata", "uid"))}
    found = [(one, made, _standing(one, made, by_uid, home)) for one, made in _claims(daemonsets)]
    owned = {_kind(made) for _, made, standing in found if standing is Standing.OWNED}
    counted: list[Counted] = []
    claimed: list[tuple[Manifest, Operand]] = []
    for one, made, known in found:
        standing = Standing.USUAL if known is None and namespace_of(one) in usual else known
        second = standing is Standing.USUAL and _kind(made) in owned
        if standing is None or second:
            claimed.append((one, made))
        else:
            counted.append(Counted(one, made, standing))
    return Ownership(tuple(sorted(counted, key=lambda each: each.standing)), tuple(claimed))


def _claims(daemonsets: Iterable[Manifest]) -> Iterable[tuple[Manifest, Operand]]:
    for one in daemonsets:
        made = claim_of(one)
        if made is not None:
            yield one, made


def _kind(operand: Operand) -> tuple[Vendor, str]:
    return operand.vendor, operand.name


def _standing(
    daemonset: Manifest, operand: Operand, by_uid: Mapping[str, Manifest], home: str
) -> Standing | None:
    if _owned(daemonset, operand, by_uid, home):
        return Standing.OWNED
    if operand.vendor is Vendor.NVIDIA and home and namespace_of(daemonset) == home:
        return Standing.HOME
    return None


def _owned(
    daemonset: Manifest, operand: Operand, by_uid: Mapping[str, Manifest], home: str
) -> bool:
    said = controller_of(daemonset)
    owner = by_uid.get(text(said, "uid"))
    if owner is None or text(said, "name") != name_of(owner):
        return False
    kind = Ref.of(owner).kind_key
    if kind not in OWNERS.get(operand.vendor, ()) or kind != kind_of_owner(daemonset):
        return False
    place = namespace_of(owner) or text(owner, "status", "namespace") or home
    return place in {"", namespace_of(daemonset)}
