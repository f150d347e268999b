# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    """The declaration of a lab."""

    DOCUMENTATION = r"""
options:
  name:
    description: The lab's name, from which its folder, its loopback addresses and its ports are derived.
    type: str
    required: true
  clouds:
    description: The clouds of the lab, each with a Keystone of its own.
    type: list
    elements: dict
    suboptions:
      name:
        description: The name of the cloud.
        type: str
        required: true
      provider:
        description:
          - Whether this is the cloud of a provider, which gives ready projects and keeps the administration to itself.
          - The entry of its administrator is then called with the cloud's name and C(-provider).
        type: bool
        default: false
      regions:
        description: The sites of the cloud, each with services of its own but for Keystone.
        type: list
        elements: dict
        required: true
        suboptions:
          name:
            description: The name of the region.
            type: str
            required: true
          external_network:
            description: The addresses of the external network C(public), in CIDR notation.
            type: str
            required: true
          availability_zones:
            description: The availability zones, each with one compute host.
            type: list
            elements: str
            default: [az-1, az-2]
          volume_types:
            description: The volume types, each with a backend of its own, the default first.
            type: list
            elements: str
            default: [standard, fast]
          services:
            description:
              - The types of the services that this site has beyond those of every site, which are C(image),
                C(placement), C(compute), C(network) and C(block-storage).
              - They are Barbican for V(key-manager), Octavia for V(load-balancer), Designate for V(dns), Manila for
                V(shared-file-system) and Swift for V(object-store).
              - An object store needs a file system with extended attributes, as ext4 and xfs have.
            type: list
            elements: str
            choices: [key-manager, load-balancer, dns, shared-file-system, object-store]
            default: []
      domains:
        description:
          - The domains that exist from the start.
          - Each has an account with the role manager on the domain and the role member on all its projects.
        type: list
        elements: dict
        default: []
        suboptions:
          name:
            description: The name of the domain.
            type: str
            required: true
          users:
            description: The people in it, as a directory would provide them.
            type: list
            elements: str
            default: []
      projects:
        description: The projects that the provider made in advance, each with one member account of the same name.
        type: list
        elements: dict
        default: []
        suboptions:
          name:
            description: The name of the project.
            type: str
            required: true
          quotas:
            description: The limits that the provider set, by OpenStack's own names.
            type: dict
            suboptions:
              compute:
                description: Limits of Nova.
                type: dict
              network:
                description: Limits of Neutron.
                type: dict
              volume:
                description: Limits of Cinder.
                type: dict
      flavors:
        description: The sizes of servers.
        type: list
        elements: dict
        default:
          - {name: m1.tiny, ram: 512, vcpus: 1, disk: 1}
          - {name: m1.small, ram: 2048, vcpus: 1, disk: 20}
          - {name: m1.medium, ram: 4096, vcpus: 2, disk: 40}
          - {name: m1.large, ram: 8192, vcpus: 4, disk: 80}
        suboptions:
          name:
            description: The name of the flavor.
            type: str
            required: true
          ram:
            description: Memory in MiB.
            type: int
            required: true
          vcpus:
            description: Virtual processors.
            type: int
            required: true
          disk:
            description: Root disk in GiB.
            type: int
            required: true
      images:
        description: The names of the public images.
        type: list
        elements: str
        default: [debian-12]
"""
