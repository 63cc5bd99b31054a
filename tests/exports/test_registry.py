"""Which format is chosen, what it can hold, and what is said where a package is missing."""

import subprocess
import sys
from pathlib import Path

import pytest

from quadpred_plugin.errors import OutputError
from quadpred_plugin.exports import FORMATS, export_to, format_of
from tests.exports.synthetic import random_prediction

ONE_FORM = [name for name, export in FORMATS.items() if not export.levels]


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
def test_other_suffixes_name_none(name):
    with pytest.raises(OutputError, match=r"can't be told .*\.jams"):
        format_of(Path(name))


@pytest.mark.parametrize("format_name", ONE_FORM)
def test_formats_of_one_form_hold_one_file_and_have_no_level(format_name, tmp_path):
    path = tmp_path / f"song{FORMATS[format_name].suffix}"
    with pytest.raises(OutputError, match="one form"):
        random_prediction(5).save(path, level="file")
    with pytest.raises(OutputError, match="holds one audio file, not 2"):
        export_to(path, [random_prediction(5)] * 2, format_name, None)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("package", sorted({one.needs for one in FORMATS.values() if one.needs}))
def test_a_missing_package_is_a_sentence(package, tmp_path):
    """In Python and, before anything is heard, on the command line."""
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
        timeout=60,
    )
    sentence = (
        f"A {suffix} file needs the package {package}: pip install 'quadpred-plugin[exports]'."
    )
    assert run.stdout.splitlines() == [sentence]
    assert sentence in " ".join(run.stderr.split())
    assert run.returncode == 2
    assert "missing.wav" not in run.stderr and "Traceback" not in run.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["song.csv"]


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
        timeout=60,
        check=True,
    )
    assert run.stdout == "A data frame needs the package pandas: pip install pandas.\n"
