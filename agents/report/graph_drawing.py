"""The causal graph of a root cause, drawn: causes on the left, what follows from them on the right.

Each edge carries the number of its reason; the reasons are told below. Of a great many findings the
first ones of each layer are drawn, and the others are one box that counts them. Colours are those
of the page's style; where that is not applied to drawings, grey lines are left.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from clusterwright.agents.diagnose.diagnosis import Link, RootCause, Symptom, link_name
from clusterwright.agents.report.chains import Order, order
from clusterwright.agents.report.markup import tag
from clusterwright.tools.excerpt import one_line, shorten

_WIDTH, _HEIGHT = 240, 62
_ACROSS, _DOWN = 330, 84
_MARGIN, _BELOW = 12, 44
_MOST_ROWS = 6
_MOST_LAYERS = 6
_MOST_EDGES = 120
_LETTERS = 30
_OUTLINE: dict[str, str | int] = {"fill": "none", "stroke": "#888888"}

Place = tuple[int, int]
"""A layer, from 0 on the left, and a row in it."""


@dataclass(frozen=True, slots=True)
class _Box:
    lines: tuple[str, ...]
    about: str
    look: str


@dataclass(frozen=True, slots=True)
class _Edge:
    cause: Place
    effect: Place
    reason: int
    about: str


def draw(root: RootCause, number: int) -> Element | None:
    """Return the drawing of a root and its reasons, or None where nothing follows from it.

    `number` tells the drawings of a page apart.
    """
    if not root.folded:
        return None
    found = order(root)
    boxes, places = _boxes(_layers(root, found), found.links)
    reasons: dict[str, int] = {}
    edges = _edges(found.links, places, reasons)
    drawing = _svg(boxes, edges, f"arrow-{number}")
    told = tag("ol", *(tag("li", reason) for reason in reasons), class_="reasons")
    return tag("div", drawing, told, class_="graph")


def _layers(root: RootCause, found: Order) -> list[list[RootCause | Symptom]]:
    """Return findings by how deep they lie below the root; the deepest ones together."""
    placed: dict[str, RootCause | Symptom] = {}
    for one in (root, *root.folded):
        placed.setdefault(link_name(one), one)
    layers: defaultdict[int, list[RootCause | Symptom]] = defaultdict(list)
    for one, finding in placed.items():
        least = 0 if finding is root else 1
        layers[min(max(found.depths.get(one, 1), least), _MOST_LAYERS - 1)].append(finding)
    return [layers[depth] for depth in sorted(layers)]


def _boxes(
    layers: Sequence[Sequence[RootCause | Symptom]], links: Sequence[Link]
) -> tuple[dict[Place, _Box], dict[str, Place]]:
    """Return what is drawn where, and where each finding is found, be it in a box that counts."""
    causes: defaultdict[str, list[str]] = defaultdict(list)
    for link in links:
        causes[link.effect].append(link.cause)
    boxes: dict[Place, _Box] = {}
    places: dict[str, Place] = {}
    for layer, findings in enumerate(layers):
        shown = len(findings) if len(findings) <= _MOST_ROWS else _MOST_ROWS - 1
        first = sorted(findings[:shown], key=lambda one: _height(causes[link_name(one)], places))
        for row, one in enumerate(first):
            places[link_name(one)] = (layer, row)
            boxes[layer, row] = _box(one)
        if shown < len(findings):
            places |= {link_name(one): (layer, shown) for one in findings[shown:]}
            lines = (f"and {len(findings) - shown} more", "all of them with -o json")
            boxes[layer, shown] = _Box(lines, " ".join(lines), "more")
    return boxes, places


def _height(causes: Sequence[str], places: dict[str, Place]) -> float:
    """Return where the causes of a finding are, so that edges cross less."""
    rows = [places[one][1] for one in causes if one in places]
    return sum(rows) / len(rows) if rows else 0.0


def _box(one: RootCause | Symptom) -> _Box:
    ref = one.subject
    where = f"{ref.kind_key} in {ref.namespace}" if ref.namespace else ref.kind_key
    lines = tuple(shorten(line, _LETTERS) for line in (ref.name, where, one.code))
    return _Box(lines, one_line(f"{link_name(one)}: {one.title}"), one.severity.value)


def _edges(links: Sequence[Link], places: dict[str, Place], reasons: dict[str, int]) -> list[_Edge]:
    """Return the edges between boxes, each once, and number the reasons in `reasons`."""
    joined = (
        (places[link.cause], places[link.effect], link)
        for link in links
        if link.cause in places and link.effect in places
    )
    found: dict[tuple[Place, Place, str], _Edge] = {}
    for cause, effect, link in sorted(joined, key=lambda one: one[:2]):
        if cause == effect or len(found) == _MOST_EDGES:
            continue
        reason = reasons.setdefault(link.because, len(reasons) + 1)
        way = f" ({' '.join(link.path)})" if len(link.path) > 1 else ""
        edge = _Edge(cause, effect, reason, one_line(f"{link.because}{way}"))
        found.setdefault((cause, effect, link.because), edge)
    return list(found.values())


def _svg(boxes: dict[Place, _Box], edges: Sequence[_Edge], arrow: str) -> Element:
    across = max(layer for layer, _ in boxes) + 1
    tallest = max(row for _, row in boxes) + 1
    width = 2 * _MARGIN + (across - 1) * _ACROSS + _WIDTH
    turns = any(edge.cause[0] >= edge.effect[0] for edge in edges)
    height = _MARGIN + (tallest - 1) * _DOWN + _HEIGHT + (_BELOW if turns else _MARGIN)
    corners = {place: _corner(place, boxes, tallest) for place in boxes}
    head = tag("path", d="M0 0 L8 4 L0 8 z", class_="head")
    marker = tag(
        "marker", head, id=arrow, viewBox="0 0 8 8", refX=8, refY=4,
        markerWidth=6, markerHeight=6, orient="auto",
    )  # fmt: skip
    parts = [
        *(_line(corners, edge, arrow) for edge in edges),
        *(_drawn(corners[place], box) for place, box in boxes.items()),
        *(label for edge in edges for label in _number(corners, edge)),
    ]
    said = f"Causal graph of {len(boxes)} boxes; the reasons on its edges are listed below it."
    return tag(
        "svg", tag("title", said), tag("defs", marker), *parts, role="img",
        width=width, height=height, viewBox=f"0 0 {width} {height}",
    )  # fmt: skip


def _corner(place: Place, boxes: dict[Place, _Box], tallest: int) -> tuple[int, int]:
    """Return the upper left corner of a box; a layer stands in the middle of its height."""
    layer, row = place
    rows = sum(1 for other, _ in boxes if other == layer)
    return _MARGIN + layer * _ACROSS, _MARGIN + row * _DOWN + (tallest - rows) * _DOWN // 2


def _drawn(corner: tuple[int, int], box: _Box) -> Element:
    x, y = corner
    lines = (
        tag("text", line, x=x + 10, y=y + 19 + 17 * i, class_="name" if i == 0 else "small")
        for i, line in enumerate(box.lines)
    )
    shape = tag("rect", x=x, y=y, width=_WIDTH, height=_HEIGHT, rx=6, **_OUTLINE)
    return tag("g", tag("title", box.about), shape, *lines, class_=f"box {box.look}")


def _line(corners: dict[Place, tuple[int, int]], edge: _Edge, arrow: str) -> Element:
    (x1, y1), (x2, y2) = _ends(corners, edge)
    if edge.cause[0] < edge.effect[0]:
        gap = _ACROSS - _WIDTH
        way = f"M{x1} {y1} C{x1 + gap // 2} {y1} {x1 + gap // 2} {y2} {x1 + gap} {y2}"
        way += f" L{x2} {y2}" if x2 > x1 + gap else ""
    else:
        way = f"M{x1} {y1} C{x1} {y1 + _BELOW} {x2} {y2 + _BELOW} {x2} {y2}"
    look = "edge" if edge.cause[0] < edge.effect[0] else "edge back"
    shape = tag("path", d=way, class_=look, marker_end=f"url(#{arrow})", **_OUTLINE)
    return tag("g", tag("title", edge.about), shape)


def _number(corners: dict[Place, tuple[int, int]], edge: _Edge) -> Iterator[Element]:
    """Yield the number of the reason, where its edge leaves the layer of the cause."""
    (x1, y1), (x2, y2) = _ends(corners, edge)
    if edge.cause[0] < edge.effect[0]:
        x, y = x1 + (_ACROSS - _WIDTH) // 2, (y1 + y2) // 2
    else:
        x, y = (x1 + x2) // 2, (y1 + y2) // 2 + _BELOW * 3 // 4
    yield tag(
        "g", tag("title", edge.about), tag("circle", cx=x, cy=y, r=9, **_OUTLINE),
        tag("text", str(edge.reason), x=x, y=y + 4), class_="reason",
    )  # fmt: skip


def _ends(
    corners: dict[Place, tuple[int, int]], edge: _Edge
) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return where an edge starts and ends: beside boxes forwards, below them backwards."""
    (x1, y1), (x2, y2) = corners[edge.cause], corners[edge.effect]
    if edge.cause[0] < edge.effect[0]:
        return (x1 + _WIDTH, y1 + _HEIGHT // 2), (x2, y2 + _HEIGHT // 2)
    return (x1 + _WIDTH // 2, y1 + _HEIGHT), (x2 + _WIDTH // 2, y2 + _HEIGHT)
