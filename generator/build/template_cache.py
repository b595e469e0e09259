"""Templates as Python code, so that each is compiled once."""

from jinja2.bccache import Bucket, BytecodeCache

from generator.files.cache import Cache

SHELF = "code"


class TemplateCache(BytecodeCache):
    """Jinja2's compiled templates, on a shelf of the cache."""

    def __init__(self, cache: Cache):
        self._cache = cache

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._cache.get(SHELF, bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._cache.put(SHELF, [(bucket.key, bucket.bytecode_to_string())])
        self._cache.commit()  # Other processes may be rendering, and wait for the lock.
