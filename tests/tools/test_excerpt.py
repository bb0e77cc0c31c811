"""Text made short: one line, its end or its middle gone, and never half of a secret."""

from hypothesis import given
from hypothesis import strategies as st

from clusterwright.tools.excerpt import one_line, shorten

TOKEN = ".".join(("eyJhbGciOiJIUzI1NiJ9", "eyJzdWIiOiIxMjM0NTY3ODkwIn0", "dozjgNryP4J3jVmNHl0w5N"))


@given(text=st.text(max_size=300), longest=st.integers(min_value=3, max_value=40))
def test_any_text_becomes_one_line_of_the_length(text: str, longest: int) -> None:
    assert len(one_line(text, longest)) <= longest
    assert "\n" not in one_line(text, longest)
    assert len(shorten(text, longest)) <= longest


def test_a_long_text_loses_its_middle() -> None:
    assert shorten("x" * 50 + "end", 10).endswith("end")
    assert shorten("short", 10) == "short"


def test_a_cut_inside_a_secret_leaves_no_half_of_it() -> None:
    text = f"{'x' * 60} token {TOKEN} refused {'y' * 60}"
    for longest in range(50, 190):
        for shown in (one_line(text, longest), shorten(text, longest)):
            assert "eyJhbG" not in shown
            assert "Hl0w5N" not in shown
