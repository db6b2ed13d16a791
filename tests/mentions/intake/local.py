"""A small web server on this machine that behaves as badly as a test asks, and the host overrides that lead to it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

from bot.mentions.gateways.fetching import HostOverrides

HOST = "feeds.example"
FEED = """<?xml version="1.0" encoding="utf-8"?>
<rss version="2.0"><channel><title>What people say</title>
<item><guid isPermaLink="false">7</guid><title>They never called back</title><link>http://feeds.example/posts/7</link>
<description>Golddex support &lt;b&gt;never&lt;/b&gt; called me back</description></item></channel></rss>"""

Answer = Callable[["Visit"], None]


class Visit(BaseHTTPRequestHandler):
    """One request, and the means to answer it."""

    server: "_Server"
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """Answer as the test said."""
        self.server.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        self.close_connection = True
        self.server.answers[self.path](self)

    def say(self, status: int, body: bytes | str = b"", **headers: str) -> None:
        """A whole answer."""
        content = body.encode() if isinstance(body, str) else body
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def drip(self, *, after: bytes) -> None:
        """*after*, then a byte every tenth of a second until the other side has had enough."""
        try:
            self.wfile.write(after)
            while not self.server.closing.wait(0.1):
                self.wfile.write(b" ")
        except OSError:
            self.server.left_alone.set()

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Visit)
        self.answers: dict[str, Answer] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.closing = Event()
        self.left_alone = Event()

    def handle_error(self, *_: Any) -> None:
        """A caller who hangs up is what the tests are about."""

    @property
    def place(self) -> str:
        """Where it listens."""
        return f"127.0.0.1:{self.server_address[1]}"

    def host_overrides(self, *then: str) -> HostOverrides:
        """Lets feeds.example lead here, at its first look-up; *then* are the answers to the next ones."""
        return HostOverrides({HOST: (self.place, *then)})

    def at(self, path: str, answer: Answer) -> str:
        """What to answer at *path*; its address."""
        self.answers[path] = answer
        return f"http://{HOST}{path}"


@contextmanager
def serving() -> Iterator[_Server]:
    """A server that runs as long as it is needed."""
    with _Server() as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server
        finally:
            server.closing.set()
            server.shutdown()
            thread.join()
