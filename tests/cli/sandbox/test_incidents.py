import json

from click.testing import CliRunner

from clusterwright.cli.main import main


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["sandbox", "incidents", *arguments])
    return done.exit_code, done.output


def test_incidents_are_listed_with_their_truth() -> None:
    status, said = run("--only", "two-pulls", "--seed", "3")
    header, row = said.splitlines()
    assert (status, header.split()) == (0, ["NAME", "LAYERS", "NEEDS", "IS", "TITLE", "TRUTH"])
    assert row.split()[:4] == ["two-pulls", "3", "node", "real"]
    assert "pod/image-not-found on Deployment/" in row
    assert "pod/image-pull-denied on Deployment/" in row


def test_made_up_ones_come_from_the_seed_and_are_whole_documents() -> None:
    first, second = (run("--generated", "2", "--seed", "9", "-o", "json") for _ in range(2))
    assert first == second
    listed = json.loads(first[1])
    assert [one["name"] for one in listed] == ["generated-9081", "generated-9082"]
    assert all(one["truth"] and one["namespaces"] and one["layers"] for one in listed)


def test_a_pattern_that_matches_none_is_refused_with_those_that_exist() -> None:
    status, said = run("--only", "doom-*")
    assert status == 2
    assert "no incident matches 'doom-*'; there are image-behind-shop" in said


def test_healing_without_judging_is_refused() -> None:
    status, said = run("--heal")
    assert (status, "--heal goes with --judge" in said) == (2, True)


def test_a_pattern_is_of_the_written_ones_only() -> None:
    status, said = run("--generated", "3", "--only", "two-*")
    assert (status, "--only chooses among the written ones" in said) == (2, True)
    assert run("--generated", "1", "--only", "*")[0] == 0


def test_json_is_of_the_list_only() -> None:
    status, said = run("--judge", "-o", "json", "--only", "none")
    assert (status, "-o json is of the list" in said) == (2, True)
