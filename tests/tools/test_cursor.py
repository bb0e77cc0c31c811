"""Cursors come back as they were told."""

from clusterwright.tools.cursor import decode, encode, question
from clusterwright.tools.redaction import redact_text


def test_no_cursor_is_taken_for_a_secret_whatever_its_length() -> None:
    for length in range(200):
        cursor = encode("metrics", question("x"), "n" * length)
        assert redact_text(cursor) == cursor
        assert decode("metrics", cursor, str, str) == (question("x"), "n" * length)
