"""Every tool and resource that has a file is offered, with the effect that it has."""

from importlib import import_module
from pathlib import Path

from clusterwright.agents import serving
from clusterwright.tools.resource import Resource
from clusterwright.tools.tool import Effect, Tool

_FOLDER = Path(serving.__file__).parent
_OFFERED = (*serving.TOOLS, serving.PLAN_FIX, serving.APPLY_FIX)


def test_what_has_a_file_is_offered() -> None:
    names = [one.stem for one in sorted(_FOLDER.glob("*.py")) if one.stem != "__init__"]
    modules = [import_module(f"clusterwright.agents.serving.{one}") for one in names]
    tools = [one for module in modules if isinstance(one := getattr(module, "TOOL", None), Tool)]
    found = [getattr(module, "RESOURCE", None) for module in modules]
    assert {one.name for one in tools} == {one.name for one in _OFFERED}
    assert {one for one in found if isinstance(one, Resource)} == set(serving.RESOURCES)


def test_only_what_writes_may_destroy_and_it_asks_first() -> None:
    effects = {one.name: (one.effect, one.ask is not None) for one in _OFFERED}
    assert effects == {
        "diagnose": (Effect.READ, False),
        "explain": (Effect.READ, False),
        "plan_fix": (Effect.PLAN, False),
        "apply_fix": (Effect.DESTROY, True),
    }


def test_a_description_is_two_sentences_at_most() -> None:
    for one in _OFFERED:
        assert one.description.count(". ") <= 1, one.name
        assert len(one.description) <= 400
