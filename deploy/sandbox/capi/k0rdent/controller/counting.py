"""A client that knows whether it wrote something: while nothing happens, it is asked less often."""

from clusterwright.deploy.sandbox.capi.provider.api import Api
from clusterwright.tools.manifest import Manifest


class CountingApi(Api):
    """An API server, with the number of writes that it was asked for."""

    writes = 0

    def create(self, manifest: Manifest) -> bool:
        """Create an object; return whether it was not there before."""
        self.writes += 1
        return super().create(manifest)

    def patch(self, manifest: Manifest, change: Manifest, *, status: bool = False) -> Manifest:
        """Merge a change into an object, or into its status."""
        self.writes += 1
        return super().patch(manifest, change, status=status)

    def delete(self, manifest: Manifest) -> None:
        """Delete an object, unless it is gone."""
        self.writes += 1
        super().delete(manifest)
