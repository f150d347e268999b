# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who gets in, how they prove to be who they are, and which roles they hold."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from .._audit.fixes import changed, quoted
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
    joined,
    not_applicable,
    not_evaluable,
    passed_or_failed,
    references,
    severities,
)
from .._audit.view import View, day

FAMILY = "identity"
ADMIN, MANAGER, MEMBER, READER = "admin", "manager", "member", "reader"
#: The roles of Keystone that change something, and those of them that decide about others.
ACTING, PRIVILEGED = (ADMIN, MANAGER, MEMBER), (ADMIN, MANAGER)
#: The roles that every Keystone has, from the least to the most.
DEFAULT_ROLES = (READER, MEMBER, MANAGER, ADMIN)
#: What the description of a user may say of the account: account:technical for a program, account:emergency for one
#: that is kept for when nothing else lets anybody in. All others are people's.
ACCOUNT = re.compile(r"\baccount:([a-z-]+)")
TECHNICAL, EMERGENCY = "technical", "emergency"

RULES, SWITCH = "multi_factor_auth_rules", "multi_factor_auth_enabled"
TOTP = "totp"
#: Methods that another authority answers for, or that only go on with what a user proved before.
ELSEWHERE = frozenset(("application_credential", "ec2credential", "mapped", "oauth1", "openid", "saml2", "token"))
#: The most days that a password is good for.
PASSWORD_DAYS = 366
#: The length that a password has to have, and one that is shorter by one and has every kind of character.
PASSWORD_LENGTH, SHORT, LONG = 12, "aB3$eF6-hJ9", "aB3$eF6-hJ9+kM2_pQ5:rS8;"
#: The most emergency accounts of a domain, managers in a group, and people who act in a project.
EMERGENCIES, MANAGERS, ACTORS = 2, 5, 20
#: The projects in which OpenStack's own services have their accounts, and the roles that they hold there.
SERVICE_PROJECTS, SERVICE_ROLES = ("service", "services"), ("service", ADMIN)
#: Roles that one person does not hold at once.
CONFLICTS = (("auditor", MEMBER), ("auditor", MANAGER), ("auditor", ADMIN), ("secops", "developer"))
#: Names that are nobody's.
GENERIC = re.compile(
    r"(admin|administrat(or|eur)|root|superuser|operat(or|eur)|user|utilisateur|test|tester|demo|guest|invit[eé]|temp|tmp|"
    r"shared|partage|common|commun|generic|generique|default|public|anonymous|service|support|dev|ops|devops|team|"
    r"[eé]quipe|stagiaire|intern|nobody|backup|bot)s?[-_. ]?\d*",
    re.IGNORECASE,
)

DISABLED, FEDERATED = (
    Text("the user is disabled", "l'utilisateur est désactivé"),
    Text("its identity provider answers for it", "son fournisseur d'identité en répond"),
)
IMPLIED = Text("implied by another role", "impliqué par un autre rôle")
INHERITED, GIVEN = Text("inherited", "hérité"), Text("given", "donné")
PROGRAM = Text("the account is a program's", "le compte est celui d'un programme")
GONE = Text("its holder is no longer in the directory", "son détenteur n'est plus dans l'annuaire")
NOT_SEEN = Text("the user was not seen", "l'utilisateur n'a pas été vu")
BY_GROUP = Text(
    "Give the role to a group, put the user into it, then take the role from the user.",
    "Donner le rôle à un groupe, y placer l'utilisateur, puis retirer le rôle à l'utilisateur.",
)
REVOKE = Text(
    "Give a lesser role for what is needed, then take this one away.",
    "Donner un rôle moindre pour le besoin, puis retirer celui-ci.",
)
NAMED = Text(
    "A description account:technical, account:emergency, is written by those who keep the directory.",
    "Une description account:technical, account:emergency, est écrite par ceux qui tiennent l'annuaire.",
)
ALLOWED = Text(
    "Those who have to hold it are named by a waiver, with an owner and an end.",
    "Ceux qui doivent le détenir sont nommés par une dérogation, avec un responsable et une fin.",
)


# --- users


def _users(view: View) -> Iterable[Row]:
    return view.rows("users")


def account(user: Row) -> str:
    """Return what the description of a user says of the account, or an empty text for a person's."""
    found = ACCOUNT.search(str(user.get("description") or ""))
    return found.group(1) if found else ""


def federated(view: View, user_id: str) -> bool:
    """Return whether an identity provider answers for a user. It takes the source federated_users."""
    return bool(view.by("federated_users", "id", user_id))


def _exempt(view: View, user: Row, *kinds: str, local: bool = False) -> Verdict | None:
    """Return why a control does not concern a user, or None.

    kinds: of accounts that it does not concern. local: it is about what Keystone itself asks of a user.
    """
    if not user["enabled"]:
        return not_applicable(DISABLED)
    if local and federated(view, user["id"]):
        return not_applicable(FEDERATED)
    if account(user) in kinds:
        return not_applicable(
            PROGRAM
            if account(user) == TECHNICAL
            else Text("the account is kept for emergencies", "c'est un compte de secours")
        )
    return None


def _loaded(view: View) -> frozenset[str]:
    return frozenset(row["id"] for row in view.all("authentication_methods"))


def _rules(user: Row) -> list[frozenset[str]]:
    said = (user.get("options") or {}).get(RULES)
    return [frozenset(rule) for rule in said] if isinstance(said, list) else []


def reduced(user: Row, loaded: frozenset[str]) -> list[frozenset[str]]:
    """Return what Keystone leaves of the rules of a user: it forgets each method that it does not take."""
    return [rule & loaded for rule in _rules(user) if rule & loaded]


def lone_factor(user: Row, loaded: frozenset[str]) -> Text | None:
    """Return why one factor is enough for a user, or None when it is not.

    This is what Keystone does, which is not what its options seem to say: rules hold unless they are switched off, and
    the switch without rules does nothing; rules of unknown methods alone let everybody in.
    """
    if not _rules(user):
        return Text("there are no rules", "il n'y a pas de règles")
    if not (user.get("options") or {}).get(SWITCH, True):
        return Text("the rules are switched off", "les règles sont désactivées")
    left = reduced(user, loaded)
    if not left:
        return Text(
            "no rule has a method that the cloud takes, so that it ignores them all",
            "aucune règle n'a de méthode acceptée par le cloud, qui les ignore donc toutes",
        )
    alone = ", ".join(sorted({method for rule in left if len(rule) == 1 for method in rule} - ELSEWHERE))
    return Text(f"enough alone: {alone}", f"suffit à lui seul : {alone}") if alone else None


def _judge_second_factor(view: View, user: Row) -> Verdict:
    spared = _exempt(view, user, TECHNICAL, local=True)
    if spared:
        return spared
    why = lone_factor(user, _loaded(view))
    rules = ["+".join(sorted(rule)) for rule in _rules(user)]
    return passed_or_failed(not why, why=why, rules=Text(" or ".join(rules), " ou ".join(rules)))


def _judge_enrolled(view: View, user: Row) -> Verdict:
    spared = _exempt(view, user, TECHNICAL, local=True)
    if spared:
        return spared
    loaded = _loaded(view)
    if not lone_factor(user, loaded) and not any(TOTP in rule for rule in reduced(user, loaded)):
        return not_applicable(
            Text("its rules ask for another second factor", "ses règles demandent un autre second facteur")
        )
    held = [row for row in view.by("credentials", "user_id", user["id"]) if row.get("type") == TOTP]
    return passed_or_failed(bool(held), one_time_passwords=len(held))


def _not_bypassed(option: str, *kinds: str) -> Callable[[View, Row], Verdict]:
    def judge(view: View, user: Row) -> Verdict:
        spared = _exempt(view, user, *kinds)
        return spared or passed_or_failed((user.get("options") or {}).get(option) is not True, option=option)

    return judge


def _unset(option: str) -> Callable[[View, Row], tuple[Fix, ...]]:
    """Return what sets an option of a user to false; the others stay as they are."""

    def fix(_view: View, user: Row) -> tuple[Fix, ...]:
        return (
            Fix(
                service="identity",
                type="user",
                id=user["id"],
                name=user["name"],
                before={option: True},
                after={option: False},
                calls=(_set_option(user, option, False),),
                undo=(_set_option(user, option, True),),
            ),
        )

    return fix


def _set_option(user: Row, option: str, value: bool) -> Call:
    return Call("PATCH", f"/users/{user['id']}", {"user": {"options": {option: value}}})


def _judge_password_expires(view: View, user: Row) -> Verdict:
    spared = _exempt(view, user, local=True)
    if spared:
        return spared
    if "password_expires_at" not in user:
        return not_applicable(
            Text("another directory keeps its password", "un autre annuaire conserve son mot de passe")
        )
    end = day(user["password_expires_at"])
    if end is None:
        return failed(expires="never")
    days = (end - view.today).days
    return passed_or_failed(0 <= days <= PASSWORD_DAYS, expires=end.isoformat(), days_left=days)


def _users_beside_a_provider(view: View) -> Iterable[Row]:
    there = any(provider["enabled"] for provider in view.rows("identity_providers"))
    return view.rows("users") if there else ()


def _judge_local(view: View, user: Row) -> Verdict:
    if federated(view, user["id"]):
        return PASSED
    return _exempt(view, user, TECHNICAL, EMERGENCY) or failed(description=str(user.get("description") or ""))


def _domain(view: View) -> Iterable[Row]:
    return (view.domain,)


def _judge_emergencies(view: View, _domain_row: Row) -> Verdict:
    found = [user for user in view.rows("users") if user["enabled"] and account(user) == EMERGENCY]
    if not found:
        return not_applicable(Text("no account is kept for emergencies", "il n'y a aucun compte de secours"))
    count = len(found)
    problems = [] if count <= EMERGENCIES else [Text(f"there are {count}", f"il y en a {count}")]
    for user in found:
        name, why = user["name"], lone_factor(user, _loaded(view))
        problems += [Text(f"{name}: {why.en}", f"{name} : {why.fr}")] if why else []
        held = view.by("application_credentials", "parent_id", user["id"])
        problems += [_has_credentials(name)] if held else []
    return passed_or_failed(not problems, problems=joined(problems))


def _has_credentials(name: str) -> Text:
    return Text(f"{name}: has application credentials", f"{name} : a des identifiants d'application")


def _judge_idle(view: View, user: Row) -> Verdict:
    spared = _exempt(view, user, EMERGENCY, local=True)
    if spared:
        return spared
    roles = ("effective_role_assignments", "role_assignments")
    if any(view.by(source, "user_id", user["id"]) for source in roles) or view.by("group_members", "id", user["id"]):
        return PASSED
    if not view.complete("role_assignments"):
        return not_evaluable(
            Text(
                "what it holds outside of the domain is not shown to the account",
                "ce qu'il détient hors du domaine n'est pas montré au compte",
            )
        )
    return failed(description=str(user.get("description") or ""))


def _judge_default_project(view: View, user: Row) -> Verdict:
    wanted = user.get("default_project_id")
    if not wanted:
        return PASSED
    project = view.one("projects", wanted)
    if project is None:
        if view.complete("projects"):
            return failed(project=wanted, why=Text("it is gone", "il n'existe plus"))
        return not_evaluable(Text("its default project was not seen", "son projet par défaut n'a pas été vu"))
    problems = [
        *([] if project["enabled"] else [Text("it is disabled", "il est désactivé")]),
        *(
            []
            if project["domain_id"] == user["domain_id"]
            else [Text("it is in another domain", "il est dans un autre domaine")]
        ),
        *(
            []
            if wanted in _projects_of(view, user["id"])
            else [Text("the user has no role in it", "l'utilisateur n'y a aucun rôle")]
        ),
    ]
    return passed_or_failed(not problems, project=project["name"], why=joined(problems, ", "))


def _clear_default_project(_view: View, user: Row) -> tuple[Fix, ...]:
    return (changed("identity", "user", user, "PATCH", f"/users/{user['id']}", "user", default_project_id=None),)


def _projects_of(view: View, user_id: str) -> set[str]:
    return {row["project_id"] for row in view.by("effective_role_assignments", "user_id", user_id)}


def _judge_named(view: View, user: Row) -> Verdict:
    spared = _exempt(view, user, TECHNICAL, EMERGENCY)
    return spared or passed_or_failed(not GENERIC.fullmatch(user["name"]), email=str(user.get("email") or ""))


# --- who holds which role


def role_of(row: Row) -> str:
    """Return the name of the role of an assignment; none for a role of one domain, which counts nowhere as such."""
    role = row["role"]
    return "" if role.get("domain") or role.get("domain_id") else str(role["name"])


def holder_of(row: Row) -> Row:
    """Return the user or the group that holds a role, as an assignment tells it."""
    found: Row = row.get("user") or row["group"]
    return found


def shown(row: Row) -> Row:
    """Return an assignment with the name of its holder, by which people know it."""
    return {**row, "name": holder_of(row).get("name") or ""}


def is_inherited(row: Row) -> bool:
    """Return whether the projects below inherit an assignment, or have inherited it."""
    return bool((row.get("scope") or {}).get("OS-INHERIT:inherited_to"))


def is_implied(row: Row) -> bool:
    """Return whether another role brought the one of an effective assignment."""
    return bool((row.get("links") or {}).get("prior_role"))


def _told(row: Row, **more: Any) -> dict[str, Any]:
    scope = row["scope"]
    where = next(
        (f"{kind} {scope[kind].get('name') or scope[kind]['id']}" for kind in ("project", "domain") if kind in scope),
        "system",
    )
    holder = "user" if row["user_id"] else "group"
    return {"holder": holder, "role": row["role"]["name"], "where": where, **more}


def _assignments(view: View) -> Iterable[Row]:
    return map(shown, view.rows("role_assignments"))


def _assignments_and_implied_admins(view: View) -> Iterator[Row]:
    yield from _assignments(view)
    for row in view.rows("effective_role_assignments"):
        # What comes by a group, or from above, is among the assignments themselves.
        if is_implied(row) and role_of(row) == ADMIN:
            yield shown(row)


def _judge_admin(_view: View, row: Row) -> Verdict:
    way = IMPLIED if is_implied(row) else INHERITED if is_inherited(row) else GIVEN
    return passed_or_failed(role_of(row) != ADMIN, **_told(row, way=way))


def _on_the_system(view: View) -> Iterable[Row]:
    return [shown(row) for row in view.all("role_assignments") if "system" in row["scope"]]


def _revoked(row: Row) -> Fix:
    """Return the end of a role assignment, which the same call with PUT gives again."""
    place, where = ("projects", row["project_id"]) if row["project_id"] else ("domains", row["domain_id"])
    holder = "users" if row["user_id"] else "groups"
    path = f"/{place}/{where}/{holder}/{quoted(row['user_id'] or row['group_id'])}/roles/{row['role']['id']}"
    path = f"/OS-INHERIT{path}/inherited_to_projects" if is_inherited(row) else path
    return Fix(
        service="identity",
        type="role_assignment",
        id=row["id"],
        name=row["name"],
        before=_told(row, inherited=is_inherited(row)),
        after={},
        calls=(Call("DELETE", path),),
        undo=(Call("PUT", path),),
    )


def _revoke(_view: View, row: Row) -> tuple[Fix, ...]:
    # What another role implies ends with that role alone.
    return () if is_implied(row) else (_revoked(row),)


def _revoke_if_by_group(view: View, row: Row) -> tuple[Fix, ...]:
    """Return the end of an assignment that a group of the user makes as well; people give the others to a group."""
    _user, _slash, what = row["id"].partition("/")
    groups = view.by("group_members", "id", row["user_id"])
    again = any(view.one("role_assignments", f"{group['parent_id']}/{what}") for group in groups)
    return (_revoked(row),) if again else ()


def _judge_system(_view: View, row: Row) -> Verdict:
    return passed_or_failed(role_of(row) == READER, **_told(row))


def _managers(view: View) -> Iterable[Row]:
    return [shown(row) for row in view.rows("role_assignments") if role_of(row) == MANAGER]


def _judge_managers(view: View, row: Row) -> Verdict:
    people = len(view.by("group_members", "parent_id", row["group_id"])) if row["group_id"] else 1
    return passed_or_failed(bool(row["group_id"]) and people <= MANAGERS, **_told(row, people=people))


def _judge_by_group(view: View, row: Row) -> Verdict:
    if row["group_id"]:
        return PASSED
    user = view.one("users", row["user_id"])
    if user is None:
        return not_evaluable(NOT_SEEN)
    return _exempt(view, user, TECHNICAL, EMERGENCY) or failed(**_told(row))


def _inherited(view: View) -> Iterable[Row]:
    return [shown(row) for row in view.rows("role_assignments") if is_inherited(row)]


def _judge_inherited(_view: View, row: Row) -> Verdict:
    # What a whole domain inherits reaches projects that do not exist yet.
    refused = PRIVILEGED if row["project_id"] else ACTING
    return passed_or_failed(role_of(row) not in refused, **_told(row))


def _judge_own_domain(view: View, row: Row) -> Verdict:
    home = holder_of(row).get("domain") or {}
    if not home.get("id"):
        return not_evaluable(GONE)
    return passed_or_failed(home["id"] == row["domain_id"], **_told(row, domain=home.get("name") or home["id"]))


def _prior_roles(view: View) -> Iterable[Row]:
    return [{**row, "name": row["prior_role"]["name"]} for row in view.all("role_inferences")]


def _brought(view: View, role_id: str) -> dict[str, str]:
    """Return the names of all roles that a role brings, one after the other, by their ids."""
    found: dict[str, str] = {}
    rest = [role_id]
    while rest:
        for row in view.by("role_inferences", "id", rest.pop()):
            for role in row["implies"]:
                if role["id"] not in found:
                    found[role["id"]] = role["name"]
                    rest.append(role["id"])
    return found


def _judge_inference(view: View, row: Row) -> Verdict:
    own = row["prior_role"]["name"]
    # A role that the cloud made itself may bring any but admin.
    most = DEFAULT_ROLES.index(own) if own in DEFAULT_ROLES else DEFAULT_ROLES.index(MANAGER)
    brought = _brought(view, row["id"]).values()
    raised = sorted({name for name in brought if name in DEFAULT_ROLES and DEFAULT_ROLES.index(name) > most})
    return passed_or_failed(not raised, brings=", ".join(raised))


def is_service(view: View, user_id: str) -> bool:
    """Return whether a user is one of OpenStack's own services: it holds one of their roles in their project.

    Anybody may call a project so, but managers of domains can give neither of these roles.
    """
    return any(
        row["scope"]["project"].get("name") in SERVICE_PROJECTS and role_of(row) in SERVICE_ROLES
        for row in view.by("role_assignments", "user_id", user_id)
        if row["project_id"]
    )


def _services(view: View) -> Iterable[Row]:
    found = {row["user_id"]: row["user"] for row in view.all("role_assignments") if row["user_id"]}
    return [user for id, user in found.items() if is_service(view, id)]


def _judge_service(view: View, user: Row) -> Verdict:
    held = [row for row in view.by("role_assignments", "user_id", user["id"]) if role_of(row) == ADMIN]
    return passed_or_failed(not held, admin_on=", ".join(sorted(str(_told(row)["where"]) for row in held)))


def _judge_approved(view: View, row: Row) -> Verdict:
    if not view.roles:
        return not_evaluable(
            Text(
                "the roles that may be given were not said", "les rôles qui peuvent être donnés n'ont pas été déclarés"
            )
        )
    return passed_or_failed(role_of(row) in view.roles, **_told(row))


def _holders(view: View) -> Iterable[Row]:
    """Return the people who hold roles in the domain, each with the names of these roles."""
    held: defaultdict[str, set[str]] = defaultdict(set)
    users: dict[str, Row] = {}
    for row in view.rows("effective_role_assignments"):
        users[row["user_id"]] = row["user"]
        held[row["user_id"]].add(role_of(row))
    return [{**user, "roles": held[id]} for id, user in users.items()]


def _judge_duties(_view: View, user: Row) -> Verdict:
    found = [pair for pair in CONFLICTS if set(pair) <= user["roles"]]
    return passed_or_failed(not found, roles=joined(Text(" and ".join(pair), " et ".join(pair)) for pair in found))


def _project(view: View) -> Iterable[Row]:
    return (view.project,)


def _judge_actors(view: View, _project_row: Row) -> Verdict:
    acting = [row for row in view.rows("effective_role_assignments") if role_of(row) in ACTING]
    people = {row["user_id"] for row in acting}
    groups = [row for row in view.rows("role_assignments") if row["group_id"] and role_of(row) in ACTING]
    if not people and groups:
        return not_evaluable(
            Text(
                "a group may act, and its members come from an identity provider, or there are none",
                "un groupe peut agir, mais ses membres viennent d'un fournisseur d'identité, ou il n'en a aucun",
            )
        )
    return passed_or_failed(0 < len(people) <= ACTORS, people=len(people))


def _acting_groups(view: View) -> Iterable[Row]:
    acting = {row["group_id"] for row in view.all("role_assignments") if row["group_id"] and role_of(row) in ACTING}
    return [group for group in view.rows("groups") if group["id"] in acting]


def _judge_members(view: View, group: Row) -> Verdict:
    members = view.by("group_members", "parent_id", group["id"])
    if not members:
        return not_applicable(
            Text(
                "it has no members here; an identity provider may bring some",
                "il n'a pas de membre ici ; un fournisseur d'identité peut en amener",
            )
        )
    disabled = [user["name"] for user in members if not user["enabled"]]
    strange = [user["name"] for user in members if user["domain_id"] != group["domain_id"]]
    return passed_or_failed(
        not (disabled or strange), disabled=", ".join(sorted(disabled)), of_other_domains=", ".join(sorted(strange))
    )


def _take_disabled_out(view: View, group: Row) -> tuple[Fix, ...]:
    members = view.by("group_members", "parent_id", group["id"])
    if any(user["domain_id"] != group["domain_id"] for user in members):
        # Whether those of other domains belong in it is for people to say.
        return ()
    return tuple(_taken_out(group, user) for user in members if not user["enabled"])


def _taken_out(group: Row, user: Row) -> Fix:
    path = f"/groups/{group['id']}/users/{quoted(user['id'])}"
    return Fix(
        service="identity",
        type="group_membership",
        id=f"{group['id']}/{user['id']}",
        name=f"{user['name']} in {group['name']}",
        before={"user": user["name"], "group": group["name"]},
        after={},
        calls=(Call("DELETE", path),),
        undo=(Call("PUT", path),),
    )


# --- rules for passwords


def _password_rules(view: View) -> Iterable[Row]:
    return [
        {**row["security_compliance"], "id": "security_compliance", "name": "password_regex"}
        for row in view.all("password_policies")
    ]


def _judge_password_rules(_view: View, row: Row) -> Verdict:
    said = row["password_regex"]
    if not said:
        return failed(password_regex="", why=Text("any password will do", "tout mot de passe convient"))
    try:
        rule = re.compile(said)
    except re.error:
        return not_evaluable(
            Text("its expression is not one that can be tried", "son expression ne peut pas être essayée")
        )
    if rule.match(SHORT):
        why = Text(
            f"it takes fewer than {PASSWORD_LENGTH} characters", f"elle accepte moins de {PASSWORD_LENGTH} caractères"
        )
        return failed(password_regex=said, why=why)
    if not rule.match(LONG):
        why = Text(
            "it refuses a long password with all kinds of characters",
            "elle refuse un mot de passe long avec toutes sortes de caractères",
        )
        return failed(password_regex=said, why=why)
    return PASSED


CONTROLS: tuple[Control, ...] = (
    Control(
        id="ETAT-IAM-001",
        family=FAMILY,
        title=Text("A password is not enough to get in", "Un mot de passe ne suffit pas pour entrer"),
        criterion=Text(
            "The rules of each local person are there and not switched off, and each of them still has two factors "
            "without the methods that the cloud does not take.",
            "Les règles de chaque personne locale existent, ne sont pas désactivées, et chacune garde deux facteurs "
            "une fois ôtées les méthodes que le cloud ne prend pas.",
        ),
        type="user",
        reads=("users", "federated_users", "authentication_methods"),
        level=Level.DOMAIN,
        severity=severities("medium", "high", "critical"),
        references=references(
            anssi_hygiene="13",
            pssie="EXP-ID-AUTH",
            anssi_dr="R39",
            anssi_admin="R36",
            iso27001="8.5",
            secnumcloud="9.5 9.6",
            nis2="21.2.j",
        ),
        repair=Repair(
            Mode.NONE,
            Text(
                "Enrol a second factor, then set the rules. Rules bind application credentials too: add a rule of "
                "application_credential alone for users whose programs have some.",
                "Enrôler un second facteur, puis poser les règles. Elles s'imposent aussi aux identifiants "
                "d'application : ajouter une règle application_credential seule si des programmes en utilisent.",
            ),
        ),
        caution=Text(
            "To learn the methods, the audit asks for a token by one that does not exist: the cloud logs one refusal. "
            "Kerberos and client certificates count as one factor. " + NAMED.en,
            "Pour connaître les méthodes, l'audit demande un jeton par une méthode qui n'existe pas : le cloud "
            "journalise un refus. Kerberos et les certificats clients comptent pour un facteur. " + NAMED.fr,
        ),
        objects=_users,
        judge=_judge_second_factor,
    ),
    Control(
        id="ETAT-IAM-002",
        family=FAMILY,
        title=Text("People have their second factor", "Chacun a son second facteur"),
        criterion=Text(
            "Each local person has a one-time password, unless its rules ask for another second factor.",
            "Chaque personne locale a un mot de passe à usage unique, sauf si ses règles demandent un autre facteur.",
        ),
        type="user",
        reads=("users", "federated_users", "credentials", "authentication_methods"),
        level=Level.DOMAIN,
        severity=severities("medium", "high", "critical"),
        references=references(
            anssi_hygiene="13",
            pssie="EXP-ID-AUTH",
            anssi_dr="R39",
            anssi_admin="R36",
            iso27001="8.5",
            secnumcloud="9.5 9.6",
            nis2="21.2.j",
        ),
        repair=Repair(
            Mode.NONE, Text("Have the person enrol one.", "Faire enrôler un second facteur par la personne.")
        ),
        caution=NAMED,
        objects=_users,
        judge=_judge_enrolled,
    ),
    Control(
        id="ETAT-IAM-003",
        family=FAMILY,
        title=Text("Failed attempts lock a user out", "Les échecs répétés bloquent l'utilisateur"),
        criterion=Text(
            "No enabled user has the option ignore_lockout_failure_attempts.",
            "Aucun utilisateur actif n'a l'option ignore_lockout_failure_attempts.",
        ),
        type="user",
        reads=("users",),
        level=Level.DOMAIN,
        severity=severities("medium", "high", "high"),
        references=references(iso27001="8.5", secnumcloud="9.5"),
        repair=Repair(
            Mode.SAFE,
            Text("Set the option to false.", "Mettre l'option à false."),
            _unset("ignore_lockout_failure_attempts"),
        ),
        caution=Text(
            "Whether Keystone locks anybody out at all is not shown by its API.",
            "L'API de Keystone ne montre pas si le blocage est en service.",
        ),
        objects=_users,
        judge=_not_bypassed("ignore_lockout_failure_attempts"),
    ),
    Control(
        id="ETAT-IAM-004",
        family=FAMILY,
        title=Text("Passwords expire as the rule says", "Les mots de passe expirent selon la règle"),
        criterion=Text(
            "No enabled user has the option ignore_password_expiry.",
            "Aucun utilisateur actif n'a l'option ignore_password_expiry.",
        ),
        type="user",
        reads=("users",),
        level=Level.DOMAIN,
        severity=severities("low", "medium", "high"),
        references=references(pssie="EXP-POL-PASS", anssi_hygiene="10", iso27001="5.17"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Set the option to false when the next password is ready.",
                "Mettre l'option à false une fois le prochain mot de passe prêt.",
            ),
            _unset("ignore_password_expiry"),
        ),
        caution=ALLOWED,
        objects=_users,
        judge=_not_bypassed("ignore_password_expiry"),
    ),
    Control(
        id="ETAT-IAM-005",
        family=FAMILY,
        title=Text("Users who stay away are disabled", "Les comptes inactifs sont désactivés"),
        criterion=Text(
            "No enabled user has the option ignore_user_inactivity, accounts for emergencies aside.",
            "Aucun utilisateur actif n'a l'option ignore_user_inactivity, comptes de secours exceptés.",
        ),
        type="user",
        reads=("users",),
        level=Level.DOMAIN,
        severity=severities("low", "medium", "high"),
        references=references(pssie="EXP-DOM-OBSOLET", iso27001="5.18"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Set the option to false once the user has got in, or disable the user.",
                "Mettre l'option à false une fois l'utilisateur connecté, ou désactiver le compte.",
            ),
            _unset("ignore_user_inactivity"),
        ),
        caution=NAMED,
        objects=_users,
        judge=_not_bypassed("ignore_user_inactivity", EMERGENCY),
    ),
    Control(
        id="ETAT-IAM-006",
        family=FAMILY,
        title=Text("Passwords have an end", "Les mots de passe ont une fin"),
        criterion=Text(
            f"The password of each local user expires within {PASSWORD_DAYS} days, and has not expired yet.",
            f"Le mot de passe de chaque utilisateur local expire dans les {PASSWORD_DAYS} jours et n'a pas expiré.",
        ),
        type="user",
        reads=("users", "federated_users"),
        level=Level.DOMAIN,
        severity=severities("low", "medium", "medium"),
        references=references(pssie="EXP-POL-PASS", iso27001="5.17"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Have the provider set an expiry, and the passwords changed.",
                "Faire régler une expiration par le fournisseur et changer les mots de passe.",
            ),
        ),
        caution=Text(
            "Where a second factor is asked for, changing passwords often gains little.",
            "Là où un second facteur est demandé, changer souvent de mot de passe apporte peu.",
        ),
        objects=_users,
        judge=_judge_password_expires,
    ),
    Control(
        id="ETAT-IAM-007",
        family=FAMILY,
        title=Text("The first password is changed", "Le premier mot de passe est changé"),
        criterion=Text(
            "No person has the option ignore_change_password_upon_first_use.",
            "Aucune personne n'a l'option ignore_change_password_upon_first_use.",
        ),
        type="user",
        reads=("users",),
        level=Level.DOMAIN,
        severity=severities("low", "low", "medium"),
        references=references(anssi_hygiene="12"),
        repair=Repair(
            Mode.SAFE,
            Text("Set the option to false.", "Mettre l'option à false."),
            _unset("ignore_change_password_upon_first_use"),
        ),
        caution=NAMED,
        objects=_users,
        judge=_not_bypassed("ignore_change_password_upon_first_use", TECHNICAL),
    ),
    Control(
        id="ETAT-IAM-008",
        family=FAMILY,
        title=Text("People come in by the identity provider", "Les personnes entrent par le fournisseur d'identité"),
        criterion=Text(
            "In a domain with an enabled identity provider, each enabled user comes from one, programs and accounts "
            "for emergencies aside.",
            "Dans un domaine qui a un fournisseur d'identité actif, chaque utilisateur actif en vient, programmes "
            "et comptes de secours exceptés.",
        ),
        type="user",
        reads=("users", "identity_providers", "federated_users"),
        level=Level.DOMAIN,
        severity=severities("low", "medium", "high"),
        references=references(anssi_admin="R38", anssi_dr="R7", iso27001="5.16"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Give its roles to the person's federated account, and disable this one after notice.",
                "Donner ses rôles au compte fédéré de la personne, puis désactiver celui-ci après préavis.",
            ),
        ),
        caution=NAMED,
        objects=_users_beside_a_provider,
        judge=_judge_local,
    ),
    Control(
        id="ETAT-IAM-009",
        family=FAMILY,
        title=Text("Accounts for emergencies are few and guarded", "Les comptes de secours sont rares et protégés"),
        criterion=Text(
            f"A domain has at most {EMERGENCIES} accounts for emergencies, with two factors and without application "
            "credentials.",
            f"Un domaine a au plus {EMERGENCIES} comptes de secours, à deux facteurs, sans identifiant d'application.",
        ),
        type="domain",
        reads=("users", "application_credentials", "authentication_methods"),
        level=Level.DOMAIN,
        severity=severities("medium", "high", "high"),
        references=references(pssie="EXP-SEQ-ADMIN", iso27001="8.2", secnumcloud="9.3"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Disable those that are too many, set rules for the others, delete their application credentials.",
                "Désactiver ceux en trop, poser des règles aux autres, supprimer leurs identifiants d'application.",
            ),
        ),
        caution=NAMED,
        objects=_domain,
        judge=_judge_emergencies,
    ),
    Control(
        id="ETAT-IAM-010",
        family=FAMILY,
        title=Text("Every account is good for something", "Chaque compte sert à quelque chose"),
        criterion=Text(
            "Each enabled local user holds a role or belongs to a group, accounts for emergencies aside.",
            "Chaque utilisateur local actif a un rôle ou un groupe, comptes de secours exceptés.",
        ),
        type="user",
        reads=("users", "effective_role_assignments", "role_assignments", "group_members", "federated_users"),
        level=Level.DOMAIN,
        severity=severities("low", "medium", "medium"),
        references=references(anssi_hygiene="6", iso27001="5.18", secnumcloud="9.2"),
        repair=Repair(Mode.GUARDED, Text("Disable the user.", "Désactiver l'utilisateur.")),
        caution=Text(
            "Keystone does not tell when a user was made: a new one may still wait for its roles.",
            "Keystone ne dit pas quand un utilisateur a été créé : un nouveau peut attendre ses rôles.",
        ),
        objects=_users,
        judge=_judge_idle,
    ),
    Control(
        id="ETAT-IAM-012",
        family=FAMILY,
        title=Text("Nobody is administrator in a ministry", "Personne n'est administrateur dans un ministère"),
        criterion=Text(
            "No user and no group holds admin on the domain or on one of its projects: given, inherited or implied.",
            "Aucun utilisateur ni groupe n'a admin sur le domaine ou l'un de ses projets : donné, hérité ou impliqué.",
        ),
        type="role_assignment",
        reads=("role_assignments", "effective_role_assignments"),
        level=Level.DOMAIN,
        severity=severities("critical", "critical", "critical"),
        references=references(anssi_hygiene="5 9", anssi_admin="R39", iso27001="8.2", secnumcloud="9.3", nis2="21.2.i"),
        repair=Repair(Mode.GUARDED, REVOKE, _revoke),
        caution=Text(
            "By the default policies, admin anywhere is admin of the whole cloud. " + ALLOWED.en,
            "Par défaut, admin quelque part vaut admin de tout le cloud. " + ALLOWED.fr,
        ),
        objects=_assignments_and_implied_admins,
        judge=_judge_admin,
    ),
    Control(
        id="ETAT-IAM-013",
        family=FAMILY,
        title=Text("The system is in few hands", "Le système est en peu de mains"),
        criterion=Text(
            "Nobody holds a role on the system, but reader.", "Personne n'a de rôle sur le système, sauf reader."
        ),
        type="role_assignment",
        reads=("role_assignments",),
        level=Level.CLOUD,
        severity=severities("critical", "critical", "critical"),
        references=references(anssi_hygiene="5", iso27001="8.2"),
        repair=Repair(Mode.GUARDED, REVOKE),
        caution=ALLOWED,
        objects=_on_the_system,
        judge=_judge_system,
    ),
    Control(
        id="ETAT-IAM-014",
        family=FAMILY,
        title=Text("Managers are few, and a group", "Les gestionnaires sont peu nombreux et en groupe"),
        criterion=Text(
            f"The role manager is given to groups alone, of at most {MANAGERS} members.",
            f"Le rôle manager n'est donné qu'à des groupes, de {MANAGERS} membres au plus.",
        ),
        type="role_assignment",
        reads=("role_assignments", "group_members"),
        level=Level.DOMAIN,
        severity=severities("medium", "high", "high"),
        references=references(iso27001="8.2"),
        repair=Repair(Mode.NONE, BY_GROUP),
        caution=Text(
            "The members that an identity provider brings are not counted. " + ALLOWED.en,
            "Les membres qu'amène un fournisseur d'identité ne sont pas comptés. " + ALLOWED.fr,
        ),
        objects=_managers,
        judge=_judge_managers,
    ),
    Control(
        id="ETAT-IAM-015",
        family=FAMILY,
        title=Text("Roles are given to groups", "Les rôles sont donnés à des groupes"),
        criterion=Text(
            "No person holds a role on the domain or on one of its projects but by a group.",
            "Aucune personne n'a de rôle sur le domaine ou l'un de ses projets autrement que par un groupe.",
        ),
        type="role_assignment",
        reads=("role_assignments", "users", "group_members"),
        level=Level.DOMAIN,
        severity=severities("low", "medium", "high"),
        references=references(anssi_admin="R40", iso27001="5.18", secnumcloud="9.4"),
        repair=Repair(Mode.GUARDED, BY_GROUP, _revoke_if_by_group),
        caution=NAMED,
        objects=_assignments,
        judge=_judge_by_group,
    ),
    Control(
        id="ETAT-IAM-016",
        family=FAMILY,
        title=Text("No power is inherited from above", "Aucun pouvoir n'est hérité d'en haut"),
        criterion=Text(
            "No domain hands down admin, manager or member to its projects, and no project admin or manager.",
            "Aucun domaine ne transmet admin, manager ou member à ses projets, ni aucun projet admin ou manager.",
        ),
        type="role_assignment",
        reads=("role_assignments",),
        level=Level.DOMAIN,
        severity=severities("medium", "high", "critical"),
        references=references(iso27001="5.18 8.2", anssi_hygiene="9"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Give the role on the projects that need it, then take the inherited one away.",
                "Donner le rôle sur les projets qui en ont besoin, puis retirer celui qui est hérité.",
            ),
            _revoke,
        ),
        caution=ALLOWED,
        objects=_inherited,
        judge=_judge_inherited,
    ),
    Control(
        id="ETAT-IAM-017",
        family=FAMILY,
        title=Text("Roles stay in their domain", "Les rôles restent dans leur domaine"),
        criterion=Text(
            "Who holds a role on the domain or on one of its projects is of the same domain.",
            "Qui a un rôle sur le domaine ou l'un de ses projets est du même domaine.",
        ),
        type="role_assignment",
        reads=("role_assignments",),
        level=Level.DOMAIN,
        severity=severities("medium", "high", "critical"),
        references=references(anssi_dr="R7", iso27001="5.15", secnumcloud="9.7"),
        repair=Repair(
            Mode.GUARDED,
            Text(
                "Give the person an account of this domain, then take the role away.",
                "Donner à la personne un compte de ce domaine, puis retirer le rôle.",
            ),
            _revoke,
        ),
        caution=Text(
            "An auditor and the services of the cloud come from outside. " + ALLOWED.en,
            "Un auditeur et les services du cloud viennent d'ailleurs. " + ALLOWED.fr,
        ),
        objects=_assignments,
        judge=_judge_own_domain,
    ),
    Control(
        id="ETAT-IAM-018",
        family=FAMILY,
        title=Text("No role brings a greater one", "Aucun rôle n'en apporte un plus grand"),
        criterion=Text(
            "No role implies admin, directly or by others, and none of Keystone's own one above it.",
            "Aucun rôle n'implique admin, directement ou non, ni aucun rôle de Keystone un rôle supérieur.",
        ),
        type="role",
        reads=("role_inferences",),
        level=Level.CLOUD,
        severity=severities("high", "high", "critical"),
        references=references(iso27001="8.2"),
        repair=Repair(Mode.NONE, Text("Delete the inference.", "Supprimer l'implication.")),
        objects=_prior_roles,
        judge=_judge_inference,
    ),
    Control(
        id="ETAT-IAM-019",
        family=FAMILY,
        title=Text(
            "Services of the cloud are not its administrators", "Les services du cloud n'en sont pas administrateurs"
        ),
        criterion=Text(
            "No user with the role service or admin in the project service holds admin anywhere.",
            "Aucun utilisateur ayant le rôle service ou admin dans le projet service n'a admin où que ce soit.",
        ),
        type="user",
        reads=("role_assignments",),
        level=Level.CLOUD,
        severity=severities("medium", "high", "high"),
        references=references(pssie="EXP-DOM-LIMITSERV", iso27001="8.2"),
        repair=Repair(
            Mode.NONE,
            Text("Have the provider give it the role service instead.", "Faire donner le rôle service à la place."),
        ),
        caution=Text(
            "Some services still need admin for some of what they do.",
            "Certains services ont encore besoin d'admin pour une partie de leurs tâches.",
        ),
        objects=_services,
        judge=_judge_service,
    ),
    Control(
        id="ETAT-IAM-020",
        family=FAMILY,
        title=Text("Only approved roles are given", "Seuls des rôles approuvés sont donnés"),
        criterion=Text(
            "Each role on the domain and on its projects is one of the catalogue's.",
            "Chaque rôle sur le domaine et ses projets est un de ceux du catalogue.",
        ),
        type="role_assignment",
        reads=("role_assignments",),
        level=Level.DOMAIN,
        severity=severities("low", "medium", "medium"),
        references=references(iso27001="5.18", pssie="EXP-PROFILS"),
        repair=Repair(
            Mode.NONE,
            Text("Give an approved role, or approve this one.", "Donner un rôle approuvé, ou approuver celui-ci."),
        ),
        objects=_assignments,
        judge=_judge_approved,
    ),
    Control(
        id="ETAT-IAM-021",
        family=FAMILY,
        title=Text("The default project is a good one", "Le projet par défaut est valable"),
        criterion=Text(
            "The default project of a user is enabled, of the same domain, and one in which the user holds a role.",
            "Le projet par défaut est actif, du même domaine, et l'utilisateur y a un rôle.",
        ),
        type="user",
        reads=("users", "projects", "effective_role_assignments"),
        level=Level.DOMAIN,
        severity=severities("low", "low", "medium"),
        references=references(iso27001="5.18"),
        repair=Repair(Mode.SAFE, Text("Clear it.", "L'effacer."), _clear_default_project),
        objects=_users,
        judge=_judge_default_project,
    ),
    Control(
        id="ETAT-IAM-022",
        family=FAMILY,
        title=Text("Those who check do not act", "Ceux qui contrôlent n'agissent pas"),
        criterion=Text(
            "Nobody holds both roles of one of these pairs: " + ", ".join("/".join(pair) for pair in CONFLICTS) + ".",
            "Personne n'a les deux rôles d'une de ces paires : "
            + ", ".join("/".join(pair) for pair in CONFLICTS)
            + ".",
        ),
        type="user",
        reads=("effective_role_assignments",),
        level=Level.DOMAIN,
        severity=severities("-", "medium", "high"),
        references=references(iso27001="5.3", secnumcloud="9.3"),
        repair=Repair(Mode.NONE, Text("Take one of the roles away.", "Retirer l'un des rôles.")),
        caution=Text(
            "Roles auditor, secops and developer are none of Keystone's own.",
            "Les rôles auditor, secops et developer ne sont pas de ceux de Keystone.",
        ),
        objects=_holders,
        judge=_judge_duties,
    ),
    Control(
        id="ETAT-IAM-023",
        family=FAMILY,
        title=Text("A project is in some hands, and not in many", "Un projet est en quelques mains, pas davantage"),
        criterion=Text(
            f"From 1 to {ACTORS} people hold member, manager or admin in the project.",
            f"De 1 à {ACTORS} personnes ont member, manager ou admin dans le projet.",
        ),
        type="project",
        reads=("effective_role_assignments", "role_assignments"),
        level=Level.TENANT,
        severity=severities("low", "medium", "medium"),
        references=references(anssi_hygiene="5 9", pssie="EXP-HABILIT-ADMIN", iso27001="8.2"),
        repair=Repair(
            Mode.NONE, Text("Give reader to those who only look.", "Donner reader à ceux qui ne font que consulter.")
        ),
        caution=Text(
            "The members that an identity provider brings are not counted.",
            "Les membres qu'amène un fournisseur d'identité ne sont pas comptés.",
        ),
        objects=_project,
        judge=_judge_actors,
    ),
    Control(
        id="ETAT-IAM-024",
        family=FAMILY,
        title=Text("Groups that act hold who they should", "Les groupes qui agissent ont les bons membres"),
        criterion=Text(
            "No group that holds member, manager or admin has a disabled member, or one of another domain.",
            "Aucun groupe ayant member, manager ou admin n'a de membre désactivé ou d'un autre domaine.",
        ),
        type="group",
        reads=("groups", "group_members", "role_assignments"),
        level=Level.DOMAIN,
        severity=severities("low", "medium", "medium"),
        references=references(iso27001="5.18"),
        repair=Repair(
            Mode.SAFE,
            Text("Take disabled users out of the group.", "Retirer du groupe les comptes désactivés."),
            _take_disabled_out,
        ),
        objects=_acting_groups,
        judge=_judge_members,
    ),
    Control(
        id="ETAT-IAM-025",
        family=FAMILY,
        title=Text("Every account is somebody's", "Chaque compte est celui de quelqu'un"),
        criterion=Text(
            "No enabled user has a name that is nobody's, such as admin, test or shared, programs and accounts for "
            "emergencies aside.",
            "Aucun utilisateur actif n'a un nom qui n'est celui de personne, tel que admin, test ou commun, programmes "
            "et comptes de secours exceptés.",
        ),
        type="user",
        reads=("users",),
        level=Level.DOMAIN,
        severity=severities("low", "medium", "high"),
        references=references(anssi_hygiene="8", anssi_admin="R30", pssie="EXP-ID-AUTH", iso27001="5.16"),
        repair=Repair(
            Mode.NONE,
            Text(
                "Give each person an account, then disable this one.", "Donner un compte à chacun, puis le désactiver."
            ),
        ),
        caution=Text(
            "An account may be shared under any name. " + NAMED.en,
            "Un compte peut être partagé sous n'importe quel nom. " + NAMED.fr,
        ),
        objects=_users,
        judge=_judge_named,
    ),
    Control(
        id="ETAT-IAM-026",
        family=FAMILY,
        title=Text("Passwords have to be long", "Les mots de passe doivent être longs"),
        criterion=Text(
            f"The cloud refuses a password of fewer than {PASSWORD_LENGTH} characters, and takes a long one.",
            f"Le cloud refuse un mot de passe de moins de {PASSWORD_LENGTH} caractères et en accepte un long.",
        ),
        type="password_policy",
        reads=("password_policies",),
        level=Level.CLOUD,
        severity=severities("low", "medium", "medium"),
        references=references(pssie="EXP-QUAL-PASS", anssi_hygiene="10", iso27001="5.17"),
        repair=Repair(
            Mode.NONE, Text("Have the provider set password_regex.", "Faire régler password_regex par le fournisseur.")
        ),
        caution=Text(
            "The expression is tried with one password that is too short and one that is long. It says nothing of the "
            "passwords of other directories, nor of those that are there already.",
            "L'expression est essayée avec un mot de passe trop court et un long. Elle ne dit rien des mots de passe "
            "des autres annuaires, ni de ceux qui existent déjà.",
        ),
        objects=_password_rules,
        judge=_judge_password_rules,
    ),
)
