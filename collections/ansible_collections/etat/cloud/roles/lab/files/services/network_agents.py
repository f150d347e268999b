# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The network agents of every host of a region, as far as the network service can tell.

They report over the real message bus, with the real client, so that ports are bound, routers and DHCP are scheduled and
agents are listed as in a cloud with hosts. Stopping this program is a failure of the agents.
"""

import sys
import time

from neutron.agent import rpc as agent_rpc
from neutron.common import config
from neutron.conf.agent import common as agent_config
from neutron_lib import context
from neutron_lib.agent import topics
from oslo_config import cfg
from oslo_log import log

LOG = log.getLogger("network_agents")

HOSTS = cfg.DictOpt("hosts", help="Each host with its availability zone.")
INTERVAL = 25

OPEN_VSWITCH = {
    "bridge_mappings": {"public": "br-ex"},
    "tunnel_types": ["vxlan"],
    "tunneling_ip": "127.0.0.1",
    "datapath_type": "system",
    "ovs_hybrid_plug": False,
    "vhostuser_socket_dir": "/run",
    "devices": 0,
}
DHCP = {"dhcp_driver": "neutron.agent.linux.dhcp.Dnsmasq", "networks": 0, "subnets": 0, "ports": 0}
L3 = {"agent_mode": "legacy", "handle_internal_only_routers": True, "interface_driver": "openvswitch", "routers": 0}

AGENTS = (
    ("neutron-openvswitch-agent", "Open vSwitch agent", "N/A", OPEN_VSWITCH),
    ("neutron-dhcp-agent", "DHCP agent", "dhcp_agent", DHCP),
    ("neutron-l3-agent", "L3 agent", "l3_agent", L3),
)


def main() -> None:
    """Report for ever."""
    config.register_common_config_options()
    agent_config.register_agent_state_opts_helper(cfg.CONF)
    cfg.CONF.register_opt(HOSTS, group="network_agents")
    config.init(sys.argv[1:])
    config.setup_logging()
    client = agent_rpc.PluginReportStateAPI(topics.REPORTS)
    # A report sent before the server listens is lost: the next one must not wait for it.
    cfg.CONF.set_override("rpc_response_timeout", 10)
    nobody = context.get_admin_context_without_session()
    fresh = True
    while True:
        try:
            for host, zone in cfg.CONF.network_agents.hosts.items():
                for binary, kind, topic, facts in AGENTS:
                    state = {
                        "binary": binary,
                        "host": host,
                        "agent_type": kind,
                        "topic": topic,
                        "configurations": facts,
                        "availability_zone": zone,
                    }
                    if fresh:
                        state["start_flag"] = True
                    client.report_state(nobody, state, use_call=True)
        except Exception:
            LOG.exception("a report was lost")
            time.sleep(1)
            continue
        if fresh:
            LOG.info("every agent has reported")
        fresh = False
        time.sleep(INTERVAL)


if __name__ == "__main__":
    main()
