from clusterwright.agents.diagnose.diagnosis import Diagnosis, Source, Verdict
from clusterwright.cli.judge.incident_outcome import Outcome
from clusterwright.deploy.sandbox.incident.compose import compose
from clusterwright.deploy.sandbox.incident.load import load_incident
from tests.bench.figure import Figure
from tests.bench.incidents import shares, unanswered

CHAIN = compose(load_incident("image-behind-shop"), 1)


def test_what_could_not_be_judged_counts_as_wrong() -> None:
    right = Outcome(CHAIN, first_is_true=True, first_answer=True)
    late = Outcome(CHAIN, first_is_true=True, first_answer=False)
    assert list(shares("composed", [right, late, Outcome(CHAIN, failure="no")], 4)) == [
        Figure("composed_top1", 0.5, "share", more_is_better=True),
        Figure("composed_first_answer", 0.25, "share", more_is_better=True),
    ]


def test_a_diagnosis_is_measured_only_if_every_server_answered() -> None:
    def said(*sources: Source) -> list[str]:
        found = Diagnosis(verdict=Verdict.PROBLEMS, complete=True, sources=sources)
        return unanswered(found.model_dump(mode="json", by_alias=True))

    kubernetes = Source(server="kubernetes", answered=True)
    assert said(kubernetes) == []
    assert said(kubernetes, Source(server="helm", answered=False)) == ["helm"]
    assert said() == ["any"]
