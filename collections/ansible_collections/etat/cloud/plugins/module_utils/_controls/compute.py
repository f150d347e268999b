# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What servers are made of, who gets into them, and what becomes of them when something fails."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date

from .._audit.model import (
    PASSED,
    Call,
    Control,
    Fix,
    Level,
    Mode,
    Repair,
    Row,
    Text,
    Verdict,
    failed,
    not_applicable,
    not_evaluable,
    passed_or_failed,
    references,
    severities,
)
from .._audit.public_key import CURVES, RSA, public_key
from .._audit.view import View, day, labels, tag_values
from .image import built, end_of_support, offered, yes

FAMILY = "compute"
USER_DATA, METADATA = "OS-EXT-SRV-ATTR:user_data", "metadata"
ATTACHED = "os-extended-volumes:volumes_attached"
LAUNCHED, ZONE = "OS-SRV-USG:launched_at", "OS-EXT-AZ:availability_zone"
#: Labels of servers. login:directory, on an image as well: people come in by a directory, without keys.
#: critical:yes: its loss stops a service. redundancy_group:NAME: servers of one name stand in for each other.
#: patched:DATE: the last day it got updates.
LOGIN, DIRECTORY, CRITICAL, REDUNDANCY, PATCHED = "login", "directory", "critical", "redundancy_group", "patched"
SENSITIVE = ("sensitive", "restricted")
#: The names that disks get to which a server starts, where Nova does not tell.
FIRST_DISKS = ("/dev/vda", "/dev/sda", "/dev/xvda", "/dev/hda")
STOPPED = ("SHUTOFF", "SHELVED", "SHELVED_OFFLOADED", "SUSPENDED", "PAUSED")
#: The most days that a server is stopped and kept.
STOPPED_DAYS = 60
#: The most days from the build of an image to a server made of it, and those since a server was made.
IMAGE_DAYS, IMAGE_DAYS_SENSITIVE = 180, 90
SERVER_DAYS, SERVER_DAYS_SENSITIVE = 365, 180
#: The most days since updates that a label tells.
PATCHED_DAYS = 60
#: The kinds of server groups that keep servers apart, and the one that always does.
APART, STRICT = ("anti-affinity", "soft-anti-affinity"), "anti-affinity"
#: Since then Nova changes whether a volume goes with its server.
KEEPS_VOLUMES = "2.85"
#: Bits of RSA: the least, and those that ANSSI recommends today and demands from 2031 on.
#: https://cyber.gouv.fr/publications/mecanismes-cryptographiques
RSA_LEAST, RSA_GOOD, RSA_LEAST_UNTIL = 2048, 3072, date(2030, 12, 31)
PASSTHROUGH = "pci_passthrough:alias"
#: What protects sensitive data in use: the extra spec, its value, and the property of an image that asks for the same.
PROTECTIONS = (
    ("hw:cpu_thread_policy", "isolate", "hw_cpu_thread_policy"),
    ("os:secure_boot", "required", "os_secure_boot"),
    ("hw:mem_encryption", "true", "hw_mem_encryption"),
)
NO_IMAGE = Text("the image that it was made of was not seen", "l'image dont il est issu n'a pas été vue")
NO_SPECS = Text("its flavor does not show its extra specs", "son gabarit ne montre pas ses extra specs")
REBUILD = Text(
    "Rebuild the server from a recent image, or move its service to a new one.",
    "Reconstruire le serveur depuis une image récente, ou déplacer son service.",
)
SPREAD = Text(
    "Put the servers into a group with the policy anti-affinity, in several zones, and build them again one by one.",
    "Placer les serveurs dans un groupe de politique anti-affinity, sur plusieurs zones, et les refaire un par un.",
)


# --- what a server is made of


def _servers(view: View) -> Iterable[Row]:
    return view.rows("servers")


def _root_volume(view: View, server: Row) -> Row | None:
    """Return the volume that a server without an image starts from, or None when it was not seen."""
    told = server.get("OS-EXT-SRV-ATTR:root_device_name")
    disks = (told,) if told else FIRST_DISKS
    for attached in server.get(ATTACHED) or ():
        volume = view.one("volumes", attached["id"])
        for attachment in (volume or {}).get("attachments") or ():
            if attachment.get("server_id") == server["id"] and attachment.get("device") in disks:
                return volume
    return None


def _image(view: View, server: Row) -> Row | None:
    """Return the image that a server was made of, or None when it was not seen.

    A server on a volume has no image; Cinder keeps the properties of the one that its volume was made of.
    """
    if server.get("image"):
        return view.one("images", server["image"]["id"])
    kept = (_root_volume(view, server) or {}).get("volume_image_metadata") or {}
    if not kept.get("image_id"):
        return None
    return {**kept, **(view.one("images", kept["image_id"]) or {}), "id": kept["image_id"]}


def _name_of(image: Row) -> str:
    return str(image.get("name") or image.get("image_name") or "")


def _extra_specs(server: Row) -> Mapping[str, str] | None:
    # Nova keeps with a server what its flavor was then, and leaves this out for those who may not see it.
    found: Mapping[str, str] | None = (server.get("flavor") or {}).get("extra_specs")
    return found


# --- CMP-001, CMP-002


def _no_secrets(field: str) -> Callable[[View, Row], Verdict]:
    """Return a judge: it fails a server in a field of which secrets were found."""

    def judge(_view: View, server: Row) -> Verdict:
        if field not in server["scanned"]:
            name = field.rpartition(":")[2]
            return not_evaluable(Text(f"{name} is not shown to the account", f"{name} n'est pas montré au compte"))
        found = [secret for secret in server["found"] if secret["field"].partition(".")[0] == field]
        return passed_or_failed(
            not found,
            where=", ".join(sorted({secret["field"].removeprefix("OS-EXT-SRV-ATTR:") for secret in found})),
            rules=", ".join(sorted({secret["rule"] for secret in found})),
            sha256=", ".join(sorted({secret["sha256"] for secret in found})),
        )

    return judge


# --- CMP-003, CMP-004, CMP-005


def _judge_key_name(view: View, server: Row) -> Verdict:
    if "key_name" not in server:
        return not_evaluable(Text("key_name is not shown to the account", "key_name n'est pas montré au compte"))
    if server["key_name"]:
        return PASSED
    image = _image(view, server)
    if DIRECTORY in (labels(server).get(LOGIN), labels(image or {}).get(LOGIN), (image or {}).get(LOGIN)):
        return not_applicable(Text("people come in by a directory", "les personnes entrent par un annuaire"))
    if image is None:
        return not_evaluable(NO_IMAGE)
    # Nova itself takes for Linux what does not say.
    names = (str(image.get("os_type") or ""), str(image.get("os_distro") or ""))
    if any(name.lower().startswith("windows") for name in names):
        return not_applicable(Text("it runs Windows", "il est sous Windows"))
    return failed(image=_name_of(image), os_distro=names[1])


def _used_keys(view: View) -> Iterator[Row]:
    """Yield the key pairs that servers were made with; key is None where it was not seen."""
    used = Counter(
        (server.get("user_id", ""), server["key_name"]) for server in view.rows("servers") if server.get("key_name")
    )
    for (user, name), servers in used.items():
        key = next((row for row in view.by("keypairs", "parent_id", user) if row["name"] == name), None)
        yield {"id": f"{user}/{name}", "name": name, "user_id": user, "servers": servers, "key": key}


def _judge_strength(view: View, row: Row) -> Verdict:
    if row["key"] is None:
        return not_evaluable(Text("the key pair was not seen", "la paire de clés n'a pas été vue"))
    if row["key"].get("type") == "x509":
        return not_applicable(Text("it is a certificate for Windows", "c'est un certificat pour Windows"))
    key = public_key(row["key"]["public_key"])
    if key is None:
        return not_evaluable(Text("the type of the key is not known", "le type de la clé n'est pas connu"))
    least = RSA_GOOD if view.sensitivity in SENSITIVE or view.today > RSA_LEAST_UNTIL else RSA_LEAST
    strong = key.type in CURVES or (key.type == RSA and key.bits >= least)
    return passed_or_failed(strong, key_type=key.type, bits=key.bits, servers=row["servers"])


def _judge_key_owner(view: View, row: Row) -> Verdict:
    if row["key"] is None:
        return not_evaluable(Text("the key pair was not seen", "la paire de clés n'a pas été vue"))
    same = view.by("keypairs", "fingerprint", row["key"]["fingerprint"])
    others = sorted({key["parent_id"] for key in same} - {row["user_id"]})
    # A key pair is listed for a user, so that whoever owns one that was seen was seen too.
    owner = view.by("users", "id", row["user_id"])[0]
    return passed_or_failed(
        owner["enabled"] and not others,
        owner=owner["name"],
        owner_enabled=owner["enabled"],
        shared_with=", ".join(others),
        servers=row["servers"],
    )


# --- CMP-006, CMP-007, CMP-008


def _judge_provenance(view: View, server: Row) -> Verdict:
    image = _image(view, server)
    if image is None or not image.get("owner"):
        return not_evaluable(NO_IMAGE)
    # By default only administrators of the cloud make an image public.
    if image["owner"] == view.project["id"] or image.get("visibility") == "public":
        return PASSED
    foreign = view.foreign(image["owner"])
    if foreign is None:
        return not_evaluable(
            Text("the project that owns its image was not seen", "le projet qui détient son image n'a pas été vu")
        )
    return passed_or_failed(
        not foreign,
        image=image["id"],
        image_name=_name_of(image),
        image_owner=image["owner"],
        visibility=image.get("visibility", ""),
    )


def _judge_image_age(view: View, server: Row) -> Verdict:
    image = _image(view, server)
    if image is None:
        return not_evaluable(NO_IMAGE)
    last = end_of_support(image)
    since, launched = built(image), day(server.get(LAUNCHED)) or day(server.get("created"))
    days = (launched - since).days if launched and since else None
    most = IMAGE_DAYS_SENSITIVE if view.sensitivity in SENSITIVE else IMAGE_DAYS
    if (last and last < view.today) or (days is not None and days > most):
        return failed(
            image=image["id"],
            image_name=_name_of(image),
            supported_until=last.isoformat() if last else "unknown",
            days_old_at_launch="unknown" if days is None else days,
        )
    if last is None:
        return not_evaluable(
            Text(
                "until when its operating system is supported is not known",
                "la fin de maintenance de son système d'exploitation n'est pas connue",
            )
        )
    return (
        not_evaluable(
            Text("when its image was built is not known", "la date de construction de son image n'est pas connue")
        )
        if days is None
        else PASSED
    )


def _judge_certificates(view: View, server: Row) -> Verdict:
    if server.get("trusted_image_certificates"):
        return PASSED
    if not server.get("image"):
        # Nova names no certificates for servers on volumes; Cinder notes what it verified itself.
        volume = _root_volume(view, server)
        if volume is None:
            return not_evaluable(
                Text("the volume that it starts from was not seen", "le volume dont il démarre n'a pas été vu")
            )
        kept = volume.get("volume_image_metadata") or {}
        return passed_or_failed(yes(kept.get("signature_verified")), starts_from="volume", volume=volume["id"])
    if "trusted_image_certificates" not in server:
        return not_evaluable(
            Text(
                "trusted_image_certificates is not shown to the account",
                "trusted_image_certificates n'est pas montré au compte",
            )
        )
    return failed(starts_from="image", image=server["image"]["id"])


# --- CMP-011, CMP-012


def _judge_stopped(view: View, server: Row) -> Verdict:
    if server["status"] not in STOPPED:
        return PASSED
    # Whatever is written to a server counts as an update: it has been stopped for as long at least.
    days = view.age(server.get("updated"))
    if days is None:
        return not_evaluable(Text("since when it is stopped is not known", "la date de son arrêt n'est pas connue"))
    return passed_or_failed(days <= STOPPED_DAYS, status=server["status"], days=days)


def _judge_server_age(view: View, server: Row) -> Verdict:
    if LAUNCHED not in server:
        return not_evaluable(
            Text(
                "when it was launched is not shown to the account",
                "la date de son lancement n'est pas montrée au compte",
            )
        )
    days = view.age(server[LAUNCHED])
    if days is None:
        return not_applicable(Text("it was never launched", "il n'a jamais été lancé"))
    most = SERVER_DAYS_SENSITIVE if view.sensitivity in SENSITIVE else SERVER_DAYS
    said = labels(server).get(PATCHED, "")
    patched = view.age(said)
    recent = patched is not None and 0 <= patched <= PATCHED_DAYS
    return passed_or_failed(days <= most or recent, days=days, most=most, patched=said)


# --- CMP-013, CMP-014, CMP-015


def _redundant(servers: Iterable[Row]) -> Iterator[Row]:
    """Yield the groups of servers whose labels say that they stand in for each other."""
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for server in servers:
        name = labels(server).get(REDUNDANCY)
        if name:
            groups[name].append(server)
    for name, listed in sorted(groups.items()):
        yield {"id": f"{REDUNDANCY}:{name}", "name": name, "servers": listed}


def _kept_apart(view: View) -> Iterator[Row]:
    return (group for group in view.rows("server_groups") if group.get("policy") in APART)


def _groups_on_hosts(view: View) -> Iterator[Row]:
    for group in _kept_apart(view):
        members = (view.one("servers", id) for id in group.get("members") or ())
        yield {**group, "servers": [server for server in members if server]}
    yield from _redundant(view.rows("servers"))


def _judge_hosts(_view: View, group: Row) -> Verdict:
    # One that is shelved, or not placed yet, is on no host.
    hosts: defaultdict[str, list[str]] = defaultdict(list)
    for server in group["servers"]:
        if server.get("hostId"):
            hosts[server["hostId"]].append(server["name"])
    if sum(map(len, hosts.values())) < 2:
        return not_applicable(
            Text("fewer than two of its servers are on a host", "moins de deux de ses serveurs sont sur un hôte")
        )
    together = [", ".join(sorted(names)) for names in hosts.values() if len(names) > 1]
    return passed_or_failed(not together, together="; ".join(sorted(together)), hosts=len(hosts))


def _judge_strict(_view: View, group: Row) -> Verdict:
    most = (group.get("rules") or {}).get("max_server_per_host", 1)
    return passed_or_failed(group["policy"] == STRICT and most == 1, policy=group["policy"], servers_per_host=most)


def _redundant_everywhere(view: View) -> Iterator[Row]:
    return _redundant(
        {**server, "region": region} for region in view.regions for server in view.rows("servers", region)
    )


def _zones(servers: Iterable[Row]) -> set[tuple[str, str]]:
    return {(server["region"], server[ZONE]) for server in servers if server.get(ZONE)}


def _zones_in_use(view: View) -> set[tuple[str, str]]:
    """Return all zones of all regions in which a server was seen, whoever owns it."""
    return view.facts.once(
        ("zones", view.regions),
        lambda: _zones(
            {**server, "region": region} for region in view.regions for server in view.all("servers", region)
        ),
    )


def _judge_zones(view: View, group: Row) -> Verdict:
    placed = [server for server in group["servers"] if server.get(ZONE)]
    if len(placed) < 2:
        return not_applicable(
            Text("fewer than two of its servers are in a zone", "moins de deux de ses serveurs sont dans une zone")
        )
    zones = _zones(placed)
    if len(zones) > 1:
        return PASSED
    if len(_zones_in_use(view)) < 2:
        return not_evaluable(Text("only one availability zone was seen", "une seule zone de disponibilité a été vue"))
    ((region, zone),) = zones
    return failed(region=region, availability_zone=zone, servers=", ".join(sorted(row["name"] for row in placed)))


# --- CMP-016, CMP-017, CMP-018


def _judge_flavor(view: View, server: Row) -> Verdict:
    specs = _extra_specs(server)
    if specs is None:
        return not_evaluable(NO_SPECS)
    if PASSTHROUGH in specs:
        return failed(flavor=server["flavor"].get("original_name", ""), hardware=specs[PASSTHROUGH])
    if view.sensitivity not in SENSITIVE:
        return PASSED
    image = _image(view, server) or {}
    lacking = [
        (spec, value, offered(view, spec, value))
        for spec, value, asked in PROTECTIONS
        if value not in (str(specs.get(spec, "")).lower(), str(image.get(asked, "")).lower())
    ]
    missing = [f"{spec}={value}" for spec, value, offer in lacking if offer]
    if missing:
        return failed(flavor=server["flavor"].get("original_name", ""), missing=", ".join(missing))
    unknown = any(offer is None for _spec, _value, offer in lacking)
    return (
        not_evaluable(
            Text("the flavors do not show their extra specs", "les gabarits ne montrent pas leurs extra specs")
        )
        if unknown
        else PASSED
    )


def _class_of(view: View, network: Row) -> str:
    """Return how sensitive a network is: by its label, or else as its project is; empty when neither says."""
    said: Sequence[str] = [labels(network).get("sensitivity", "")]
    if not said[0]:
        own = network["project_id"] == view.project["id"]
        project = view.one("projects", network["project_id"]) or {}
        said = [view.sensitivity] if own else tag_values(project, "sensitivity")
    return said[0] if len(said) == 1 else ""


def _judge_networks(view: View, server: Row) -> Verdict:
    ids = {port["network_id"] for port in view.by("ports", "device_id", server["id"])}
    networks = [view.one("networks", id) for id in sorted(ids)]
    inner = [network for network in networks if network is None or not network.get("router:external")]
    if len(inner) < 2:
        return PASSED
    classes = [(network["name"], _class_of(view, network)) if network else ("", "") for network in inner]
    if len({found for _name, found in classes if found}) > 1:
        return failed(networks=", ".join(f"{name}: {found or 'unknown'}" for name, found in sorted(classes)))
    whole = all(found for _name, found in classes)
    return (
        PASSED
        if whole
        else not_evaluable(
            Text(
                "one of its networks does not say how sensitive it is", "l'un de ses réseaux ne dit pas sa sensibilité"
            )
        )
    )


def _judge_local_disks(view: View, server: Row) -> Verdict:
    flavor = server.get("flavor") or {}
    disks = [
        name
        for name, there in (
            ("root", server.get("image")),
            ("ephemeral", flavor.get("ephemeral")),
            ("swap", flavor.get("swap")),
        )
        if there
    ]
    if not disks:
        return PASSED
    specs = _extra_specs(server)
    if yes((specs or {}).get("hw:ephemeral_encryption")):
        return PASSED
    image = _image(view, server)
    if yes((image or {}).get("hw_ephemeral_encryption")):
        return PASSED
    if specs is None or image is None:
        return not_evaluable(NO_SPECS if specs is None else NO_IMAGE)
    return failed(disks=", ".join(disks), flavor=flavor.get("original_name", ""))


# --- CMP-019, CMP-020, CMP-021


def _judge_locked(_view: View, server: Row) -> Verdict:
    if not yes(labels(server).get(CRITICAL)):
        return not_applicable(Text("nothing says that it is critical", "rien ne dit qu'il est critique"))
    if "locked" not in server:
        return not_evaluable(Text("locked is not shown to the account", "locked n'est pas montré au compte"))
    return passed_or_failed(server["locked"] is True)


def _lock(_view: View, server: Row) -> tuple[Fix, ...]:
    path = f"/servers/{server['id']}/action"
    return (
        Fix(
            service="compute",
            type="server",
            id=server["id"],
            name=server["name"],
            before={"locked": False},
            after={"locked": True},
            calls=(Call("POST", path, {"lock": None}),),
            undo=(Call("POST", path, {"unlock": None}),),
            seals=True,
        ),
    )


def _attached(view: View) -> Iterator[Row]:
    for server in view.rows("servers"):
        for attached in server.get(ATTACHED) or ():
            volume = view.one("volumes", attached["id"]) or {}
            yield {**attached, "name": volume.get("name"), "server": server}


def _judge_deletion(view: View, row: Row) -> Verdict:
    if "delete_on_termination" not in row:
        return not_evaluable(
            Text(
                "delete_on_termination is not shown to the account", "delete_on_termination n'est pas montré au compte"
            )
        )
    if not row["delete_on_termination"]:
        return PASSED
    server = row["server"]
    if not server.get("image"):
        root = _root_volume(view, server)
        if root is None:
            return not_evaluable(
                Text(
                    "the volume that its server starts from was not seen",
                    "le volume dont son serveur démarre n'a pas été vu",
                )
            )
        if root["id"] == row["id"]:
            return not_applicable(Text("its server starts from it", "son serveur en démarre"))
    return failed(server=server["id"], server_name=server["name"])


def _keep_volume(_view: View, row: Row) -> tuple[Fix, ...]:
    server = row["server"]
    path = f"/servers/{server['id']}/os-volume_attachments/{row['id']}"

    def call(goes: bool) -> Call:
        body = {"volumeAttachment": {"volumeId": row["id"], "delete_on_termination": goes}}
        return Call("PUT", path, body, microversion=KEEPS_VOLUMES)

    return (
        Fix(
            service="compute",
            type="volume_attachment",
            id=f"{server['id']}/{row['id']}",
            name=f"{server['name']}: {row['name'] or row['id']}",
            before={"delete_on_termination": True},
            after={"delete_on_termination": False},
            calls=(call(False),),
            undo=(call(True),),
        ),
    )


def _judge_launcher(view: View, server: Row) -> Verdict:
    user = view.one("users", server.get("user_id", ""))
    if user is not None:
        return passed_or_failed(bool(user["enabled"]), user=user["name"], enabled=bool(user["enabled"]))
    # Whoever holds a role in the project is there, even if the account does not see the domain.
    if server.get("user_id", "") in view.facts.once(("holders", view.project["id"]), lambda: _holders(view)):
        return not_evaluable(
            Text("the user who launched it was not seen", "l'utilisateur qui l'a lancé n'a pas été vu")
        )
    return failed(user=server.get("user_id", ""), enabled=False)


def _holders(view: View) -> frozenset[str]:
    rows = view.rows("effective_role_assignments")
    return frozenset(row["user"]["id"] for row in rows if "user" in row)


CONTROLS: tuple[Control, ...] = (
    Control(
        id="ETAT-CMP-001",
        family=FAMILY,
        title=Text("No secrets lie in user data", "Aucun secret dans les données utilisateur"),
        criterion=Text(
            "No password, private key or token was found in the user data of a server, packed or not.",
            "Aucun mot de passe, clé privée ou jeton n'a été trouvé dans les user data d'un serveur, même compressées.",
        ),
        type="server",
        reads=("servers",),
        level=Level.SITE,
        severity=severities("high", "critical", "critical"),
        references=references(pssie="EXP-CONF-AUTH", anssi_hygiene="11", iso27001="5.17 8.24", secnumcloud="10.5"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Change the secret, then rebuild the server with user data that fetch it from a safe.",
                "Changer le secret, puis reconstruire le serveur avec des user data qui le prennent dans un coffre.",
            ),
        ),
        caution=Text(
            "Found by form, name and entropy; an example may look like a secret. Only administrators see user data.",
            "Trouvé par forme, nom et entropie ; un exemple peut ressembler à un secret. Seuls les administrateurs "
            "voient les user data.",
        ),
        objects=_servers,
        judge=_no_secrets(USER_DATA),
    ),
    Control(
        id="ETAT-CMP-002",
        family=FAMILY,
        title=Text("No secrets lie in the metadata of servers", "Aucun secret dans les métadonnées des serveurs"),
        criterion=Text(
            "No password, private key or token was found in the metadata of a server.",
            "Aucun mot de passe, clé privée ou jeton n'a été trouvé dans les métadonnées d'un serveur.",
        ),
        type="server",
        reads=("servers",),
        level=Level.SITE,
        severity=severities("high", "critical", "critical"),
        references=references(pssie="EXP-CONF-AUTH", anssi_hygiene="11", iso27001="5.17 8.24", secnumcloud="10.5"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Change the secret, keep it in a safe, and delete the key of the metadata.",
                "Changer le secret, le garder dans un coffre et supprimer la clé des métadonnées.",
            ),
        ),
        caution=Text(
            "Found by form, name and entropy; an example may look like a secret.",
            "Trouvé par forme, nom et entropie ; un exemple peut ressembler à un secret.",
        ),
        objects=_servers,
        judge=_no_secrets(METADATA),
    ),
    Control(
        id="ETAT-CMP-003",
        family=FAMILY,
        title=Text(
            "Linux servers were made with a key pair", "Les serveurs Linux ont été créés avec une paire de clés"
        ),
        criterion=Text(
            "A server has key_name, unless it runs Windows, or it or its image says login:directory.",
            "Un serveur a key_name, sauf s'il est sous Windows, ou si lui ou son image dit login:directory.",
        ),
        type="server",
        reads=("servers", "images", "volumes"),
        level=Level.SITE,
        severity=severities("low", "medium", "medium"),
        references=references(anssi_ssh="R17"),
        repair=Repair(
            Mode.NONE,
            Text("Build the server again with a key pair.", "Refaire le serveur avec une paire de clés."),
        ),
        caution=Text(
            "A key pair does not prove that passwords are off. User data may bring keys that Nova does not know.",
            "Une paire de clés ne prouve pas l'absence de mots de passe. Les user data peuvent poser d'autres clés.",
        ),
        objects=_servers,
        judge=_judge_key_name,
    ),
    Control(
        id="ETAT-CMP-004",
        family=FAMILY,
        title=Text("Key pairs in use are strong", "Les paires de clés utilisées sont fortes"),
        criterion=Text(
            "The key of a server is Ed25519, ECDSA of at least 256 bits, or RSA of at least 3072 bits; 2048 bits are "
            "enough until the end of 2030 for what is not sensitive.",
            "La clé d'un serveur est Ed25519, ECDSA d'au moins 256 bits ou RSA d'au moins 3072 bits ; RSA 2048 suffit "
            "jusqu'à fin 2030 hors données sensibles.",
        ),
        type="keypair",
        reads=("servers", "keypairs"),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(anssi_ssh="R7 R8 R9", anssi_crypto="RecommandationFactorisation", iso27001="8.24"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Put a new key on the servers, then take the old one away, there and in Nova.",
                "Poser une nouvelle clé sur les serveurs, puis retirer l'ancienne, là et dans Nova.",
            ),
        ),
        caution=Text(
            "Nova keeps the name of the key: a server may have been given others since.",
            "Nova garde le nom de la clé : le serveur a pu en recevoir d'autres depuis.",
        ),
        objects=_used_keys,
        judge=_judge_strength,
    ),
    Control(
        id="ETAT-CMP-005",
        family=FAMILY,
        title=Text("A key pair has one owner, who is there", "Une paire de clés a un seul détenteur, présent"),
        criterion=Text(
            "The user whose key is on a server is enabled, and no other user has the same key.",
            "L'utilisateur dont la clé est sur un serveur est actif, et aucun autre n'a la même clé.",
        ),
        type="keypair",
        reads=("servers", "keypairs", "users"),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(anssi_hygiene="8", anssi_ssh="R21"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Take the key off the servers first: deleting the key pair changes nothing in them.",
                "Retirer d'abord la clé des serveurs : supprimer la paire n'y change rien.",
            ),
        ),
        caution=Text(
            "One user may hold the same key under two names, and that is no sharing.",
            "Un utilisateur peut avoir la même clé sous deux noms ; ce n'est pas un partage.",
        ),
        objects=_used_keys,
        judge=_judge_key_owner,
    ),
    Control(
        id="ETAT-CMP-006",
        family=FAMILY,
        title=Text("Servers are made of known images", "Les serveurs viennent d'images connues"),
        criterion=Text(
            "The image of a server, or of the volume that it starts from, is public or belongs to the domain.",
            "L'image d'un serveur, ou du volume dont il démarre, est publique ou appartient au domaine.",
        ),
        type="server",
        reads=("servers", "images", "volumes", "projects"),
        level=Level.SITE,
        severity=severities("medium", "high", "high"),
        references=references(anssi_hygiene="14", iso27001="8.19", secnumcloud="12.10"),
        repair=Repair(Mode.NONE, REBUILD),
        caution=Text(
            "By default only administrators of the cloud make images public; where others may, public says little.",
            "Par défaut, seuls les administrateurs du cloud publient des images ; sinon, public dit peu.",
        ),
        objects=_servers,
        judge=_judge_provenance,
    ),
    Control(
        id="ETAT-CMP-007",
        family=FAMILY,
        title=Text(
            "Servers were made of recent, supported images", "Les serveurs viennent d'images récentes, maintenues"
        ),
        criterion=Text(
            "The system of the image is supported today, and the image was at most 180 days old when the server was "
            "launched, or 90 days for sensitive data.",
            "Le système de l'image est maintenu aujourd'hui, et l'image avait au plus 180 jours au lancement, 90 jours "
            "pour des données sensibles.",
        ),
        type="server",
        reads=("servers", "images", "volumes"),
        level=Level.SITE,
        severity=severities("medium", "high", "high"),
        references=references(pssie="EXP-OBSOLET EXP-ISOL", anssi_hygiene="34 35", iso27001="8.8"),
        repair=Repair(Mode.NONE, REBUILD),
        caution=Text(
            "A server may have been upgraded since, in itself, to another release.",
            "Un serveur a pu être mis à niveau depuis, de l'intérieur.",
        ),
        objects=_servers,
        judge=_judge_image_age,
    ),
    Control(
        id="ETAT-CMP-008",
        family=FAMILY,
        title=Text("The signature of images is asked for", "La signature des images est demandée"),
        criterion=Text(
            "The server names trusted image certificates, or Cinder noted that it verified the image of its volume.",
            "Le serveur nomme des certificats de confiance, ou Cinder a noté avoir vérifié l'image de son volume.",
        ),
        type="server",
        reads=("servers", "volumes"),
        level=Level.SITE,
        severity=severities("-", "-", "medium"),
        references=references(iso27001="8.24:partial"),
        repair=Repair(Mode.NONE, REBUILD),
        caution=Text(
            "That it is asked for does not say that Nova does it: the provider attests verify_glance_signatures.",
            "La demande ne dit pas que Nova vérifie : le fournisseur atteste verify_glance_signatures.",
        ),
        objects=_servers,
        judge=_judge_certificates,
    ),
    Control(
        id="ETAT-CMP-011",
        family=FAMILY,
        title=Text("No server is stopped and forgotten", "Aucun serveur arrêté et oublié"),
        criterion=Text(
            "A server that is stopped, shelved, suspended or paused changed in the last 60 days.",
            "Un serveur arrêté, remisé, suspendu ou en pause a changé dans les 60 derniers jours.",
        ),
        type="server",
        reads=("servers",),
        level=Level.SITE,
        severity=severities("low", "low", "medium"),
        references=references(iso27001="5.9"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Back up its data and delete it, or start and update it.",
                "Sauvegarder ses données et le supprimer, ou le démarrer et le mettre à jour.",
            ),
        ),
        caution=Text(
            "A reserve that is stopped on purpose takes a waiver.",
            "Une réserve volontairement arrêtée relève d'une dérogation.",
        ),
        objects=_servers,
        judge=_judge_stopped,
    ),
    Control(
        id="ETAT-CMP-012",
        family=FAMILY,
        title=Text("Servers are renewed or kept up to date", "Les serveurs sont renouvelés ou tenus à jour"),
        criterion=Text(
            "A server was launched in the last 365 days, 180 for sensitive data, or its label patched:DATE is at most "
            "60 days old.",
            "Un serveur a été lancé dans les 365 derniers jours, 180 pour des données sensibles, ou son étiquette "
            "patched:DATE a 60 jours au plus.",
        ),
        type="server",
        reads=("servers",),
        level=Level.SITE,
        severity=severities("low", "medium", "medium"),
        references=references(anssi_hygiene="34", iso27001="8.8:partial"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Rebuild the server, or update it and write the day into its tag patched.",
                "Reconstruire le serveur, ou le mettre à jour et en écrire le jour dans son étiquette patched.",
            ),
        ),
        caution=Text(
            "The API does not show updates; the label is as good as what writes it.",
            "L'API ne montre pas les mises à jour ; l'étiquette vaut ce que vaut celui qui l'écrit.",
        ),
        objects=_servers,
        judge=_judge_server_age,
    ),
    Control(
        id="ETAT-CMP-013",
        family=FAMILY,
        title=Text("Redundant servers are on different hosts", "Les serveurs redondants sont sur des hôtes différents"),
        criterion=Text(
            "No two servers of a group against affinity, or with the same label redundancy_group:NAME, share a host.",
            "Deux serveurs d'un groupe d'anti-affinité, ou de même étiquette redundancy_group:NOM, n'ont pas le même "
            "hôte.",
        ),
        type="server_group",
        reads=("server_groups", "servers"),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(iso27001="8.14", nis2="21.2.c", secnumcloud="17.4"),
        repair=Repair(Mode.NONE, SPREAD),
        caution=Text(
            "Redundancy that nothing declares is not seen.", "Une redondance que rien ne déclare n'est pas vue."
        ),
        objects=_groups_on_hosts,
        judge=_judge_hosts,
    ),
    Control(
        id="ETAT-CMP-014",
        family=FAMILY,
        title=Text("Anti-affinity is strict", "L'anti-affinité est stricte"),
        criterion=Text(
            "A server group that keeps servers apart has the policy anti-affinity, with one server per host.",
            "Un groupe qui sépare des serveurs a la politique anti-affinity, à un serveur par hôte.",
        ),
        type="server_group",
        reads=("server_groups",),
        level=Level.SITE,
        severity=severities("-", "low", "medium"),
        references=references(iso27001="8.14"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Make a strict group and build the servers again in it: the policy of a group does not change.",
                "Créer un groupe strict et y refaire les serveurs : la politique d'un groupe ne change pas.",
            ),
        ),
        caution=Text(
            "With fewer hosts than servers a strict group cannot start them all.",
            "Avec moins d'hôtes que de serveurs, un groupe strict ne peut tous les démarrer.",
        ),
        objects=_kept_apart,
        judge=_judge_strict,
    ),
    Control(
        id="ETAT-CMP-015",
        family=FAMILY,
        title=Text("Redundant servers are in several zones", "Les serveurs redondants sont sur plusieurs zones"),
        criterion=Text(
            "Servers with the same label redundancy_group:NAME are in at least two availability zones, or regions.",
            "Les serveurs de même étiquette redundancy_group:NOM sont sur deux zones de disponibilité, ou régions.",
        ),
        type="server_group",
        reads=("servers",),
        level=Level.TENANT,
        severity=severities("low", "medium", "high"),
        references=references(iso27001="8.14"),
        repair=Repair(Mode.NONE, SPREAD),
        caution=Text(
            "Zones in which no server was seen are not known.", "Les zones où aucun serveur n'est vu sont inconnues."
        ),
        objects=_redundant_everywhere,
        judge=_judge_zones,
    ),
    Control(
        id="ETAT-CMP-016",
        family=FAMILY,
        title=Text("Flavors isolate as well as the cloud can", "Les gabarits isolent autant que le cloud le peut"),
        criterion=Text(
            "The flavor of a server hands over no hardware. For sensitive data the flavor or the image also asks for "
            "isolated CPU threads, secure boot and encrypted memory, where a public flavor offers them.",
            "Le gabarit d'un serveur ne donne pas de matériel. Pour des données sensibles, gabarit ou image demandent "
            "aussi threads isolés, démarrage sécurisé et mémoire chiffrée, si un gabarit public les offre.",
        ),
        type="server",
        reads=("servers", "flavors", "images", "volumes"),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(anssi_dr="R6", iso27001="8.9"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Resize the server to a flavor that isolates; the provider makes flavors.",
                "Redimensionner vers un gabarit qui isole ; le fournisseur crée les gabarits.",
            ),
        ),
        caution=Text(
            "Computing on GPUs, and some network functions, need the hardware; they take a waiver.",
            "Le calcul sur GPU et des fonctions réseau exigent le matériel ; ils relèvent d'une dérogation.",
        ),
        objects=_servers,
        judge=_judge_flavor,
    ),
    Control(
        id="ETAT-CMP-017",
        family=FAMILY,
        title=Text("No server joins networks of different sensitivity", "Aucun serveur ne joint deux sensibilités"),
        criterion=Text(
            "All inner networks of a server have the same sensitivity, by their label or else by their project.",
            "Tous les réseaux internes d'un serveur ont la même sensibilité, par leur étiquette ou leur projet.",
        ),
        type="server",
        reads=("servers", "ports", "networks", "projects"),
        level=Level.SITE,
        severity=severities("low", "high", "critical"),
        references=references(pssie="RES-CLOIS", anssi_admin="R18"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Take one of the ports off the server, and pass through an approved gateway.",
                "Retirer un des ports du serveur et passer par une passerelle approuvée.",
            ),
        ),
        caution=Text(
            "The approved gateway itself takes a waiver. External networks are not compared.",
            "La passerelle approuvée relève d'une dérogation. Les réseaux externes ne sont pas comparés.",
        ),
        objects=_servers,
        judge=_judge_networks,
    ),
    Control(
        id="ETAT-CMP-018",
        family=FAMILY,
        title=Text("No data lie in clear on the disks of a host", "Aucune donnée en clair sur les disques d'un hôte"),
        criterion=Text(
            "A server starts from a volume and has no ephemeral disk or swap, or the flavor or image encrypts them.",
            "Un serveur démarre d'un volume, sans disque éphémère ni swap, ou le gabarit ou l'image les chiffre.",
        ),
        type="server",
        reads=("servers", "images", "volumes"),
        level=Level.SITE,
        severity=severities("-", "medium", "high"),
        references=references(iso27001="8.24", secnumcloud="10.1"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Build the server again on a volume of an encrypted type.",
                "Refaire le serveur sur un volume d'un type chiffré.",
            ),
        ),
        caution=Text(
            "The provider may encrypt the disks of hosts below Nova, which the API does not show. Whether a volume is "
            "encrypted is a question of the volumes' own controls.",
            "Le fournisseur peut chiffrer les disques sous Nova, ce que l'API ne montre pas. Le chiffrement des "
            "volumes relève de leurs propres contrôles.",
        ),
        objects=_servers,
        judge=_judge_local_disks,
    ),
    Control(
        id="ETAT-CMP-019",
        family=FAMILY,
        title=Text("Critical servers are locked", "Les serveurs critiques sont verrouillés"),
        criterion=Text(
            "A server with the label critical:yes is locked.", "Un serveur d'étiquette critical:yes est verrouillé."
        ),
        type="server",
        reads=("servers",),
        level=Level.SITE,
        severity=severities("info", "low", "low"),
        references=references(iso27001="8.32"),
        repair=Repair(Mode.SAFE, Text("Lock the server.", "Verrouiller le serveur."), _lock),
        objects=_servers,
        judge=_judge_locked,
    ),
    Control(
        id="ETAT-CMP-020",
        family=FAMILY,
        title=Text("Data outlive their server", "Les données survivent à leur serveur"),
        criterion=Text(
            "No attached volume goes with its server when that is deleted, but for the one that it starts from.",
            "Aucun volume attaché ne disparaît avec son serveur, hormis celui dont il démarre.",
        ),
        type="volume",
        reads=("servers", "volumes"),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(iso27001="8.13"),
        repair=Repair(
            Mode.SAFE,
            Text(
                "Set delete_on_termination of the attachment to false.",
                "Mettre delete_on_termination de l'attachement à false.",
            ),
            _keep_volume,
        ),
        caution=Text(
            "A volume for scratch data may go with its server.",
            "Un volume de données temporaires peut partir avec son serveur.",
        ),
        objects=_attached,
        judge=_judge_deletion,
    ),
    Control(
        id="ETAT-CMP-021",
        family=FAMILY,
        title=Text("Whoever launched a server is there", "Qui a lancé un serveur est encore là"),
        criterion=Text(
            "The user who launched a server is enabled, and belongs to the domain or holds a role in the project.",
            "L'utilisateur qui a lancé un serveur est actif, et du domaine ou détenteur d'un rôle dans le projet.",
        ),
        type="server",
        reads=("servers", "users", "effective_role_assignments"),
        level=Level.SITE,
        severity=severities("low", "low", "medium"),
        references=references(anssi_hygiene="6"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Say who answers for the server now, and change the keys of those who left.",
                "Dire qui répond désormais du serveur, et changer les clés de ceux qui sont partis.",
            ),
        ),
        caution=Text(
            "Nova never changes the user of a server; once somebody else answers for it, that is a waiver.",
            "Nova ne change jamais l'utilisateur d'un serveur ; si un autre en répond, c'est une dérogation.",
        ),
        objects=_servers,
        judge=_judge_launcher,
    ),
)
