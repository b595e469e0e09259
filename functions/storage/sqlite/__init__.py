"""The embedded store: one SQLite file, safe against ``kill -9`` at any moment."""

from functions.storage.sqlite.connection import PATIENCE as PATIENCE
from functions.storage.sqlite.file import Glance as Glance
from functions.storage.sqlite.file import fold as fold
from functions.storage.sqlite.file import glance as glance
from functions.storage.sqlite.sqlite import SQLite as SQLite
