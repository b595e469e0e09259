"""HTTP by uvicorn, whose own refusals carry the headers of all other answers."""

from copy import copy

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from functions.web.headers import encoded


class Protocol(HttpToolsProtocol):
    """One connection. What it answers by itself, without the application, begins with
    :attr:`guarding`."""

    @property
    def guarding(self) -> list[tuple[bytes, bytes]]:
        """The headers that guard an answer on this connection."""
        return encoded(self.scheme == "https")

    def send_400_response(self, msg: str) -> None:
        self.server_state = copy(self.server_state)
        headers = self.server_state.default_headers
        self.server_state.default_headers = [*headers, *self.guarding]
        super().send_400_response(msg)
