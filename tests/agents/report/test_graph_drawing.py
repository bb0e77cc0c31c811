"""The drawn graph: what is where, which edges there are, and that it stays small."""

from itertools import pairwise
from xml.etree.ElementTree import Element

from clusterwright.agents.diagnose.diagnosis import RootCause
from clusterwright.agents.report.graph_drawing import draw
from tests.agents.report.cases import linked as root
from tests.agents.report.cases import problems, wide


def drawn(of: RootCause) -> Element:
    drawing = draw(of, 1)
    assert drawing is not None
    return drawing


def boxes(drawing: Element) -> dict[str, tuple[int, int]]:
    """Return where each box is, by the name that it shows."""
    found: dict[str, tuple[int, int]] = {}
    for group in drawing.iter("g"):
        if group.get("class", "").startswith("box"):
            rect, text = group.find("rect"), group.find("text")
            assert rect is not None
            assert text is not None
            found[text.text or ""] = (int(rect.get("x", "")), int(rect.get("y", "")))
    return found


def edges(drawing: Element) -> list[tuple[str, str]]:
    """Return what each edge says, and how it looks."""
    found: list[tuple[str, str]] = []
    for group in drawing.iter("g"):
        path = group.find("path")
        if path is not None:
            found.append((group.findtext("title", ""), path.get("class", "")))
    return found


def reasons(drawing: Element) -> list[str]:
    return [one.text or "" for one in drawing.iter("li")]


def test_a_root_cause_alone_is_not_drawn() -> None:
    assert draw(problems().root_causes[1], 1) is None


def test_causes_stand_left_of_what_follows_from_them() -> None:
    places = boxes(drawn(root(("a", "b"), ("b", "c"), ("a", "d"))))
    across = {name: x for name, (x, _) in places.items()}
    assert across == {"a": 12, "b": 342, "d": 342, "c": 672}
    assert places["b"][1] < places["d"][1]


def test_each_edge_tells_its_reason_which_is_listed_once() -> None:
    drawing = drawn(problems().root_causes[0])
    said = "a Service is as ready as the Pods that it selects"
    way = "(Service/shop/cart selects Pod/shop/cart-7d9f8b6c5-x2k4p)"
    assert edges(drawing) == [(f"{said} {way}", "edge")]
    assert reasons(drawing) == [said]


def test_a_circle_is_drawn_with_an_edge_that_goes_back() -> None:
    drawing = drawn(root(("a", "b"), ("b", "a"), circle=("b",)))
    assert edges(drawing) == [("b needs a", "edge"), ("a needs b", "edge back")]


def test_what_no_link_joins_is_drawn_beside_the_others() -> None:
    lonely = root(("a", "b")).model_copy(update={"links": ()})
    drawing = drawn(lonely)
    assert (list(boxes(drawing)), edges(drawing)) == (["a", "b"], [])


def test_of_a_great_many_the_first_are_drawn_and_the_rest_is_one_box() -> None:
    drawing = drawn(wide(1_000).root_causes[0])
    shown = [f"app-{i:04d}" for i in range(5)]
    assert list(boxes(drawing)) == ["gpu-1", *shown, "and 995 more"]
    assert len(edges(drawing)) == 6


def test_a_long_chain_ends_in_one_layer() -> None:
    names = [chr(ord("a") + i) for i in range(20)]
    drawing = drawn(root(*pairwise(names)))
    assert max(x for x, _ in boxes(drawing).values()) == 12 + 5 * 330
    assert len(boxes(drawing)) == 11


def test_a_finding_that_explains_itself_has_no_edge() -> None:
    assert edges(drawn(root(("a", "a"), ("a", "b")))) == [("b needs a", "edge")]


def test_long_names_are_cut_in_the_middle_and_told_whole_beside() -> None:
    long = "n" * 40 + "-" + "z" * 40
    drawing = drawn(root(("a", long)))
    assert max(len(text.text or "") for text in drawing.iter("text")) <= 30
    assert f"pod/crash-loop on Pod/shop/{long}: {long} is broken" in [
        one.text for one in drawing.iter("title")
    ]


def test_an_edge_that_others_imply_is_not_drawn() -> None:
    drawing = drawn(root(("a", "b"), ("a", "c"), ("b", "c")))
    assert edges(drawing) == [("b needs a", "edge"), ("c needs b", "edge")]


def test_reasons_are_numbered_from_left_to_right() -> None:
    drawing = drawn(root(("b", "c"), ("a", "b")))
    assert reasons(drawing) == ["b needs a", "c needs b"]


def test_what_follows_stands_beside_its_cause() -> None:
    places = boxes(drawn(root(("a", "b"), ("a", "c"), ("c", "d"), ("b", "e"))))
    assert places["e"][1] < places["d"][1]
