import importlib
import pkgutil
from collections import Counter

from clusterwright.tools.analyzer import Analyzer
from clusterwright.tools.kubernetes import analyzers
from clusterwright.tools.kubernetes.analyzers import ANALYZERS


def test_the_tuple_holds_every_analyzer_of_the_folder_once() -> None:
    found: list[str] = []
    for info in pkgutil.iter_modules(analyzers.__path__, f"{analyzers.__name__}."):
        module = importlib.import_module(info.name)
        found += [one.name for one in vars(module).values() if isinstance(one, Analyzer)]
    assert sorted(one.name for one in ANALYZERS) == sorted(found)


def test_no_two_analyzers_report_the_same_code() -> None:
    count = Counter(code for one in ANALYZERS for code in one.codes)
    assert max(count.values()) == 1


def test_secrets_are_never_listed() -> None:
    assert not [one.name for one in ANALYZERS if "Secret" in one.needs]
