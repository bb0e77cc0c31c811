"""The commands that start one server each. Hosts give a server little time to answer first."""

from clusterwright.tools.loading import loading


def kubernetes() -> None:
    """Run the `clusterwright-kubernetes` command."""
    with loading():
        from clusterwright.servers.kubernetes import main
    main()
