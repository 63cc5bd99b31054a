"""Python packages: what is required, and what the extras add."""

from collections.abc import Iterator
from importlib import metadata
from typing import Any

from quadpred_plugin.doctor.children import Answer, probe
from quadpred_plugin.doctor.findings import NOTE, OK, PROBLEM, Finding

DISTRIBUTION = "quadpred-plugin"
# Where a package isn't imported by the name it is installed by.
_IMPORT_NAMES = {"essentia-tensorflow": "essentia"}


def required_packages() -> Iterator[Finding]:
    """Look whether each package that is needed is there, new enough, and can be imported."""
    requirements = _requirements("")
    names = {requirement.name: _import_name(requirement.name) for requirement in requirements}
    present = [name for name in names if _version(name) is not None]
    answers = dict(zip(present, probe("import", [names[name] for name in present])))
    for requirement in requirements:
        yield _judge(requirement, answers.get(requirement.name))
    if _version("essentia") is not None:
        yield Finding(
            "packages",
            "essentia",
            PROBLEM,
            "is installed beside essentia-tensorflow, and one overwrites the other's files.",
            "pip uninstall -y essentia essentia-tensorflow && pip install essentia-tensorflow",
        )


def _judge(requirement: Any, answer: Answer | None) -> Finding:
    name, version = requirement.name, _version(requirement.name)
    install = f"pip install --force-reinstall '{requirement.name}{requirement.specifier}'"
    if answer is None or version is None:
        return Finding("packages", name, PROBLEM, "is not installed.", install)
    if not requirement.specifier.contains(version, prereleases=True):
        detail = f"{version} is not {requirement.specifier}, which is needed."
        return Finding("packages", name, PROBLEM, detail, install)
    if answer.problem:
        detail = f"{version} can't be used: {answer.problem}"
        return Finding("packages", name, PROBLEM, detail, install)
    libraries = (f"{library} {number}" for library, number in answer.facts["libraries"].items())
    return Finding("packages", name, OK, ", ".join([version, *libraries]))


def extras() -> Iterator[Finding]:
    """Look which extras' packages are there, by their names and versions alone."""
    for extra in metadata.metadata(DISTRIBUTION).get_all("Provides-Extra") or []:
        wanted = _requirements(extra)
        missing = [
            requirement.name
            for requirement in wanted
            if not requirement.specifier.contains(
                _version(requirement.name) or "0", prereleases=True
            )
        ]
        if missing:
            yield Finding(
                "extras",
                extra,
                NOTE,
                f"lacks {', '.join(missing)}.",
                f"pip install '{DISTRIBUTION}[{extra}]'",
            )
        else:
            versions = (f"{each.name} {_version(each.name)}" for each in wanted)
            yield Finding("extras", extra, OK, ", ".join(versions))


def _requirements(extra: str) -> list[Any]:
    """Return what this machine needs, by the metadata that pip installed us with."""
    from packaging.requirements import Requirement

    requirements = map(Requirement, metadata.requires(DISTRIBUTION) or [])
    return [
        requirement
        for requirement in requirements
        if (requirement.marker is None and not extra)
        or (
            requirement.marker is not None
            and requirement.marker.evaluate({"extra": extra})
            and (not extra or not requirement.marker.evaluate({"extra": ""}))
        )
    ]


def _import_name(distribution: str) -> str:
    return _IMPORT_NAMES.get(distribution, distribution.replace("-", "_"))


def _version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None
