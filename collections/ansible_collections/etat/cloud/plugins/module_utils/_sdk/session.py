# Copyright (c) 2026 the etat.cloud contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A session that counts its calls, writes only when it is told to, and repeats what is safe to repeat."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from contextlib import suppress
from typing import Any

try:
    import requests
    from keystoneauth1 import exceptions as ka
    from keystoneauth1.session import Session, TCPKeepAliveAdapter

    HttpSession = requests.Session
except ImportError:
    Session = HttpSession = object  # type: ignore[assignment, misc]  # SDK_ERROR says so.

READS = ("GET", "HEAD")
#: Seconds after which no answer is a failure, unless clouds.yaml says another api_timeout.
TIMEOUT = 60.0
#: Seconds from the first try after which a call is not tried again.
PATIENCE = 90.0
#: Seconds before the second try; twice as long before each further one.
PAUSE = 0.5
#: The most connections to one service that are kept open.
CONNECTIONS = 64
#: How often a call is tried that fails at once.
TRIES = 4
#: Answers that a later try may change, beside 429, which says so itself.
PASSING = (500, 502, 503, 504)


class WriteRefused(Exception):
    """A call that would write came before writing was allowed; the message names it."""


def uncertain(error: Exception) -> bool:
    """Return whether a call may have done its work although it failed, or failed in a way that may pass."""
    if isinstance(error, ka.HttpError):
        return error.http_status in PASSING
    # Broken, refused and silent connections; an answer that was cut off is one of them, or no JSON.
    return isinstance(error, (ka.ConnectionError, ValueError)) and not isinstance(error, ka.SSLError)


class Connections(HttpSession):
    """The connections to all services. It looks at its environment once per service, and not once per call.

    That look, for proxies, certificates and a .netrc, takes a third of the time of a call that answers at once.
    """

    def __init__(self) -> None:
        super().__init__()
        # Without any, requests looks for a user and a password in .netrc. Services take tokens.
        self.auth = _as_it_is
        self._settings: dict[tuple[Any, ...], dict[str, Any]] = {}
        for scheme in list(self.adapters):
            self.mount(scheme, TCPKeepAliveAdapter(pool_maxsize=CONNECTIONS))

    def merge_environment_settings(self, url: str, proxies: Any, stream: Any, verify: Any, cert: Any) -> dict[str, Any]:
        """Return the settings of a request; see requests.Session.merge_environment_settings."""
        if proxies:
            return dict(super().merge_environment_settings(url, proxies, stream, verify, cert))
        place = (url[: url.find("/", len("https://"))], stream, verify, cert)
        if place not in self._settings:
            self._settings[place] = dict(super().merge_environment_settings(url, {}, stream, verify, cert))
        return self._settings[place]


def _as_it_is(request: Any) -> Any:
    return request


class CountingSession(Session):
    """A session of keystoneauth that knows how many calls went to each service.

    writable: while it is False, every method but GET and HEAD is refused, tokens aside, and so is what writes by GET.
        Check mode never sets it.
    versions: what the services said of their versions, by address.
    """

    def __init__(self, *args: Any, beside: CountingSession | None = None, **kwargs: Any) -> None:
        """Be a session of its own, or one that shares the connections and the versions of another one."""
        self.versions: dict[str, Any] = beside.versions if beside else {}
        connections = beside.session if beside else Connections()
        super().__init__(*args, **{**kwargs, "session": connections, "discovery_cache": self.versions})
        self.timeout = self.timeout or TIMEOUT
        self.calls: Counter[str] = Counter()
        self.writable = False
        self._given_up: deque[Exception] = deque(maxlen=100)
        self._lock = threading.Lock()

    def request(  # type: ignore[override]
        self, url: str, method: str, repeat: bool = True, writes: bool = False, **kwargs: Any
    ) -> Any:
        """Send one request; see keystoneauth1.session.Session.request.

        repeat: whether the request may be sent again when its answer does not come. POST never is, tokens aside. A
        request that is refused because there are too many of them is sent again in any case: nothing was done.
        writes: the request writes, although its method is one that reads.

        Raises WriteRefused when the request would write and writing is not allowed.
        """
        asks_token = url.endswith("/auth/tokens")
        if (writes or method.upper() not in READS) and not asks_token and not self.writable:
            raise WriteRefused(f"{method} {url}")
        filter = kwargs.get("endpoint_filter") or {}
        repeat = repeat and (asks_token or method.upper() != "POST")
        begun = time.monotonic()
        for tried in range(1, TRIES + 1):
            with self._lock:
                self.calls["tokens" if asks_token else filter.get("service_type", "discovery")] += 1
            try:
                return super().request(url, method, **kwargs)
            except ka.ClientException as error:
                pause = PAUSE * 2 ** (tried - 1)
                if isinstance(error, ka.HttpError) and error.http_status == 429:
                    pause = max(pause, _retry_after(error))
                elif not (repeat and uncertain(error)):
                    raise
                # What was given up inside, for a token, is not begun again outside.
                if tried == TRIES or time.monotonic() + pause - begun > PATIENCE or error in self._given_up:
                    self._given_up.append(error)
                    raise
            time.sleep(pause)
        raise AssertionError("the last try returns or raises")


def reentrant(auth: Any) -> Any:
    """Return an authentication of keystoneauth that asks for a token while it asks for one, and then fails.

    Where the identity service refuses to tell its versions (401), keystoneauth asks again with a token. To get one it
    takes a lock that it holds already, and waits for ever.
    """
    get_access, here = auth.get_access, threading.local()

    def get_access_once(session: Any, **kwargs: Any) -> Any:
        if getattr(here, "asking", False):
            raise ka.Unauthorized("the identity service does not tell its versions")
        here.asking = True
        try:
            return get_access(session, **kwargs)
        finally:
            here.asking = False

    auth.get_access = get_access_once
    return auth


def _retry_after(error: ka.HttpError) -> float:
    """Return the seconds that an answer asks to wait, or none: a date needs a clock that both sides agree on."""
    with suppress(KeyError, ValueError):
        return float(error.response.headers["Retry-After"]) if error.response is not None else 0.0
    return 0.0
