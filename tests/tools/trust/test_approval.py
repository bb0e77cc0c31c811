"""An approval fits what a person saw, and nothing else, for a while."""

import base64
from datetime import UTC, datetime, timedelta, timezone

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from clusterwright.tools.errors import InvalidInputError, RefusedError
from clusterwright.tools.trust.approval import Approval, check, fingerprint, sign
from clusterwright.tools.trust.seal import canonical

ADA = Ed25519PrivateKey.from_private_bytes(b"a" * 32)
MALLORY = Ed25519PrivateKey.from_private_bytes(b"m" * 32)
TRUSTED = {fingerprint(ADA.public_key()): ADA.public_key()}
NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SEEN = {"plan": "p-1", "digest": "d1", "cluster": "uid-1"}


def approval(
    now: datetime = NOW,
    *,
    lifetime: timedelta = HOUR,
    approver: str = "ada",
    key: Ed25519PrivateKey = ADA,
) -> Approval:
    return sign(key, **SEEN, approver=approver, lifetime=lifetime, now=now)


def judge(one: Approval, now: datetime = NOW, **wanted: str) -> None:
    check(one, trusted=TRUSTED, now=now, **{**SEEN, **wanted})


def refusal(one: Approval, now: datetime = NOW, **wanted: str) -> RefusedError:
    with pytest.raises(RefusedError) as caught:
        judge(one, now, **wanted)
    return caught.value


def test_what_was_signed_is_valid_for_just_that() -> None:
    judge(approval())


def test_it_survives_being_written_down() -> None:
    judge(Approval.model_validate_json(approval().model_dump_json()))


@given(
    ago=st.timedeltas(timedelta(), timedelta(days=10_000)),
    hours=st.integers(-14, 14),
    approver=st.text(max_size=40),
)
def test_so_does_one_of_any_clock_and_any_name(ago: timedelta, hours: int, approver: str) -> None:
    there = (NOW - ago).astimezone(timezone(timedelta(hours=hours)))
    made = approval(there, approver=approver)
    judge(Approval.model_validate_json(made.model_dump_json()), there)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"plan": "p-2"}, "the approval is for plan 'p-1', not for 'p-2'"),
        ({"digest": "d2"}, "the plan's content is not what was approved"),
        ({"cluster": "uid-2"}, "the approval is for another cluster"),
    ],
)
def test_it_fits_nothing_else(changed: dict[str, str], told: str) -> None:
    error = refusal(approval(), NOW, **changed)
    assert str(error) == told
    assert "clusterwright approve PLAN" in error.hint


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("plan", "p-2"),
        ("digest", "d2"),
        ("cluster", "uid-2"),
        ("approver", "grace"),
        ("made", NOW - HOUR),
        ("not_after", NOW + 2 * HOUR),
        ("nonce", "0"),
        ("signature", ""),
        ("signature", "not base64"),
        ("signature", "é"),
        ("signature", base64.b64encode(b"s" * 64).decode()),
        ("signature", base64.b64encode(b"s" * 10).decode()),
    ],
)
def test_whatever_is_changed_afterwards_breaks_the_signature(field: str, value: object) -> None:
    forged = approval().model_copy(update={field: value})
    error = refusal(forged, plan=forged.plan, digest=forged.digest, cluster=forged.cluster)
    assert str(error) == "the approval's signature is not genuine"


def test_a_key_that_is_not_trusted_is_named() -> None:
    foreign = approval(key=MALLORY)
    error = refusal(foreign)
    assert repr(fingerprint(MALLORY.public_key())) in str(error)
    assert "not trusted here" in str(error)
    assert "folder of approvers" in error.hint


def test_nobody_signs_in_the_name_of_a_trusted_key() -> None:
    foreign = approval(key=MALLORY)
    forged = foreign.model_copy(update={"key": fingerprint(ADA.public_key())})
    assert str(refusal(forged)) == "the approval's signature is not genuine"


def test_a_signature_made_for_another_purpose_is_none() -> None:
    made = approval()
    covered = canonical(made.model_dump(mode="json", exclude={"signature"}))
    plain = base64.b64encode(ADA.sign(covered)).decode()
    forged = made.model_copy(update={"signature": plain})
    assert str(refusal(forged)) == "the approval's signature is not genuine"


def test_it_holds_to_its_last_second_and_no_longer() -> None:
    judge(approval(), NOW + HOUR)
    error = refusal(approval(), NOW + HOUR + timedelta(seconds=1))
    assert str(error) == "the approval expired at 2026-03-01 13:00:00Z"


def test_its_end_is_told_in_utc_wherever_it_was_made() -> None:
    there = NOW.astimezone(timezone(timedelta(hours=5)))
    error = refusal(approval(there), NOW + 2 * HOUR)
    assert str(error) == "the approval expired at 2026-03-01 13:00:00Z"


def test_a_clock_may_be_ahead_by_a_minute_and_no_more() -> None:
    judge(approval(NOW + timedelta(seconds=60)))
    error = refusal(approval(NOW + timedelta(seconds=61)))
    assert str(error) == "the approval is of the future: compare the clocks of both machines"


def test_it_may_hold_for_a_day_and_no_longer() -> None:
    judge(approval(lifetime=timedelta(hours=24)))
    with pytest.raises(InvalidInputError, match="cannot hold for 1 day, 0:00:01") as caught:
        approval(lifetime=timedelta(hours=24, seconds=1))
    assert "at most 24 hours" in caught.value.hint


def test_one_that_another_program_signed_for_longer_is_refused() -> None:
    made = approval().model_copy(update={"not_after": NOW + timedelta(hours=25)})
    covered = canonical(made.model_dump(mode="json", exclude={"signature"}))
    signature = base64.b64encode(ADA.sign(b"clusterwright approval v1\0" + covered)).decode()
    error = refusal(made.model_copy(update={"signature": signature}))
    assert str(error) == "the approval would hold for more than 24 hours"


@pytest.mark.parametrize("lifetime", [timedelta(), timedelta(seconds=-1)])
def test_one_that_never_holds_is_not_made(lifetime: timedelta) -> None:
    with pytest.raises(InvalidInputError, match="cannot hold for"):
        approval(lifetime=lifetime)


def test_no_two_are_alike() -> None:
    assert approval().nonce != approval().nonce


@pytest.mark.parametrize(
    "odd",
    [{"extra": 1}, {"made": "2026-03-01T12:00:00"}, {"not_after": None}, {"plan": 7}],
)
def test_what_is_no_approval_is_not_read_as_one(odd: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Approval.model_validate({**approval().model_dump(mode="json"), **odd})


def test_a_fingerprint_names_one_key() -> None:
    names = {fingerprint(one.public_key()) for one in (ADA, MALLORY)}
    assert len(names) == 2
    assert all(len(one) == 32 for one in names)
