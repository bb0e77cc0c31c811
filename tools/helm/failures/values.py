"""Values that the chart refuses, or that cannot be read."""

import re

from clusterwright.tools.helm.failures.failure import Detail, Failure, words

_VIOLATION = re.compile(r"^ {0,8}- at '(?P<pointer>[^'\n]{0,500})': (?P<why>[^\n]{1,300})", re.M)
_MOST = 20


def _read(text: str) -> Detail:
    """Return the JSON pointers of what is wrong, with the reasons.

    The innermost of a schema's alternatives are told as they are listed: each is a line of its own
    (santhosh-tekuri/jsonschema v6, output.go).
    """
    found = list(_VIOLATION.finditer(text))[:_MOST]
    told = [f"{one['pointer'] or '/'}: {one['why']}" for one in found]
    pointers = dict.fromkeys(one["pointer"] or "/" for one in found)
    if not found:
        return {"violations": text.rstrip().rpartition("\n")[2]}
    return {"field": ", ".join(pointers), "violations": "; ".join(told)}


VALUES_SCHEMA = Failure(
    "values-schema",
    "The values do not fit the chart's values.schema.json.",
    words(
        r"values don't meet the specifications of the schema\(s\) in the following chart\(s\):\n"
        r"(?P<chart>[^\n]{1,253}):(?P<message>\n[^\n]{1,500})",
    ),
    "The schema of the chart {chart} refuses the values: {violations}.",
    "Correct these values in the plan; helm_show_chart tells the types and defaults. Nothing was"
    " changed.",
    "helm/helm v4.3.1 pkg/chart/common/util (ToRenderValues, jsonschema.go),"
    " v3.22.0 pkg/chartutil/values.go and jsonschema.go",
    reads=_read,
)
VALUES_SYNTAX = Failure(
    "values-syntax",
    "The values that were supplied cannot be read.",
    words(
        r"failed to parse (?P<file>[^\s:]{1,500}): (?P<why>[^\n]{1,300})",
        r"failed parsing --set(?:-\w{1,10})? data:? ?(?P<why>[^\n]{1,300})",
        r"type mismatch on (?P<chart>[\w.-]{1,253}): %!t\((?P<why>[^\n]{1,200})\)",
    ),
    "The values cannot be read: {why}.",
    "Give them as an object. The values of a subchart stand under its name, as an object too.",
    "helm/helm v4.3.1 and v3.22.0, pkg/cli/values/options.go, pkg/strvals;"
    " v4.3.1 pkg/chart/common/util/coalesce.go, v3.22.0 pkg/chartutil/coalesce.go",
)
