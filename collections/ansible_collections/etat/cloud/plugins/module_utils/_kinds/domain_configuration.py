# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a domain's users and groups come from.

The password of the directory is no option here: Keystone never shows it, so nothing could compare it, and what is
declared is shown in plans. Whoever runs Keystone sets it, and what is written here leaves it as it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from .._engine.model import Api, Change, Fields, Get, Key, Kind, Level, Names, Observed, Place, Privilege, Scope
from .._options import STATE

#: The options of Keystone's section ldap that a domain may have, by their type.
_TEXTS = {
    "url": "Addresses of the directory, separated by commas, without any password.",
    "user": "Name with which Keystone binds.",
    "suffix": "Suffix of the directory.",
    "query_scope": "Depth of searches, V(one) or V(sub).",
    "alias_dereferencing": "When aliases are followed.",
    "user_tree_dn": "Where users are searched.",
    "user_filter": "Filter of users.",
    "user_objectclass": "Object class of users.",
    "user_id_attribute": "Attribute that holds the id of a user.",
    "user_name_attribute": "Attribute that holds the name of a user.",
    "user_mail_attribute": "Attribute that holds the mail address of a user.",
    "user_description_attribute": "Attribute that holds the description of a user.",
    "user_pass_attribute": "Attribute that holds the password of a user.",
    "user_enabled_attribute": "Attribute that says whether a user is enabled.",
    "user_enabled_default": "What counts where a user has no such attribute.",
    "user_default_project_id_attribute": "Attribute that holds the id of the default project of a user.",
    "user_enabled_emulation_dn": "Group whose members are the users that are enabled.",
    "group_tree_dn": "Where groups are searched.",
    "group_filter": "Filter of groups.",
    "group_objectclass": "Object class of groups.",
    "group_id_attribute": "Attribute that holds the id of a group.",
    "group_name_attribute": "Attribute that holds the name of a group.",
    "group_member_attribute": "Attribute that holds the members of a group.",
    "group_desc_attribute": "Attribute that holds the description of a group.",
    "tls_cacertfile": "File of the authorities whose certificates are trusted, on Keystone's hosts.",
    "tls_cacertdir": "Folder of the authorities whose certificates are trusted, on Keystone's hosts.",
    "tls_req_cert": "Whether the directory must have a certificate, V(demand), V(allow) or V(never).",
}
_SWITCHES = {
    "chase_referrals": "Whether referrals are followed.",
    "user_enabled_invert": "Whether the attribute says that a user is disabled.",
    "user_enabled_emulation": "Whether the members of a group are the users that are enabled.",
    "user_enabled_emulation_use_group_config": "Whether that group is searched as the others are.",
    "group_members_are_ids": "Whether the members of a group are ids of users.",
    "use_tls": "Whether the connection is encrypted with STARTTLS.",
    "use_pool": "Whether connections are kept.",
    "use_auth_pool": "Whether connections of users who log in are kept.",
}
_NUMBERS = {
    "page_size": "Records of one page; V(0) for all.",
    "debug_level": "What the LDAP library logs.",
    "user_enabled_mask": "Bit of the attribute that says whether a user is enabled.",
    "pool_size": "Connections that are kept.",
    "pool_retry_max": "How often a connection is tried.",
    "pool_connection_timeout": "Seconds until a connection has failed.",
    "pool_connection_lifetime": "Seconds until a connection is made anew.",
    "auth_pool_size": "Connections of users who log in that are kept.",
    "auth_pool_connection_lifetime": "Seconds until such a connection is made anew.",
}
_LISTS = {
    "user_attribute_ignore": "Attributes of users that Keystone leaves alone.",
    "user_additional_attribute_mapping": "More attributes of users, each as V(theirs:ours).",
    "group_attribute_ignore": "Attributes of groups that Keystone leaves alone.",
    "group_additional_attribute_mapping": "More attributes of groups, each as V(theirs:ours).",
}


def _described(names: Mapping[str, str], **how: Any) -> dict[str, Any]:
    # None of them is a secret, whatever Ansible makes of a name with "pass" in it.
    return {name: {"description": [text], **how, "no_log": False} for name, text in names.items()}


class DomainConfiguration(Kind):
    """https://docs.openstack.org/api-ref/identity/v3/#domain-configuration"""

    name = "domain_configuration"
    service = "identity"
    levels = (Level.DOMAIN,)
    section = ("domain_configuration",)
    heading = {
        "type": "dict",
        "description": [
            "Where the domain's users and groups come from; what is not named is left alone.",
            "The password of the directory cannot be declared, because Keystone never shows it.",
            "It stays as it was set, until the configuration as a whole is deleted.",
        ],
    }
    options = {
        "identity": {
            "description": ["Options of Keystone's section C(identity)."],
            "type": "dict",
            "suboptions": {
                "driver": {"description": ["Driver of the domain, V(ldap) or V(sql)."], "type": "str"},
                "list_limit": {"description": ["The most that a list shows."], "type": "int"},
            },
        },
        "ldap": {
            "description": ["Options of Keystone's section C(ldap)."],
            "type": "dict",
            "suboptions": {
                **_described(_TEXTS, type="str"),
                **_described(_SWITCHES, type="bool"),
                **_described(_NUMBERS, type="int"),
                **_described({"pool_retry_delay": "Seconds until a connection is tried again."}, type="float"),
                **_described(_LISTS, type="list", elements="str"),
            },
        },
        **STATE,
    }
    compared = ("identity", "ldap")
    needs = ("domain",)
    privilege = Privilege.CLOUD

    def path(self, place: Place, item: Mapping[str, Any]) -> tuple[str, ...]:
        return (place.domain, "")

    def normal(self, name: str, value: Any) -> Any:
        said = {option: setting for option, setting in value.items() if setting is not None}
        if "@" in said.get("url", ""):
            raise ValueError("ldap.url holds a user or a password, which everybody would read")
        return said

    def merge(self, name: str, before: Any, wanted: Any) -> Any:
        return {**(before or {}), **wanted}

    def around(self, key: Key) -> tuple[str, ...]:
        return ()

    def item(self, found: Observed) -> dict[str, Any]:
        return dict(found.fields)

    def listings(self, scope: Scope) -> Iterable[Get]:
        # Keystone shows them to administrators only, and per domain.
        if scope.account.privilege is Privilege.CLOUD:
            domains = {key.path[0] for key in scope.wanted if key.kind == self.name}
            for id, path in sorted(scope.names.ids("domain").items()):
                if path[0] in domains:
                    yield Get("identity", "", f"/domains/{id}/config", "config", about=id, nothing=(404,))

    def read(self, records: Sequence[Mapping[str, Any]], get: Get, names: Names) -> Iterator[Observed]:
        domain = names.path("domain", "", get.about)
        for raw in records:
            if domain is not None:
                fields = {name: self._shown(name, raw[name]) for name in self.compared if name in raw}
                yield Observed(Key(self.name, "", (*domain, "")), get.about, fields)

    def references(self, key: Key, fields: Fields) -> Mapping[str, Key]:
        return {"domain": Key("domain", "", key.path[:1])}

    def create(self, api: Api, change: Change) -> str:
        # Setting it as a whole would delete the password, which is not shown when it is all that there is.
        domain = api.id(Key("domain", "", change.key.path[:1]))
        api.patch(f"/domains/{domain}/config", {"config": dict(change.after)})
        return domain

    def update(self, api: Api, change: Change) -> None:
        api.patch(f"/domains/{change.id}/config", {"config": dict(change.after)})

    def delete(self, api: Api, change: Change) -> None:
        api.delete(f"/domains/{change.id}/config")

    def _shown(self, name: str, options: Mapping[str, Any]) -> dict[str, Any]:
        """Return the options that may be declared, and so be shown."""
        known = self.options[name]["suboptions"]
        return {option: value for option, value in options.items() if option in known}
