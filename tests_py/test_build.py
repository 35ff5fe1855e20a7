"""What build.py promises of the bundle and of the packages, tried on copies of the checkout."""

import gzip
import json
import sys
import sysconfig
import tarfile
from dataclasses import dataclass
from pathlib import Path

import pytest

import liveview
from tests_py.checkout import Checkout, run

BUNDLED = {"liveview.js", "liveview.js.map", "liveview.min.js"}
UV = (sys.executable, "-m", "uv")
SIZE_LIMIT = 24_000  # bytes of the minified script, gzipped; 14,600 are stimulus and idiomorph
COLLECT_STATIC = """
import sys, django
from django.conf import settings
from django.core.management import call_command
storage = "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"
settings.configure(
    INSTALLED_APPS=["django.contrib.staticfiles", "liveview"],
    STATIC_URL="/static/",
    STATIC_ROOT=sys.argv[1],
    STORAGES={"staticfiles": {"BACKEND": storage}},
)
django.setup()
call_command("collectstatic", interactive=False)
"""
FIND_BUNDLE = """
import importlib.resources, json, liveview
folder = importlib.resources.files("liveview") / "static" / "liveview"
print(json.dumps([liveview.__file__, [file.name for file in folder.iterdir()]]))
"""


@dataclass(frozen=True)
class Built:
    """What `python -m build` made."""

    wheel: Path
    sdist: Path


@dataclass(frozen=True)
class Installed:
    """A fresh environment, far from the checkout, that has our package installed."""

    path: Path

    @classmethod
    def from_source(cls, path: Path, *source: str) -> "Installed":
        run(*UV, "venv", "--quiet", "--python", sys.executable, path, cwd=path.parent)
        installed = cls(path)
        # The dependencies of the tests serve here too: nothing is downloaded.
        purelib = installed.run("import sysconfig; print(sysconfig.get_path('purelib'))").strip()
        Path(purelib, "borrowed.pth").write_text(sysconfig.get_path("purelib"))
        pip = (*UV, "pip", "install", "--quiet", "--no-deps", "--no-build-isolation")
        run(*pip, "--python", path, *source, cwd=path.parent)
        return installed

    def run(self, code: str, *arguments: str | Path) -> str:
        return run(self.path / "bin" / "python", "-c", code, *arguments, cwd=self.path)

    def bundle(self) -> tuple[Path, set[str]]:
        """Return where the package is, and the client scripts that importlib finds in it."""
        module, names = json.loads(self.run(FIND_BUNDLE))
        return Path(module).parent, set(names)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return Checkout.copy_to(tmp_path_factory.mktemp("build") / "checkout")


@pytest.fixture(scope="module")
def built(checkout: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Built:
    dist = tmp_path_factory.mktemp("dist")
    run(sys.executable, "-m", "build", "-n", "--outdir", dist, cwd=checkout.path)
    return Built(*dist.glob("*.whl"), *dist.glob("*.tar.gz"))


@pytest.fixture(scope="module")
def installed(built: Built, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return Installed.from_source(tmp_path_factory.mktemp("wheel") / "env", str(built.wheel))


def test_an_installed_wheel_has_the_bundle(installed: Installed) -> None:
    folder, names = installed.bundle()

    assert folder.is_relative_to(installed.path)
    assert names == BUNDLED


def test_the_installed_bundle_is_collected_by_the_manifest_storage(
    installed: Installed, tmp_path: Path
) -> None:
    installed.run(COLLECT_STATIC, tmp_path)

    collected = json.loads((tmp_path / "staticfiles.json").read_text())["paths"]
    assert {f"liveview/{name}" for name in BUNDLED} <= collected.keys()


def test_the_wheel_has_the_version_and_the_types(built: Built, installed: Installed) -> None:
    folder, _ = installed.bundle()

    assert built.wheel.name.startswith(f"liveview-{liveview.__version__}-")
    assert (folder / "py.typed").is_file()


def test_the_sdist_has_the_bundle_and_its_sources(built: Built) -> None:
    with tarfile.open(built.sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}

    assert {f"liveview/static/liveview/{name}" for name in BUNDLED} <= names
    assert {"frontend/main.js", "frontend/build.mjs", "package-lock.json", "build.py"} <= names


def test_a_wheel_from_the_sdist_needs_no_node(built: Built, tmp_path: Path) -> None:
    with tarfile.open(built.sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    [source] = tmp_path.iterdir()
    no_programs = tmp_path / "no_programs"
    no_programs.mkdir()

    command = (sys.executable, "-m", "build", "--wheel", "-n", "--outdir", tmp_path)
    run(*command, cwd=source, PATH=str(no_programs))

    [wheel] = tmp_path.glob("*.whl")
    _, names = Installed.from_source(tmp_path / "env", str(wheel)).bundle()
    assert names == BUNDLED


@pytest.mark.parametrize("editable", [False, True], ids=["pip install .", "pip install -e ."])
def test_installing_the_checkout_bundles_first(editable: bool, tmp_path: Path) -> None:
    checkout = Checkout.copy_to(tmp_path / "checkout")

    flags = ["--editable"] if editable else []
    installed = Installed.from_source(tmp_path / "env", *flags, str(checkout.path))

    folder, names = installed.bundle()
    assert names == BUNDLED
    assert folder.is_relative_to(checkout.path) == editable


def test_uv_build_bundles_first(tmp_path: Path) -> None:
    checkout = Checkout.copy_to(tmp_path / "checkout")

    command = (*UV, "build", "--no-build-isolation", "--python", sys.executable)
    run(*command, "--out-dir", tmp_path, cwd=checkout.path)

    assert {file.name for file in checkout.static.iterdir()} == BUNDLED
    assert len([*tmp_path.glob("*.whl"), *tmp_path.glob("*.tar.gz")]) == 2


def test_the_bundle_stays_small(installed: Installed) -> None:
    folder, _ = installed.bundle()
    script = (folder / "static/liveview/liveview.min.js").read_bytes()

    assert len(gzip.compress(script)) <= SIZE_LIMIT


def test_a_mistake_in_the_client_is_shown_with_its_place(tmp_path: Path) -> None:
    checkout = Checkout.copy_to(tmp_path / "checkout")
    (checkout.path / "frontend" / "main.js").write_text("let x = ;\n")

    result = checkout.attempt()

    assert result.returncode == 1
    assert "frontend/main.js:1:8" in result.stdout
    assert result.stdout.endswith("Correct what esbuild names above and try again.\n")
