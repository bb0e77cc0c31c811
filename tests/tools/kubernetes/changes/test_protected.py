"""A plan that would reach into a protected namespace is refused, and says by what."""

import pytest

from clusterwright.tools.errors import RefusedError
from clusterwright.tools.kubernetes.changes.draft import check_protected
from clusterwright.tools.kubernetes.changes.step import Step
from clusterwright.tools.kubernetes.changes.write import Verb, Write
from clusterwright.tools.ref import Ref
from clusterwright.tools.trust.policy import Policy


def _step(spelled: str, verb: Verb = Verb.EVICT) -> Step:
    ref = Ref.parse(spelled)
    return Step(say=f"evict {ref}", write=Write(verb, ref, {}), before=None)


def test_what_is_in_it_is_named() -> None:
    steps = [_step("Node/gpu-1"), *(_step(f"Pod/kube-system/plugin-{i}") for i in range(6))]
    with pytest.raises(RefusedError) as caught:
        check_protected(steps, Policy())
    assert str(caught.value) == (
        "namespace kube-system is protected: nothing is changed in it from here, and the plan would"
        " change Pod/kube-system/plugin-0, Pod/kube-system/plugin-1, Pod/kube-system/plugin-2,"
        " Pod/kube-system/plugin-3 and 2 more"
    )


def test_a_protected_namespace_itself_is_named() -> None:
    with pytest.raises(RefusedError, match=r"would change Namespace/kube-system$"):
        check_protected([_step("Namespace/kube-system", Verb.DELETE)], Policy())


def test_other_namespaces_are_not() -> None:
    check_protected([_step("Pod/ml/train"), _step("Node/gpu-1")], Policy())
