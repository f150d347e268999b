# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be set of users. The users themselves exist already: a directory brings them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import (
    Api,
    Change,
    Fields,
    Get,
    Key,
    Level,
    Names,
    Observed,
    Outlook,
    Place,
    Privilege,
    Problem,
    Scope,
)
from ._resource import IdentityResource, name_of

#: Methods with which a user may begin, as Keystone names them. What else a rule names, nobody can be told to have.
BEGINNINGS = frozenset(("external", "kerberos", "mapped", "oauth1", "openid", "password", "saml2", "x509"))
TOTP, APPLICATION_CREDENTIAL = "totp", "application_credential"
RULES, MFA = "multi_factor_auth_rules", "multi_factor_auth_enabled"


def _switch(description: str) -> dict[str, Any]:
    return {"description": [description], "type": "bool"}


class UserOptions(IdentityResource):
    """https://docs.openstack.org/api-ref/identity/v3/#update-user"""

    name = "user_options"
    collection, plural, singular = "/users", "users", "user"
    levels = (Level.DOMAIN,)
    section = ("users",)
    heading = {"description": ["Users of the domain, who exist already; what is not named of them is left alone."]}
    options = {
        **name_of("user"),
        "enabled": _switch("Whether the user gets tokens."),
        "default_project": {
            "description": ["Name of the project, of the same domain, that a token is for when none is asked for."],
            "type": "str",
        },
        "options": {
            "description": ["How Keystone treats the user."],
            "type": "dict",
            "suboptions": {
                MFA: _switch("Whether the rules of O(domains[].users[].options.multi_factor_auth_rules) hold."),
                RULES: {
                    "description": [
                        "Lists of methods. The user gets a token with all methods of any one of the lists.",
                        "A token that an application credential gives takes a list of V(application_credential) alone.",
                        "Keystone leaves out of the lists what methods it does not load, so that the rest is enough.",
                    ],
                    "type": "list",
                    "elements": "list",
                    "schema": {"items": {"type": "string"}, "minItems": 1},
                },
                # A switch is no secret, whatever Ansible makes of a name with "password" in it.
                **{
                    name: {**_switch(what), "no_log": False}
                    for name, what in (
                        ("ignore_change_password_upon_first_use", "Whether the first password may stay."),
                        ("ignore_password_expiry", "Whether the password never expires."),
                        ("ignore_lockout_failure_attempts", "Whether failed attempts never lock the user out."),
                        ("ignore_user_inactivity", "Whether the user stays enabled however long nothing is heard."),
                        ("lock_password", "Whether the user may not change the password."),
                    )
                },
            },
        },
        "allow_lockout": {
            "description": [
                "Whether the user may be locked out, by being disabled or by rules that nothing it has can meet.",
                "Refused otherwise for the acting account, and for users with application credentials.",
            ],
            "type": "bool",
            "default": False,
        },
    }
    compared = ("enabled", "default_project", "options")
    allowances = ("allow_lockout",)
    needs = ("domain", "project", "user")
    # The users are listed with those that are only referred to.
    stage = 1
    privilege = Privilege.DOMAIN
    inherent = True

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        return (place.domain, "", item["name"])

    def normal(self, name: str, value: Any) -> Any:
        if name != "options":
            return value
        return {
            option: sorted(sorted(rule) for rule in setting) if option == RULES else setting
            for option, setting in value.items()
            if setting is not None
        }

    def merge(self, name: str, before: Any, wanted: Any) -> Any:
        return {**(before or {}), **wanted} if name == "options" else wanted

    def around(self, key: Key) -> tuple[str, ...]:
        return ()

    def item(self, found: Observed) -> dict[str, Any]:
        said = {name: value for name, value in found.fields.items() if value not in (None, {})}
        return {"name": found.key.path[2], **said}

    def listings(self, scope: Scope) -> Iterable[Get]:
        return self.in_domains(scope)

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        for raw in records:
            domain = names.path("domain", "", raw["domain_id"])
            if domain is not None:
                project = names.path("project", "", raw.get("default_project_id"))
                fields = {
                    "enabled": raw["enabled"],
                    # A project of another domain is none that can be declared here.
                    "default_project": project[1] if project and project[0] == domain[0] else None,
                    "options": self.normal("options", raw.get("options") or {}),
                }
                yield Observed(Key(self.name, "", (*domain, "", raw["name"])), raw["id"], fields)

    def references(self, key: Key, fields: Fields) -> Mapping[str, Key]:
        user = {"user": Key("user", "", key.path)}
        project = fields.get("default_project")
        return {**user, "project": Key("project", "", (key.path[0], project))} if project else user

    def body(self, api: Api, change: Change) -> dict[str, Any]:
        sent = {name: value for name, value in change.after.items() if name != "default_project"}
        refer = self.references(change.key, change.after)
        return {**sent, **({"default_project_id": api.id(refer["project"])} if "project" in refer else {})}

    def objections(self, api: Api, change: Change, outlook: Outlook) -> Iterable[Problem]:
        if "allow_lockout" not in change.allows:
            for why in self._lockouts(api, change, outlook):
                yield Problem(
                    f"{change.key} cannot be updated",
                    why,
                    "Correct it, or declare allow_lockout with the user if it is meant.",
                )

    def _lockouts(self, api: Api, change: Change, outlook: Outlook) -> Iterator[str]:
        """Yield why a change locks the user out."""
        account = outlook.account
        if change.id == account.user_id and change.after.get("enabled") is False:
            yield f"it is the user of the acting account {account.name}, who would be disabled"
        rules = _in_force(change.after.get("options", {}))
        if not rules or rules == _in_force(change.before.get("options") or {}):
            return
        said = f"its rules would be {' or '.join(' with '.join(rule) for rule in rules)}"
        if change.id == account.user_id and not any(set(rule) <= set(account.methods) for rule in rules):
            yield f"{said}, and the acting account {account.name}, whose user it is, has {', '.join(account.methods)}"
        methods = set(BEGINNINGS) | {APPLICATION_CREDENTIAL, TOTP}
        if account.privilege is Privilege.CLOUD:
            path = f"{self.collection}/{change.id}/application_credentials"
            held = len(api.get(path)["application_credentials"])
            if held and [APPLICATION_CREDENTIAL] not in rules:
                yield f"{said}, and the {held} application credentials that it has need a rule of their own"
            secrets = api.get("/credentials", {"user_id": change.id, "type": TOTP})["credentials"]
            methods -= set() if held else {APPLICATION_CREDENTIAL}
            methods -= set() if secrets else {TOTP}
        elif [APPLICATION_CREDENTIAL] not in rules:
            yield f"{said}, and only an administrator is shown whether it has application credentials"
        if not any(set(rule) <= methods for rule in rules):
            yield f"{said}, and it can have no more than {', '.join(sorted(methods))}"


def _in_force(options: Mapping[str, Any]) -> list[list[str]]:
    """Return the rules that hold; Keystone takes them for enabled where nothing is said."""
    return list(options.get(RULES) or ()) if options.get(MFA, True) else []
