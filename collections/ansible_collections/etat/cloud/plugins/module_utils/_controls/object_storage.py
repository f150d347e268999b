# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who reads and writes containers of objects, by which ways around their access lists, and what becomes of the objects.

https://docs.openstack.org/swift/latest/overview_acl.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from .._audit.fixes import quoted
from .._audit.model import (
    PASSED,
    UNSAID,
    Call,
    Control,
    Fix,
    Level,
    Mode,
    Repair,
    Row,
    Text,
    Verdict,
    manual,
    not_applicable,
    not_evaluable,
    passed_or_failed,
    references,
    severities,
)
from .._audit.view import View

FAMILY = "object_storage"
SENSITIVE = ("sensitive", "restricted")
HEADERS = "object_container_headers"
READ, WRITE = "x-container-read", "x-container-write"
ANY = "*"
#: How an access list names the page from which a browser comes; Ceph keeps what people write, Swift the first one.
REFERRERS, LISTINGS = (".r", ".ref", ".referer", ".referrer"), ".rlistings"
#: Headers of which only is known whether they hold a key.
KEYS = tuple(f"x-{what}-meta-temp-url-key{end}" for what in ("account", "container") for end in ("", "-2"))
SYNC = "x-container-sync-to"
VERSIONS_ENABLED, VERSIONS = "x-versions-enabled", ("x-versions-location", "x-history-location")
#: A label that servers have as well. yes: the loss of it stops a service.
CRITICAL = "x-container-meta-critical"
WEB = ("x-container-meta-web-index", "x-container-meta-web-error")
WEB_LISTINGS, ORIGIN = "x-container-meta-web-listings", "x-container-meta-access-control-allow-origin"
#: How Keystone writes ids: its own, and those of users of a directory.
ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{64}")
TRUE = ("true", "1", "yes", "on", "t", "y")
CLOSE = Text(
    "Take the element out of the access list, and name the projects that need the container.",
    "Retirer l'élément de la liste d'accès, et nommer les projets qui ont besoin du conteneur.",
)
ACCOUNT = "account"


@dataclass(frozen=True, slots=True)
class AccessList:
    """What one access list says. referrers: pages that let in. listings: whether they may list as well.

    grants: pairs of a project and a user, of which the latter is empty for an element without a colon.
    """

    text: str
    referrers: tuple[str, ...]
    listings: bool
    grants: tuple[tuple[str, str], ...]


def access_list(text: str) -> AccessList:
    """Return what the text of an access list says. What only shuts somebody out lets nobody in."""
    referrers, grants, listings = [], [], False
    for element in (part.strip() for part in text.split(",")):
        name, colon, value = (part.strip() for part in element.partition(":"))
        if name.lower() == LISTINGS:
            listings = True
        elif name.lower() in REFERRERS:
            referrers += [value] if value and not value.startswith("-") else []
        elif element:
            grants.append((name, value if colon else ""))
    return AccessList(text, tuple(referrers), listings, tuple(grants))


def _containers(view: View) -> Iterator[Row]:
    for row in view.rows(HEADERS):
        yield {**row, "name": row["id"]}


def _list(container: Row, header: str) -> AccessList:
    return access_list(str(container.get(header) or ""))


# --- fixes: all that is known of a container are headers, and an empty one is none


def _written(
    row: Row, after: Mapping[str, str], undo: Mapping[str, str] | None = None, lasting: Text | None = None
) -> Fix:
    """Return headers of a container, or of the account, that become what after says.

    undo: the headers that bring back how it was, where those before do not. They are none where lasting says that
    nothing does.
    """
    before = {name: str(row.get(name) or "") for name in after}
    account = row["name"] == ACCOUNT and row["id"] == row["project_id"]
    path = "/" if account else f"/{quoted(row['id'])}"

    def call(headers: Mapping[str, str]) -> Call:
        return Call("POST", path, headers=tuple(sorted(headers.items())))

    back = before if undo is None else undo
    return Fix(
        service="object-store",
        type="container",
        id=row["id"],
        # The name of a container is its id.
        name=ACCOUNT if account else "",
        before=before,
        after=after,
        calls=(call(after),),
        undo=(call(back),) if back else (),
        lasting=lasting,
    )


#: Whether an access list of one element has to lose it.
Refused = Callable[[View, AccessList], bool]


def _taken_out(**refused: Refused) -> Callable[[View, Row], tuple[Fix, ...]]:
    """Return what takes elements out of the access lists. refused: read, write, or both."""

    def fix(view: View, container: Row) -> tuple[Fix, ...]:
        after = {}
        for way, drop in refused.items():
            header = {"read": READ, "write": WRITE}[way]
            elements = [part.strip() for part in str(container.get(header) or "").split(",")]
            if any(elements):
                after[header] = ",".join(part for part in elements if part and not drop(view, access_list(part)))
        return (_written(container, after),)

    return fix


# --- OBJ-001 to OBJ-006


def _judge_anonymous(_view: View, container: Row) -> Verdict:
    acl = _list(container, READ)
    return passed_or_failed(ANY not in acl.referrers, read=acl.text)


def _judge_listing(_view: View, container: Row) -> Verdict:
    acl = _list(container, READ)
    # Without a page that lets in, the element does nothing.
    return passed_or_failed(not (acl.listings and acl.referrers), read=acl.text)


def _judge_anyone(_view: View, container: Row) -> Verdict:
    read, write = _list(container, READ), _list(container, WRITE)
    wide = [
        *(grant for grant in read.grants if grant[0] == ANY),
        *(grant for grant in write.grants if _anywhere(grant)),
    ]
    return passed_or_failed(not wide, read=read.text, write=write.text)


def _everybody(grant: tuple[str, str]) -> bool:
    return grant in ((ANY, ANY), (ANY, ""))


def _anywhere(grant: tuple[str, str]) -> bool:
    """Return whether a grant names a user, in whichever project that is."""
    return grant[0] == ANY and not _everybody(grant)


def _judge_write(_view: View, container: Row) -> Verdict:
    acl = _list(container, WRITE)
    return passed_or_failed(not acl.referrers and not any(map(_everybody, acl.grants)), write=acl.text)


def _is_for_everybody(_view: View, acl: AccessList) -> bool:
    return bool(acl.referrers) or any(map(_everybody, acl.grants))


def _by_name(view: View, grant: tuple[str, str]) -> bool:
    """Return whether a grant gives the name of its project or user, and not the id."""
    project, user = grant
    by_id = bool(view.domain_of(project) or ID.fullmatch(project))
    return not by_id or not (user in ("", ANY) or bool(ID.fullmatch(user) or view.by("users", "id", user)))


def _grants(container: Row) -> list[tuple[str, str]]:
    """Return whom the lists of a container let in, everybody apart."""
    return [grant for header in (READ, WRITE) for grant in _list(container, header).grants if grant[0] != ANY]


def _judge_grants(view: View, container: Row) -> Verdict:
    named, foreign, unseen = [], [], False
    for project, user in _grants(container):
        outside = view.foreign(project)
        if _by_name(view, (project, user)):
            named.append(f"{project}:{user}")
        elif outside:
            foreign.append(f"{project}:{user}")
        unseen = unseen or outside is None
    if unseen and not named and not foreign:
        return not_evaluable(
            Text(
                "a project that its access list names was not seen",
                "un projet nommé par sa liste d'accès n'a pas été vu",
            )
        )
    return passed_or_failed(not named and not foreign, by_name=", ".join(named), outside_the_domain=", ".join(foreign))


def _shut_out_foreign(view: View, container: Row) -> tuple[Fix, ...]:
    if any(_by_name(view, grant) for grant in _grants(container)):
        # Whom a name was meant to let in is for people to say.
        return ()
    return _taken_out(read=_is_foreign, write=_is_foreign)(view, container)


def _is_foreign(view: View, acl: AccessList) -> bool:
    return any(project != ANY and view.foreign(project) for project, _user in acl.grants)


def _judge_referrers(_view: View, container: Row) -> Verdict:
    acl = _list(container, READ)
    return passed_or_failed(not [page for page in acl.referrers if page != ANY], read=acl.text)


# --- OBJ-007, OBJ-008, OBJ-010


def _accounts_and_containers(view: View) -> Iterator[Row]:
    for row in view.rows("object_accounts"):
        yield {**row, "name": ACCOUNT}
    yield from _containers(view)


def _judge_keys(view: View, row: Row) -> Verdict:
    keys = [name for name in KEYS if row.get(name)]
    if keys and view.sensitivity not in SENSITIVE:
        return manual(
            Text(
                "say when the keys for temporary addresses were changed last, and who has them",
                "dire quand les clés d'adresses temporaires ont été changées pour la dernière fois, et qui les a",
            )
        )
    return passed_or_failed(not keys, headers=", ".join(keys))


def _remove_keys(_view: View, row: Row) -> tuple[Fix, ...]:
    lasting = Text(
        "the keys are read by nobody; whoever needs temporary addresses sets new ones",
        "les clés ne sont lues par personne ; qui a besoin d'adresses temporaires en pose de nouvelles",
    )
    return (_written(row, {name: "" for name in KEYS if row.get(name)}, {}, lasting),)


def _stop_sync(_view: View, container: Row) -> tuple[Fix, ...]:
    # Without a target nothing is copied; the key, which nobody reads, could not be brought back.
    return (_written(container, {SYNC: ""}),)


def _judge_sync(view: View, container: Row) -> Verdict:
    target = str(container.get(SYNC) or "")
    if not target:
        return PASSED
    scheme, _slashes, rest = target.rpartition("//") if target.startswith("//") else target.partition("://")
    parts = rest.split("/")
    # //REALM/CLUSTER/ACCOUNT/CONTAINER, of which Swift alone knows where the cluster is, or an address.
    where = "/".join(parts[:2]) if not scheme else parts[0]
    return passed_or_failed(bool(scheme) and where in _hosts(view), target=where)


def _hosts(view: View) -> frozenset[str]:
    """Return the hosts of the cloud's own object stores."""
    return view.facts.once(
        ("hosts of object stores",),
        lambda: frozenset(
            endpoint["url"].partition("://")[2].partition("/")[0]
            for service in view.by("catalogue", "type", "object-store")
            for endpoint in service.get("endpoints") or ()
        ),
    )


def _judge_secrets(_view: View, row: Row) -> Verdict:
    found: Sequence[Row] = row["found"]
    return passed_or_failed(
        not found,
        headers=", ".join(sorted({secret["field"].removeprefix("header.") for secret in found})),
        rules=", ".join(sorted({secret["rule"] for secret in found})),
        sha256=", ".join(sorted({secret["sha256"] for secret in found})),
    )


# --- OBJ-009, OBJ-011, OBJ-012, OBJ-013


def _yes(container: Row, header: str) -> bool:
    return str(container.get(header) or "").strip().lower() in TRUE


def _judge_versions(_view: View, container: Row) -> Verdict:
    if not _yes(container, CRITICAL):
        return not_applicable(Text("it is not said to be critical", "rien ne dit qu'il est critique"))
    return passed_or_failed(_yes(container, VERSIONS_ENABLED) or any(container.get(name) for name in VERSIONS))


def _keep_versions(_view: View, container: Row) -> tuple[Fix, ...]:
    if container.get(SYNC):
        # Swift keeps no versions in what it copies elsewhere.
        return ()
    lasting = Text(
        "the versions that are kept until then stay, and count",
        "les versions gardées jusque-là restent, et comptent",
    )
    return (_written(container, {VERSIONS_ENABLED: "true"}, {VERSIONS_ENABLED: "false"}, lasting),)


def _judge_policy(_view: View, container: Row) -> Verdict:
    policy = container.get("x-storage-policy")
    return manual(
        Text(
            f"look where the storage policy {policy or 'by default'} keeps objects, and whether it encrypts them",
            f"regarder où la politique de stockage {policy or 'par défaut'} garde les objets, et si elle les chiffre",
        )
    )


def _pages(container: Row) -> list[str]:
    """Return the headers that make a web site of a container."""
    pages = [name for name in WEB if container.get(name)]
    return [*pages, WEB_LISTINGS] if _yes(container, WEB_LISTINGS) else pages


def _origins(container: Row) -> list[str]:
    return str(container.get(ORIGIN) or "").split()


def _serve_no_pages(view: View, container: Row) -> tuple[Fix, ...]:
    after = {} if view.sensitivity == "public" else dict.fromkeys(_pages(container), "")
    if ANY in _origins(container):
        after[ORIGIN] = " ".join(origin for origin in _origins(container) if origin != ANY)
    if not all(isinstance(container[name], str) for name in after):
        # A value that looks like a secret was taken away when it was read, and could not be brought back.
        return ()
    return (_written(container, after),)


def _judge_web(view: View, container: Row) -> Verdict:
    origins, pages = _origins(container), _pages(container)
    closed = view.sensitivity == "public" or not pages
    return passed_or_failed(
        closed and ANY not in origins, static_web=", ".join(pages), allowed_origins=" ".join(origins)
    )


def _by_s3(_view: View, _container: Row) -> Verdict:
    return not_evaluable(
        Text(
            "what S3 says of buckets does not show in Swift's API: look with an S3 client",
            "ce que S3 dit des buckets ne se voit pas dans l'API de Swift : regarder avec un client S3",
        )
    )


def _control(
    id: str,
    title: Text,
    criterion: Text,
    severity: tuple[str, str, str],
    ids: dict[str, str],
    repair: Repair,
    judge: Callable[[View, Row], Verdict],
    caution: Text = UNSAID,
    objects: Callable[[View], Iterable[Row]] = _containers,
    reads: tuple[str, ...] = (),
    type: str = "container",
) -> Control:
    """Return a control of containers, which all look at the same listing."""
    return Control(
        id=id,
        family=FAMILY,
        title=title,
        criterion=criterion,
        type=type,
        reads=reads or (HEADERS,),
        level=Level.SITE,
        severity=severities(*severity),
        references=references(**ids),
        repair=repair,
        caution=caution,
        objects=objects,
        judge=judge,
    )


CONTROLS: tuple[Control, ...] = (
    _control(
        "ETAT-OBJ-001",
        Text("Nobody reads objects without a name", "Personne ne lit d'objets anonymement"),
        Text(
            "The read list of a container has no element .r:*, however it is written.",
            "La liste de lecture d'un conteneur n'a pas d'élément .r:*, quelle qu'en soit l'écriture.",
        ),
        ("medium", "critical", "critical"),
        {
            "pssie": "EXP-RESTR-DROITS",
            "anssi_hygiene": "9 23",
            "anssi_dr": "R22 R41",
            "iso27001": "5.15 8.3",
            "nis2": "21.2.i",
            "secnumcloud": "9.7",
        },
        Repair(Mode.GUARDED, CLOSE, _taken_out(read=lambda _view, acl: ANY in acl.referrers)),
        _judge_anonymous,
        caution=Text(
            "Open data are meant to be read by all: a waiver says so.",
            "Des données ouvertes sont faites pour être lues par tous : une dérogation le dit.",
        ),
    ),
    _control(
        "ETAT-OBJ-002",
        Text("Nobody lists objects without a name", "Personne ne liste d'objets anonymement"),
        Text(
            "The read list of a container does not have .rlistings together with an element .r: that lets in.",
            "La liste de lecture d'un conteneur n'a pas .rlistings avec un élément .r: qui laisse entrer.",
        ),
        ("low", "high", "critical"),
        {"pssie": "EXP-RESTR-DROITS", "anssi_hygiene": "9", "iso27001": "5.15 8.3", "secnumcloud": "9.7"},
        Repair(Mode.GUARDED, CLOSE, _taken_out(read=lambda _view, acl: acl.listings)),
        _judge_listing,
    ),
    _control(
        "ETAT-OBJ-003",
        Text("No container is open to every account", "Aucun conteneur n'est ouvert à tous les comptes"),
        Text(
            "No list names all projects: no *:* and no * to read, and no *:USER to read or write.",
            "Aucune liste ne nomme tous les projets : ni *:* ni * en lecture, ni *:UTILISATEUR en lecture ou écriture.",
        ),
        ("high", "critical", "critical"),
        {
            "pssie": "EXP-RESTR-DROITS",
            "anssi_hygiene": "9",
            "anssi_dr": "R41",
            "iso27001": "5.15 8.3",
            "nis2": "21.2.i",
            "secnumcloud": "9.7",
        },
        Repair(
            Mode.GUARDED,
            CLOSE,
            _taken_out(
                read=lambda _view, acl: any(grant[0] == ANY for grant in acl.grants),
                write=lambda _view, acl: any(map(_anywhere, acl.grants)),
            ),
        ),
        _judge_anyone,
        caution=Text(
            "In Ceph's gateway a bare * means everybody without a name; in Swift it names nobody.",
            "Dans la passerelle de Ceph, * seul désigne tout le monde, anonymement ; dans Swift, personne.",
        ),
    ),
    _control(
        "ETAT-OBJ-004",
        Text("Nobody else writes objects", "Nul autre n'écrit d'objets"),
        Text(
            "The write list of a container has neither *:* nor *, and no element .r:.",
            "La liste d'écriture d'un conteneur n'a ni *:*, ni *, ni élément .r:.",
        ),
        ("critical", "critical", "critical"),
        {
            "pssie": "EXP-RESTR-DROITS",
            "anssi_hygiene": "9",
            "anssi_dr": "R41",
            "iso27001": "5.15 8.3",
            "nis2": "21.2.i",
            "secnumcloud": "9.7",
        },
        Repair(Mode.GUARDED, CLOSE, _taken_out(write=_is_for_everybody)),
        _judge_write,
    ),
    _control(
        "ETAT-OBJ-005",
        Text(
            "Access lists name projects of the domain, by id",
            "Les listes d'accès nomment des projets du domaine, par identifiant",
        ),
        Text(
            "Every element PROJECT:USER names ids, and a project of the tenant's domain.",
            "Chaque élément PROJET:UTILISATEUR donne des identifiants, et un projet du domaine de l'espace.",
        ),
        ("medium", "high", "critical"),
        {"pssie": "EXP-RESTR-DROITS", "anssi_hygiene": "9", "iso27001": "5.15 8.3", "secnumcloud": "9.7"},
        Repair(Mode.GUARDED, CLOSE, _shut_out_foreign),
        _judge_grants,
        reads=(HEADERS, "projects", "users"),
        caution=Text(
            "A name that two domains have may let in the wrong one. Ministries may share on purpose: a waiver says so.",
            "Un nom que deux domaines portent peut laisser entrer le mauvais. Des ministères peuvent partager "
            "volontairement : une dérogation le dit.",
        ),
    ),
    _control(
        "ETAT-OBJ-006",
        Text("No web page opens a container", "Aucune page web n'ouvre un conteneur"),
        Text(
            "The read list of a container names no page or domain that a browser says it comes from.",
            "La liste de lecture d'un conteneur ne nomme ni page ni domaine dont un navigateur dit venir.",
        ),
        ("medium", "high", "high"),
        {"pssie": "EXP-RESTR-DROITS", "anssi_hygiene": "9", "iso27001": "5.15 8.3 8.5"},
        Repair(Mode.GUARDED, CLOSE, _taken_out(read=lambda _view, acl: any(page != ANY for page in acl.referrers))),
        _judge_referrers,
        caution=Text("Whoever asks can say any page.", "Qui demande peut déclarer n'importe quelle page."),
    ),
    _control(
        "ETAT-OBJ-007",
        Text(
            "Keys for temporary addresses are known, and none for sensitive data",
            "Les clés d'adresses temporaires sont connues, aucune pour des données sensibles",
        ),
        Text(
            "No account and no container of sensitive data has such a key; for other data a person knows it and "
            "changes it.",
            "Ni le compte ni un conteneur de données sensibles n'a de telle clé ; pour d'autres données, une personne "
            "la connaît et la change.",
        ),
        ("low", "medium", "high"),
        {"pssie": "EXP-CONF-AUTH", "anssi_dr": "R40", "iso27001": "5.17 8.5"},
        Repair(
            Mode.GUARDED,
            Text(
                "Remove the keys, which ends every temporary address at once.",
                "Supprimer les clés, ce qui met fin aussitôt à toute adresse temporaire.",
            ),
            _remove_keys,
        ),
        _judge_keys,
        objects=_accounts_and_containers,
        reads=("object_accounts", HEADERS),
    ),
    _control(
        "ETAT-OBJ-008",
        Text("Objects stay in the cloud", "Les objets restent dans le cloud"),
        Text(
            "A container is not copied elsewhere, or to the address of an object store of the same cloud.",
            "Un conteneur n'est pas recopié ailleurs, sinon vers l'adresse d'un stockage d'objets du même cloud.",
        ),
        ("medium", "high", "critical"),
        {"pssie": "INT-REX-HB", "iso27001": "5.14 5.23", "secnumcloud": "19.2"},
        Repair(
            Mode.GUARDED,
            Text(
                "Remove X-Container-Sync-To, then its key, by which others write into the container.",
                "Supprimer X-Container-Sync-To, puis sa clé, avec laquelle d'autres écrivent dans le conteneur.",
            ),
            _stop_sync,
        ),
        _judge_sync,
        reads=(HEADERS, "catalogue"),
        caution=Text(
            "A target of the form //realm/cluster may be in the same cloud; only its operator knows.",
            "Une cible de la forme //realm/cluster peut être dans le même cloud ; seul son opérateur le sait.",
        ),
    ),
    _control(
        "ETAT-OBJ-009",
        Text("Critical objects can be had back", "Les objets critiques sont récupérables"),
        Text(
            "A container with the metadata critical: yes keeps versions, in the new way or in one of the old ones.",
            "Un conteneur de métadonnée critical: yes garde des versions, de la nouvelle manière ou d'une ancienne.",
        ),
        ("low", "medium", "medium"),
        {"pssie": "PCA-SAUVE", "anssi_hygiene": "37", "iso27001": "8.13", "nis2": "21.2.c", "secnumcloud": "12.5"},
        # Versions count against what the account may hold, and a container that has some cannot be deleted.
        Repair(Mode.GUARDED, Text("Set X-Versions-Enabled.", "Poser X-Versions-Enabled."), _keep_versions),
        _judge_versions,
        caution=Text(
            "It is the label of servers. Ceph's gateway may keep versions by S3, which does not show.",
            "L'étiquette est celle des serveurs. La passerelle de Ceph peut garder des versions par S3, sans le "
            "montrer.",
        ),
    ),
    _control(
        "ETAT-OBJ-010",
        Text("No secret is in metadata of objects' containers", "Aucun secret dans les métadonnées de conteneurs"),
        Text(
            "No password, private key or token was found in the metadata of an account or of a container.",
            "Aucun mot de passe, clé privée ou jeton n'a été trouvé dans les métadonnées d'un compte ou d'un "
            "conteneur.",
        ),
        ("high", "critical", "critical"),
        {
            "pssie": "EXP-CONF-AUTH",
            "anssi_hygiene": "11",
            "anssi_dr": "R40",
            "iso27001": "5.17 8.24",
            "secnumcloud": "10.5",
        },
        Repair(
            Mode.GUARDED,
            Text("Change the secret, then remove the metadata.", "Changer le secret, puis retirer la métadonnée."),
        ),
        _judge_secrets,
        objects=_accounts_and_containers,
        reads=("object_accounts", HEADERS),
        caution=Text(
            "Found by form, name and entropy; an example may look like a secret.",
            "Trouvé par forme, nom et entropie ; un exemple peut ressembler à un secret.",
        ),
    ),
    _control(
        "ETAT-OBJ-011",
        Text(
            "Storage policies keep objects where they may be",
            "Les politiques de stockage gardent les objets à leur place",
        ),
        Text(
            "A person knows where the storage policy of each container keeps objects, and that it encrypts them.",
            "Une personne sait où la politique de stockage de chaque conteneur garde les objets, et qu'elle les "
            "chiffre.",
        ),
        ("-", "medium", "high"),
        {"pssie": "INT-REX-HB", "iso27001": "5.23 8.24", "secnumcloud": "19.2"},
        Repair(
            Mode.NONE,
            Text(
                "Move the objects to a container with another policy.", "Déplacer les objets vers un autre conteneur."
            ),
        ),
        _judge_policy,
    ),
    _control(
        "ETAT-OBJ-012",
        Text("Containers are no web sites", "Les conteneurs ne sont pas des sites web"),
        Text(
            "No container lets pages of every origin read it; those of other than public data serve no pages either.",
            "Aucun conteneur ne laisse les pages de toute origine le lire ; hors données publiques, aucun ne sert de "
            "pages.",
        ),
        ("low", "medium", "high"),
        {"anssi_hygiene": "23", "iso27001": "8.26"},
        Repair(
            Mode.GUARDED,
            Text(
                "Remove the metadata web-* and access-control-allow-origin, or name the origins.",
                "Retirer les métadonnées web-* et access-control-allow-origin, ou nommer les origines.",
            ),
            _serve_no_pages,
        ),
        _judge_web,
    ),
    _control(
        "ETAT-OBJ-013",
        Text("S3 opens no bucket", "S3 n'ouvre aucun compartiment"),
        Text(
            "No access list or policy of S3 names everybody. Swift's API does not show them.",
            "Aucune liste d'accès ni politique S3 ne nomme tout le monde. L'API de Swift ne les montre pas.",
        ),
        ("medium", "critical", "critical"),
        {"pssie": "EXP-RESTR-DROITS", "anssi_hygiene": "9", "iso27001": "5.15 8.3", "secnumcloud": "9.7"},
        Repair(Mode.NONE, Text("Look with an S3 client, and close it.", "Examiner avec un client S3, et fermer.")),
        _by_s3,
    ),
)
