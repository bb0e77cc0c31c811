"""What the server does without until it is asked something."""

from tests.loaded import loaded_by


def test_the_server_starts_without_what_only_a_question_needs() -> None:
    loaded = loaded_by("import clusterwright.servers.prometheus")
    assert not {"httpx", "httpcore", "kubernetes", "rich"} & loaded
