"""What `sandbox logs` refuses before it looks for a sandbox."""

from click.testing import CliRunner

from clusterwright.cli.sandbox.logs import command


def test_to_follow_takes_a_program() -> None:
    done = CliRunner().invoke(command, ["-f"])
    assert (done.exit_code, "name the program that -f" in done.stderr) == (2, True)
