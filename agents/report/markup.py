"""Elements of a page, so that whatever stands in one is escaped by how it is made."""

from xml.etree import ElementTree as Xml

from clusterwright.tools.neutral import neutral

Node = Xml.Element | str


def tag(kind: str, *children: Node, **attributes: str | int) -> Xml.Element:
    """Return an element with its children; text is cluster text, and made neutral.

    `class_` is `class`, and an underscore inside a name a hyphen.
    """
    named = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
    made = Xml.Element(kind, {name: neutral(str(value)) for name, value in named.items()})
    last: Xml.Element | None = None
    for child in children:
        if isinstance(child, Xml.Element):
            made.append(child)
            last = child
        elif last is None:
            made.text = (made.text or "") + neutral(child)
        else:
            last.tail = (last.tail or "") + neutral(child)
    return made
