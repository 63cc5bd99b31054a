"""Check the required Python packages and those of the extras."""

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import Any

from quadpred_plugin.doctor.findings import NOTE, OK, PROBLEM, Finding
from quadpred_plugin.doctor.subprocess_probes import ProbeResult, run_probe

DISTRIBUTION = "quadpred-plugin"
ESSENTIA = "essentia-tensorflow"
# Import names that differ from the distribution's name.
_IMPORT_NAMES = {ESSENTIA: "essentia"}


@dataclass(frozen=True)
class WheelSystem:
    """System for which the required version of essentia-tensorflow has a wheel.

    Attributes
    ----------
    name : str
        Name for display.
    system, machine : str
        As ``platform.system()`` and ``platform.machine()`` return them.
    oldest_macos : int
        Oldest major version of macOS; 0 for other systems.
    tested : bool
        Whether the tests of quadpred-plugin ran there.
    """

    name: str
    system: str
    machine: str
    oldest_macos: int = 0
    tested: bool = False


# Wheels on PyPI of the version that setup.cfg requires, 2.1b6.dev1389.
WHEEL_VERSION = "2.1b6.dev1389"
WHEEL_SYSTEMS = (
    WheelSystem("Linux x86_64", "Linux", "x86_64", tested=True),
    WheelSystem("macOS 15 or newer on Apple silicon", "Darwin", "arm64", oldest_macos=15),
    WheelSystem("macOS 14 or newer on Intel", "Darwin", "x86_64", oldest_macos=14),
)


def check_packages() -> Iterator[Finding]:
    """Check that each required package is installed, recent enough and can be imported."""
    requirements = _requirements("")
    names = {requirement.name: _import_name(requirement.name) for requirement in requirements}
    present = [name for name in names if _version(name) is not None]
    results = dict(zip(present, run_probe("import", [names[name] for name in present])))
    wheel = wheel_finding(platform.system(), platform.machine(), platform.mac_ver()[0])
    for requirement in requirements:
        yield _package_finding(requirement, results.get(requirement.name), wheel)
        if requirement.name == ESSENTIA and wheel is not None:
            yield wheel
    if _version("essentia") is not None:
        yield Finding(
            "packages",
            "essentia",
            PROBLEM,
            f"is installed beside {ESSENTIA}, and one overwrites the other's files.",
            f"pip uninstall -y essentia {ESSENTIA} && pip install {ESSENTIA}",
        )


def wheel_finding(system: str, machine: str, macos: str) -> Finding | None:
    """Return a note on systems where essentia-tensorflow has no wheel or isn't tested.

    Parameters
    ----------
    system, machine : str
        As ``platform.system()`` and ``platform.machine()`` return them.
    macos : str
        Version of macOS, such as ``15.1``; empty on other systems.

    Returns
    -------
    finding : Finding or None
        None on a tested system. Without a wheel, its remedy is another system.
    """
    here = f"macOS {macos} {machine}" if system == "Darwin" else f"{system} {machine}"
    major = int(macos.partition(".")[0] or 0)
    found = next(
        (
            one
            for one in WHEEL_SYSTEMS
            if (one.system, one.machine) == (system, machine) and major >= one.oldest_macos
        ),
        None,
    )
    if found is not None and found.tested:
        return None
    tested = " and ".join(one.name for one in WHEEL_SYSTEMS if one.tested)
    if found is not None:
        detail = f"{here} has a wheel, but quadpred-plugin was tested on {tested} only."
        return Finding("packages", f"{ESSENTIA} wheel", NOTE, detail)
    systems = ", ".join(
        f"{one.name} ({'tested' if one.tested else 'not tested'})" for one in WHEEL_SYSTEMS
    )
    return Finding(
        "packages",
        f"{ESSENTIA} wheel",
        NOTE,
        f"{here} has no wheel of {WHEEL_VERSION} or newer. Systems with a wheel: {systems}.",
        "Install quadpred-plugin on a system with a wheel.",
    )


def _package_finding(
    requirement: Any, result: ProbeResult | None, wheel: Finding | None
) -> Finding:
    name, version = requirement.name, _version(requirement.name)
    remedy = f"pip install --force-reinstall '{requirement.name}{requirement.specifier}'"
    if name == ESSENTIA and wheel is not None and wheel.remedy:
        # Without a wheel, pip can't install it.
        remedy = wheel.remedy
    if result is None or version is None:
        return Finding("packages", name, PROBLEM, "is not installed.", remedy)
    if not requirement.specifier.contains(version, prereleases=True):
        detail = f"{version} is installed, but {requirement.specifier} is required."
        return Finding("packages", name, PROBLEM, detail, remedy)
    if result.problem:
        detail = f"{version} can't be used: {result.problem}"
        return Finding("packages", name, PROBLEM, detail, remedy)
    libraries = (f"{library} {number}" for library, number in result.facts["libraries"].items())
    return Finding("packages", name, OK, ", ".join([version, *libraries]))


def check_extras() -> Iterator[Finding]:
    """Check the packages of each extra by name and version, without importing them."""
    for extra in metadata.metadata(DISTRIBUTION).get_all("Provides-Extra") or []:
        required = _requirements(extra)
        missing = [
            requirement.name
            for requirement in required
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
            versions = (f"{each.name} {_version(each.name)}" for each in required)
            yield Finding("extras", extra, OK, ", ".join(versions))


def _requirements(extra: str) -> list[Any]:
    """Return the requirements of an extra on this machine, from pip's metadata of the package."""
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
