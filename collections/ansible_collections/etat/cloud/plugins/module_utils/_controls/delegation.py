# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What acts for a user without the user: application credentials, EC2 credentials, trusts, and identity providers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .._audit.model import (
    PASSED,
    Control,
    Level,
    Mode,
    Repair,
    Row,
    Text,
    Verdict,
    failed,
    joined,
    not_applicable,
    not_evaluable,
    passed_or_failed,
    references,
    severities,
)
from .._audit.view import View, day
from .identity import NAMED, PRIVILEGED, TECHNICAL, account, federated, is_service, role_of

FAMILY = "delegation"
SENSITIVE = ("sensitive", "restricted")
#: The most days to the end of an application credential, and those since its end.
CREDENTIAL_DAYS, CREDENTIAL_DAYS_SENSITIVE, EXPIRED_DAYS = 365, 180, 30
EC2 = "ec2"
#: The kinds of credentials that something of OpenStack uses.
KNOWN_TYPES = (EC2, "totp", "cert")
#: Values that no identity provider has: an expression that finds both of them asks for nothing.
ANYTHING = ("zq7 nobody", "0/unheard-of")

EVERYBODY = Text("lets everybody in", "laisse entrer tout le monde")
NO_ISSUER = Text("the identity provider names no issuer", "le fournisseur d'identité ne nomme aucun émetteur")
OWNER_FEDERATED = Text(
    "an identity provider says what its owner holds",
    "les rôles de son propriétaire relèvent d'un fournisseur d'identité",
)
REPLACE = Text(
    "Have its owner make another one without this, put it in place, then delete this one.",
    "Faire créer un autre par le propriétaire, sans ce défaut, le mettre en place, puis supprimer celui-ci.",
)
OWN_TRUST = Text(
    "Have what uses it make another one, then delete this one.",
    "Faire créer une autre délégation par ce qui l'utilise, puis supprimer celle-ci.",
)
SERVICES = Text(
    "Services of the cloud, such as orchestration, keep trusts for as long as what they run.",
    "Des services du cloud, tels que l'orchestration, gardent des délégations aussi longtemps que ce qu'ils gèrent.",
)


# --- application credentials


def _application_credentials(view: View) -> Iterable[Row]:
    return view.rows("application_credentials")


def _owner(view: View, user_id: str) -> str:
    """Return the name of a user, or the id where it was not seen."""
    return str((view.one("users", user_id) or {}).get("name") or user_id)


def _held(view: View, user_id: str, project_id: str) -> set[str]:
    """Return the names of the roles that a user holds in a project, in whichever way."""
    rows = view.by("effective_role_assignments", "user_id", user_id)
    return {role_of(row) for row in rows if row["project_id"] == project_id}


def _judge_unrestricted(view: View, credential: Row) -> Verdict:
    return passed_or_failed(not credential["unrestricted"], owner=_owner(view, credential["parent_id"]))


def _judge_end(view: View, credential: Row) -> Verdict:
    owner = _owner(view, credential["parent_id"])
    end = day(credential["expires_at"])
    if end is None:
        return failed(owner=owner, expires="never")
    most = CREDENTIAL_DAYS_SENSITIVE if view.sensitivity in SENSITIVE else CREDENTIAL_DAYS
    days = (end - view.today).days
    return passed_or_failed(days <= most, owner=owner, expires=end.isoformat(), days_left=days)


def _judge_expired(view: View, credential: Row) -> Verdict:
    days = view.age(credential["expires_at"])
    return passed_or_failed(
        days is None or days <= EXPIRED_DAYS, owner=_owner(view, credential["parent_id"]), days_over=days
    )


def _judge_access_rules(view: View, credential: Row) -> Verdict:
    # Keystone leaves the field out where there are none.
    return passed_or_failed(bool(credential.get("access_rules")), owner=_owner(view, credential["parent_id"]))


def _judge_roles(view: View, credential: Row) -> Verdict:
    roles = {role["name"] for role in credential["roles"]}
    held = _held(view, credential["parent_id"], credential["project_id"])
    privileged = sorted(roles & set(PRIVILEGED))
    # Who holds none at all, by what was read, may have them from an identity provider; ETAT-IAM-035 asks.
    beyond = sorted(roles - held) if held else []
    return passed_or_failed(
        not (privileged or beyond),
        owner=_owner(view, credential["parent_id"]),
        privileged=", ".join(privileged),
        no_longer_held=", ".join(beyond),
    )


def _judge_owner(view: View, credential: Row) -> Verdict:
    id = credential["parent_id"]
    user, brought = view.one("users", id) or {}, federated(view, id)
    acts = brought or bool(_held(view, id, view.project["id"]))
    problems = [
        *([] if user["enabled"] else [Text("the owner is disabled", "le propriétaire est désactivé")]),
        *(
            []
            if acts
            else [Text("the owner has no role in the project", "le propriétaire n'a aucun rôle dans le projet")]
        ),
        *(
            [Text("the owner is a person", "le propriétaire est une personne")]
            if view.sensitivity in SENSITIVE and account(user) != TECHNICAL
            else []
        ),
    ]
    if not problems and brought:
        return not_evaluable(OWNER_FEDERATED)
    return passed_or_failed(not problems, owner=user["name"], problems=joined(problems, ", "))


# --- credentials


def _with_owner(view: View, rows: Iterable[Row]) -> list[Row]:
    return [{**row, "name": _owner(view, row["user_id"])} for row in rows]


def _ec2_credentials(view: View) -> list[Row]:
    return _with_owner(view, (row for row in view.rows("credentials") if row["type"] == EC2))


def _ec2_credentials_or_none(view: View) -> Iterable[Row]:
    # A project without any is what is asked for.
    return _ec2_credentials(view) or (view.project,)


def _judge_no_ec2(_view: View, row: Row) -> Verdict:
    return failed(owner=row["name"]) if row.get("type") == EC2 else PASSED


def _judge_ec2_project(view: View, row: Row) -> Verdict:
    if _held(view, row["user_id"], row["project_id"]):
        return PASSED
    if federated(view, row["user_id"]):
        return not_evaluable(OWNER_FEDERATED)
    return failed(owner=row["name"])


def _credentials_of_users(view: View) -> Iterator[Row]:
    for user in view.rows("users"):
        for row in view.by("credentials", "user_id", user["id"]):
            yield {**row, "name": user["name"]}


def _judge_type(_view: View, row: Row) -> Verdict:
    return passed_or_failed(row["type"] in KNOWN_TYPES, type=row["type"], owner=row["name"])


# --- trusts


def _trusts(view: View) -> Iterable[Row]:
    return view.rows("trusts")


def _parties(view: View, trust: Row) -> dict[str, str]:
    return {"trustor": _owner(view, trust["trustor_user_id"]), "trustee": _owner(view, trust["trustee_user_id"])}


def _judge_bounded(view: View, trust: Row) -> Verdict:
    age = view.age(trust["expires_at"])
    if age is not None and age > 0:
        return not_applicable(Text("it has ended", "elle est échue"))
    service = is_service(view, trust["trustee_user_id"])
    problems = [
        *([Text("it never ends", "elle n'a pas de fin")] if age is None and not service else []),
        *([Text("it may be handed on", "elle peut être transmise")] if trust.get("redelegation_count") else []),
        *(
            [Text("the trustee acts as the trustor", "le bénéficiaire agit sous l'identité du délégant")]
            if trust["impersonation"] and not service
            else []
        ),
    ]
    return passed_or_failed(not problems, problems=joined(problems, ", "), **_parties(view, trust))


def _domain_of(view: View, user_id: str) -> str:
    """Return the id of the domain of a user, or an empty text where nothing tells it."""
    user = view.one("users", user_id)
    if user:
        return str(user["domain_id"])
    held = view.by("role_assignments", "user_id", user_id)
    return str((held[0]["user"].get("domain") or {}).get("id", "")) if held else ""


def _judge_one_domain(view: View, trust: Row) -> Verdict:
    if is_service(view, trust["trustee_user_id"]):
        return PASSED
    first, second = (_domain_of(view, trust[party]) for party in ("trustor_user_id", "trustee_user_id"))
    if not (first and second):
        return not_evaluable(
            Text("the domain of one of its parties was not seen", "le domaine de l'une de ses parties n'a pas été vu")
        )
    return passed_or_failed(first == second, **_parties(view, trust))


def _judge_trust_roles(view: View, trust: Row) -> Verdict:
    roles = {role["name"] for role in view.by("trust_roles", "parent_id", trust["id"])}
    if not roles:
        return not_evaluable(Text("its roles were not seen", "ses rôles n'ont pas été vus"))
    privileged = sorted(roles & set(PRIVILEGED))
    return passed_or_failed(not privileged, roles=", ".join(privileged), **_parties(view, trust))


# --- identity providers


def _protocols(view: View) -> Iterable[Row]:
    return [
        {**row, "id": f"{row['parent_id']}/{row['id']}", "name": row["mapping_id"]}
        for row in view.rows("federation_protocols")
    ]


def _judge_mapping(view: View, protocol: Row) -> Verdict:
    provider = view.one("identity_providers", protocol["parent_id"]) or {}
    if not provider.get("enabled"):
        return not_applicable(Text("its identity provider is disabled", "son fournisseur d'identité est désactivé"))
    mapping = view.one("mappings", protocol["mapping_id"])
    if mapping is None:
        return not_evaluable(Text("its mapping was not seen", "sa correspondance n'a pas été vue"))
    problems = dict.fromkeys(
        problem
        for number, rule in enumerate(mapping["rules"], 1)
        for problem in (
            *([] if _has_condition(rule) else [_of_rule(number, EVERYBODY)]),
            *(_of_rule(number, what) for local in rule["local"] for what in _beyond(view, local)),
        )
    )
    issuers = [] if provider.get("remote_ids") else [NO_ISSUER]
    return passed_or_failed(not (issuers or problems), mapping=mapping["id"], problems=joined([*issuers, *problems]))


def _of_rule(number: int, what: Text) -> Text:
    return Text(f"rule {number} {what.en}", f"la règle {number} {what.fr}")


def _has_condition(rule: Mapping[str, Any]) -> bool:
    return any(
        _asks(remote.get("any_one_of"), remote.get("regex")) or bool(remote.get("not_any_of"))
        for remote in rule["remote"]
    )


def _asks(values: Any, expressions: Any) -> bool:
    """Return whether a list of values, or of expressions for them, leaves anybody out."""
    if not values:
        return False
    if not expressions:
        return True
    try:
        return not any(all(re.search(value, other) for other in ANYTHING) for value in values)
    except re.error:
        # Keystone refuses whomever it cannot compare.
        return True


def _beyond(view: View, local: Mapping[str, Any]) -> Iterator[Text]:
    """Yield what a part of a rule gives beyond the domain of its identity provider."""
    group, user = local.get("group") or {}, local.get("user") or {}
    ids = [group["id"]] if "id" in group else []
    ids += [part.strip() for part in str(local.get("group_ids") or "").split(";") if part.strip()]
    for id in ids:
        if "{" in id:
            yield Text(
                "lets the identity provider name any group", "laisse le fournisseur d'identité nommer tout groupe"
            )
        elif (view.one("groups", id) or {}).get("domain_id") != view.domain["id"]:
            yield Text(
                f"gives the group {id}, which is not of the domain", f"donne le groupe {id}, qui n'est pas du domaine"
            )
    if "name" in group and not _own(view, group.get("domain")):
        name = group["name"]
        yield Text(f"gives the group {name} of another domain", f"donne le groupe {name} d'un autre domaine")
    if "groups" in local and not _own(view, local.get("domain")):
        yield Text("gives groups of another domain", "donne des groupes d'un autre domaine")
    if user.get("type") == "local" and not _own(view, user.get("domain")):
        yield Text("makes people users of another domain", "fait des personnes des utilisateurs d'un autre domaine")
    projects = local.get("projects") or ()
    if "projects_json" in local or isinstance(projects, str):
        yield Text(
            "lets the identity provider name projects and roles",
            "laisse le fournisseur d'identité nommer projets et rôles",
        )
        return
    given = {role["name"] for project in projects for role in project.get("roles") or ()}
    if given & set(PRIVILEGED):
        roles = ", ".join(sorted(given & set(PRIVILEGED)))
        yield Text(f"gives {roles}", f"donne {roles}")


def _own(view: View, domain: Any) -> bool:
    """Return whether a mapping means the domain that is judged; one that it leaves to the assertion is any."""
    named = domain if isinstance(domain, Mapping) else {}
    if "id" in named:
        return bool(named["id"] == view.domain["id"])
    return bool(named.get("name") == view.domain["name"])


CONTROLS: tuple[Control, ...] = (
    Control(
        id="ETAT-IAM-030",
        family=FAMILY,
        title=Text("No application credential makes others", "Aucun identifiant d'application n'en crée d'autres"),
        criterion=Text(
            "No application credential of the project is unrestricted.",
            "Aucun identifiant d'application du projet n'est sans restriction (unrestricted).",
        ),
        type="application_credential",
        reads=("application_credentials", "users"),
        level=Level.TENANT,
        severity=severities("high", "high", "critical"),
        references=references(iso27001="5.17 8.2"),
        repair=Repair(Mode.GUARDED, REPLACE),
        objects=_application_credentials,
        judge=_judge_unrestricted,
    ),
    Control(
        id="ETAT-IAM-031",
        family=FAMILY,
        title=Text("Application credentials have an end", "Les identifiants d'application ont une fin"),
        criterion=Text(
            f"Each application credential of the project ends within {CREDENTIAL_DAYS} days, of sensitive data "
            f"{CREDENTIAL_DAYS_SENSITIVE}.",
            f"Chaque identifiant d'application du projet finit dans les {CREDENTIAL_DAYS} jours, "
            f"{CREDENTIAL_DAYS_SENSITIVE} pour des données sensibles.",
        ),
        type="application_credential",
        reads=("application_credentials", "users"),
        level=Level.TENANT,
        severity=severities("medium", "high", "high"),
        references=references(anssi_hygiene="12", iso27001="5.17"),
        repair=Repair(Mode.NONE, REPLACE),
        objects=_application_credentials,
        judge=_judge_end,
    ),
    Control(
        id="ETAT-IAM-032",
        family=FAMILY,
        title=Text("Expired application credentials are gone", "Les identifiants d'application échus sont supprimés"),
        criterion=Text(
            f"No application credential of the project ended more than {EXPIRED_DAYS} days ago.",
            f"Aucun identifiant d'application du projet n'est échu depuis plus de {EXPIRED_DAYS} jours.",
        ),
        type="application_credential",
        reads=("application_credentials", "users"),
        level=Level.TENANT,
        severity=severities("low", "low", "low"),
        references=references(iso27001="5.18"),
        repair=Repair(Mode.SAFE, Text("Delete it.", "Le supprimer.")),
        objects=_application_credentials,
        judge=_judge_expired,
    ),
    Control(
        id="ETAT-IAM-033",
        family=FAMILY,
        title=Text(
            "Application credentials call what they need", "Les identifiants d'application n'appellent que l'utile"
        ),
        criterion=Text(
            "Each application credential of the project has access rules.",
            "Chaque identifiant d'application du projet a des règles d'accès.",
        ),
        type="application_credential",
        reads=("application_credentials", "users"),
        level=Level.TENANT,
        severity=severities("-", "low", "medium"),
        references=references(iso27001="8.2"),
        repair=Repair(Mode.NONE, REPLACE),
        caution=Text(
            "How wide the rules are is not judged, nor whether a service heeds them.",
            "L'étendue des règles n'est pas jugée, ni leur application par chaque service.",
        ),
        objects=_application_credentials,
        judge=_judge_access_rules,
    ),
    Control(
        id="ETAT-IAM-034",
        family=FAMILY,
        title=Text(
            "Application credentials hold no great role", "Les identifiants d'application n'ont pas de rôle élevé"
        ),
        criterion=Text(
            "No application credential of the project has admin or manager, or a role that its owner no longer holds.",
            "Aucun identifiant d'application du projet n'a admin ou manager, ni un rôle que son propriétaire a perdu.",
        ),
        type="application_credential",
        reads=("application_credentials", "users", "effective_role_assignments"),
        level=Level.TENANT,
        severity=severities("high", "critical", "critical"),
        references=references(iso27001="8.2"),
        repair=Repair(Mode.GUARDED, REPLACE),
        objects=_application_credentials,
        judge=_judge_roles,
    ),
    Control(
        id="ETAT-IAM-035",
        family=FAMILY,
        title=Text(
            "Somebody answers for each application credential", "Quelqu'un répond de chaque identifiant d'application"
        ),
        criterion=Text(
            "Its owner is enabled, holds a role in the project and, of sensitive data, is a program's account.",
            "Son propriétaire est actif, a un rôle dans le projet et, pour des données sensibles, est un compte "
            "technique.",
        ),
        type="application_credential",
        reads=("application_credentials", "users", "effective_role_assignments", "federated_users"),
        level=Level.TENANT,
        severity=severities("medium", "high", "high"),
        references=references(pssie="EXP-DOM-SERV EXP-DEP-ADMIN", iso27001="5.18"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Make one of a program's account, put it in place, then delete this one.",
                "En créer un depuis un compte technique, le mettre en place, puis supprimer celui-ci.",
            ),
        ),
        caution=NAMED,
        objects=_application_credentials,
        judge=_judge_owner,
    ),
    Control(
        id="ETAT-IAM-036",
        family=FAMILY,
        title=Text("There are no EC2 credentials", "Il n'y a pas d'identifiants EC2"),
        criterion=Text(
            "The project has no EC2 credential, but those that a waiver names.",
            "Le projet n'a pas d'identifiant EC2, sauf ceux qu'une dérogation nomme.",
        ),
        type="credential",
        reads=("credentials", "users"),
        level=Level.TENANT,
        severity=severities("low", "medium", "high"),
        references=references(iso27001="5.17"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Replace it by an application credential where the program can use one, then delete it.",
                "Le remplacer par un identifiant d'application si le programme le permet, puis le supprimer.",
            ),
        ),
        caution=Text(
            "Programs that speak the S3 interface need one.", "Les programmes qui parlent l'interface S3 en ont besoin."
        ),
        objects=_ec2_credentials_or_none,
        judge=_judge_no_ec2,
    ),
    Control(
        id="ETAT-IAM-037",
        family=FAMILY,
        title=Text("EC2 credentials are their owners' due", "Les identifiants EC2 reviennent à leurs propriétaires"),
        criterion=Text(
            "The owner of each EC2 credential of the project holds a role in it.",
            "Le propriétaire de chaque identifiant EC2 du projet y a un rôle.",
        ),
        type="credential",
        reads=("credentials", "users", "effective_role_assignments", "federated_users"),
        level=Level.TENANT,
        severity=severities("high", "critical", "critical"),
        references=references(iso27001="5.18"),
        repair=Repair(Mode.GUARDED, Text("Delete it.", "Le supprimer.")),
        objects=_ec2_credentials,
        judge=_judge_ec2_project,
    ),
    Control(
        id="ETAT-IAM-038",
        family=FAMILY,
        title=Text("Trusts are bounded", "Les délégations sont bornées"),
        criterion=Text(
            "Each trust for the project ends, is not handed on, and lets nobody act as its trustor but a service of "
            "the cloud.",
            "Chaque délégation (trust) pour le projet a une fin, ne se transmet pas, et ne fait agir sous l'identité "
            "du délégant qu'un service du cloud.",
        ),
        type="trust",
        reads=("trusts", "users", "role_assignments"),
        level=Level.TENANT,
        severity=severities("medium", "high", "high"),
        references=references(iso27001="8.2"),
        repair=Repair(Mode.GUARDED, OWN_TRUST),
        caution=SERVICES,
        objects=_trusts,
        judge=_judge_bounded,
    ),
    Control(
        id="ETAT-IAM-039",
        family=FAMILY,
        title=Text("Trusts stay in their domain", "Les délégations restent dans leur domaine"),
        criterion=Text(
            "Both parties of each trust for the project are of one domain, or the trustee is a service of the cloud.",
            "Les deux parties de chaque délégation pour le projet sont d'un même domaine, ou le délégataire est un "
            "service du cloud.",
        ),
        type="trust",
        reads=("trusts", "users", "role_assignments"),
        level=Level.TENANT,
        severity=severities("high", "high", "critical"),
        references=references(iso27001="5.15"),
        repair=Repair(Mode.GUARDED, OWN_TRUST),
        caution=SERVICES,
        objects=_trusts,
        judge=_judge_one_domain,
    ),
    Control(
        id="ETAT-IAM-040",
        family=FAMILY,
        title=Text("Trusts hand over no great role", "Les délégations ne cèdent pas de rôle élevé"),
        criterion=Text(
            "No trust for the project hands over admin or manager.",
            "Aucune délégation pour le projet ne cède admin ou manager.",
        ),
        type="trust",
        reads=("trusts", "trust_roles", "users"),
        level=Level.TENANT,
        severity=severities("high", "critical", "critical"),
        references=references(iso27001="8.2"),
        repair=Repair(Mode.GUARDED, OWN_TRUST),
        objects=_trusts,
        judge=_judge_trust_roles,
    ),
    Control(
        id="ETAT-IAM-041",
        family=FAMILY,
        title=Text("Credentials are of known kinds", "Les identifiants sont de types connus"),
        criterion=Text(
            f"The credentials of the users of the domain are of the types {', '.join(KNOWN_TYPES)}.",
            f"Les identifiants des utilisateurs du domaine sont des types {', '.join(KNOWN_TYPES)}.",
        ),
        type="credential",
        reads=("credentials", "users"),
        level=Level.DOMAIN,
        severity=severities("medium", "medium", "high"),
        references=references(iso27001="5.17"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Ask its owner what it is for, then delete it.", "Demander son usage au propriétaire, puis supprimer."
            ),
        ),
        caution=Text("Consumers of OAuth 1 are not looked at.", "Les consommateurs OAuth 1 ne sont pas examinés."),
        objects=_credentials_of_users,
        judge=_judge_type,
    ),
    Control(
        id="ETAT-IAM-042",
        family=FAMILY,
        title=Text(
            "Identity providers let in whom they should", "Les fournisseurs d'identité n'admettent que qui de droit"
        ),
        criterion=Text(
            "Each enabled identity provider of the domain names its issuer; each rule of its mappings has a condition "
            "that leaves somebody out, and gives only groups of the domain, without admin or manager.",
            "Chaque fournisseur d'identité actif du domaine nomme son émetteur ; chaque règle de ses correspondances a "
            "une condition qui écarte quelqu'un et ne donne que des groupes du domaine, sans admin ni manager.",
        ),
        type="federation_protocol",
        reads=("federation_protocols", "identity_providers", "mappings", "groups"),
        level=Level.DOMAIN,
        severity=severities("high", "critical", "critical"),
        references=references(iso27001="5.16"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Try the mapping with keystone-manage mapping_engine, then correct it.",
                "Éprouver la correspondance avec keystone-manage mapping_engine, puis la corriger.",
            ),
        ),
        caution=Text(
            "What an identity provider asserts is its own affair, and not judged.",
            "Ce qu'affirme un fournisseur d'identité relève de lui et n'est pas jugé.",
        ),
        objects=_protocols,
        judge=_judge_mapping,
    ),
)
