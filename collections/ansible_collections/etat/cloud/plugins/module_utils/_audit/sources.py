# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every listing that the audit makes, in one table, and what is kept of a record when it is read.

Where OpenStack lists something for all projects, one listing shows it; where it does not, the source says for which
parent it asks. The roles are those of OpenStack's default policies.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .model import Control, Role, Row, Source
from .secrets import scan

ALL_TENANTS = (("all_tenants", "1"),)
ALL_PROJECTS = (("X-Auth-All-Projects", "true"),)
#: Where it shows who holds a role in a project.
HOLDERS = ("effective_role_assignments",)
#: Records on one page of a service that gives few unless it is asked for more.
PAGE = ("limit", "1000")


def _shared(image: Row) -> bool:
    return bool(image.get("visibility") == "shared")


def _in_project(trust: Row) -> bool:
    # A trust without a project hands over a name, and no role.
    return bool(trust.get("project_id"))


def _primary(zone: Row) -> bool:
    return bool(zone.get("type", "PRIMARY") == "PRIMARY")


def _redirecting(policy: Row) -> bool:
    # What the others take does not matter.
    return policy.get("action") in ("REDIRECT_TO_URL", "REDIRECT_PREFIX")


def _without_port(floating_ip: Row) -> bool:
    # Neutron forwards ports of addresses that no port has for itself.
    return not floating_ip.get("port_id")


_IDENTITY = (
    Source("domains", "identity", "/domains", "domains", Role.DOMAIN_READER, owner=()),
    Source("projects", "identity", "/projects", "projects", Role.DOMAIN_READER, owner=("id",)),
    # Per domain: that of Heat has a user for each stack, and Keystone may ask another directory for each domain.
    Source(
        "users",
        "identity",
        "/users",
        "users",
        Role.DOMAIN_READER,
        per="domains",
        owner=(),
        queries=((("domain_id", "{id}"),),),
    ),
    Source(
        "groups",
        "identity",
        "/groups",
        "groups",
        Role.DOMAIN_READER,
        per="domains",
        owner=(),
        queries=((("domain_id", "{id}"),),),
    ),
    Source("group_members", "identity", "/groups/{id}/users", "users", Role.DOMAIN_READER, per="groups", owner=()),
    # Readers of a domain are told the names of roles by the assignments alone.
    Source("roles", "identity", "/roles", "roles", Role.SYSTEM_READER, owner=()),
    # These alone have what is held on the system: Keystone never counts that among what is effective. In return, what
    # is effective has the members of groups, what is inherited below a domain, and what roles imply.
    Source(
        "role_assignments",
        "identity",
        "/role_assignments",
        "role_assignments",
        Role.DOMAIN_READER,
        queries=((("include_names", "true"),),),
    ),
    Source(
        "effective_role_assignments",
        "identity",
        "/role_assignments",
        "role_assignments",
        Role.DOMAIN_READER,
        queries=((("effective", "true"), ("include_names", "true")),),
    ),
    Source(
        "role_inferences",
        "identity",
        "/role_inferences",
        "role_inferences",
        Role.SYSTEM_READER,
        owner=(),
        key=("prior_role",),
    ),
    Source(
        "application_credentials",
        "identity",
        "/users/{id}/application_credentials",
        "application_credentials",
        Role.SYSTEM_READER,
        per="users",
        drop=("secret",),
    ),
    Source("credentials", "identity", "/credentials", "credentials", Role.SYSTEM_READER, silent=True, drop=("blob",)),
    Source("trusts", "identity", "/OS-TRUST/trusts", "trusts", Role.SYSTEM_READER),
    # The list of trusts does not tell them.
    Source(
        "trust_roles",
        "identity",
        "/OS-TRUST/trusts/{id}/roles",
        "roles",
        Role.SYSTEM_READER,
        per="trusts",
        when=_in_project,
        owner=(),
    ),
    # Keystone tells the rules for passwords, which hold everywhere, at this one domain.
    Source(
        "password_policies",
        "identity",
        "/domains/default/config/security_compliance",
        "config",
        Role.TOKEN,
        owner=(),
        common=True,
    ),
    # No listing has them; see Cloud.read.
    Source("authentication_methods", "identity", "", "methods", Role.TOKEN, owner=(), common=True),
    Source("services", "identity", "/services", "services", Role.SYSTEM_READER, owner=()),
    Source("endpoints", "identity", "/endpoints", "endpoints", Role.SYSTEM_READER, owner=()),
    Source("catalogue", "identity", "", "", Role.TOKEN, owner=(), key=("type",), common=True),
    Source(
        "identity_providers",
        "identity",
        "/OS-FEDERATION/identity_providers",
        "identity_providers",
        Role.SYSTEM_READER,
        owner=("domain_id",),
    ),
    # A list of users does not tell who of them comes from an identity provider, but the list of those of one provider.
    Source(
        "federated_users",
        "identity",
        "/users",
        "users",
        Role.SYSTEM_READER,
        per="identity_providers",
        owner=(),
        queries=((("idp_id", "{id}"),),),
    ),
    Source(
        "federation_protocols",
        "identity",
        "/OS-FEDERATION/identity_providers/{id}/protocols",
        "protocols",
        Role.SYSTEM_READER,
        per="identity_providers",
        owner=(),
    ),
    Source("mappings", "identity", "/OS-FEDERATION/mappings", "mappings", Role.SYSTEM_READER, owner=()),
)

_NETWORK = (
    Source("networks", "network", "/networks", "networks"),
    Source("subnets", "network", "/subnets", "subnets"),
    Source("ports", "network", "/ports", "ports"),
    Source("routers", "network", "/routers", "routers"),
    Source("floating_ips", "network", "/floatingips", "floatingips"),
    Source(
        "port_forwardings",
        "network",
        "/floatingips/{id}/port_forwardings",
        "port_forwardings",
        per="floating_ips",
        when=_without_port,
        owner=(),
        nothing=(404,),
    ),
    Source("security_groups", "network", "/security-groups", "security_groups"),
    Source("address_groups", "network", "/address-groups", "address_groups"),
    Source("rbac_policies", "network", "/rbac-policies", "rbac_policies"),
    Source("trunks", "network", "/trunks", "trunks"),
    Source("ndp_proxies", "network", "/ndp_proxies", "ndp_proxies"),
    Source("bgp_vpns", "network", "/bgpvpn/bgpvpns", "bgpvpns"),
    Source(
        "network_quotas",
        "network",
        "/quotas/{id}/details.json",
        "quota",
        Role.PROJECT_MANAGER,
        per="projects",
        owner=(),
    ),
    Source("packet_logs", "network", "/log/logs", "logs", Role.PROJECT_MANAGER),
    Source("vpn_ike_policies", "network", "/vpn/ikepolicies", "ikepolicies"),
    Source("vpn_ipsec_policies", "network", "/vpn/ipsecpolicies", "ipsecpolicies"),
    Source("vpn_connections", "network", "/vpn/ipsec-site-connections", "ipsec_site_connections", drop=("psk",)),
    Source("vpn_endpoint_groups", "network", "/vpn/endpoint-groups", "endpoint_groups"),
    Source("firewall_groups", "network", "/fwaas/firewall_groups", "firewall_groups"),
    Source("firewall_policies", "network", "/fwaas/firewall_policies", "firewall_policies"),
    Source("firewall_rules", "network", "/fwaas/firewall_rules", "firewall_rules"),
    Source("tap_services", "network", "/taas/tap_services", "tap_services"),
    Source("tap_flows", "network", "/taas/tap_flows", "tap_flows"),
    Source("tap_mirrors", "network", "/taas/tap_mirrors", "tap_mirrors"),
)

_COMPUTE = (
    Source(
        "servers",
        "compute",
        "/servers/detail",
        "servers",
        owner=("tenant_id",),
        every=ALL_TENANTS,
        drop=("adminPass",),
        scan=("OS-EXT-SRV-ATTR:user_data", "metadata"),
    ),
    Source(
        "server_groups",
        "compute",
        "/os-server-groups",
        "server_groups",
        queries=((("limit", "1000"), ("offset", "0")),),
        every=(("all_projects", "1"),),
    ),
    Source(
        "keypairs",
        "compute",
        "/os-keypairs",
        "keypairs",
        Role.ADMIN,
        per="users",
        key=("name",),
        owner=(),
        queries=((("user_id", "{id}"),),),
        drop=("private_key",),
    ),
    Source(
        "flavors", "compute", "/flavors/detail", "flavors", owner=(), queries=((("is_public", "None"),),), common=True
    ),
    Source("compute_quotas", "compute", "/os-quota-sets/{id}/detail", "quota_set", per="projects", owner=()),
)

_IMAGE = (
    Source(
        "images",
        "image",
        "/images",
        "images",
        owner=("owner",),
        # Glance leaves out what is for the community, what is hidden, and what somebody offered and nobody took; and
        # what is both of the first two from the lists of either.
        queries=(
            (PAGE,),
            (PAGE, ("visibility", "community")),
            (PAGE, ("visibility", "shared"), ("member_status", "all")),
            (PAGE, ("os_hidden", "true")),
            (PAGE, ("visibility", "community"), ("os_hidden", "true")),
        ),
        presence=("direct_url", "locations"),
    ),
    Source(
        "image_members",
        "image",
        "/images/{id}/members",
        "members",
        per="images",
        when=_shared,
        owner=(),
        key=("image_id", "member_id"),
    ),
)

_VOLUME = (
    Source(
        "volumes", "block-storage", "/volumes/detail", "volumes",
        # From this version on Cinder names the key of a volume.
        owner=("os-vol-tenant-attr:tenant_id",), every=ALL_TENANTS, scan=("metadata",), microversion="3.64",
    ),
    Source(
        "snapshots", "block-storage", "/snapshots/detail", "snapshots",
        owner=("os-extended-snapshot-attributes:project_id",), every=ALL_TENANTS, scan=("metadata",),
    ),
    Source(
        "backups", "block-storage", "/backups/detail", "backups",
        owner=("os-backup-project-attr:project_id", "project_id"), every=ALL_TENANTS, microversion="3.64",
    ),
    Source(
        "volume_transfers", "block-storage", "/volume-transfers/detail", "transfers",
        owner=("source_project_id",), every=ALL_TENANTS, microversion="3.57", drop=("auth_key",),
    ),
    Source(
        "volume_types", "block-storage", "/types", "volume_types", owner=(), queries=((("is_public", "None"),),),
        common=True,
    ),
    # What a volume gets when nobody names a type: by the token's project, which may have a default of its own.
    Source("default_volume_type", "block-storage", "/types/default", "volume_type", nothing=(404,), owner=()),
    # Those of projects that have their own, which not every Cinder lets them have.
    Source(
        "default_volume_types", "block-storage", "/default-types", "default_types", Role.ADMIN, microversion="3.62",
        common=True, nothing=(404, 406), key=("project_id",),
    ),
    Source(
        "volume_type_encryptions", "block-storage", "/types/{id}/encryption", "", Role.ADMIN, per="volume_types",
        owner=(), nothing=(404,), key=("encryption_id",),
    ),
    Source(
        "volume_quotas", "block-storage", "/os-quota-sets/{id}", "quota_set", per="projects", owner=(),
        queries=((("usage", "true"),),),
    ),
)  # fmt: skip

_KEY_MANAGER = (
    Source(
        "secrets", "key-manager", "/secrets", "secrets", Role.PROJECT_MEMBER,
        queries=((("limit", "100"), ("offset", "0")),), own_token=True, key=("secret_ref",), drop=("payload",),
        # From this version on Barbican names who uses a secret.
        microversion="1.1",
    ),
    # Of what is closed to the project, Barbican shows the list to its owner alone.
    Source(
        "secret_acls", "key-manager", "/secrets/{id}/acl", "read", Role.PROJECT_MEMBER, per="secrets", own_token=True,
        owner=(), nothing=(403,),
    ),
    Source(
        "containers", "key-manager", "/containers", "containers", Role.PROJECT_MEMBER,
        queries=((("limit", "100"), ("offset", "0")),), own_token=True, key=("container_ref",),
    ),
    Source(
        "container_acls", "key-manager", "/containers/{id}/acl", "read", Role.PROJECT_MEMBER, per="containers",
        own_token=True, owner=(), nothing=(403,),
    ),
    Source(
        "key_manager_quotas", "key-manager", "/quotas", "quotas", own_token=True, owner=(), key=("project_id",),
    ),
)  # fmt: skip

_PLACEMENT = (
    Source(
        "resource_providers", "placement", "/resource_providers", "resource_providers", Role.ADMIN, owner=(),
        common=True, key=("uuid",),
    ),
    Source(
        "resource_provider_inventories", "placement", "/resource_providers/{id}/inventories", "inventories",
        Role.ADMIN, per="resource_providers", owner=(),
    ),
)  # fmt: skip

_LOAD_BALANCER = (
    Source("load_balancers", "load-balancer", "/lbaas/loadbalancers", "loadbalancers"),
    Source("listeners", "load-balancer", "/lbaas/listeners", "listeners"),
    Source("pools", "load-balancer", "/lbaas/pools", "pools"),
    Source("pool_members", "load-balancer", "/lbaas/pools/{id}/members", "members", per="pools"),
    Source("health_monitors", "load-balancer", "/lbaas/healthmonitors", "healthmonitors"),
    Source("l7_policies", "load-balancer", "/lbaas/l7policies", "l7policies"),
    Source(
        "l7_rules",
        "load-balancer",
        "/lbaas/l7policies/{id}/rules",
        "rules",
        per="l7_policies",
        when=_redirecting,
    ),
    # The list has those only that somebody set; this shows what holds otherwise, too.
    Source("load_balancer_quotas", "load-balancer", "/lbaas/quotas/{id}", "quota", per="projects", owner=()),
)

_DNS = (
    Source("zones", "dns", "/zones", "zones", queries=((PAGE,),), headers=ALL_PROJECTS),
    Source("recordsets", "dns", "/recordsets", "recordsets", queries=((PAGE,),), headers=ALL_PROJECTS),
    Source(
        "zone_transfer_requests", "dns", "/zones/tasks/transfer_requests", "transfer_requests",
        queries=((PAGE,),), headers=ALL_PROJECTS, drop=("key",),
    ),
    Source(
        "zone_shares", "dns", "/zones/{id}/shares", "shared_zones", Role.PROJECT_MEMBER, per="zones", when=_primary,
        owner=(), headers=ALL_PROJECTS, nothing=(404,),
    ),
    Source("dns_quotas", "dns", "/quotas/{id}", "", per="projects", owner=(), headers=ALL_PROJECTS),
)  # fmt: skip

_SHARED_FILE_SYSTEM = (
    Source("shares", "shared-file-system", "/shares/detail", "shares", every=ALL_TENANTS),
    Source(
        "share_access_rules", "shared-file-system", "/share-access-rules", "access_list", per="shares", owner=(),
        queries=((("share_id", "{id}"),),), microversion="2.45", drop=("access_key",),
    ),
    Source("share_quotas", "shared-file-system", "/quota-sets/{id}/detail", "quota_set", per="projects", owner=()),
)  # fmt: skip

_OBJECT_STORE = (
    # Swift answers those who may only read, and leaves out access lists and keys.
    Source(
        "object_accounts", "object-store", "/", "", Role.PROJECT_MEMBER, per="projects", own_token=True, owner=(),
        withheld=True, head=True, presence=("x-account-meta-temp-url-key", "x-account-meta-temp-url-key-2"),
    ),
    Source(
        "object_containers", "object-store", "/", "", per="projects", own_token=True, owner=(),
        queries=((("format", "json"), ("limit", "1000"), ("marker", "")),), key=("name",),
    ),
    Source(
        "object_container_headers", "object-store", "/{id}", "", Role.PROJECT_MEMBER, per="object_containers",
        own_token=True, owner=(), withheld=True, head=True, presence=(
            "x-container-meta-temp-url-key", "x-container-meta-temp-url-key-2", "x-container-sync-key",
        ),
    ),
)  # fmt: skip

SOURCES: Mapping[str, Source] = {
    source.name: source
    for source in (
        *_IDENTITY,
        *_NETWORK,
        *_COMPUTE,
        *_PLACEMENT,
        *_IMAGE,
        *_VOLUME,
        *_KEY_MANAGER,
        *_LOAD_BALANCER,
        *_DNS,
        *_SHARED_FILE_SYSTEM,
        *_OBJECT_STORE,
    )
}


def needed(controls: Iterable[Control], others: Iterable[str] = ()) -> list[Source]:
    """Return what controls read, and others by name, with the parents of it, in the order of the table."""
    names = {"domains", "projects"}
    rest = [*others, *(name for control in controls for name in (*control.reads, *control.also_reads))]
    while rest:
        name = rest.pop()
        if name not in names:
            names.add(name)
        parent = SOURCES[name].per
        # Who holds a role may come from another domain.
        rest += [other for other in (parent, *(HOLDERS if name == "users" else ())) if other and other not in names]
    return [source for source in SOURCES.values() if source.name in names]


def least_role(control: Control) -> Role:
    """Return the least role that reads all that a control looks at."""
    names = {name for read in (*control.reads, *control.also_reads) for name in _with_parents(read)}
    return max((SOURCES[name].role for name in names), key=lambda role: role.rank)


def _with_parents(name: str) -> Iterator[str]:
    while name:
        yield name
        name = SOURCES[name].per


def kept(source: Source, records: Sequence[Row], project: str = "", parent: Row | None = None) -> list[Row]:
    """Return the records of a listing as facts hold them: without secrets, and with what the listing alone tells.

    Each record has an id. One of a service, of projects and of role assignments has a project_id, empty where no
    project owns it. One that was listed for a parent has parent_id. One that was scanned has found (its secrets; see
    secrets) and scanned (the fields that showed).

    project: whose token read the records that do not name their project. parent: for which they were listed.
    """
    return [_kept(source, record, project, parent) for record in records if record]


def _kept(source: Source, record: Row, project: str, parent: Row | None) -> Row:
    # Nova wraps each key pair.
    row: dict[str, Any] = dict(record["keypair"] if source.name == "keypairs" else record)
    for name in source.drop:
        row.pop(name, None)
    for name in source.presence:
        if name in row:
            row[name] = bool(row[name])
    if source.scan or source.head:
        _search(source, row)
    if source.name.endswith("role_assignments"):
        _place(row)
    elif source.regional or source.name == "projects":
        found = next((row[name] for name in source.owner if row.get(name)), None)
        row["project_id"] = found or (parent.get("project_id", "") if parent is not None else project)
    if not row.get("id"):
        row["id"] = "/".join(_named(row.get(name, "")) for name in source.key)
    if parent is not None:
        row["parent_id"] = parent["id"]
        row["id"] = row["id"] or parent["id"]
        if not source.regional and "domain_id" in parent:
            row.setdefault("domain_id", parent["domain_id"])
    if source.name == "domains":
        row["domain_id"] = row["id"]
    return row


def _named(value: Any) -> str:
    """Return the part of an id that a field gives: an address ends with it, and a record inside the record has one."""
    return str(value["id"] if isinstance(value, Mapping) else value).rstrip("/").rpartition("/")[2]


def _place(row: dict[str, Any]) -> None:
    """Tell who holds a role, and in which project and domain, and give the assignment an id, which Keystone does not.

    user_id and group_id: the holder; one of them is empty.
    """
    scope = row.get("scope") or {}
    project, domain = scope.get("project") or {}, scope.get("domain") or {}
    holder = row.get("user") or row.get("group") or {}
    for kind in ("user", "group"):
        row[f"{kind}_id"] = (row.get(kind) or {}).get("id", "")
    row["project_id"] = project.get("id", "")
    row["domain_id"] = domain.get("id") or (project.get("domain") or {}).get("id", "")
    where = row["project_id"] or row["domain_id"] or "system"
    inherited = ("inherited",) if scope.get("OS-INHERIT:inherited_to") else ()
    row["id"] = "/".join((str(holder.get("id", "")), str(row["role"]["id"]), where, *inherited))


def _search(source: Source, row: dict[str, Any]) -> None:
    """Look for secrets in a record, and take away what has some, and all of user data."""
    # What people write into object storage are headers.
    written = ("x-account-meta-", "x-container-meta-")
    names = source.scan or tuple(name for name in row if name.startswith(written))
    row["scanned"] = tuple(name for name in names if name in row and not isinstance(row[name], bool))
    found = []
    for name in row["scanned"]:
        value = row[name]
        # The name of a header says what its value is, as a key of metadata does.
        seen = scan("header", {name: value}) if source.head else scan(name, value)
        found += [secret.as_data() for secret in seen]
        if isinstance(value, Mapping):
            fields = {secret.field for secret in seen}
            row[name] = {key: "" if f"{name}.{key}" in fields else inner for key, inner in value.items()}
        elif name.endswith("user_data") or seen:
            row[name] = bool(value)
    row["found"] = tuple(found)
