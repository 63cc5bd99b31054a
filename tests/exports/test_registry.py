"""Choice of a format, its limits, missing packages, and a format that is added."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from quadpred_plugin.errors import OutputError
from quadpred_plugin.exports import FORMATS, export_to, format_of
from tests.exports.synthetic import random_prediction
from tests.limits import HANG

WITHOUT_LEVELS = [name for name, export in FORMATS.items() if not export.levels]


@pytest.mark.parametrize("format_name", FORMATS)
def test_a_suffix_names_each_format(format_name, tmp_path):
    suffix = FORMATS[format_name].suffix
    for name in (f"song{suffix}", f"Song.1{suffix.upper()}", f"a.b{suffix}"):
        assert format_of(Path(name)) == format_name
    prediction = random_prediction(5)
    prediction.save(tmp_path / f"saved{suffix}")
    level = "frame" if FORMATS[format_name].levels else None
    export_to(tmp_path / "exported", [prediction], format_name, level)
    assert (tmp_path / f"saved{suffix}").read_bytes() == (tmp_path / "exported").read_bytes()


@pytest.mark.parametrize(
    ("name", "format_name"),
    [
        ("segments.csv", "csv"),
        ("my.songs.csv", "csv"),
        ("song.segments.csv", "segments-csv"),
        ("labels.txt", "table"),
        ("song.labels.txt", "labels"),
        ("taggram.svl", "svl"),
        ("song.textgrid", "textgrid"),
    ],
)
def test_the_longest_suffix_counts(name, format_name):
    assert format_of(Path(name)) == format_name


@pytest.mark.parametrize("name", ["song", "song.xyz", "csv", "song.csv.gz"])
def test_unknown_suffixes(name):
    with pytest.raises(OutputError, match=r"has an unknown suffix; .*\.jams"):
        format_of(Path(name))


@pytest.mark.parametrize("format_name", WITHOUT_LEVELS)
def test_formats_without_levels_contain_one_file(format_name, tmp_path):
    path = tmp_path / f"song{FORMATS[format_name].suffix}"
    with pytest.raises(OutputError, match="has no levels"):
        random_prediction(5).save(path, level="file")
    with pytest.raises(OutputError, match="contains one audio file, not 2"):
        export_to(path, [random_prediction(5)] * 2, format_name, None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("package", sorted({one.needs for one in FORMATS.values() if one.needs}))
def test_a_missing_package_is_a_sentence(package, tmp_path):
    """In Python and, before any file is analysed, on the command line."""
    suffix = next(one.suffix for one in FORMATS.values() if one.needs == package)
    code = (
        "import sys\n"
        f"sys.modules[{package!r}] = None\n"
        "import quadpred_plugin as qp\n"
        "from tests.exports.synthetic import random_prediction\n"
        "try:\n"
        f"    random_prediction(5).save('song{suffix}')\n"
        "except qp.OutputError as error:\n"
        "    print(error)\n"
        "random_prediction(5).save('song.csv')\n"
        "from quadpred_plugin.cli.main import main\n"
        f"sys.argv = ['quadpred', 'predict', '-o', 'song{suffix}', 'missing.wav']\n"
        "main()\n"
    )
    root = Path(__file__).parents[2]
    run = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(root)!r})\n{code}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=HANG,
    )
    sentence = (
        f"A {suffix} file needs the package {package}: pip install 'quadpred-plugin[exports]'."
    )
    assert run.stdout.splitlines() == [sentence]
    assert sentence in " ".join(run.stderr.split())
    assert run.returncode == 2
    assert "missing.wav" not in run.stderr and "Traceback" not in run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["song.csv"]


NEW_FORMAT = '''
"""Number of patches: a format of the tests."""


def write(stream, prediction):
    """Write the number of patches."""
    stream.write(f"{len(prediction)} patches\\n")
'''


def test_a_new_format_is_a_module_and_a_line(tmp_path):
    """Options, suffixes, help, Python and the documentation follow from the registry."""
    root = Path(__file__).parents[2]
    for name in ("quadpred_plugin", "models"):
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(root / name, tmp_path / name, ignore=ignore)
    exports = tmp_path / "quadpred_plugin" / "exports"
    (exports / "patch_count.py").write_text(NEW_FORMAT)
    registry = (exports / "__init__.py").read_text()
    line = '    "count": Export("patch_count.write", ".count", program="Counter"),\n'
    start = registry.index('    "mood": Export(')
    (exports / "__init__.py").write_text(registry[:start] + line + registry[start:])
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "import quadpred_plugin as qp\n"
        "assert Path(qp.__file__).is_relative_to(Path.cwd())\n"
        "from format_page import write_format_page\n"
        "write_format_page(Path('page.md'))\n"
        "from tests.exports.synthetic import random_prediction\n"
        "random_prediction(5).save('saved.count')\n"
        "from quadpred_plugin.cli.main import main\n"
        "sys.argv = ['quadpred', 'predict', *sys.argv[1:]]\n"
        "main()\n"
    )
    places = [str(tmp_path), str(root), str(root / "docs")]

    def run(*arguments):
        return subprocess.run(
            [sys.executable, "-c", f"import sys; sys.path[:0] = {places!r}\n{code}", *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=HANG,
        )

    song = str(root / "examples" / "audio" / "q1_joy.ogg")
    printed = run("--format", "count", song)
    assert (printed.returncode, printed.stdout) == (0, "33 patches\n"), printed.stderr
    assert run("-o", "song.count", song).returncode == 0
    assert (tmp_path / "song.count").read_text() == "33 patches\n"
    assert (tmp_path / "saved.count").read_text() == "5 patches\n"
    assert "for Counter: count" in " ".join(run("--help").stdout.split())
    page = (tmp_path / "page.md").read_text()
    assert "| `count` | `.count` | Counter |" in page and "Number of patches" in page


def test_without_pandas_there_is_no_frame():
    code = (
        "import sys\n"
        "sys.modules['pandas'] = None\n"
        "import quadpred_plugin as qp\n"
        "from tests.exports.synthetic import random_prediction\n"
        "try:\n"
        "    random_prediction(5).to_frame()\n"
        "except qp.OutputError as error:\n"
        "    print(error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=HANG,
        check=True,
    )
    assert run.stdout == "A data frame needs the package pandas: pip install pandas.\n"
