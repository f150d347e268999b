# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps Swift from the host's system log, or from a socket on every address where there is none: it logs to a file."""

from swift.common.utils import logs


def leave_system_log(conf, name, to_console, route, fmt, logger, adapted):
    """Take from a new logger what would write to the system log. A hook of Swift's option log_custom_handlers."""
    handler = logs.get_swift_logger.handler4logger.pop(logger)
    logger.removeHandler(handler)
    handler.close()
