# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that touches openstacksdk."""

from __future__ import annotations

import importlib
import importlib.util
import sys
import traceback
from types import ModuleType
from typing import Any


class _Package(ModuleType):
    """The package openstack without what its __init__ imports: the clients of all services, which nobody uses here.

    This product reads clouds.yaml with openstack.config and makes its calls through keystoneauth. Whoever asks the
    package for anything that is no module of it, such as openstack.connect, gets it from the whole package.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or self.__spec__ is None or self.__spec__.loader is None:
            raise AttributeError(name)
        if importlib.util.find_spec(f"openstack.{name}"):
            return importlib.import_module(f"openstack.{name}")
        if "connect" not in self.__dict__:
            self.__spec__.loader.exec_module(self)
        if name not in self.__dict__:
            raise AttributeError(f"module 'openstack' has no attribute {name!r}")
        return self.__dict__[name]


def _import_config() -> None:
    spec = importlib.util.find_spec("openstack")
    if spec and "openstack" not in sys.modules:
        package = sys.modules["openstack"] = _Package("openstack")
        package.__spec__, package.__file__, package.__loader__ = spec, spec.origin, spec.loader
        package.__path__ = list(spec.submodule_search_locations or ())
    importlib.import_module("openstack.config")


#: Why openstacksdk cannot be used on this host; None when it can. A module says so before it does anything.
SDK_ERROR: str | None = None

try:
    _import_config()
except ImportError:
    SDK_ERROR = traceback.format_exc()
