# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind that the product knows, in the order of their needs.

The list is written out because Ansible ships to a host only what it finds imported by name.
"""

from __future__ import annotations

from .._engine.plan import ordered
from .address_group import AddressGroup
from .address_scope import AddressScope
from .default_security_group_rule import DefaultSecurityGroupRule
from .domain import Domain
from .floating_ip import FloatingIp
from .group import Group
from .group_membership import GroupMembership
from .network import Network
from .network_rbac_policy import NetworkRbacPolicy
from .project import Project
from .qos_policy import QosPolicy
from .quota import ComputeQuota, NetworkQuota, VolumeQuota
from .references import ExternalNetwork, Role, SharedAddressScope, SharedQosPolicy, SharedSubnetPool, User
from .role_assignment import RoleAssignment
from .router import Router
from .router_interface import RouterInterface
from .router_route import RouterRoute
from .security_group import SecurityGroup
from .security_group_rule import SecurityGroupRule
from .subnet import Subnet
from .subnet_pool import SubnetPool

KINDS = ordered(
    (
        AddressGroup(),
        AddressScope(),
        ComputeQuota(),
        DefaultSecurityGroupRule(),
        Domain(),
        ExternalNetwork(),
        FloatingIp(),
        Group(),
        GroupMembership(),
        Network(),
        NetworkQuota(),
        NetworkRbacPolicy(),
        Project(),
        QosPolicy(),
        Role(),
        RoleAssignment(),
        Router(),
        RouterInterface(),
        RouterRoute(),
        SecurityGroup(),
        SecurityGroupRule(),
        SharedAddressScope(),
        SharedQosPolicy(),
        SharedSubnetPool(),
        Subnet(),
        SubnetPool(),
        User(),
        VolumeQuota(),
    )
)
