"""A group robot on loopback, as WeCom, DingTalk and Feishu offer them."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

KEY = "693a91f6-7xxx-4bc4-97a0-0ec2sifa5aaa"
TAKEN = b'{"errcode":0,"errmsg":"ok","code":0,"msg":"success"}'


@contextmanager
def serving(server: socketserver.BaseServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Robot(HTTPServer):
    """Records what is posted to it, and answers what it is told to answer."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), RobotHandler)
        self.posts: list[tuple[str, dict[str, Any]]] = []
        self.types: list[str] = []
        self.status, self.answer, self.location = 200, TAKEN, ""
        self.url = f"http://127.0.0.1:{self.server_port}/cgi-bin/webhook/send?key={KEY}"


class RobotHandler(BaseHTTPRequestHandler):
    server: Robot

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.posts.append((self.path, json.loads(body)))
        self.server.types.append(self.headers["Content-Type"])
        self.send_response(self.server.status)
        if self.server.location:
            self.send_header("Location", self.server.location)
        self.end_headers()
        self.wfile.write(self.server.answer)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - So it is named.
        pass
