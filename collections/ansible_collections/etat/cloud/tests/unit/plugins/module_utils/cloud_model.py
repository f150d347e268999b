# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cloud in memory that makes Changes on an Observation, with the rules that OpenStack has for it.

It is strict: a change that OpenStack would refuse because of what is or is not there yet fails, and one that could only
come from a wrong order stops the test.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace

from ansible_collections.etat.cloud.plugins.module_utils._engine.apply import Done, Failed
from ansible_collections.etat.cloud.plugins.module_utils._engine.model import Action, Change, Key, Observed
from ansible_collections.etat.cloud.plugins.module_utils._engine.observe import Observation
from ansible_collections.etat.cloud.plugins.module_utils._kinds import KINDS

BY_NAME = {kind.name: kind for kind in KINDS}
REGIONS = ("toulouse", "paris")
#: The domains whose users a directory has brought already.
PEOPLED = ("education", "agriculture")
USERS = ("alice.martin", "bruno.petit")
ROLES = ("member", "reader")
#: What OpenStack answers of an object on which nothing was said.
DEFAULTS = {
    "domain": {"description": ""},
    "project": {"description": "", "parent": None, "enabled": True, "tags": [], "options": {}},
    "group": {"description": ""},
    "network": {"description": "", "admin_state_up": True, "mtu": 1450, "port_security_enabled": True},
    "subnet": {"description": "", "gateway_ip": "10.0.0.1", "enable_dhcp": True, "dns_nameservers": []},
    "router": {"description": "", "admin_state_up": True, "external_network": "none", "enable_snat": None},
    "security_group": {"description": "", "stateful": True},
    "address_group": {"description": "", "addresses": []},
}


class CloudModel:
    """Holds an Observation and changes it as a cloud would."""

    def __init__(self) -> None:
        self.seen = Observation(looked={(kind.name, region) for kind in KINDS for region in ("", *REGIONS)})
        self._made = 0
        self._lock = threading.Lock()
        for domain in PEOPLED:
            self._put(Key("domain", "", (domain,)), {})
            for user in USERS:
                self._put(Key("user", "", (domain, "", user)), {})
        for role in ROLES:
            self._put(Key("role", "", ("", "", role)), {})
        for region in REGIONS:
            self._put(Key("external_network", region, ("public",)), {})

    def perform(self, changes: Sequence[Change]) -> Done:
        """Make changes that go in one call: all of them or none."""
        with self._lock:
            return Done(tuple(self._make(change) for change in changes))

    def _make(self, change: Change) -> str:
        if change.action is Action.DELETE:
            return self._delete(change)
        for need in BY_NAME[change.key.kind].references(change.key, change.after).values():
            # The engine promises that what a change needs is there when its turn comes.
            assert need == change.key or need in self.seen.objects, f"{change.key} came before {need}"
        there = self.seen.one(change.key)
        if change.action is Action.UPDATE:
            if there is None:
                assert BY_NAME[change.key.kind].inherent, f"{change.key} is updated and not there"
                return self._put(change.key, change.after)
            assert change.id == there.id
            self.seen.put(replace(there, fields={**there.fields, **change.after}))
            return there.id
        if there is not None:
            assert BY_NAME[change.key.kind].same_if_exists, f"{change.key} is created and there already"
            return there.id
        id = self._put(change.key, change.after)
        if change.key.kind == "security_group" and not change.owns:
            self._default_rules(change.key)
        return id

    def _put(self, key: Key, fields: object) -> str:
        self._made += 1
        self.seen.put(Observed(key, f"id-{self._made}", {**DEFAULTS.get(key.kind, {}), **dict(fields)}))  # type: ignore[call-overload]
        return f"id-{self._made}"

    def _default_rules(self, group: Key) -> None:
        for version in ("IPv4", "IPv6"):
            out = (*group.path, "egress", version, "any", "any", "prefix", "any")
            self._put(Key("security_group_rule", group.region, out), {})
            if group.path[2] == "default":
                own = (*group.path, "ingress", version, "any", "any", "security_group", "default")
                self._put(Key("security_group_rule", group.region, own), {})

    def _delete(self, change: Change) -> str:
        key = change.key
        assert self.seen.one(key), f"{key} is deleted and not there"
        below = [
            other
            for other in self.seen.objects
            if key in BY_NAME[other.kind].references(other, self.seen.objects[other][0].fields).values()
            and other != key
        ]
        held = [other for other in below if other.kind == "router_interface"]
        held += [other for other in below if key.kind == "address_group"]
        if key.kind == "network":
            held += [
                other
                for other in self.seen.objects
                if other.kind == "router_interface"
                and other.region == key.region
                and other.path[:2] == key.path[:2]
                and other.path[3] == key.path[2]
            ]
        if held:
            raise Failed(f"409: {key} is used by {held[0]}")
        for other in below:
            # What lives in a group or a network goes with it, as in OpenStack.
            self.seen.objects.pop(other, None)
        del self.seen.objects[key]
        return change.id
