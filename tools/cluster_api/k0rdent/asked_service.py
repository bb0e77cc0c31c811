"""A service of k0rdent as it is asked for."""

from pydantic import BaseModel, ConfigDict, Field


class AskedService(BaseModel):
    """A service, as it is asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str = Field(max_length=63)
    namespace: str = Field(default="default", max_length=63, description="On the cluster.")
    template: str = Field(default="", max_length=253, description="A ServiceTemplate.")
    template_chain: str = Field(default="", max_length=253, description="A ServiceTemplateChain.")
    values: str | None = Field(default=None, max_length=60_000, description="YAML, for its chart.")
    depends_on: tuple[str, ...] = Field(default=(), description="namespace/name of services.")

    @property
    def key(self) -> tuple[str, str]:
        """What names it on a cluster."""
        return self.namespace, self.name
