"""Canaries in what programs write, and in what the cluster reports."""

import base64
import json
from dataclasses import dataclass

from tests.trust.canary import (
    Canary,
    encoded,
    hexadecimal,
    issued,
    jwt,
    login,
    marked,
    pem,
    phrase,
    plain,
    word,
)


@dataclass(frozen=True)
class Written:
    """A piece of a log, of one line or more, with a canary in it."""

    name: str
    canary: Canary
    text: str


def _wrapped(head: str, secret: str, at: int) -> str:
    return f"{head}{secret[:at]}\n{secret[at:]}\nnext line"


def _stamped(text: str) -> str:
    return "\n".join(f"2026-11-24T01:02:03Z INFO {line}" for line in text.split("\n"))


LOGS: tuple[Written, ...] = (
    Written("log-jwt", one := jwt(), f"verify {one.text}: expired"),
    Written("log-bearer", one := word(40), f"> Authorization: Bearer {one.text}"),
    Written("log-basic", one := login(), f"> authorization: Basic {one.text}"),
    Written("log-header", one := plain(), f"> X-Api-Key: {one.text}"),
    Written("log-header-vault", one := word(), f'{{"X-Vault-Token":["{one.text}"]}}'),
    Written("log-cookie", one := word(32), f"Cookie: theme=dark; session={one.text}"),
    Written("log-set-cookie", one := word(32), f"Set-Cookie: sid={one.text}; Path=/"),
    Written("log-url", one := marked(), f"dial postgres://app:{one.text}@db/shop: refused"),
    Written("log-password", one := plain(), f"connecting with password={one.text} to db"),
    Written("log-password-colon", one := plain(), f"login failed, password: {one.text}"),
    Written("log-json", one := phrase(), json.dumps({"msg": "x", "db_password": one.text})),
    Written("log-json-json", one := marked(), json.dumps({"b": json.dumps({"token": one.text})})),
    Written(
        "log-json-quote",
        one := Canary(f'a"b{(p := word()).text}', p.text),
        json.dumps({"password": one.text}),
    ),
    Written("log-python", one := plain(), f"config {{'user': 'a', 'password': '{one.text}'}}"),
    Written("log-ruby", one := plain(), f'{{:user=>"a", :password=>"{one.text}"}}'),
    Written(
        "log-go",
        one := plain(),
        f"starting with {{Host:db Port:5432 Password:{one.text} TLS:true}}",
    ),
    Written("log-java", one := plain(), f"DataSource(user=a, password={one.text}, pool=5)"),
    Written("log-env", one := word(40), f"env AWS_SECRET_ACCESS_KEY={one.text} LOG=info"),
    Written("log-aws-json", one := word(40), f'{{"secretAccessKey":"{one.text}","region":"eu"}}'),
    Written(
        "log-aws-id", one := issued("ASIA", 16, "ABCDEFGHIJKLMNOP234567"), f"as {one.text} denied"
    ),
    Written(
        "log-presigned", one := hexadecimal(64), f"GET https://s3/x?a=1&X-Amz-Signature={one.text}"
    ),
    Written("log-sas", one := word(43), f"https://x.blob.example/c?sv=1&sig={one.text}%3D"),
    Written("log-access-token", one := word(), f"GET /me?access_token={one.text}&x=1"),
    Written("log-github", one := issued("github_pat_", 60), f"clone with {one.text} failed"),
    Written("log-stripe", one := issued("sk_" + "live_", 24), f"charge by {one.text}"),
    Written("log-google", one := issued("AIza", 35), f"key {one.text} is restricted"),
    Written("log-gitlab", one := issued("glpat-", 20), f"runner {one.text}"),
    Written("log-flag", one := plain(), f"exec: tool --admin-password {one.text} --port 80"),
    Written("log-sql", one := plain(), f"ALTER USER a IDENTIFIED BY '{one.text}'"),
    Written("log-pem", one := pem(), f"loaded\n{one.text}\ndone"),
    Written("log-pem-stamped", one := pem(), _stamped(one.text)),
    Written("log-pem-no-end", one := pem(), one.text.rpartition("\n")[0]),
    Written("log-pem-middle", one := pem(), "\n".join(one.text.split("\n")[2:6])),
    Written("log-pem-stamped-middle", one := pem(), _stamped("\n".join(one.text.split("\n")[2:6]))),
    Written("log-pem-no-begin", one := pem(), one.text.partition("\n")[2]),
    Written("log-pem-json", one := pem(), json.dumps({"private_key": one.text, "id": 1})),
    Written("log-pem-spaces", one := pem(), one.text.replace("\n", " ")),
    Written("log-pem-base64", one := pem(), "key: " + base64.b64encode(one.text.encode()).decode()),
    Written(
        "log-base64",
        one := encoded(f"DB_PASSWORD={(p := plain()).text}\n", p.text),
        f"env {one.text} end",
    ),
    Written(
        "log-base64-folded",
        one := encoded(f"user: me\npassword: {(p := word(60)).text}\nport: 1\n", p.text),
        _wrapped("blob:\n", one.text, 60),
    ),
    Written("log-wrapped-jwt", one := jwt(), _wrapped("token ", one.text, 60)),
    Written("log-wrapped-jwt-header", one := jwt(), _wrapped("token ", one.text, 25)),
    Written("log-wrapped-password", one := word(50), _wrapped("password=", one.text, 30)),
    Written("log-wrapped-stamped", one := word(60), _stamped(_wrapped("api_key=", one.text, 30))),
    Written("log-colours", one := plain(), f"\x1b[32mpassword\x1b[0m=\x1b[31m{one.text}\x1b[0m"),
    Written("log-invisible", one := jwt(), "\u200b".join((one.text[:6], one.text[6:]))),
    Written("log-yaml", one := plain(), f"dump:\n  clientSecret: {one.text}\n  port: 80"),
    Written("log-xml", one := plain(), f"<login><password>{one.text}</password></login>"),
    Written(
        "log-repeated",
        one := plain(),
        "\n".join(f"retry {i} with token={one.text}" for i in range(9)),
    ),
    Written("log-long", one := jwt(), f"{'x ' * 230}{one.text} {'y' * 40}"),
    Written("log-huge", one := word(40), f"{'x ' * 980}api_key={one.text} {'y' * 400}"),
)
EVENTS: tuple[Written, ...] = (
    Written("event-bearer", one := word(40), f"webhook refused Authorization: Bearer {one.text}"),
    Written(
        "event-url", one := word(), f"Failed to pull https://robot:{one.text}@registry.example/x"
    ),
    Written("event-jwt", one := jwt(), f"Readiness probe failed: got {one.text}"),
    Written("event-password", one := plain(), f"hook failed: mysql --password={one.text}: exit 1"),
    Written("event-pem", one := pem(), f"cannot parse {one.text}"),
    Written(
        "event-base64",
        one := encoded(f"password={(p := plain()).text}", p.text),
        f"bad value {one.text}",
    ),
    Written("event-cut", one := jwt(), f"{'word ' * 52}{one.text} end"),
    Written("event-cut-later", one := word(60), f"{'word ' * 56}api_key={one.text} end"),
    Written("event-cut-short", one := jwt(), f"{'a ' * 25}{one.text} {'z ' * 60}"),
)
