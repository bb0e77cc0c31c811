import importlib
import pkgutil
from collections import Counter
from pathlib import Path

from clusterwright.tools.analyzer import Analyzer
from clusterwright.tools.prometheus import analyzers
from clusterwright.tools.prometheus.analyzers import ANALYZERS
from clusterwright.tools.prometheus.read import KINDS


def test_the_tuple_holds_every_analyzer_of_the_folder_once() -> None:
    found: list[str] = []
    for info in pkgutil.iter_modules(analyzers.__path__, f"{analyzers.__name__}."):
        module = importlib.import_module(info.name)
        found += [one.name for one in vars(module).values() if isinstance(one, Analyzer)]
    assert sorted(one.name for one in ANALYZERS) == sorted(found)


def test_no_two_analyzers_report_the_same_code() -> None:
    count = Counter(code for one in ANALYZERS for code in one.codes)
    assert max(count.values()) == 1


def test_what_analyzers_need_is_read() -> None:
    needed = {kind for one in ANALYZERS for kind in one.needs}
    assert {one for one in needed if "." not in one} <= set(KINDS)
    assert "Secret" not in needed


def test_each_code_has_a_case() -> None:
    cases = "".join(one.read_text("utf-8") for one in Path(__file__).parent.glob("test_*.py"))
    assert [code for one in ANALYZERS for code in one.codes if code not in cases] == []
