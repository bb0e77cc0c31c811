"""Which spellings are of one version."""

import pytest

from clusterwright.tools.cluster_api.version_spelling import alike


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("v1.36.3", "1.36.3", True),
        ("v1.36.3", "v1.36.2", False),
        ("v1.36", "v1.36.2", True),
        ("v1.36", "v1.35.2", False),
        ("v1.36.3+k0s", "v1.36.3+k0s.0", True),
        ("v1.36.3+k0s.1", "v1.36.3+k0s.0", False),
        ("v1.31.2-eks-94953ac", "v1.31.2", True),
        ("v1.36.0-rc.1", "v1.36.0", False),
        ("", "v1.36.0", False),
        ("latest", "latest", True),
    ],
)
def test_what_only_one_spelling_says_is_no_matter(one: str, other: str, same: bool) -> None:
    assert alike(one, other) is same
    assert alike(other, one) is same
