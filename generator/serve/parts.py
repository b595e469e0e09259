"""Files over WSGI by WhiteNoise, which takes a part of one byte for none (6.12, RFC 9110, 14.1)."""

from http import HTTPStatus
from typing import Any
from wsgiref.headers import Headers

from whitenoise import WhiteNoise
from whitenoise.responders import MissingFileError, Response, SlicedFile, StaticFile

BaseHeaders = list[tuple[str, str]]


class Files(WhiteNoise):  # type: ignore[misc]
    """The files of a folder."""

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> "RangedFile":
        headers = Headers([])
        self.add_mime_headers(headers, path, url)
        self.add_cache_headers(headers, path, url)
        try:
            return RangedFile(path, headers.items(), stat_cache=stat_cache)
        except NotADirectoryError as error:  # The folder itself is none, or not any more.
            raise MissingFileError(path) from error


class RangedFile(StaticFile):  # type: ignore[misc]
    """A file, or a part of it."""

    def get_range_response(
        self, range_header: str, base_headers: BaseHeaders, file_handle: Any
    ) -> Any:
        size = int(dict(base_headers)["Content-Length"])
        start, end = self.get_byte_range(range_header, size)
        if start != end:
            return super().get_range_response(range_header, base_headers, file_handle)
        headers = [(name, value) for name, value in base_headers if name != "Content-Length"]
        headers += [("Content-Range", f"bytes {start}-{end}/{size}"), ("Content-Length", "1")]
        return Response(
            HTTPStatus.PARTIAL_CONTENT, headers, file_handle and SlicedFile(file_handle, start, end)
        )
