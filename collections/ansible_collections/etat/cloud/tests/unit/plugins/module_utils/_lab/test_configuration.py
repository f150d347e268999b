# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the programs of a lab are started with."""

from __future__ import annotations

import configparser
import re
from pathlib import Path
from typing import Any

import pytest
from ansible_collections.etat.cloud.plugins.module_utils._lab import configuration, model, secret
from cryptography.fernet import Fernet

WITH_DATABASE = [name for name in model.FURTHER.values() if name not in model.WITHOUT_DATABASE]


def declaration(*services: str) -> list[dict[str, Any]]:
    region = {
        "name": "toulouse",
        "external_network": "203.0.113.0/24",
        "availability_zones": ["az-1"],
        "volume_types": ["standard"],
        "services": list(services),
    }
    return [
        {
            "name": "interne",
            "provider": False,
            "regions": [region, {**region, "name": "paris"}],
            "domains": [],
            "projects": [],
            "flavors": [],
            "images": [],
        }
    ]


@pytest.fixture
def secrets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> secret.Secrets:
    monkeypatch.setattr(secret.os, "chown", lambda *_arguments: None)
    return secret.Secrets(tmp_path / "passwords.yml")


@pytest.fixture
def wide(secrets: secret.Secrets) -> configuration.Configuration:
    return configuration.Configuration(model.lab("try", declaration(*model.FURTHER)), secrets)


def read(text: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, default_section="")
    parser.read_string(text)
    return parser


def test_every_program_is_started_with_files_that_exist(wide: configuration.Configuration) -> None:
    files = {str(wide.lab.folder / path) for path in wide.files()}
    for program in model.programs(wide.lab):
        if program.command[0].endswith("/gunicorn"):
            assert f"{program.directory}/gunicorn.conf.py" in files
        named = {word for word in program.command if word.endswith((".conf", ".cnf"))}
        assert {word.split("=")[-1] for word in named} <= files


@pytest.mark.parametrize("name", WITH_DATABASE)
def test_a_further_service_enforces_scopes_and_the_new_defaults(wide: configuration.Configuration, name: str) -> None:
    policy = read(wide.files()[f"etc/toulouse/{name}/{name}.conf"])["oslo_policy"]
    assert dict(policy) == {"enforce_scope": "true", "enforce_new_defaults": "true"}


@pytest.mark.parametrize("name", WITH_DATABASE)
def test_a_further_service_has_a_database_and_a_messages_account_of_its_own_region(
    wide: configuration.Configuration, name: str
) -> None:
    text = wide.files()[f"etc/paris/{name}/{name}.conf"]
    assert wide.database(f"{name}_paris") in text
    assert wide.messages(wide.lab.regions[1][1]) in text
    assert "_toulouse" not in text


def test_the_key_manager_of_each_region_has_a_key_of_its_own(wide: configuration.Configuration) -> None:
    keys = {
        read(wide.files()[f"etc/{region}/barbican/barbican.conf"])["simple_crypto_plugin"]["kek"]
        for region in ("toulouse", "paris")
    }
    assert len(keys) == 2
    for key in keys:
        assert Fernet(key.encode()).decrypt(Fernet(key.encode()).encrypt(b"secret")) == b"secret"


def test_the_passphrase_of_the_load_balancers_is_one_that_octavia_takes(wide: configuration.Configuration) -> None:
    found = read(wide.files()["etc/toulouse/octavia/octavia.conf"])["certificates"]
    assert re.fullmatch(r"[A-Za-z0-9\-_=]{32}", found["server_certs_key_passphrase"])


@pytest.mark.parametrize(
    ("services", "manager"),
    [
        (("load-balancer",), "local_cert_manager"),
        (("load-balancer", "key-manager"), "barbican_cert_manager"),
    ],
)
def test_load_balancers_keep_certificates_where_there_is_a_place_for_them(
    secrets: secret.Secrets, services: tuple[str, ...], manager: str
) -> None:
    files = configuration.Configuration(model.lab("try", declaration(*services)), secrets).files()
    assert read(files["etc/toulouse/octavia/octavia.conf"])["certificates"]["cert_manager"] == manager


def test_the_object_store_of_a_region_places_objects_by_secrets_of_its_own(wide: configuration.Configuration) -> None:
    files = wide.files()
    parts = [read(files[f"etc/{region}/swift/swift.conf"])["swift-hash"] for region in ("toulouse", "paris")]
    secrets = [part[f"swift_hash_path_{end}"] for part in parts for end in ("prefix", "suffix")]
    assert len(set(secrets)) == 4
    assert min(len(secret) for secret in secrets) == 32


@pytest.mark.parametrize("server", ["proxy", *model.OBJECT_SERVERS])
def test_the_servers_of_an_object_store_answer_on_their_region_s_address_alone(
    wide: configuration.Configuration, server: str
) -> None:
    (paris,) = (region for _cloud, region in wide.lab.regions if region.name == "paris")
    found = read(wide.files()[f"etc/paris/swift/{server}-server.conf"])
    assert found["DEFAULT"]["bind_ip"] == paris.address
    assert int(found["DEFAULT"]["bind_port"]) == model.OBJECT_SERVERS.get(server, model.SWIFT)
    for name in found["pipeline:main"]["pipeline"].split():
        section = found[f"app:{name}" if name.endswith("-server") else f"filter:{name}"]
        assert ("use" in section) != ("paste.filter_factory" in section)


def test_whoever_reads_one_project_s_objects_reads_no_other_s(wide: configuration.Configuration) -> None:
    found = read(wide.files()["etc/toulouse/swift/proxy-server.conf"])
    pipeline = found["pipeline:main"]["pipeline"].split()
    assert pipeline.index("authtoken") < pipeline.index("keystoneauth") < pipeline.index("proxy-server")
    assert "tempauth" not in pipeline
    rules = found["filter:keystoneauth"]
    # Swift asks for the role's name only, wherever it is held.
    assert "system_reader_roles" not in rules
    assert (rules["operator_roles"], rules["project_reader_roles"]) == ("admin,member", "reader")
    assert rules["allow_names_in_acls"] == "false"


def test_a_program_is_started_anew_when_what_the_lab_adds_to_its_service_changes(
    wide: configuration.Configuration,
) -> None:
    program = next(p for p in model.programs(wide.lab) if p.name == "octavia-worker-toulouse")
    before = wide.digest(program, {**wide.files(), "services/load_balancer.py": "1"})
    assert wide.digest(program, {**wide.files(), "services/load_balancer.py": "1"}) == before
    assert wide.digest(program, {**wide.files(), "services/load_balancer.py": "2"}) != before
