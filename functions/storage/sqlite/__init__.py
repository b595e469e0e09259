"""The embedded store: one SQLite file, safe against ``kill -9`` at any moment."""

from functions.storage.sqlite.connection import PATIENCE as PATIENCE
from functions.storage.sqlite.file import Inspection as Inspection
from functions.storage.sqlite.file import fold as fold
from functions.storage.sqlite.file import inspect as inspect
from functions.storage.sqlite.sqlite import SQLite as SQLite
