"""Templates as Python's code, so that each is compiled once."""

from jinja2.bccache import Bucket, BytecodeCache

from generator.files.cache import Cache

CODE = "code"


class Compiled(BytecodeCache):
    """What Jinja2 made of templates, on a shelf of the cache."""

    def __init__(self, cache: Cache):
        self._cache = cache

    def load_bytecode(self, bucket: Bucket) -> None:
        if code := self._cache.get(CODE, bucket.key):
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._cache.put(CODE, [(bucket.key, bucket.bytecode_to_string())])
        self._cache.commit()  # Others may be drawing at the same time, and wait.
