# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The configuration file of every program, derived from the lab. Pure but for the passwords that it asks for."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from .model import (
    BARBICAN,
    CINDER,
    DESIGNATE,
    GLANCE,
    KEYSTONE,
    MANILA,
    MARK,
    NAME_SERVER,
    NEUTRON,
    NOVA,
    OBJECT_SERVERS,
    OCTAVIA,
    OWNER,
    PLACEMENT,
    SWIFT,
    Cloud,
    Lab,
    Program,
    Region,
    configuration,
    databases,
    identifier,
    templates,
)
from .secret import Secrets

Sections = dict[str, dict[str, Any]]

SCOPED: dict[str, Any] = {"enforce_scope": True, "enforce_new_defaults": True}

# Quieter than the default, but for the line with which a service of Nova says that it is ready.
LOG_LEVELS = (
    "amqp=WARN,sqlalchemy=WARN,oslo.messaging=INFO,oslo_messaging=INFO,oslo_policy=WARN,keystonemiddleware=WARN,"
    "stevedore=WARN,urllib3=WARN,dogpile=WARN,neutron.api.extensions=WARN,neutron.quota=ERROR,nova.service=DEBUG"
)

# What each API loads: imported once by gunicorn's parent, so that its workers share the memory and the time.
WSGI = {
    "keystone": ("keystone.wsgi.api:application", 3, ("keystone.server.wsgi", "keystone.server.flask.application")),
    "placement": ("placement.wsgi.api:application", 1, ()),
    "glance": ("glance.wsgi.api:application", 1, ()),
    "nova": (
        "nova.wsgi.osapi_compute:application",
        2,
        ("nova.api.openstack.wsgi_app", "nova.api.openstack.compute.routes", "nova.db.main.api", "nova.db.api.api"),
    ),
    "neutron": (
        "neutron.wsgi.api:application",
        2,
        ("neutron.server.api", "neutron.plugins.ml2.plugin", "neutron.services.l3_router.l3_router_plugin"),
    ),
    "cinder": ("cinder.wsgi.api:application", 1, ()),
    "barbican": ("key_manager_api:application", 1, ()),
    "octavia": ("load_balancer:api()", 1, ()),
    "designate": ("dns_api:application", 1, ()),
    "manila": ("manila.wsgi.api:application", 1, ()),
}

# What a request to the object store goes through, in the order that Swift's own sample has.
OBJECT_PIPELINE = (
    "catch_errors",
    "gatekeeper",
    "healthcheck",
    "proxy_logging",
    "memcache",
    "listing_formats",
    "bulk",
    "tempurl",
    "formpost",
    "authtoken",
    "keystoneauth",
    "staticweb",
    "copy",
    "container_quotas",
    "account_quotas",
    "slo",
    "dlo",
    "versioned_writes",
    "symlink",
    "proxy_logging",
)

# Keystone judges two requests of different accounts in one process wrongly now and then: 2 of 100 domains asked for at
# the same time were refused with a 403.
THREADS = {"keystone": 1}
# What each API does before it serves: these make their policy at the first request, and a second one that comes
# meanwhile finds it without rules and is refused with a 403.
READY = {
    "keystone": (
        "from keystone.common.rbac_enforcer.enforcer import RBACEnforcer",
        "RBACEnforcer()._enforcer.load_rules()",
    ),
    "neutron": ("from neutron import policy", "policy.init()"),
    "cinder": ("from cinder import policy", "policy.init()"),
}


def ini(sections: Sections) -> str:
    """Sections as the text of an oslo.config file."""
    lines = []
    for section, options in sections.items():
        lines.append(f"[{section}]")
        lines += [
            f"{name} = {str(value).lower() if isinstance(value, bool) else value}" for name, value in options.items()
        ]
        lines.append("")
    return "\n".join(lines)


class Configuration:
    """The files of one lab, by their path in its folder."""

    def __init__(self, lab: Lab, secrets: Secrets) -> None:
        """Derive nothing yet."""
        self.lab = lab
        self.secrets = secrets

    def files(self) -> dict[str, str]:
        """Path to text, of everything that the services read."""
        found = self._shared()
        for template in templates(self.lab):
            found[f"etc/template/{template}.conf"] = self._template(template)
        for cloud in self.lab.clouds:
            found |= self._cloud(cloud)
            for region in cloud.regions:
                found |= self._region(cloud, region)
        return found

    # What the data stores read.

    def _shared(self) -> dict[str, str]:
        folder, shared = self.lab.folder, self.lab.shared
        mariadb = {
            "mariadbd": {
                "datadir": folder / "data/mariadb",
                "bind-address": shared,
                "port": 3306,
                "socket": folder / "run/mariadb.sock",
                "pid-file": folder / "run/mariadb.pid",
                "character-set-server": "utf8mb4",
                "max-connections": 2000,
                "max-allowed-packet": "64M",
                "innodb-buffer-pool-size": "256M",
                "performance-schema": "off",
                "skip-name-resolve": 1,
                # The lab's data need not survive the loss of power: the disk is left in peace.
                "skip-log-bin": 1,
                "innodb-flush-log-at-trx-commit": 0,
                "innodb-doublewrite": 0,
                "innodb-flush-method": "nosync",
                "innodb-file-per-table": 0,
                "sync-frm": 0,
            }
        }
        rabbitmq = (
            f"listeners.tcp.1 = {shared}:5672\nload_definitions = {folder}/etc/shared/rabbitmq-definitions.json\n"
        )
        return {
            "etc/shared/mariadb.cnf": ini(mariadb),
            "etc/shared/rabbitmq.conf": rabbitmq,
            "etc/shared/rabbitmq-env.conf": "",
            "etc/shared/rabbitmq-advanced.config": "[].\n",
            "etc/shared/rabbitmq-plugins": "[].\n",
            "etc/shared/rabbitmq-definitions.json": self._definitions(),
        }

    def _definitions(self) -> str:
        names = [region.name for cloud, region in self.lab.regions]
        users = []
        for name in names:
            # RabbitMQ's own form: four bytes of salt, then the digest of salt and password.
            salt = hashlib.sha256(self.secrets.get("messages", f"{name} salt").encode()).digest()[:4]
            digest = hashlib.sha256(salt + self.secrets.get("messages", name).encode()).digest()
            users.append(
                {
                    "name": name,
                    "password_hash": base64.b64encode(salt + digest).decode(),
                    "hashing_algorithm": "rabbit_password_hashing_sha256",
                    "tags": [],
                }
            )
        rights = [{"user": n, "vhost": n, "configure": ".*", "write": ".*", "read": ".*"} for n in names]
        return (
            json.dumps({"vhosts": [{"name": n} for n in names], "users": users, "permissions": rights}, indent=1) + "\n"
        )

    # Parts that several services have.

    def database(self, name: str) -> str:
        """The URL of a database, with its account."""
        password = self.secrets.get("databases", name)
        # Preparing for TLS costs 30 ms for each connection, on a loopback where nobody speaks it.
        options = "charset=utf8mb4&ssl_disabled=true"
        return f"mysql+pymysql://{name}:{password}@{self.lab.shared}:3306/{name}?{options}"

    def messages(self, region: Region) -> str:
        """The URL of a region's part of the message bus."""
        return (
            f"rabbit://{region.name}:{self.secrets.get('messages', region.name)}@{self.lab.shared}:5672/{region.name}"
        )

    def _account(self, cloud: Cloud, user: str) -> dict[str, Any]:
        return {
            "auth_type": "password",
            "auth_url": cloud.auth_url,
            "project_domain_name": "Default",
            "user_domain_name": "Default",
            "project_name": "service",
            "username": user,
            "password": self.secrets.get("accounts", cloud.name, "Default", user),
        }

    def _authtoken(self, cloud: Cloud, user: str) -> dict[str, Any]:
        return {
            "www_authenticate_uri": cloud.auth_url,
            **self._account(cloud, user),
            "service_token_roles_required": True,
            "memcached_servers": f"{cloud.address}:11211",
        }

    def _default(self) -> dict[str, Any]:
        # What a program writes goes to its file in the lab's log folder.
        return {"use_stderr": True, "log_color": False, "default_log_levels": LOG_LEVELS}

    def _gunicorn(self, service: str, group: str, address: str, port: int) -> str:
        application, workers, shared = WSGI[service]
        lines = ["import gc", "import importlib", "import sys", ""]
        if service in ("nova", "manila"):
            # They insist on choosing between threads and eventlet before anything else of them is imported.
            lines += [f"from {service} import monkey_patch", "", 'monkey_patch.patch(backend="threading")', ""]
        lines += [
            f'wsgi_app = "{application}"',
            f'bind = "{address}:{port}"',
            f"workers = {workers}",
            'worker_class = "gthread"',
            f"threads = {THREADS.get(service, 8)}",
            "keepalive = 75",
            "timeout = 300",
            "graceful_timeout = 5",
            "control_socket_disable = True",
            "",
            "# Imported before the workers are made: they share it.",
            f"for name in {list(shared)!r}:",
            "    importlib.import_module(name)",
            "gc.freeze()",
            "",
            "",
            "def post_fork(server, worker):",
            '    """Give the service the arguments that it reads from sys.argv."""',
        ]
        arguments = [f"{service}-api"]
        if service in ("cinder", "octavia", "manila"):
            arguments += ["--config-file", str(configuration(self.lab, group, service) / f"{service}.conf")]
        lines.append(f"    sys.argv = {arguments!r}")
        if service in READY:
            lines += [
                "",
                "",
                "def post_worker_init(worker):",
                '    """Make the policy, now that the settings are read."""',
            ]
            lines += [f"    {line}" for line in READY[service]]
        return "\n".join(lines) + "\n"

    def _template(self, template: str) -> str:
        """What a schema command needs: the database in which it makes the schema once."""
        name = f"template_{template}"
        sections: Sections = {"DEFAULT": {"use_stderr": True}}
        if template == "nova":
            # nova-manage db sync asks for the other database too.
            sections |= {
                "database": {"connection": self.database(name)},
                "api_database": {"connection": self.database("template_nova_api")},
            }
        elif template == "nova_api":
            sections["api_database"] = {"connection": self.database(name)}
        elif template in ("placement", "designate"):
            section = {"placement": "placement_database", "designate": "storage:sqlalchemy"}[template]
            sections[section] = {"connection": self.database(name)}
        else:
            sections["database"] = {"connection": self.database(name)}
        if template == "neutron":
            sections["DEFAULT"]["core_plugin"] = "ml2"
        return ini(sections)

    # One file or two for each service.

    def _cloud(self, cloud: Cloud) -> dict[str, str]:
        folder = self.lab.folder
        keys = folder / "data" / f"keystone-{cloud.name}"
        keystone: Sections = {
            "DEFAULT": {**self._default(), "public_endpoint": cloud.auth_url.removesuffix("/v3")},
            "database": {"connection": self.database(f"keystone_{identifier(cloud.name)}")},
            # Those that Keystone takes when nothing is said, and one-time passwords.
            "auth": {"methods": "external,password,token,oauth1,mapped,application_credential,totp"},
            "token": {"provider": "fernet", "expiration": 14400},
            "fernet_tokens": {"key_repository": keys / "fernet"},
            "fernet_receipts": {"key_repository": keys / "fernet"},
            "credential": {"key_repository": keys / "credential"},
            # Four rounds keep token requests quick; a real cloud has twelve.
            "identity": {"password_hash_algorithm": "bcrypt", "password_hash_rounds": 4},
            "cache": {
                "enabled": True,
                "backend": "dogpile.cache.pymemcache",
                "memcache_servers": f"{cloud.address}:11211",
            },
            "oslo_policy": SCOPED,
        }
        at = f"etc/{cloud.name}/keystone"
        return {
            f"{at}/keystone.conf": ini(keystone),
            f"{at}/gunicorn.conf.py": self._gunicorn("keystone", cloud.name, cloud.address, KEYSTONE),
        }

    def _region(self, cloud: Cloud, region: Region) -> dict[str, str]:
        name, address = region.name, region.address
        found = {
            f"etc/{name}/placement/placement.conf": ini(self._placement(cloud, region)),
            f"etc/{name}/glance/glance-api.conf": ini(self._glance(cloud, region)),
            f"etc/{name}/nova/nova.conf": ini(self._nova(cloud, region)),
            f"etc/{name}/neutron/neutron.conf": ini(self._neutron(cloud, region)),
            f"etc/{name}/cinder/cinder.conf": ini(self._cinder(cloud, region)),
        }
        for n, (host, _zone) in enumerate(region.computes, 1):
            found[f"etc/{name}/nova/nova-compute-{n}.conf"] = ini(self._compute(cloud, region, host))
        for service, port in (
            ("placement", PLACEMENT),
            ("glance", GLANCE),
            ("nova", NOVA),
            ("neutron", NEUTRON),
            ("cinder", CINDER),
        ):
            found[f"etc/{name}/{service}/gunicorn.conf.py"] = self._gunicorn(service, name, address, port)
        further = {
            "barbican": (BARBICAN, self._barbican),
            "octavia": (OCTAVIA, self._octavia),
            "designate": (DESIGNATE, self._designate),
            "manila": (MANILA, self._manila),
        }
        if "swift" in region.further:
            found |= self._swift(cloud, region)
        for service in region.further:
            if service not in further:
                continue
            port, sections = further[service]
            found[f"etc/{name}/{service}/{service}.conf"] = ini(sections(cloud, region))
            found[f"etc/{name}/{service}/gunicorn.conf.py"] = self._gunicorn(service, name, address, port)
        return found

    def _placement(self, cloud: Cloud, region: Region) -> Sections:
        return {
            "DEFAULT": self._default(),
            "placement_database": {"connection": self.database(f"placement_{identifier(region.name)}")},
            "api": {"auth_strategy": "keystone"},
            "keystone_authtoken": self._authtoken(cloud, "placement"),
            "oslo_policy": SCOPED,
        }

    def _glance(self, cloud: Cloud, region: Region) -> Sections:
        data = self.lab.folder / "data" / f"glance-{region.name}"
        return {
            "DEFAULT": {
                **self._default(),
                "enabled_backends": "file:file",
                "enabled_import_methods": "[glance-direct,web-download,copy-image]",
                "worker_self_reference_url": f"http://{region.address}:{GLANCE}",
            },
            "database": {"connection": self.database(f"glance_{identifier(region.name)}")},
            "glance_store": {"default_backend": "file"},
            "file": {"filesystem_store_datadir": data / "images"},
            "os_glance_staging_store": {"filesystem_store_datadir": data / "staging"},
            "os_glance_tasks_store": {"filesystem_store_datadir": data / "tasks"},
            "paste_deploy": {
                "flavor": "keystone",
                "config_file": self.lab.venv / "etc/glance/glance-api-paste.ini",
            },
            "keystone_authtoken": self._authtoken(cloud, "glance"),
            "oslo_policy": SCOPED,
        }

    def _nova(self, cloud: Cloud, region: Region) -> Sections:
        suffix, region_name = identifier(region.name), {"region_name": region.name}
        return {
            "DEFAULT": {
                **self._default(),
                "host": f"{region.name}-controller",
                "my_ip": region.address,
                "state_path": self.lab.folder / "data" / f"nova-{region.name}",
                "transport_url": self.messages(region),
                "compute_driver": "compute_driver.LabDriver",
                "resume_guests_state_on_host_boot": True,
                "osapi_compute_listen": region.address,
                "report_interval": 20,
                "service_down_time": 75,
            },
            "api": {"auth_strategy": "keystone"},
            "api_database": {"connection": self.database(f"nova_api_{suffix}")},
            "database": {"connection": self.database(f"nova_{suffix}")},
            "wsgi": {"api_paste_config": self.lab.venv / "etc/nova/api-paste.ini"},
            "quota": {"driver": "nova.quota.DbQuotaDriver"},
            "keystone_authtoken": self._authtoken(cloud, "nova"),
            "service_user": {"send_service_user_token": True, **self._account(cloud, "nova")},
            "keystone": {"region_name": region.name, "auth_url": cloud.auth_url},
            "placement": {**self._account(cloud, "placement"), **region_name},
            "neutron": {**self._account(cloud, "neutron"), **region_name},
            "glance": region_name,
            "cinder": {
                **self._account(cloud, "cinder"),
                "os_region_name": region.name,
                "catalog_info": "block-storage:cinder:internalURL",
            },
            # A new compute is found without a command.
            "scheduler": {"workers": 1, "discover_hosts_in_cells_interval": 15},
            "conductor": {"workers": 1},
            "filter_scheduler": {"track_instance_changes": False},
            "vnc": {"enabled": False},
            "oslo_concurrency": {"lock_path": self.lab.folder / "run"},
            "oslo_policy": SCOPED,
        }

    def _compute(self, cloud: Cloud, region: Region, host: str) -> Sections:
        # A compute host has no database: with one it would try to use it.
        found = {name: part for name, part in self._nova(cloud, region).items() if not name.endswith("database")}
        # Its identity is a file in its state path: one for each host.
        found["DEFAULT"] |= {"host": host, "state_path": self.lab.folder / "data" / host}
        return found

    def _neutron(self, cloud: Cloud, region: Region) -> Sections:
        return {
            "DEFAULT": {
                **self._default(),
                "host": f"{region.name}-controller",
                "state_path": self.lab.folder / "data" / f"neutron-{region.name}",
                "transport_url": self.messages(region),
                "core_plugin": "ml2",
                "service_plugins": "router,qos,trunk,network_ip_availability,port_forwarding,flavors",
                "auth_strategy": "keystone",
                "api_paste_config": self.lab.venv / "etc/neutron/api-paste.ini",
                "api_workers": 1,
                "rpc_workers": 1,
                "rpc_state_report_workers": 0,
                "agent_down_time": 90,
                "notify_nova_on_port_status_changes": True,
                "notify_nova_on_port_data_changes": True,
            },
            "database": {"connection": self.database(f"neutron_{identifier(region.name)}")},
            "nova": {**self._account(cloud, "nova"), "region_name": region.name},
            "ml2": {
                "type_drivers": "flat,vlan,vxlan",
                "tenant_network_types": "vxlan",
                "mechanism_drivers": "openvswitch",
                "extension_drivers": "port_security,qos",
            },
            "ml2_type_flat": {"flat_networks": "public"},
            "ml2_type_vxlan": {"vni_ranges": "1:100000"},
            "network_agents": {"hosts": ",".join(f"{host}:{zone}" for host, zone in region.computes)},
            "oslo_concurrency": {"lock_path": self.lab.folder / "run"},
            "keystone_authtoken": self._authtoken(cloud, "neutron"),
            "oslo_policy": SCOPED,
        }

    def _cinder(self, cloud: Cloud, region: Region) -> Sections:
        data = self.lab.folder / "data" / f"cinder-{region.name}"
        found: Sections = {
            "DEFAULT": {
                **self._default(),
                "host": f"{region.name}-storage",
                "my_ip": region.address,
                "state_path": data,
                "transport_url": self.messages(region),
                "auth_strategy": "keystone",
                "api_paste_config": self.lab.venv / "etc/cinder/api-paste.ini",
                "resource_query_filters_file": self.lab.venv / "etc/cinder/resource_filters.json",
                "glance_api_servers": f"http://{region.address}:{GLANCE}",
                "enabled_backends": ",".join(region.volume_types),
                "default_volume_type": region.volume_types[0],
                "allow_availability_zone_fallback": True,
                "report_interval": 20,
                "service_down_time": 75,
                "rootwrap_config": self.lab.venv / "etc/cinder/rootwrap.conf",
            },
            "database": {"connection": self.database(f"cinder_{identifier(region.name)}")},
            "nova": {**self._account(cloud, "nova"), "region_name": region.name},
            "service_user": {"send_service_user_token": True, **self._account(cloud, "cinder")},
            "oslo_concurrency": {"lock_path": self.lab.folder / "run"},
            "keystone_authtoken": self._authtoken(cloud, "cinder"),
            "oslo_policy": SCOPED,
        }
        for backend in region.volume_types:
            found[backend] = {
                "volume_driver": "volume_driver.FileDriver",
                "volume_backend_name": backend,
                "volume_folder": data / backend,
            }
        return found

    def _barbican(self, cloud: Cloud, region: Region) -> Sections:
        # A Fernet key is 32 bytes; a password of the lab has as many characters.
        key = base64.urlsafe_b64encode(self.secrets.get("keys", region.name, "key manager").encode()).decode()
        return {
            "DEFAULT": {
                **self._default(),
                "transport_url": self.messages(region),
                "host_href": f"http://{region.address}:{BARBICAN}",
            },
            "database": {"connection": self.database(f"barbican_{identifier(region.name)}")},
            "simple_crypto_plugin": {"kek": key},
            "keystone_authtoken": self._authtoken(cloud, "barbican"),
            "oslo_policy": SCOPED,
        }

    def _octavia(self, cloud: Cloud, region: Region) -> Sections:
        data = self.lab.folder / "data" / f"octavia-{region.name}"
        has_keys = "barbican" in region.further
        return {
            "DEFAULT": {
                **self._default(),
                "host": f"{region.name}-controller",
                "transport_url": self.messages(region),
            },
            "api_settings": {
                "api_base_uri": f"http://{region.address}:{OCTAVIA}",
                "enabled_provider_drivers": "amphora:Amphorae that exist in name only",
            },
            "database": {"connection": self.database(f"octavia_{identifier(region.name)}")},
            "controller_worker": {
                "workers": 1,
                "amphora_driver": "amphora_noop_driver",
                "compute_driver": "compute_noop_driver",
                "network_driver": "network_noop_driver",
                "image_driver": "image_noop_driver",
                "volume_driver": "volume_noop_driver",
                "client_ca": data / "ca.pem",
                "event_notifications": False,
            },
            "certificates": {
                "cert_generator": "local_cert_generator",
                "cert_manager": "barbican_cert_manager" if has_keys else "local_cert_manager",
                "region_name": region.name,
                "storage_path": data / "certificates",
                "ca_certificate": data / "ca.pem",
                "ca_private_key": data / "ca.key",
                "server_certs_key_passphrase": self.secrets.get("keys", region.name, "load balancer certificates"),
            },
            "health_manager": {
                "heartbeat_key": self.secrets.get("keys", region.name, "load balancer heartbeats"),
            },
            "service_auth": {**self._account(cloud, "octavia"), "region_name": region.name},
            "neutron": {"region_name": region.name},
            "keystone_authtoken": self._authtoken(cloud, "octavia"),
            "oslo_policy": SCOPED,
        }

    def _designate(self, cloud: Cloud, region: Region) -> Sections:
        return {
            "DEFAULT": {
                **self._default(),
                "host": f"{region.name}-controller",
                "state_path": self.lab.folder / "data" / f"designate-{region.name}",
                "transport_url": self.messages(region),
                # A call that is made before the other side listens is lost: the next one must not wait for it.
                "rpc_response_timeout": 10,
            },
            "storage:sqlalchemy": {"connection": self.database(f"designate_{identifier(region.name)}")},
            "service:api": {
                "api_base_uri": f"http://{region.address}:{DESIGNATE}",
                "auth_strategy": "keystone",
                "enable_api_v2": True,
            },
            "service:central": {"workers": 1},
            "service:producer": {
                "workers": 1,
                "enabled_tasks": "increment_serial,delayed_notify,worker_periodic_recovery",
            },
            # Without these, a changed record is sent to the name servers after five seconds.
            "producer_task:increment_serial": {"interval": 2},
            "producer_task:delayed_notify": {"interval": 2},
            # The name server reads the database: what it is asked for is there, or will not come.
            "service:worker": {
                "workers": 1,
                "poll_delay": 0,
                "poll_retry_interval": 1,
                "poll_max_retries": 2,
                "all_tcp": True,
            },
            "service:mdns": {"workers": 1, "listen": f"{region.address}:{NAME_SERVER}"},
            "heartbeat_emitter": {"heartbeat_interval": 30},
            "network_api:neutron": {"endpoints": f"{region.name}|http://{region.address}:{NEUTRON}"},
            "keystone_authtoken": self._authtoken(cloud, "designate"),
            "oslo_policy": SCOPED,
        }

    def _manila(self, cloud: Cloud, region: Region) -> Sections:
        return {
            "DEFAULT": {
                **self._default(),
                "host": f"{region.name}-controller",
                "my_ip": region.address,
                "state_path": self.lab.folder / "data" / f"manila-{region.name}",
                "transport_url": self.messages(region),
                "auth_strategy": "keystone",
                "api_paste_config": self.lab.venv / "etc/manila/api-paste.ini",
                "enabled_share_protocols": "NFS",
            },
            "database": {"connection": self.database(f"manila_{identifier(region.name)}")},
            "neutron": {**self._account(cloud, "neutron"), "region_name": region.name},
            "oslo_concurrency": {"lock_path": self.lab.folder / "run"},
            "keystone_authtoken": self._authtoken(cloud, "manila"),
            "oslo_policy": SCOPED,
        }

    def _swift(self, cloud: Cloud, region: Region) -> dict[str, str]:
        """One file for each server, and what all of them must agree on."""
        at = f"etc/{region.name}/swift"
        data = self.lab.folder / "data" / f"swift-{region.name}"

        def server(kind: str, port: int, pipeline: tuple[str, ...], more: Sections) -> str:
            sections: Sections = {
                "DEFAULT": {
                    "bind_ip": region.address,
                    "bind_port": port,
                    # One process: the lab is small, and its host too.
                    "workers": 0,
                    "user": OWNER,
                    "swift_dir": self.lab.folder / at,
                    "devices": data,
                    # The one device is a folder of this host's file system.
                    "mount_check": False,
                    "log_custom_handlers": "object_log.leave_system_log",
                },
                "pipeline:main": {"pipeline": " ".join((*pipeline, f"{kind}-server"))},
                f"app:{kind}-server": {"use": f"egg:swift#{kind}"},
                **{f"filter:{name}": {"use": f"egg:swift#{name}"} for name in pipeline},
            }
            # Not Swift's own, so it says itself where it comes from.
            sections.get("filter:authtoken", {}).clear()
            return ini(sections | {name: sections.get(name, {}) | options for name, options in more.items()})

        agreed: Sections = {
            # Where an object lies follows from its name and these two, so that nobody can choose names that collide.
            "swift-hash": {
                part: self.secrets.get("keys", region.name, f"object store {part}")
                for part in ("swift_hash_path_prefix", "swift_hash_path_suffix")
            },
            "storage-policy:0": {"name": "standard", "default": True},
        }
        found = {f"{at}/swift.conf": ini(agreed)}
        for kind, port in OBJECT_SERVERS.items():
            # How soon an account knows how much its containers hold. Each sweep starts a process for every few of them:
            # every five seconds, as was tried, it took most of a core.
            updater: Sections = {"container-updater": {"interval": 60, "concurrency": 1, "recon_cache_path": data}}
            more = updater if kind == "container" else {}
            found[f"{at}/{kind}-server.conf"] = server(kind, port, ("healthcheck",), more)
        found[f"{at}/proxy-server.conf"] = server(
            "proxy",
            SWIFT,
            OBJECT_PIPELINE,
            {
                "app:proxy-server": {"account_autocreate": True},
                "filter:memcache": {"memcache_servers": f"{cloud.address}:11211"},
                # No part of a token or of a signature gets into the log.
                "filter:proxy_logging": {"reveal_sensitive_prefix": 0},
                "filter:keystoneauth": {
                    "operator_roles": "admin,member",
                    "project_reader_roles": "reader",
                    # As for the other services, the administrator of any project is the cloud's. No role reads all
                    # accounts: Swift looks at a role's name only, so that the readers of each project would.
                    "reseller_admin_role": "admin",
                    # A name may be given to somebody else.
                    "allow_names_in_acls": False,
                },
                "filter:versioned_writes": {"allow_versioned_writes": True, "allow_object_versioning": True},
                "filter:authtoken": {
                    "paste.filter_factory": "keystonemiddleware.auth_token:filter_factory",
                    **self._authtoken(cloud, "swift"),
                    # A container may be open to all, and a signed address needs no token.
                    "delay_auth_decision": True,
                },
            },
        )
        return found

    # What each program is started with.

    def environment(self, program: Program) -> dict[str, str]:
        """The whole environment of a program: nothing of the caller's gets into the lab."""
        folder = self.lab.folder
        return {
            "HOME": str(folder / "run"),
            "PATH": f"{self.lab.venv}/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(self.lab.services),
            "PYTHONWARNINGS": "ignore",
            MARK: str(folder),
            **dict(program.environment),
        }

    def digest(self, program: Program, files: dict[str, str]) -> str:
        """A number that changes with everything that a program is started with, so that it is started anew."""
        family = program.name.removesuffix(f"-{program.group}").split("-")[0]
        places: tuple[str, ...] = {
            "mariadb": ("etc/shared/mariadb",),
            "rabbitmq": ("etc/shared/rabbitmq",),
            "epmd": (),
            "memcached": (),
        }.get(family, (f"etc/{program.group}/{family}/",))
        if family in ("nova", "neutron", "cinder", "barbican", "octavia", "designate", "swift"):
            places += ("services/",)
        read = [text for path, text in sorted(files.items()) if path.startswith(places)]
        digest = hashlib.sha256(repr((program.command, self.environment(program), read)).encode())
        return digest.hexdigest()[:12]

    def accounts(self) -> dict[str, str]:
        """Database accounts: name to password; one for each database."""
        names = [database.name for database in databases(self.lab)] + [f"template_{t}" for t in templates(self.lab)]
        return {name: self.secrets.get("databases", name) for name in names}
