# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind that the product knows, in the order of their needs.

The list is written out because Ansible ships to a host only what it finds imported by name.
"""

from __future__ import annotations

from .._engine.plan import ordered
from .address_group import AddressGroup
from .aggregate import Aggregate
from .container_acl import Container, ContainerAcl
from .dns_zone import DnsZone
from .domain import Domain
from .flavor import Flavor
from .flavor_access import FlavorAccess
from .group import Group
from .group_membership import GroupMembership
from .image_member import AcceptedImage, ImageMember, SharedImage
from .network import Network
from .project import Project
from .quota import (
    ComputeQuota,
    DnsQuota,
    KeyManagerQuota,
    LoadBalancerQuota,
    NetworkQuota,
    SharedFileSystemQuota,
    VolumeQuota,
    VolumeTypeQuota,
)
from .references import ExternalNetwork, Role, User
from .role_assignment import RoleAssignment
from .router import Router
from .router_interface import RouterInterface
from .secret_acl import Secret, SecretAcl
from .security_group import SecurityGroup
from .security_group_rule import SecurityGroupRule
from .server_group import ServerGroup
from .subnet import Subnet
from .volume_type import VolumeType
from .volume_type_access import VolumeTypeAccess
from .volume_type_encryption import VolumeTypeEncryption

KINDS = ordered(
    (
        AcceptedImage(),
        AddressGroup(),
        Aggregate(),
        ComputeQuota(),
        Container(),
        ContainerAcl(),
        DnsQuota(),
        DnsZone(),
        Domain(),
        ExternalNetwork(),
        Flavor(),
        FlavorAccess(),
        Group(),
        GroupMembership(),
        ImageMember(),
        KeyManagerQuota(),
        LoadBalancerQuota(),
        Network(),
        NetworkQuota(),
        Project(),
        Role(),
        RoleAssignment(),
        Router(),
        RouterInterface(),
        Secret(),
        SecretAcl(),
        SecurityGroup(),
        SecurityGroupRule(),
        ServerGroup(),
        SharedFileSystemQuota(),
        SharedImage(),
        Subnet(),
        User(),
        VolumeQuota(),
        VolumeType(),
        VolumeTypeAccess(),
        VolumeTypeEncryption(),
        VolumeTypeQuota(),
    )
)
