"""Which labels are shown, and which hold what nobody should have written there."""

from clusterwright.tools.prometheus.summary.hidden import without_secrets


def test_a_label_that_says_that_it_is_a_credential_is_not_shown() -> None:
    labels = {"password": "hunter", "api_key": "a1b2c3", "namespace": "shop", "token": "true"}
    shown = {"password": "[redacted]", "api_key": "[redacted]", "namespace": "shop"}
    assert without_secrets(labels) == {**shown, "token": "true"}


def test_the_name_of_a_secret_is_shown() -> None:
    assert without_secrets({"secret": "db-login"}) == {"secret": "db-login"}
