"""`python -m clusterwright.cli`: the command where its script is not on the path."""

from clusterwright.cli.main import main

main()
