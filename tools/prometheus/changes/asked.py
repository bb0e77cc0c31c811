"""A change of monitoring as it is asked for: one small form for all kinds."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from clusterwright.tools.manifest import Manifest

Kind = Literal[
    "silence",
    "expire_silence",
    "create_rule",
    "edit_rule",
    "fix_monitor",
    "undo",
    "finish",
]


class Asked(BaseModel):
    """One change; which fields it takes depends on its kind."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants")
    kind: Kind
    matchers: Annotated[
        list[str] | None,
        Field(max_length=10, description='silence: alertname="X", pod=~"cart-.*".'),
    ] = None
    duration: Annotated[
        str | None, Field(max_length=20, description="silence: 2h, at most 7d.")
    ] = None
    reason: Annotated[str | None, Field(max_length=500, description="silence: why.")] = None
    silence: Annotated[str | None, Field(max_length=60, description="expire_silence: id.")] = None
    object: Annotated[
        str | None,
        Field(
            max_length=400,
            description="PrometheusRule.monitoring.coreos.com/shop/cart, a rule file's"
            " ConfigMap/monitoring/rules, a ServiceMonitor or PodMonitor.",
        ),
    ] = None
    file: Annotated[str | None, Field(max_length=253, description="Of a ConfigMap.")] = None
    group: Annotated[str | None, Field(max_length=253, description="Of rules.")] = None
    interval: Annotated[str | None, Field(max_length=20, description="Of a new group.")] = None
    rule: Annotated[
        dict[str, Any] | None,
        Field(description="alert or record, expr, for, labels, annotations; edit: null removes."),
    ] = None
    test: Annotated[
        dict[str, Any] | None,
        Field(description="A test of `promtool test rules`: input_series, alert_rule_test."),
    ] = None
    selector: Annotated[
        dict[str, str | None] | None,
        Field(max_length=20, description="fix_monitor: labels; null removes one."),
    ] = None
    namespaces: Annotated[
        list[str] | None,
        Field(max_length=50, description="fix_monitor: to look in; ['*']: in all."),
    ] = None
    port: Annotated[str | None, Field(max_length=63, description="fix_monitor: its name.")] = None
    endpoint: Annotated[
        int | None, Field(ge=0, le=100, description="fix_monitor: which, where it has several.")
    ] = None
    backend: Annotated[
        str | None, Field(max_length=300, description="Where a cluster has several.")
    ] = None
    plan: Annotated[str | None, Field(max_length=60, description="undo, finish.")] = None

    def told(self) -> Manifest:
        """Return the change as it was asked for, without what was left out.

        A null inside stays: it takes a label or a field away.
        """
        given = self.model_dump(mode="json")
        return {key: value for key, value in given.items() if value is not None}
