"""Which root cause of a later look is one of an earlier look."""

from clusterwright.agents.diagnose.correlate import correlate
from clusterwright.agents.diagnose.diagnosis import RootCause
from clusterwright.agents.remediate.found import Found
from clusterwright.agents.remediate.present import Present
from clusterwright.tools.finding import Edge, Finding
from tests.agents.found import answered, edge, finding


def look(*findings: Finding) -> Found:
    answers = (answered(*findings),)
    return Found(correlate(answers), answers)


def twins(*titles: str) -> list[Finding]:
    """Return findings of one code about one object, told otherwise."""
    return [finding("ingress/service-missing", "Ingress/shop/web", title=one) for one in titles]


def titled(root: RootCause | None) -> str:
    return root.title if root else ""


BEFORE = look(*twins("no Service cat, 8s", "no Service tiil, 8s"))
THEN = Present(BEFORE)
CAT, TIIL = BEFORE.diagnosis.root_causes


def now(*titles: str) -> list[str]:
    """Return what the twins of the first look are in a later one."""
    present = Present(look(*twins(*titles)))
    return [titled(present.again(one, THEN.twins(one))) for one in (CAT, TIIL)]


def test_each_of_two_alike_is_found_again_as_itself() -> None:
    assert THEN.twins(CAT) == {TIIL.title}
    both = ["no Service cat, 2m", "no Service tiil, 2m"]
    assert now(*both) == both
    assert now(CAT.title, TIIL.title) == [CAT.title, TIIL.title]


def test_one_of_two_alike_is_never_taken_for_the_other() -> None:
    assert now("no Service tiil, 2m") == ["", "no Service tiil, 2m"]
    assert now("no Service cat, 2m") == ["no Service cat, 2m", ""]
    assert now() == ["", ""]


def test_a_root_without_a_twin_is_found_again_in_other_words() -> None:
    [root] = look(*twins("no Service cat")).diagnosis.root_causes
    present = Present(look(*twins("neither Service cat nor dog")))
    assert titled(present.itself(root)) == "neither Service cat nor dog"


def test_what_is_a_symptom_by_now_is_found_again_as_what_explains_it() -> None:
    claim = "PersistentVolumeClaim/shop/data"
    mounts = edge("Deployment/shop/cart", Edge.MOUNTS, claim)
    [root] = look(finding("workload/unavailable", "Deployment/shop/cart")).diagnosis.root_causes
    symptom = finding("workload/unavailable", "Deployment/shop/cart", relations=(mounts,))
    present = Present(look(symptom, finding("pvc/storage-class-missing", claim)))
    assert present.itself(root) is None
    assert titled(present.again(root)) == f"pvc/storage-class-missing on {claim}"
