# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind that the product knows, in the order of their needs.

The list is written out because Ansible ships to a host only what it finds imported by name.
"""

from __future__ import annotations

from .._engine.plan import ordered
from .access_rule import AccessRule
from .address_group import AddressGroup
from .address_scope import AddressScope
from .aggregate import Aggregate
from .container_acl import Container, ContainerAcl
from .default_security_group_rule import DefaultSecurityGroupRule
from .default_volume_type import DefaultVolumeType
from .dns_zone import DnsZone
from .domain import Domain
from .domain_configuration import DomainConfiguration
from .endpoint_group import EndpointGroup, EndpointGroupProject
from .flavor import Flavor
from .flavor_access import FlavorAccess
from .floating_ip import FloatingIp
from .group import Group
from .group_membership import GroupMembership
from .image_member import AcceptedImage, ImageMember, SharedImage
from .implied_role import ImpliedRole
from .limit import Limit
from .network import Network
from .network_rbac_policy import NetworkRbacPolicy
from .project import Project
from .qos_policy import QosPolicy
from .qos_specs import QosSpecs
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
from .references import (
    ExternalNetwork,
    ExternalSubnet,
    LimitModel,
    Service,
    SharedAddressScope,
    SharedQosPolicy,
    SharedSubnetPool,
    User,
)
from .registered_limit import RegisteredLimit
from .role import Role
from .role_assignment import RoleAssignment
from .router import Router
from .router_interface import RouterInterface
from .router_route import RouterRoute
from .secret_acl import Secret, SecretAcl
from .security_group import SecurityGroup
from .security_group_rule import SecurityGroupRule
from .server_group import ServerGroup
from .subnet import Subnet
from .subnet_pool import SubnetPool
from .trunk import Trunk
from .user_options import UserOptions
from .volume_type import VolumeType
from .volume_type_access import VolumeTypeAccess
from .volume_type_encryption import VolumeTypeEncryption

KINDS = ordered(
    (
        AcceptedImage(),
        AccessRule(),
        AddressGroup(),
        AddressScope(),
        Aggregate(),
        ComputeQuota(),
        Container(),
        ContainerAcl(),
        DefaultSecurityGroupRule(),
        DefaultVolumeType(),
        DnsQuota(),
        DnsZone(),
        Domain(),
        DomainConfiguration(),
        EndpointGroup(),
        EndpointGroupProject(),
        ExternalNetwork(),
        ExternalSubnet(),
        Flavor(),
        FlavorAccess(),
        FloatingIp(),
        Group(),
        GroupMembership(),
        ImageMember(),
        ImpliedRole(),
        KeyManagerQuota(),
        Limit(),
        LimitModel(),
        LoadBalancerQuota(),
        Network(),
        NetworkQuota(),
        NetworkRbacPolicy(),
        Project(),
        QosPolicy(),
        QosSpecs(),
        RegisteredLimit(),
        Role(),
        RoleAssignment(),
        Router(),
        RouterInterface(),
        RouterRoute(),
        Secret(),
        SecretAcl(),
        SecurityGroup(),
        SecurityGroupRule(),
        ServerGroup(),
        Service(),
        SharedAddressScope(),
        SharedFileSystemQuota(),
        SharedImage(),
        SharedQosPolicy(),
        SharedSubnetPool(),
        Subnet(),
        SubnetPool(),
        Trunk(),
        User(),
        UserOptions(),
        VolumeQuota(),
        VolumeType(),
        VolumeTypeAccess(),
        VolumeTypeEncryption(),
        VolumeTypeQuota(),
    )
)
