"""YAML is read as the real helm reads it, and hostile YAML costs nothing."""

import base64
import json
from pathlib import Path

import pytest

from clusterwright.deploy.sandbox import Instance
from clusterwright.tools.errors import InvalidInputError
from clusterwright.tools.helm.yaml_text import load
from tests.tools.helm.workshop import Workshop

SCALARS = """\
date: 2024-01-01
moment: 2024-01-01T00:00:00Z
time: 12:30
sexagesimal: 1:30:00
exponent: 1e3
small: 1.5e-3
value: =
matcher: =~
octal: 0644
octal-new: 0o17
no-octal: 09
hexadecimal: 0x1F
binary: 0b11
grouped: 1_000
y: yes
switch: off
quoted: 'yes'
8080: port
true: word
1.5: number
empty:
tilde: ~
null-word: null
negative: -5
point: .5
version: 1.2.3
digest: 12e
tag: "1.0"
long: 1234567890123
block: |
  a: 1
  ---
   indented
folded: >-
  one
  two
anchor: &a {x: 1, y: 2}
alias: *a
merged: {<<: *a, z: 3}
list: [1, a, {b: c}]
"""


def test_scalars_keys_and_anchors_are_those_of_helm(sandbox: Instance, tmp_path: Path) -> None:
    """`fromYaml` of a template is the parser that reads manifests, too."""
    workshop = Workshop(sandbox, tmp_path, "default")
    template = 'data: {{ .Files.Get "x.yaml" | fromYaml | toJson | b64enc }}\n'
    chart = workshop.chart("scalars", {"one.yaml": template}, {}, files={"x.yaml": SCALARS})
    rendered = load(workshop.helm("template", "x", chart).partition("data: ")[2].strip())
    decoded = json.loads(base64.b64decode(rendered))
    assert load(SCALARS) == decoded


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("a: [", "in line"),
        ("[" * 100_000, "too deep"),
        ("{" * 100_000, "too deep"),
        ("- " * 100_000, "too deep"),
        ("? " * 100_000, "too deep"),
        ('["]",' * 50_000, "too deep"),
        ("\n".join(" " * depth + "a:" for depth in range(3_000)), "too deep"),
        ("a: &a {<<: *a}", "too deep"),
        ("x: !!python/object:os.system {}", "could not determine a constructor"),
        ("a: 0x_", "no|none"),
        ("a: \x00", "none"),
        ("[[1]]: 2", "unhashable"),
        ("a: !!int hunter2", "none"),
    ],
)
def test_what_cannot_be_read_is_refused_in_words(text: str, why: str) -> None:
    with pytest.raises(InvalidInputError, match=why) as raised:
        load(text)
    assert "hunter2" not in str(raised.value)


def test_aliases_and_merges_that_multiply_are_refused() -> None:
    aliases = "a0: &a0 [x, x]\n" + "".join(
        f"a{one}: &a{one} [*a{one - 1}, *a{one - 1}, *a{one - 1}, *a{one - 1}]\n"
        for one in range(1, 30)
    )
    merges = "a0: &a0 {x: 1, y: 2}\n" + "".join(
        f"a{one}: &a{one} {{<<: [*a{one - 1}, *a{one - 1}, *a{one - 1}], z{one}: 1}}\n"
        for one in range(1, 40)
    )
    for text in (aliases, merges):
        with pytest.raises(InvalidInputError, match="multiply"):
            load(text)


def test_deep_nesting_in_many_brackets_is_read() -> None:
    wide = "[" + "{}, " * 5_000 + "]"
    assert len(load(wide)) == 5_000
    assert load("[" * 50 + "]" * 50)
