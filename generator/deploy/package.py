"""One zip for each function, as Lambda takes them: what it imports and no more, always the same."""

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
from generator import PRODUCT
from generator.build.incremental import MADE
from generator.errors import WudanError
from generator.files.output import replace
from generator.site import theme
from generator.site.theme import HALVES

NIGHT = "night"
FUNCTIONS = {name: f"functions.{name}" for name in ("wish", "rating", "volunteer", "desk", "team")}
FUNCTIONS |= {
    "order": "functions.tracking",
    "clock": "functions.scheduled",
    NIGHT: "generator.deploy.nightly",
}
"""The module with the handler of each deployable, by the deployable's name."""

ARCHITECTURES = {"x86_64": "x86_64", "arm64": "aarch64"}
"""As Lambda calls them, and as wheels do."""

DISTRIBUTIONS = {
    "argon2": ("argon2-cffi", "argon2-cffi-bindings", "cffi"),
    "cryptography": ("cryptography", "cffi"),
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
"""What the functions import, and what must be installed for it."""

OF_LAMBDA = {"boto3", "botocore", "urllib3"}
"""What AWS's own images bring along."""

LEFT_OUT = (
    *("*/", "*.dist-info/*", "*.data/*", "*.pyi", "*/py.typed", "*.c", "*/tests/*"),
    *("cffi/*", "_yaml/*"),
)
"""What of a wheel is of no use at run time; of cffi that is all but its compiled part, and _yaml is
an old name of what yaml has."""

OF_ONE_MACHINE = ["functions.storage.sqlite"]
OF_REQUESTS = ["cryptography", "multipart", "openpyxl", "xlsxwriter"]
"""What the night does not come to: it opens nothing sealed, and answers nobody."""

STACKS = ("function.yaml", "edge.yaml")
"""Of ``infra/``: what ``template.yaml`` fetches from where the zips are."""


def bundle(data: Path, out: Path, architecture: str) -> Iterator[tuple[str, bytes]]:
    """Write the zip of each function to ``out``, and :data:`STACKS`; yields names and bytes.

    ``data`` is the folder of the bundle that a build made.

    Raises:
        WudanError: what is to be packed could not be downloaded.
    """
    wheels = _wheels(ARCHITECTURES[architecture])
    out.mkdir(parents=True, exist_ok=True)
    for function in FUNCTIONS:
        ours, others = needs(function)
        files = {name: (PRODUCT / name).read_bytes() for name in ours}
        if function != NIGHT:  # It makes its own.
            files[f"bundle/{FILE}"] = (data / FILE).read_bytes()
        for distribution in sorted(others):
            files |= _unpacked(wheels[distribution])
        yield _written(out / f"{function}.zip", _zipped(files | dict(_compiled(files))))
    for stack in STACKS:
        yield _written(out / stack, (PRODUCT / "infra" / stack).read_bytes())


def needs(function: str) -> tuple[set[str], set[str]]:
    """Our files that a function imports, wherever the import stands, and others' distributions.

    Raises:
        KeyError: it imports something that is not in :data:`DISTRIBUTIONS`.
    """
    left_out = OF_ONE_MACHINE + OF_REQUESTS if function == NIGHT else OF_ONE_MACHINE
    finder = ModuleFinder([str(PRODUCT)], excludes=left_out)
    finder.import_hook(FUNCTIONS[function])
    others = {name.partition(".")[0] for name in finder.badmodules}
    others -= {*HALVES, *OF_LAMBDA, *left_out, *sys.stdlib_module_names}
    # What begins with types_ is for the checker of types alone.
    packed = (DISTRIBUTIONS[name] for name in others if not name.startswith("types_"))
    ours = {_file(name) for name in finder.modules if name.partition(".")[0] in HALVES}
    # Who renders needs the theme, and all that tells which version of the program it is.
    if function == NIGHT:
        ours = {path.relative_to(PRODUCT).as_posix() for path in theme.product()}
    return ours, {distribution for each in packed for distribution in each}


def _file(module: str) -> str:
    path = module.replace(".", "/")
    return f"{path}/__init__.py" if (PRODUCT / path).is_dir() else f"{path}.py"


def _wheels(machine: str) -> dict[str, Path]:
    """The wheels of :data:`DISTRIBUTIONS` as they are locked, by name; downloaded once."""
    names = {name for distributions in DISTRIBUTIONS.values() for name in distributions}
    stanzas = re.split(r"^(?=\S)", (PRODUCT / "requirements.txt").read_text(), flags=re.MULTILINE)
    locked = "".join(stanza for stanza in stanzas if stanza.partition("==")[0] in names)
    # The images up to 3.11 are Amazon Linux 2, with glibc 2.26; later ones have 2.34.
    newest = 26 if sys.version_info < (3, 12) else 34
    platforms = [f"--platform=manylinux_2_{minor}_{machine}" for minor in range(17, newest + 1)]
    made_for = f"{sys.implementation.cache_tag} {machine}\n{locked}"
    folder = PRODUCT / MADE / "wheels" / hashlib.sha256(made_for.encode()).hexdigest()[:16]
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
        ran = subprocess.run(command, capture_output=True, text=True)  # noqa: S603 - Fixed words.
        if ran.returncode:
            raise WudanError(f"下载不了要一起打包的程序，请检查网络再试。\n{ran.stderr.strip()}")
        wheels.rename(folder)


def _written(path: Path, data: bytes) -> tuple[str, bytes]:
    replace(path, data)
    return path.name, data


def _unpacked(wheel: Path) -> dict[str, bytes]:
    with ZipFile(wheel) as archive:
        return {
            name: archive.read(name)
            for name in archive.namelist()
            if not any(fnmatch(name, pattern) for pattern in LEFT_OUT)
        }


def _compiled(files: Mapping[str, bytes]) -> Iterator[tuple[str, bytes]]:
    """For each source what Python would make of it, each time anew, on a disk that it cannot write.

    As in PEP 552, unchecked: nobody edits the sources there.
    """
    for name, source in files.items():
        path = PurePosixPath(name)
        if path.suffix == ".py":
            code = compile(source, f"/var/task/{name}", "exec", dont_inherit=True, optimize=0)
            header = importlib.util.MAGIC_NUMBER + (1).to_bytes(4, "little")
            # The format's later versions tell which values are shared, and that depends on what
            # else this process has loaded.
            body = importlib.util.source_hash(source) + marshal.dumps(code, 2)
            cached = path.parent / "__pycache__" / f"{path.stem}.{sys.implementation.cache_tag}.pyc"
            yield str(cached), header + body


def _zipped(files: Mapping[str, bytes]) -> bytes:
    written = io.BytesIO()
    with ZipFile(written, "w") as archive:
        for name in sorted(files):
            entry = ZipInfo(name)
            entry.create_system = 3  # Unix, wherever this runs: else nobody could read the file.
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, files[name], ZIP_DEFLATED)
    return written.getvalue()
