"""A server that repeats secrets: whoever asks for whatever is refused with one in the body, a header or an address."""

import itertools
import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tests.fake_feeds import rss

Answer = tuple[int, dict[str, str], str]
"""Status, headers and body."""


class Talkative:
    """Answers in turn with everything that can go wrong, one of *secrets* in each; ``/fine`` is a feed."""

    def __init__(self, secrets: Sequence[str]) -> None:
        self.answers = itertools.cycle(list(_answers(secrets)))
        self.paths: list[str] = []
        self.bodies: list[str] = []
        """What was sent here, without the headers, which hold what lets somebody in."""
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self) -> None:
                received = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode(errors="replace")
                path = urlsplit(self.path).path
                outer.paths.append(path)
                outer.bodies.append(received)
                status, headers, body = outer.answer(self.command, path, received)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815  # http.server calls them so

            def log_message(self, *_: object) -> None:
                """Says nothing of its own."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def answer(self, method: str, path: str, body: str) -> Answer:  # others need all
        """What whoever asks for *path* is answered."""
        if path.startswith("/fine"):
            return 200, {"Content-Type": "application/rss+xml"}, rss("Norvik opens").decode()
        return next(self.answers)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _answers(secrets: Sequence[str]) -> Iterator[Answer]:
    as_json = {"Content-Type": "application/json"}
    for number, secret in enumerate(secrets):
        said = secret.replace('"', "'")
        yield (
            (200, as_json, f'{{"ok": false, "error": "{said}", "detail": "{said}"}}'),
            (401, as_json, f'{{"message": "401: {said}", "code": 0, "error": {{"message": "{said} is wrong"}}}}'),
            (200, {"Content-Type": "text/html"}, f"<html>{said}"),
            (500, as_json, f'{{"message": "{said}", "errors": {{"{said}": ["{said}"]}}}}'),
            (302, {"Location": f"https://{number}:{said.replace(' ', '')[:60]}@127.0.0.1/x?token={said}"}, said),
            (429, {**as_json, "Retry-After": said[:40]}, f'{{"message": "{said}", "retry_after": "{said}"}}'),
        )[number % 6]
