"""``build.py serve`` in a process of its own, and a browser for it."""

import subprocess
import sys
from http.client import HTTPResponse
from pathlib import Path
from threading import Timer
from urllib.error import HTTPError
from urllib.request import HTTPCookieProcessor, HTTPRedirectHandler, Request, build_opener

from tests.support.client import Answer
from tests.support.servers import PRODUCT


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *args: object) -> None:
        return None


class Server:
    """``build.py serve`` on a free port."""

    def __init__(self, root: Path, data: Path, *options: str):
        self._command = [sys.executable, "build.py", "serve", "--root", str(root)]
        self._command += ["--data", str(data), "--port", "0", *options]
        self._cookies = HTTPCookieProcessor()
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command, cwd=PRODUCT, stdout=subprocess.PIPE, text=True
        )
        self._watchdog = Timer(300, self._process.kill)  # So that no test waits for ever.
        self._watchdog.start()
        self.beginning, line = "", self.said()
        while "http://" not in line:
            self.beginning += line
            line = self.said()
        self.address = "http://" + line.split("http://")[1].split()[0]

    def said(self) -> str:
        """The next line that the program prints; waits for it."""
        assert self._process.stdout
        line = self._process.stdout.readline()
        assert line, "the program has ended"
        return line

    def kill(self) -> None:
        """As ``kill -9`` does."""
        self._watchdog.cancel()
        self._process.kill()
        self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()

    def end(self, number: int) -> int:
        """Send a signal, and return the exit code."""
        self._process.send_signal(number)
        code = self._process.wait()
        self.kill()
        return code

    def get(self, path: str) -> Answer:
        """The page at an address; of a link, the page that it opens."""
        answer = self._open(Request(self.address + path))
        opens = answer.status == 303 and "set-cookie" in answer.headers
        return self.get(answer.location) if opens else answer

    def head(self, path: str) -> Answer:
        return self._open(Request(self.address + path, method="HEAD"))

    def post(self, path: str, body: str) -> Answer:
        return self._open(Request(self.address + path, body.encode()))

    def _open(self, request: Request) -> Answer:
        try:
            with build_opener(_Stay, self._cookies).open(request, timeout=30) as answer:
                return self._answer(answer)
        except HTTPError as error:
            with error:
                return self._answer(error)

    def _answer(self, answer: HTTPResponse | HTTPError) -> Answer:
        headers = {name.lower(): value for name, value in answer.headers.items()}
        return Answer(answer.status or 0, headers, answer.read().decode())


def run(*arguments: str) -> str:
    """One command of ``build.py``, which must succeed."""
    done = subprocess.run(
        [sys.executable, "build.py", *arguments], cwd=PRODUCT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
