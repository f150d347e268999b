# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A proxy on loopback between the product and one service of the lab, which fails on command."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self
from urllib.parse import urlsplit

HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "keep-alive", "server", "date"}


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request.

    status: the answer that is given; 0 for that of the service. retry_after: what that answer asks for, in seconds.
    forward: whether the service gets the request all the same. delay: how long the answer waits, in seconds.
    hang_up: the connection is closed without an answer. truncate: only half of the answer comes.
    """

    status: int = 0
    retry_after: int = 0
    forward: bool = False
    delay: float = 0.0
    hang_up: bool = False
    truncate: bool = False


HANG_UP = Fault(hang_up=True)


class Proxy(ThreadingHTTPServer):
    """Passes requests on to a service, except for those that it makes fail.

    upstream: the base address of the service. fault: says of a method and a path how it fails, or None. rewrite: texts
    that are replaced in answers, such as addresses in the service catalogue. skew: seconds by which its clock is wrong.
    seen: every request so far.
    """

    daemon_threads = True
    #: A burst of new connections is none of the faults.
    request_queue_size = 128

    def __init__(
        self,
        upstream: str,
        fault: Callable[[str, str], Fault | None] = lambda method, path: None,
        rewrite: Mapping[str, str] | None = None,
        skew: float = 0.0,
    ) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.upstream = urlsplit(upstream).netloc
        self.fault = fault
        self.rewrite = rewrite or {}
        self.skew = skew
        self.seen: list[tuple[str, str]] = []
        self.address = f"http://127.0.0.1:{self.server_port}"

    def __enter__(self) -> Self:
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing when a client goes away."""


class Handler(BaseHTTPRequestHandler):
    """Answers one connection."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Proxy

    def handle_any(self) -> None:
        """Pass a request on, or fail."""
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.seen.append((self.command, self.path))
        fault = self.server.fault(self.command, self.path)
        status, headers, content = (0, [], b"") if fault and not fault.forward else self.forward(body)
        if fault is None:
            self.answer(status, headers, content)
            return
        time.sleep(fault.delay)
        if fault.hang_up:
            self.close_connection = True
            return
        if fault.status:
            said = {"NeutronError": {"type": "Planted", "message": "planted failure", "detail": ""}}
            status, content = fault.status, json.dumps(said).encode()
            headers = [("x-openstack-request-id", "req-planted")]
            if fault.retry_after:
                headers.append(("Retry-After", str(fault.retry_after)))
        self.answer(status, headers, content, truncate=fault.truncate)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815

    def forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        """Return what the service answers."""
        upstream = http.client.HTTPConnection(self.server.upstream, timeout=120)
        headers = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
        # What is packed cannot be rewritten.
        upstream.request(self.command, self.path, body, {**headers, "Accept-Encoding": "identity"})
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        for old, new in self.server.rewrite.items():
            content = content.replace(old.encode(), new.encode())
        return answer.status, answer.getheaders(), content

    def answer(self, status: int, headers: list[tuple[str, str]], body: bytes, *, truncate: bool = False) -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in headers:
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body[: len(body) // 2] if truncate else body)
        if truncate:
            self.close_connection = True

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Return the time by the proxy's own clock."""
        return super().date_time_string((time.time() if timestamp is None else timestamp) + self.server.skew)

    def log_message(self, format: str, *arguments: Any) -> None:
        """Say nothing: tests ask for what was seen."""
