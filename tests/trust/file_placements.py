"""Canaries in files: what ConfigMaps hold is whatever programs read their settings from."""

import base64
import gzip
import json

from tests.trust.canary import (
    encoded,
    hexadecimal,
    issued,
    login,
    marked,
    pem,
    phrase,
    plain,
    word,
)
from tests.trust.placement import Placement, file, placed

FILES: tuple[Placement, ...] = (
    file("file-key", one := plain(), "password", one.text),
    file("file-key-compound", one := word(), "smtp.auth.password", one.text),
    file("file-properties", one := marked(), "app.properties", f"a=b\ndb.password={one.text}\nc=d"),
    file("file-properties-phrase", one := phrase(), "a.properties", f"db.password = {one.text}\n"),
    file("file-ini", one := plain(), "app.ini", f"[db]\nuser = me\npassword = {one.text}\n"),
    file("file-toml", one := plain(), "app.toml", f'[web]\nsecret_key = "{one.text}"\nport = 80\n'),
    file("file-toml-block", one := phrase(), "b.toml", f'token = """\n{one.text}\n"""\n'),
    file("file-json", one := plain(), "app.json", json.dumps({"db": {"password": one.text}})),
    file("file-json-pretty", one := plain(), "b.json", json.dumps({"token": one.text}, indent=2)),
    file("file-json-list", one := word(), "c.json", json.dumps({"apiKeys": [one.text]})),
    file("file-json-twice", one := marked(), "d.json", json.dumps(json.dumps({"pwd": one.text}))),
    file("file-yaml", one := plain(), "app.yaml", f"db:\n  host: db\n  apiToken: {one.text}\n"),
    file("file-yaml-plain-token", one := plain(), "b.yaml", f"web:\n  token: {one.text}\n"),
    file("file-yaml-block", one := phrase(), "c.yaml", f"clientSecret: |\n  {one.text}\nport: 80"),
    file("file-yaml-list", one := plain(), "d.yaml", f"passwords:\n- {one.text}\nport: 80\n"),
    file("file-yaml-env", one := plain(), "e.yaml", f"env:\n- name: A_TOKEN\n  value: {one.text}"),
    file("file-xml-element", one := marked(), "a.xml", f"<a><password>{one.text}</password></a>"),
    file("file-xml-attribute", one := plain(), "b.xml", f'<db user="a" password="{one.text}"/>'),
    file(
        "file-xml-property",
        one := plain(),
        "core-site.xml",
        f"<property><name>fs.s3a.secret.key</name><value>{one.text}</value></property>",
    ),
    file("file-xml-add", one := plain(), "w.config", f'<add key="DbPassword" value="{one.text}"/>'),
    file("file-env", one := marked(), ".env", f"LOG=info\nDB_PASSWORD={one.text}\n"),
    file("file-env-export", one := phrase(), "env.sh", f"export API_TOKEN='{one.text}'\n"),
    file(
        "file-nginx",
        one := issued("", 40),
        "nginx.conf",
        f'location / {{ proxy_set_header Authorization "Bearer {one.text}"; }}',
    ),
    file("file-nginx-set", one := word(), "n.conf", f"set $api_key {one.text};"),
    file("file-pgpass", one := marked(), ".pgpass", f"db:5432:shop:app:{one.text}\n"),
    file("file-pgpass-any", one := word(), "pgpass", f"*:*:*:app:{one.text}\n"),
    file("file-netrc", one := word(), ".netrc", f"machine db login me password {one.text}\n"),
    file("file-id-rsa", one := pem("OPENSSH PRIVATE KEY", 70), "id_ed25519", one.text),
    file("file-tls", one := pem("EC PRIVATE KEY"), "server.pem", f"x\n{one.text}\ny"),
    file("file-pem-one-line", one := pem(), "key.json", json.dumps({"k": one.text})),
    file(
        "file-wp-config", one := marked(), "wp-config.php", f"define('DB_PASSWORD', '{one.text}');"
    ),
    file("file-php", one := plain(), "db.php", f"return ['password' => '{one.text}'];"),
    file("file-ruby", one := plain(), "secrets.rb", f'config[:secret_key_base] = "{one.text}"'),
    file(
        "file-kubeconfig-token",
        one := word(40),
        "kubeconfig",
        f"apiVersion: v1\nkind: Config\nusers:\n- name: me\n  user:\n    token: {one.text}\n",
    ),
    file(
        "file-kubeconfig-key",
        one := pem(),
        "admin.conf",
        "users:\n- user:\n    client-key-data: " + base64.b64encode(one.text.encode()).decode(),
    ),
    file(
        "file-docker", one := login(), "config.json", f'{{"auths":{{"r":{{"auth":"{one.text}"}}}}}}'
    ),
    file("file-npmrc", one := word(36), ".npmrc", f"//registry.example/:_authToken={one.text}\n"),
    file(
        "file-pip", one := word(), "pip.conf", f"index-url = https://me:{one.text}@pip.example/\n"
    ),
    file("file-git", one := word(40), ".git-credentials", f"https://{one.text}@git.example\n"),
    file("file-redis", one := plain(), "redis.conf", f"port 6379\nrequirepass {one.text}\n"),
    file("file-mysql", one := plain(), "my.cnf", f"[client]\nuser=root\npassword={one.text}\n"),
    file("file-sql", one := phrase(), "init.sql", f"CREATE USER a WITH PASSWORD '{one.text}';"),
    file("file-sql-mysql", one := plain(), "b.sql", f"CREATE USER a IDENTIFIED BY '{one.text}';"),
    file("file-htpasswd", one := issued("$apr1$", 30), "auth", f"me:{one.text}\n"),
    file("file-tfvars", one := plain(), "a.tfvars", f'db_password = "{one.text}"\n'),
    file(
        "file-jdbc",
        one := word(),
        "j",
        f"url=jdbc:postgresql://db/s?user=a&password={one.text}&s=1",
    ),
    file("file-oracle", one := word(), "o", f"url=jdbc:oracle:thin:app/{one.text}@db:1521:s"),
    file("file-odbc", one := word(), "dsn", f"Server=db;Uid=a;Pwd={one.text};Port=1"),
    file("file-azure", one := word(60), "az", f"AccountName=a;AccountKey={one.text}==;Suffix=x"),
    file(
        "file-alertmanager",
        one := hexadecimal(),
        "alertmanager.yml",
        f"receivers:\n- pagerduty_configs:\n  - routing_key: {one.text}\n",
    ),
    file(
        "file-prometheus",
        one := plain(),
        "prometheus.yml",
        f"scrape_configs:\n- basic_auth:\n    username: me\n    password: {one.text}\n",
    ),
    file(
        "file-fluentd", one := word(), "fluent.conf", f"<match>\n  user a\n  password {one.text}\n"
    ),
    file("file-wireguard", one := word(43), "wg0.conf", f"[Interface]\nPrivateKey = {one.text}=\n"),
    file(
        "file-haproxy",
        one := word(),
        "h.cfg",
        f"userlist u\n  user a insecure-password {one.text}\n",
    ),
    file("file-script", one := word(), "run.sh", f"#!/bin/sh\ncurl -u me:{one.text} https://x\n"),
    file("file-script-flag", one := plain(), "b.sh", f"tool --db-password {one.text} --port 80\n"),
    file(
        "file-base64",
        one := encoded(f"password: {(pw := plain()).text}", pw.text),
        "blob",
        one.text,
    ),
    file(
        "file-base64-env",
        one := encoded(f"LOG=info\nAPI_KEY={(pw := word()).text}\nX=1\n", pw.text),
        "b",
        f"data: {one.text}",
    ),
    file(
        "file-secret-manifest",
        one := plain(),
        "manifests.yaml",
        f"apiVersion: v1\nkind: Secret\nmetadata:\n  name: x\nstringData:\n  word: {one.text}\n",
    ),
    file("file-aws", one := word(40), "aws", f"[default]\naws_secret_access_key = {one.text}\n"),
    placed(
        "file-binary",
        one := word(),
        "ConfigMap",
        binaryData={"x": base64.b64encode(f"\x01\x02{one.text}".encode()).decode()},
    ),
    placed(
        "file-helm-release",
        one := word(),
        "ConfigMap",
        data={"release": base64.b64encode(gzip.compress(one.text.encode())).decode()},
    ),
)
