"""Templates that do not render, or render to what is no object."""

from clusterwright.tools.helm.failures.failure import Detail, Failure, words


def _innermost(text: str) -> Detail:
    """Return the last line: Helm 4 tells each template on the way on lines of its own."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    return {"message": lines[-1]} if len(lines) > 1 else {}


TEMPLATE_FAIL = Failure(
    "template-fail",
    "The chart itself refuses: a template calls fail or required.",
    words(
        r"execution error at \((?P<template>[^\s:)]{1,500}):(?P<line>\d{1,9}):\d{1,9}\):"
        r" (?P<message>[^\n]{0,500})",
    ),
    "The chart refuses these values in {template}: {message}.",
    "Set what it asks for. Nothing was changed.",
    "helm/helm v4.3.1 and v3.22.0, pkg/engine/engine.go (cleanupExecError)",
)
TEMPLATE_ERROR = Failure(
    "template-error",
    "A template cannot be parsed or evaluated.",
    words(
        r"(?<![\w.])(?P<template>[\w./-]{1,500}):(?P<line>\d{1,9}):\d{1,9}(?:: |\n {1,8})executing"
        r' "[^"\n]{1,500}" at <[^>\n]{1,500}>:\s{1,10}(?P<message>[^\n]{1,300})',
        r"parse error at \((?P<template>[^\s:)]{1,500}):(?P<line>\d{1,9})(?::\d{1,9})?\):"
        r" (?P<message>[^\n]{1,300})",
    ),
    "{template} does not render: {message}.",
    "Most often a value is not set or of another type than the template expects: set it. Otherwise"
    " the chart has to be mended.",
    "helm/helm v4.3.1 and v3.22.0, pkg/engine/engine.go",
    reads=_innermost,
)
MANIFEST_YAML = Failure(
    "manifest-yaml",
    "A template renders to what is no YAML, or no object.",
    words(r"YAML parse error on (?P<template>[^\s:]{1,500}): (?P<message>[^\n]{1,300})"),
    "{template} renders to what is no object in YAML: {message}.",
    "Render the chart and look at that line: a value with a colon, a newline or a leading special"
    " character needs quotes, a block needs its indentation.",
    "helm/helm v4.3.1 pkg/release/v1/util/manifest_sorter.go, v3.22.0 pkg/releaseutil",
)
