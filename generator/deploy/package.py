"""Packs one zip for each function, as Lambda takes them: what the function imports and no more."""

import hashlib
import importlib.util
import io
import marshal
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from modulefinder import ModuleFinder
from pathlib import Path, PurePosixPath
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from functions.context.bundle import FILE
from functions.web.http import OUTAGE
from generator import PRODUCT
from generator.errors import WudanError
from generator.files.atomic import replace
from generator.site import theme

HALVES = ("functions", "generator")
NIGHTLY = "night"
FUNCTIONS = {name: f"functions.{name}" for name in ("wish", "rating", "volunteer", "desk", "team")}
FUNCTIONS |= {
    "order": "functions.tracking",
    "search": "functions.site_search",
    "clock": "functions.scheduled",
    NIGHTLY: "generator.deploy.nightly",
}
"""The module with the handler of each deployable, by the deployable's name."""

ARCHITECTURES = {"x86_64": "x86_64", "arm64": "aarch64"}
"""Lambda's names of processors, and those of wheels."""

DISTRIBUTIONS = {
    "argon2": ("argon2-cffi", "argon2-cffi-bindings", "cffi"),
    "cryptography": ("cryptography", "cffi"),
    "docx": ("python-docx", "lxml", "typing-extensions"),
    "icalendar": ("icalendar", "typing-extensions", "tzdata"),
    "jinja2": ("jinja2", "markupsafe"),
    "markdown": ("markdown",),
    "msgspec": ("msgspec",),
    "multipart": ("multipart",),
    "nh3": ("nh3",),
    "openpyxl": ("openpyxl", "et-xmlfile"),
    "segno": ("segno",),
    "whitenoise": ("whitenoise",),
    "xlsxwriter": ("xlsxwriter",),
    "yaml": ("pyyaml",),
}
"""The packages that functions import, and the distributions that each needs."""

IN_THE_IMAGE = {"boto3", "botocore", "urllib3"}
"""Packages that AWS's own images contain."""

NOT_IN_WHEELS = (
    *("*/", "*.dist-info/*", "*.data/*", "*.pyi", "*/py.typed", "*.c", "*/tests/*"),
    *("cffi/*", "_yaml/*"),
    *(
        "lxml/html/*",
        "lxml/includes/*",
        "lxml/isoschematron/*",
        "lxml/objectify*",
        "*.pxi",
        "*.pyx",
    ),
)
"""Files of wheels that nothing needs at run time. Of cffi only the compiled part is needed, of lxml
only its etree, and _yaml is an old name of a part of yaml."""

NOT_ON_LAMBDA = ["functions.storage.sqlite"]
NEVER = {
    NIGHTLY: ["PIL", "cryptography", "multipart", "openpyxl", "pi_heif", "pypdf", "xlsxwriter"],
    "search": ["cryptography", "multipart"],
}
"""Modules that a function never gets to. The nightly one opens nothing sealed, has no requests, and
its pictures were made where its sources come from; the one that searches has no secret, and no
forms are sent to it."""
STACKS = ("template.yaml", "function.yaml", "edge.yaml")
"""Files of ``infra/`` that describe what the zips run on."""
RUNTIME = re.compile(r"(?<=Default: )python3\.\d+")
"""The Python that functions run on, in the one place that says it: :func:`bundle` writes there the
one that it ran on, because wheels and compiled code are for that one alone."""


def bundle(data: Path, out: Path, architecture: str, cache: Path) -> Iterator[tuple[str, bytes]]:
    """Write the zip of each function to ``out``, and :data:`STACKS`; yields names and bytes.
    ``data`` is the folder of the bundle; ``cache`` keeps the wheels that were downloaded.

    Raises:
        WudanError: the wheels could not be downloaded.
    """
    python = f"python{sys.version_info.major}.{sys.version_info.minor}"
    wheels = _wheels(ARCHITECTURES[architecture], cache)
    out.mkdir(parents=True, exist_ok=True)
    for function in FUNCTIONS:
        ours, distributions = needs(function)
        files = {name: (PRODUCT / name).read_bytes() for name in ours}
        if function != NIGHTLY:  # It builds a bundle of its own.
            files[f"bundle/{FILE}"] = (data / FILE).read_bytes()
        for distribution in sorted(distributions):
            files |= _unpack(wheels[distribution])
        yield _write(out / f"{function}.zip", _zip(files | dict(_compile(files))))
    for stack in STACKS:
        text = (PRODUCT / "infra" / stack).read_text()
        yield _write(out / stack, RUNTIME.sub(python, text).encode())


def needs(function: str) -> tuple[set[str], set[str]]:
    """Our files that a function imports, wherever the import stands, and the distributions.

    Raises:
        KeyError: it imports a package that is not in :data:`DISTRIBUTIONS`.
    """
    excludes = NOT_ON_LAMBDA + NEVER.get(function, [])
    finder = ModuleFinder([str(PRODUCT)], excludes=excludes)
    finder.import_hook(FUNCTIONS[function])
    packages = {name.partition(".")[0] for name in finder.badmodules}
    packages -= {*HALVES, *IN_THE_IMAGE, *excludes, *sys.stdlib_module_names}
    # Packages whose names begin with types_ are for the type checker alone.
    needed = (DISTRIBUTIONS[name] for name in packages if not name.startswith("types_"))
    files = [getattr(module, "__file__", None) for module in finder.modules.values()]
    paths = [Path(file) for file in files if file]
    if function == NIGHTLY:
        paths += theme.product()
    elif "functions.web.http" in finder.modules:
        paths.append(OUTAGE)
    ours = {path.relative_to(PRODUCT).as_posix() for path in paths}
    return ours, {distribution for each in needed for distribution in each}


def _wheels(machine: str, cache: Path) -> dict[str, Path]:
    """The locked wheels of :data:`DISTRIBUTIONS`, by name; downloaded once."""
    names = {name for distributions in DISTRIBUTIONS.values() for name in distributions}
    stanzas = re.split(r"^(?=\S)", (PRODUCT / "requirements.txt").read_text(), flags=re.MULTILINE)
    locked = "".join(stanza for stanza in stanzas if stanza.partition("==")[0] in names)
    # The images up to Python 3.11 are Amazon Linux 2, with glibc 2.26; later ones have 2.34.
    newest = 26 if sys.version_info < (3, 12) else 34
    platforms = [f"--platform=manylinux_2_{minor}_{machine}" for minor in range(17, newest + 1)]
    identity = f"{sys.implementation.cache_tag} {machine}\n{locked}"
    folder = cache / hashlib.sha256(identity.encode()).hexdigest()[:16]
    if not folder.exists():
        _download(locked, platforms, folder)
    return {path.name.partition("-")[0].replace("_", "-"): path for path in folder.glob("*.whl")}


def _download(locked: str, platforms: list[str], folder: Path) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as temporary:
        requirements, wheels = Path(temporary, "requirements.txt"), Path(temporary, "wheels")
        requirements.write_text(locked)
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--require-hashes", "--only-binary=:all:", *platforms]
        command += ["-r", str(requirements), "-d", str(wheels)]
        pip = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 - Fixed words.
        if pip.returncode:
            raise WudanError(f"下载不了要一起打包的程序，请检查网络再试。\n{pip.stderr.strip()}")
        wheels.rename(folder)


def _write(path: Path, data: bytes) -> tuple[str, bytes]:
    replace(path, data)
    return path.name, data


def _unpack(wheel: Path) -> dict[str, bytes]:
    with ZipFile(wheel) as archive:
        return {
            name: archive.read(name)
            for name in archive.namelist()
            if not any(fnmatch(name, pattern) for pattern in NOT_IN_WHEELS)
        }


def _compile(files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """The compiled form of each source, because Lambda's disk is read-only, so that Python would
    compile again at each cold start; as in PEP 552, unchecked: nobody edits the sources there."""
    for name, source in files.items():
        path = PurePosixPath(name)
        if path.suffix == ".py":
            code = compile(source, f"/var/task/{name}", "exec", dont_inherit=True, optimize=0)
            header = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little")
            # Version 2, because later ones mark values that are shared, and which are shared
            # depends on what else this process has loaded.
            body = importlib.util.source_hash(source) + marshal.dumps(code, 2)
            cached = path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc"
            yield str(cached), header + body


def _zip(files: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with ZipFile(buffer, "w") as archive:
        for name in sorted(files):
            entry = ZipInfo(name)
            entry.create_system = 3  # Unix, wherever this runs: else nobody could read the file.
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[name], ZIP_DEFLATED)
    return buffer.getvalue()
