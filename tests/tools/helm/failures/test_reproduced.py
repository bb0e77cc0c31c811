"""Each row of the catalogue, in the words of the real Helm about the real API server."""

import re
from collections.abc import Mapping
from concurrent.futures import Future

import pytest

from clusterwright.tools.helm.failures import FAILURES, classify
from tests.tools.helm.failures.trials import TRIALS, Told, Trial

_SECONDS = 180


@pytest.mark.parametrize("trial", TRIALS, ids=str)
def test_what_helm_says_is_classified(trial: Trial, trials: Mapping[Trial, Future[Told]]) -> None:
    told, case = trials[trial].result(_SECONDS), trial.case
    assert told.named(case.words(trial.version)) in told.said
    found = classify(told.said)
    assert found.code == case.code
    assert sorted(one.code for one in found.others) == sorted(case.others)
    expected = {key: told.named(value) for key, value in case.detail.items()}
    assert {key: found.detail.get(key) for key in expected} == expected
    assert found.detail.get("warning", "").startswith(case.warned)
    if case.recorded:
        kept = classify(told.recorded)
        assert (kept.code, len(kept.others)) == (case.code, len(case.others))
    assert not re.search(r"{[a-z]+}", found.cause + found.change)


def test_the_words_of_every_row_that_counts_as_reproduced_are_said(
    trials: Mapping[Trial, Future[Told]],
) -> None:
    told = [one.result(_SECONDS) for one in trials.values()]
    texts = [text for one in told for text in (one.said, one.recorded)]
    unsaid = [
        (row.code, pattern.pattern)
        for row in FAILURES
        for pattern in row.patterns
        if not any(pattern.search(text) for text in texts)
    ]
    assert unsaid == []
