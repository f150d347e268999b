#!/usr/bin/env python3
# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The floor of an audit's reading: the same calls on one session that keeps its connections, from as many threads.

    audit_floor.py RECORD WORKERS

RECORD: what counted.py wrote down of an audit. Nothing is decided, kept or waited for: no listing waits for the one
that gives it its parents. Its first token comes before the clock starts, as the audit's does; those of projects after.
"""

from __future__ import annotations

import json
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any

import requests
from openstack.config import OpenStackConfig
from requests.adapters import HTTPAdapter

CLOUD = "interne"


class Floor:
    """One session, and a token for each project that the record names."""

    def __init__(self, workers: int) -> None:
        self._auth = OpenStackConfig().get_one(CLOUD).config["auth"]
        self._session = requests.Session()
        # As the product: proxies and .netrc are not looked for at each call.
        self._session.trust_env = False
        self._session.mount("http://", HTTPAdapter(pool_maxsize=workers))
        self._locks: dict[str, Lock] = {}
        self._one = Lock()
        self.token = cache(self._token)

    def _token(self, project: str) -> str:
        auth = self._auth
        user = {"name": auth["username"], "domain": {"name": auth["user_domain_name"]}, "password": auth["password"]}
        own = {"name": auth.get("project_name"), "domain": {"name": auth.get("project_domain_name")}}
        body = {
            "auth": {
                "identity": {"methods": ["password"], "password": {"user": user}},
                "scope": {"project": {"id": project} if project else own},
            }
        }
        answer = self._session.post(f"{auth['auth_url']}/auth/tokens", json=body, timeout=300)
        return answer.headers.get("X-Subject-Token", "")

    def ask(self, record: dict[str, Any]) -> None:
        """Make one call again, and see that the answer is of the same kind."""
        with self._one:
            lock = self._locks.setdefault(record["project"], Lock())
        with lock:
            token = self.token(record["project"])
        headers = {"X-Auth-Token": token, "Accept": "application/json", **record["headers"]}
        answer = self._session.request(record["method"], record["url"], headers=headers, timeout=300)
        if answer.status_code != record["status"]:
            raise SystemExit(f"{record['method']} {record['url']}: {answer.status_code}, and not {record['status']}")
        if answer.content and "json" in answer.headers.get("Content-Type", ""):
            answer.json()


def main() -> None:
    file, workers = sys.argv[1:]
    records = [one for one in json.loads(Path(file).read_text(encoding="utf-8")) if one["method"] in ("GET", "HEAD")]
    floor = Floor(int(workers))
    floor.token("")
    start = time.monotonic()
    with ThreadPoolExecutor(int(workers)) as pool:
        list(pool.map(floor.ask, records))
    print(json.dumps({"seconds": time.monotonic() - start, "calls": len(records)}))


if __name__ == "__main__":
    main()
