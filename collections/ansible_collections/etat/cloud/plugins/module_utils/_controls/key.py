# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the key manager says of secrets and certificates, and who may read them. What they hold is never read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    manual,
    not_applicable,
    not_evaluable,
    passed_or_failed,
    references,
    severities,
)
from .._audit.view import View

FAMILY = "key"
SENSITIVE = ("sensitive", "restricted")
#: The role by which the services of a cloud know each other.
SERVICE = "service"
#: What tells which secrets are keys of disks, whose ends Cinder and Nova decide, and the field of each that names one.
DISKS = {"volumes": "encryption_key_id", "backups": "encryption_key_id", "images": "cinder_encryption_key_id"}
#: Types of secrets that hold no secret, and those that are keys.
OPEN, KEYS = ("certificate", "public"), ("symmetric", "private", "public")
CERTIFICATE = "certificate"
#: The least days before an end, and the most without anybody who says that it uses a secret.
LEFT_DAYS, UNUSED_DAYS = 30, 365
#: Bits of AES: the least, and those for sensitive data.
AES, AES_SENSITIVE = 128, 256
#: Bits of RSA: the least, and those that ANSSI recommends today and demands from 2031 on.
#: https://cyber.gouv.fr/publications/mecanismes-cryptographiques
RSA_LEAST, RSA_GOOD, RSA_LEAST_UNTIL = 2048, 3072, date(2030, 12, 31)
CURVE = 256
#: Names of algorithms, which people write as they like.
SYMMETRIC, FACTORED, CURVED = ("aes", "camellia"), ("rsa",), ("ec", "ecc", "ecdsa", "ecdh")
#: Curves that the name tells, and the bits of each.
NAMED_CURVES = {"ed25519": 256, "x25519": 256, "ed448": 448, "x448": 448}
#: The fields of listeners and pools that name a certificate with its key, and those that name others to trust.
WITH_KEY, TRUSTED = (
    ("default_tls_container_ref", "tls_container_ref"),
    (*("client_ca_tls_container_ref", "client_crl_container_ref", "ca_tls_container_ref", "crl_container_ref"),),
)
RENEW = Text(
    "Store a new secret that ends later, let its users take it, then delete the old one.",
    "Déposer un nouveau secret d'échéance plus lointaine, y passer les utilisateurs, puis supprimer l'ancien.",
)


def _secrets(view: View) -> Iterable[Row]:
    return view.rows("secrets")


def _containers(view: View) -> Iterable[Row]:
    return view.rows("containers")


def _kept(view: View) -> Iterator[Row]:
    for source in ("secrets", "containers"):
        for row in view.rows(source):
            yield {
                **row,
                "what": source.removesuffix("s"),
                "acls": view.by(f"{source[:-1]}_acls", "parent_id", row["id"]),
            }


def _of_disk(view: View, secret: Row) -> bool:
    """Return whether a secret is the key of a volume, of a backup, or of the image of a volume."""
    return any(view.by(source, field, secret["id"]) for source, field in DISKS.items())


def _id(ref: object) -> str:
    """Return the id at the end of an address."""
    return str(ref or "").rstrip("/").rpartition("/")[2]


# --- KEY-001, KEY-002, KEY-003


def _judge_end(view: View, secret: Row) -> Verdict:
    if secret["expiration"]:
        return PASSED
    if _of_disk(view, secret):
        return not_applicable(Text("it is the key of a volume", "c'est la clé d'un volume"))
    return failed(secret_type=secret.get("secret_type", ""), created=secret.get("created", ""))


def _judge_near_end(view: View, secret: Row) -> Verdict:
    age = view.age(secret["expiration"])
    if age is None:
        return not_applicable(Text("it has no end", "il n'a pas de fin"))
    return passed_or_failed(-age > LEFT_DAYS, expiration=secret["expiration"], days_left=-age)


def _judge_strength(view: View, secret: Row) -> Verdict:
    if secret.get("secret_type") not in KEYS:
        return not_applicable(Text("it is no key", "ce n'est pas une clé"))
    algorithm = str(secret.get("algorithm") or "").lower().replace("-", "").replace("_", "")
    bits = secret.get("bit_length") or NAMED_CURVES.get(algorithm)
    if not algorithm or not bits:
        return not_evaluable(
            Text("it does not say its algorithm and its length", "il ne dit ni son algorithme ni sa longueur")
        )
    sensitive = view.sensitivity in SENSITIVE
    least = None
    if algorithm.startswith(SYMMETRIC) or algorithm.startswith("hmac"):
        least = AES_SENSITIVE if sensitive else AES
    elif algorithm in FACTORED:
        least = RSA_GOOD if sensitive or view.today > RSA_LEAST_UNTIL else RSA_LEAST
    elif algorithm in CURVED or algorithm in NAMED_CURVES:
        least = CURVE
    return passed_or_failed(least is not None and bits >= least, algorithm=secret["algorithm"], bit_length=bits)


# --- KEY-004, KEY-008


def _holders(view: View) -> Mapping[str, frozenset[str]]:
    """Return, for each project, the users who hold a role in it; under SERVICE the accounts of the cloud's services."""
    return view.facts.once(("holders of roles",), lambda: _by_project(view))


def _by_project(view: View) -> Mapping[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for row in view.all("effective_role_assignments"):
        if "user" in row:
            found[row["project_id"]].add(row["user"]["id"])
            if row["role"].get("name") == SERVICE:
                found[SERVICE].add(row["user"]["id"])
    return {id: frozenset(users) for id, users in found.items()}


def _outside(view: View, row: Row) -> list[str]:
    """Return the users whom an access list names and who are neither of the project nor of the cloud's services."""
    holders, named = _holders(view), set(row["acls"][0].get("users") or ())
    return sorted(named - holders.get(view.project["id"], frozenset()) - holders.get(SERVICE, frozenset()))


def _seen(view: View) -> frozenset[str]:
    """Return the users of whom a role was seen.

    The others may be those of services, which only one who sees the whole cloud can tell.
    """
    return frozenset().union(*_holders(view).values())


def _is_closed(view: View, row: Row) -> bool:
    """Return whether a secret is closed to the rest of the project, or need not be."""
    # The key of a volume serves everybody who may attach it.
    return (
        view.sensitivity not in SENSITIVE
        or row["what"] != "secret"
        or row.get("secret_type") in OPEN
        or not row["acls"][0]["project-access"]
        or _of_disk(view, row)
    )


def _judge_readers(view: View, row: Row) -> Verdict:
    if not row["acls"]:
        return not_evaluable(
            Text("its access list is shown to its owner alone", "sa liste d'accès n'est montrée qu'à son propriétaire")
        )
    acl = row["acls"][0]
    outside, closed = _outside(view, row), _is_closed(view, row)
    hidden = view.facts.refusal("effective_role_assignments", "", ()) and _seen(view).isdisjoint(outside)
    if outside and hidden and closed:
        return not_evaluable(
            Text(
                "a user whom its access list names was not seen",
                "un utilisateur nommé par sa liste d'accès n'a pas été vu",
            )
        )
    return passed_or_failed(
        not outside and closed,
        kind=row["what"],
        users_outside_the_project=", ".join(outside),
        project_access=acl["project-access"],
    )


def _close_to_outside(view: View, row: Row) -> tuple[Fix, ...]:
    if not _is_closed(view, row):
        # Who needs a secret that is closed to the project is for people to say.
        return ()
    acl, outside = row["acls"][0], _outside(view, row)
    if view.facts.refusal("effective_role_assignments", "", ()) and not _seen(view).issuperset(outside):
        return ()
    named = list(acl.get("users") or ())
    inside = [user for user in named if user not in outside]
    path = f"/{row['what']}s/{row['id']}/acl"

    def call(users: Sequence[str]) -> Call:
        return Call("PUT", path, {"read": {"users": list(users), "project-access": acl["project-access"]}})

    return (
        Fix(
            service="key-manager",
            type=row["what"],
            id=row["id"],
            name=str(row.get("name") or ""),
            before={"users": ", ".join(sorted(named))},
            after={"users": ", ".join(sorted(inside))},
            calls=(call(inside),),
            undo=(call(named),),
        ),
    )


def _judge_creator(view: View, row: Row) -> Verdict:
    creator = row.get("creator_id")
    if not creator:
        return not_evaluable(Text("who made it is not told", "son auteur n'est pas indiqué"))
    # The users of every domain from which somebody holds a role in the tenant were read.
    user = next(iter(view.by("users", "id", creator)), None)
    holds = creator in _holders(view).get(view.project["id"], ())
    if holds and user is None:
        return not_evaluable(
            Text("whether its author is enabled was not seen", "on n'a pas vu si son auteur est actif")
        )
    enabled = bool(user and user["enabled"])
    return passed_or_failed(
        enabled and holds,
        kind=row["what"],
        creator=user["name"] if user else creator,
        enabled=enabled if user else "unknown",
        holds_a_role=holds,
    )


# --- KEY-005, KEY-006, KEY-007


def _certificates(view: View) -> Iterable[Row]:
    """Return the secrets that hold a certificate: by their type, or because a container says so."""
    named = {
        _id(part.get("secret_ref")): container
        for container in view.rows("containers")
        if container.get("type") == CERTIFICATE
        for part in container.get("secret_refs") or ()
        if part.get("name") == CERTIFICATE
    }
    return [row for row in view.rows("secrets") if row["id"] in named or row.get("secret_type") == CERTIFICATE]


def _judge_certificate(view: View, secret: Row) -> Verdict:
    age = view.age(secret["expiration"])
    if age is None:
        return manual(
            Text(
                "look until when the certificate is valid, and by which hash it is signed: it has no end in Barbican",
                "regarder jusqu'à quand le certificat est valable et par quelle fonction de hachage il est signé : il "
                "n'a pas de fin dans Barbican",
            )
        )
    return passed_or_failed(-age > LEFT_DAYS, expiration=secret["expiration"], days_left=-age)


def _consumers(row: Row) -> set[str]:
    """Return what says that it uses a container or a secret."""
    return {
        str(found.get("URL") or f"{found.get('resource_type', '')}/{found.get('resource_id', '')}")
        for found in row.get("consumers") or ()
    }


def _named(view: View, fields: tuple[str, ...]) -> Mapping[str, frozenset[str]]:
    """Return, for each container or secret that parts of load balancers name in some fields, which balancers do."""
    return view.facts.once(("named by load balancers", view.region, fields), lambda: _by_ref(view, fields))


def _by_ref(view: View, fields: tuple[str, ...]) -> Mapping[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for source in ("listeners", "pools"):
        for row in view.all(source):
            for ref in (*(row.get(field) for field in fields), *(row.get("sni_container_refs") or ())):
                if ref:
                    found[_id(ref)] |= {balancer["id"] for balancer in row.get("loadbalancers") or ()}
    return {id: frozenset(balancers) for id, balancers in found.items()}


def _judge_shared(view: View, row: Row) -> Verdict:
    # Octavia says of a certificate's users what its own listeners say, so that they count once.
    balancers = _named(view, WITH_KEY).get(row["id"], frozenset())
    others = {user for user in _consumers(row) if not any(balancer in user for balancer in balancers)}
    users = sorted(balancers | others)
    return passed_or_failed(len(users) < 2, used_by=", ".join(users))


def _ending(view: View) -> Iterator[Row]:
    """Yield what may be put where TLS ends: containers of certificates, and secrets that hold a whole one."""
    yield from (row for row in view.rows("containers") if row.get("type") == CERTIFICATE)
    named = _named(view, WITH_KEY)
    yield from (row for row in view.rows("secrets") if row["id"] in named)


def _contained(view: View) -> frozenset[str]:
    return view.facts.once(
        ("in containers", view.region),
        lambda: frozenset(
            _id(part.get("secret_ref")) for row in view.all("containers") for part in row.get("secret_refs") or ()
        ),
    )


def _judge_unused(view: View, row: Row) -> Verdict:
    used = (
        bool(_consumers(row))
        or row["id"] in _named(view, (*WITH_KEY, *TRUSTED))
        or row["id"] in _contained(view)
        or _of_disk(view, row)
    )
    days = view.age(row.get("created"))
    if used:
        return PASSED
    if days is None:
        return not_evaluable(Text("when it was made is not told", "sa date de création n'est pas indiquée"))
    return passed_or_failed(days <= UNUSED_DAYS, kind=row["what"], secret_type=row.get("secret_type", ""), days=days)


_DISKS: Sequence[str] = tuple(DISKS)

CONTROLS: tuple[Control, ...] = (
    Control(
        id="ETAT-KEY-001",
        family=FAMILY,
        title=Text("Every secret has an end", "Chaque secret a une échéance"),
        criterion=Text(
            "A secret in the key manager says when it ends. Keys of volumes, of backups and of images are not asked.",
            "Un secret du gestionnaire de clés dit son échéance. Les clés de volumes, de sauvegardes et d'images ne "
            "sont pas concernées.",
        ),
        type="secret",
        reads=("secrets", *_DISKS),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(iso27001="8.24", secnumcloud="10.5"),
        repair=Repair(Mode.NONE, RENEW),
        caution=Text(
            "The end of a secret cannot be changed. Keys that Nova makes for local disks cannot be told from others.",
            "L'échéance d'un secret ne peut être modifiée. Les clés que Nova crée pour des disques locaux ne se "
            "distinguent pas des autres.",
        ),
        objects=_secrets,
        judge=_judge_end,
    ),
    Control(
        id="ETAT-KEY-002",
        family=FAMILY,
        title=Text("No secret is about to end", "Aucun secret n'arrive à échéance"),
        criterion=Text(
            f"More than {LEFT_DAYS} days are left until a secret ends.",
            f"Il reste plus de {LEFT_DAYS} jours avant l'échéance d'un secret.",
        ),
        type="secret",
        reads=("secrets",),
        level=Level.SITE,
        severity=severities("medium", "medium", "high"),
        references=references(iso27001="8.24", secnumcloud="10.5"),
        repair=Repair(Mode.NONE, RENEW),
        caution=Text(
            "Barbican shows no secret that has ended.", "Barbican ne montre pas les secrets dont l'échéance est passée."
        ),
        objects=_secrets,
        judge=_judge_near_end,
    ),
    Control(
        id="ETAT-KEY-003",
        family=FAMILY,
        title=Text("Keys are long enough", "Les clés sont assez longues"),
        criterion=Text(
            f"AES has at least {AES} bits ({AES_SENSITIVE} for sensitive data), RSA {RSA_LEAST} ({RSA_GOOD} for "
            f"sensitive data, and for all after {RSA_LEAST_UNTIL.year}), curves {CURVE}; other algorithms fail.",
            f"AES a au moins {AES} bits ({AES_SENSITIVE} pour des données sensibles), RSA {RSA_LEAST} ({RSA_GOOD} pour "
            f"des données sensibles, et pour toutes après {RSA_LEAST_UNTIL.year}), les courbes {CURVE} ; les autres "
            "algorithmes échouent.",
        ),
        type="secret",
        reads=("secrets",),
        level=Level.SITE,
        severity=severities("low", "medium", "high"),
        references=references(
            anssi_crypto="RègleCléSym RègleFactorisation", anssi_tls="R26", iso27001="8.24", secnumcloud="10.5"
        ),
        repair=Repair(
            Mode.NONE,
            Text(
                "Make a longer key, encrypt anew what the old one protects, then delete it.",
                "Créer une clé plus longue, rechiffrer ce que l'ancienne protège, puis la supprimer.",
            ),
        ),
        caution=Text(
            "Algorithm and length are what was said when the key was stored; the key itself is not read.",
            "L'algorithme et la longueur sont ceux déclarés au dépôt de la clé ; la clé elle-même n'est pas lue.",
        ),
        objects=_secrets,
        judge=_judge_strength,
    ),
    Control(
        id="ETAT-KEY-004",
        family=FAMILY,
        title=Text("Only the project reads its secrets", "Seul le projet lit ses secrets"),
        criterion=Text(
            "The access list of a secret or container names only users who hold a role in the project, and accounts of "
            "the cloud's services. Secrets of sensitive data are closed to the rest of the project.",
            "La liste d'accès d'un secret ou conteneur ne nomme que des utilisateurs ayant un rôle dans le projet, et "
            "des comptes de service du cloud. Les secrets de données sensibles sont fermés au reste du projet.",
        ),
        type="secret",
        reads=("secrets", "secret_acls", "containers", "container_acls", "effective_role_assignments", *_DISKS),
        level=Level.SITE,
        severity=severities("medium", "high", "critical"),
        references=references(
            pssie="EXP-RESTR-DROITS EXP-CONF-AUTH",
            anssi_hygiene="9",
            anssi_dr="R40 R41",
            iso27001="5.15 8.3",
            nis2="21.2.i",
            secnumcloud="9.7",
        ),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Take the users away from the list, or close the secret to the project and name those who need it.",
                "Retirer ces utilisateurs de la liste, ou fermer le secret au projet et nommer ceux qui en ont besoin.",
            ),
            _close_to_outside,
        ),
        caution=Text(
            "An account is a service's by its role service. Certificates, public keys and keys of volumes may stay "
            "open to the project.",
            "Un compte est celui d'un service par son rôle service. Certificats, clés publiques et clés de volumes "
            "peuvent rester ouverts au projet.",
        ),
        objects=_kept,
        judge=_judge_readers,
    ),
    Control(
        id="ETAT-KEY-005",
        family=FAMILY,
        title=Text("No certificate is about to end", "Aucun certificat n'arrive à échéance"),
        criterion=Text(
            f"More than {LEFT_DAYS} days are left until the secret of a certificate ends. Where it has no end, a "
            "person looks at the certificate.",
            f"Il reste plus de {LEFT_DAYS} jours avant l'échéance du secret d'un certificat. Sans échéance, une "
            "personne examine le certificat.",
        ),
        type="secret",
        reads=("secrets", "containers"),
        level=Level.SITE,
        severity=severities("medium", "high", "high"),
        references=references(anssi_tls="R24 R25 R26", iso27001="8.24", secnumcloud="10.2"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Have the certificate renewed, store it with its end, and let listeners take it.",
                "Faire renouveler le certificat, le déposer avec son échéance, et le donner aux points d'écoute.",
            ),
        ),
        caution=Text(
            "The end is the one that was said when the certificate was stored; what it holds is not read.",
            "L'échéance est celle déclarée au dépôt du certificat ; son contenu n'est pas lu.",
        ),
        objects=_certificates,
        judge=_judge_certificate,
    ),
    Control(
        id="ETAT-KEY-006",
        family=FAMILY,
        title=Text("A certificate serves one place", "Un certificat sert à un seul endroit"),
        criterion=Text(
            "At most one load balancer, or other service that says so, uses a certificate and its private key.",
            "Un certificat et sa clé privée servent au plus à un répartiteur, ou à un autre service déclaré.",
        ),
        type="container",
        reads=("containers", "secrets", "listeners", "pools"),
        level=Level.SITE,
        severity=severities("low", "low", "medium"),
        references=references(anssi_tls="R30", iso27001="8.24"),
        repair=Repair(
            Mode.NONE,
            Text("Get a certificate for each place.", "Obtenir un certificat pour chaque endroit."),
        ),
        caution=Text(
            "Two load balancers may stand in for each other on purpose.",
            "Deux répartiteurs peuvent se suppléer volontairement.",
        ),
        objects=_ending,
        judge=_judge_shared,
    ),
    Control(
        id="ETAT-KEY-007",
        family=FAMILY,
        title=Text("No old secret is left over", "Aucun ancien secret n'est abandonné"),
        criterion=Text(
            "Something says that it uses a secret or a container: a service, a container, a load balancer, a volume; "
            f"or it is at most {UNUSED_DAYS} days old.",
            "Un service, un conteneur, un répartiteur ou un volume déclare utiliser le secret ou le conteneur ; sinon "
            f"il a au plus {UNUSED_DAYS} jours.",
        ),
        type="secret",
        reads=("secrets", "containers", "listeners", "pools", *_DISKS),
        level=Level.SITE,
        severity=severities("low", "low", "medium"),
        references=references(iso27001="5.9 8.10", secnumcloud="8.1"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Ask who uses it. Never delete a key before it is certain that nothing is encrypted with it.",
                "Demander qui l'utilise. Ne jamais supprimer une clé sans certitude que rien n'est chiffré avec elle.",
            ),
        ),
        caution=Text(
            "Applications that read a secret do not say so; a key may belong to a disk that was moved elsewhere.",
            "Les applications qui lisent un secret ne le déclarent pas ; une clé peut être celle d'un disque déplacé.",
        ),
        objects=_kept,
        judge=_judge_unused,
    ),
    Control(
        id="ETAT-KEY-008",
        family=FAMILY,
        title=Text("Whoever made a secret is still there", "L'auteur d'un secret est toujours présent"),
        criterion=Text(
            "The user who made a secret or a container is enabled, and holds a role in the project.",
            "L'utilisateur qui a créé un secret ou un conteneur est actif et a un rôle dans le projet.",
        ),
        type="secret",
        reads=("secrets", "containers", "users", "effective_role_assignments"),
        level=Level.SITE,
        severity=severities("low", "medium", "medium"),
        references=references(anssi_hygiene="6", iso27001="5.17 5.18", nis2="21.2.i"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Replace the secret, which a person who left may know, by one of somebody in charge.",
                "Remplacer le secret, que la personne partie peut connaître, par celui d'un responsable.",
            ),
        ),
        caution=Text(
            "An administrator may have made it without a role that lasts.",
            "Un administrateur peut l'avoir créé sans rôle durable.",
        ),
        objects=_kept,
        judge=_judge_creator,
    ),
)
