"""Execute a Dockerfile: a root folder, and the command that an engine would run in it."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from docker.utils import exclude_paths
from dockerfile_parse import DockerfileParser
from dockerfile_parse.util import WordSplitter, get_key_val_dictionary

from checks.container import debian_root

_BASE = re.compile(r"debian:(\w+)-slim(?:\s+AS\s+(\w+))?", re.IGNORECASE)


@dataclass
class Stage:
    """A build stage: its root folder and settings after the instructions so far.

    Attributes
    ----------
    root : Path
    variables : dict of str to str
    folder : str
        Working folder within the root.
    user : str
        Numbers of user and group.
    entry_point, default : list of str
        The command, and its arguments if the user gives none.
    """

    root: Path
    variables: dict[str, str] = field(default_factory=lambda: {"PATH": debian_root.PATH})
    folder: str = "/"
    user: str = "0:0"
    entry_point: list[str] = field(default_factory=list)
    default: list[str] = field(default_factory=list)

    def run(self, *arguments: str, user: str | None = None) -> "subprocess.CompletedProcess[bytes]":
        """Run the image as ``docker run --network none`` does.

        Parameters
        ----------
        *arguments : str
            Arguments after the image's name.
        user : str, optional
            Value of ``--user``.
        """
        command = [*self.entry_point, *(arguments or self.default)]
        return self.execute(command, user)

    def execute(
        self, command: list[str], user: str | None = None
    ) -> "subprocess.CompletedProcess[bytes]":
        """Run another program instead of the entry point."""
        user = user or self.user
        return debian_root.run_user(self.root, user, command, self.folder, self.variables)


class Builder:
    """Executes the instructions of a Dockerfile one after the other.

    It supports the instructions that our Dockerfile has; others fail the check.
    """

    def __init__(self, context: Path, roots: Path, mirror: str | None) -> None:
        self._context, self._roots, self._mirror = context, roots, mirror
        ignored = (context / ".dockerignore").read_text().splitlines()
        patterns = [line for line in ignored if line and not line.startswith("#")]
        self._visible = set(exclude_paths(str(context), patterns))
        self._stages: dict[str, Stage] = {}
        self._stage: Stage | None = None

    def build(self) -> Iterator[str]:
        """Execute all instructions; yield the text of each after it."""
        parser = DockerfileParser(path=str(self._context / "Dockerfile"))
        for step in parser.structure:
            instruction, value = step["instruction"], step["value"]
            if instruction == "COMMENT":
                continue
            execute = getattr(self, f"_{instruction.lower()}", None)
            assert execute is not None, f"{instruction} isn't supported by this check"
            execute(value)
            yield f"{instruction} {value}"

    @property
    def stage(self) -> Stage:
        """The current stage."""
        assert self._stage is not None, "The Dockerfile doesn't begin with FROM."
        return self._stage

    def _from(self, value: str) -> None:
        base = _BASE.fullmatch(value)
        assert base, f"FROM {value}: this check supports only Debian's slim images"
        suite, name = base[1], base[2] or f"stage{len(self._stages)}"
        pristine = self._roots / suite
        if not pristine.exists():
            debian_root.make(pristine, suite, self._mirror)
        root = self._roots / name
        debian_root.copy(pristine, root)
        self._stage = self._stages[name] = Stage(root)

    def _run(self, value: str) -> None:
        stage = self.stage
        assert stage.user == "0:0", "RUN after USER isn't supported by this check"
        debian_root.run_step(stage.root, value, stage.folder, stage.variables)

    def _copy(self, value: str) -> None:
        stage = self.stage
        words = list(WordSplitter(value).split())
        origin = None
        if words[0].startswith("--from="):
            origin = self._stages[words.pop(0).partition("=")[2]].root
        *sources, target = words
        place = stage.root / str(Path(stage.folder, target)).lstrip("/")
        for source in sources:
            self._copy_one(source, origin, place, target.endswith("/") or len(sources) > 1)

    def _copy_one(self, source: str, origin: Path | None, place: Path, into: bool) -> None:
        if origin is not None:
            found = origin / source.lstrip("/")
            shutil.copytree(found, place, symlinks=True, dirs_exist_ok=True)
            return
        files = [name for name in self._visible if name == source or name.startswith(f"{source}/")]
        assert files, f"COPY {source}: excluded from the context by .dockerignore"
        for name in files:
            file = self._context / name
            within = Path(name).relative_to(source)
            target = place / within if within != Path(".") else place
            if file.is_dir():
                target.mkdir(parents=True, exist_ok=True)
                continue
            if within == Path(".") and into:
                target = place / file.name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)

    def _workdir(self, value: str) -> None:
        stage = self.stage
        stage.folder = str(Path(stage.folder, value))
        (stage.root / stage.folder.lstrip("/")).mkdir(parents=True, exist_ok=True)

    def _env(self, value: str) -> None:
        stage = self.stage
        stage.variables.update(
            get_key_val_dictionary(value, env_replace=True, args={}, envs=stage.variables)
        )

    def _user(self, value: str) -> None:
        assert re.fullmatch(r"\d+:\d+", value), (
            f"USER {value}: give numbers, which need no entry in /etc/passwd"
        )
        self.stage.user = value

    def _entrypoint(self, value: str) -> None:
        self.stage.entry_point = json.loads(value)

    def _cmd(self, value: str) -> None:
        self.stage.default = json.loads(value)
