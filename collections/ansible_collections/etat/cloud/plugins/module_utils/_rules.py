# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one normal form of what a security group rule says: its protocol, its ports and its addresses.

Neutron stores the same rule in several spellings. Whoever compares rules, or judges them, does it in this form.
"""

from __future__ import annotations

import ipaddress

#: Protocols by the numbers of IANA, under the names that Neutron uses.
#: https://www.iana.org/assignments/protocol-numbers/
PROTOCOLS = {
    "1": "icmp",
    "2": "igmp",
    "4": "ipip",
    "6": "tcp",
    "8": "egp",
    "17": "udp",
    "33": "dccp",
    "41": "ipv6-encap",
    "43": "ipv6-route",
    "44": "ipv6-frag",
    "46": "rsvp",
    "47": "gre",
    "50": "esp",
    "51": "ah",
    "58": "ipv6-icmp",
    "59": "ipv6-nonxt",
    "60": "ipv6-opts",
    "89": "ospf",
    "112": "vrrp",
    "113": "pgm",
    "132": "sctp",
    "136": "udplite",
}
ICMP = ("icmp", "ipv6-icmp")
ANY = "any"


def protocol_name(protocol: str | int | None, ethertype: str) -> str:
    """Return the one name of a protocol that may be given by name, by number or not at all."""
    # Neutron takes 0 for any, and not for what IANA calls it.
    text = ANY if protocol in (None, "", 0, "0") else str(protocol).lower()
    text = PROTOCOLS.get(text, text)
    if text == "icmpv6" or (text == "icmp" and ethertype == "IPv6"):
        return "ipv6-icmp"
    return text


def ports_name(first: int | None, last: int | None, protocol: str) -> str:
    """Return the one name of a range of ports, or of an ICMP type and code."""
    if first is None and last is None:
        return ANY
    if protocol in ICMP:
        return f"{first}" if last is None else f"{first}:{last}"
    low, high = (last if first is None else first), (first if last is None else last)
    # Every port is the same as no word on ports.
    if low is not None and high is not None and low <= 1 and high >= 65535:
        return ANY
    return f"{low}" if low == high else f"{low}-{high}"


def prefix_name(prefix: str | None) -> str:
    """Return the one name of a prefix; every address is the same as no word on addresses."""
    if not prefix:
        return ANY
    network = ipaddress.ip_network(prefix, strict=False)
    return ANY if network.prefixlen == 0 else str(network)


def ports_of(text: str | None, protocol: str) -> tuple[int | None, int | None]:
    """Return the two ends of a range as Neutron takes them; for ICMP, the type and the code if it is said."""
    if text is None:
        return None, None
    first, sign, last = text.partition(":" if protocol in ICMP else "-")
    if not first.isdecimal() or (sign and not last.isdecimal()):
        forms = "an ICMP type nor a type and code as 8:0" if protocol in ICMP else "a port nor a range as 80-90"
        raise ValueError(f"ports {text} are neither {forms}")
    if protocol in ICMP:
        return int(first), int(last) if sign else None
    return int(first), int(last if sign else first)
