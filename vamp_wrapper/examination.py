"""Findings of ``quadpred doctor`` on the Vamp plugin's installation."""

from collections.abc import Iterator

from quadpred_plugin.doctor.findings import NOTE, OK, PROBLEM, Finding
from quadpred_plugin.errors import InstallationError
from vamp_wrapper.installation import find_installed

_INSTALL = "quadpred vamp install"


def examine_installation() -> Iterator[Finding]:
    """Yield a finding for each plugin that Vamp hosts would find; hosts use the first."""
    found = find_installed()
    if not found:
        detail = "is not installed; only Vamp hosts such as Sonic Visualiser need it."
        yield Finding("vamp", "plugin", NOTE, detail, _INSTALL)
        return
    first, *hidden = found
    try:
        problem = first.problem()
    except InstallationError as error:
        yield Finding("vamp", "plugin", NOTE, f"{first.library} can't be checked: {error}")
    else:
        if problem:
            remedy = f"quadpred vamp install --path '{first.library.parent}'"
            yield Finding("vamp", "plugin", PROBLEM, f"{first.library}: {problem}", remedy)
        elif first.of_this_environment:
            yield Finding("vamp", "plugin", OK, f"{first.library} starts this environment")
        else:
            detail = (
                f"{first.library} starts another environment, {first.environment}: its models and "
                "its version, not those of this one."
            )
            remedy = f"quadpred vamp install --path '{first.library.parent}'"
            yield Finding("vamp", "plugin", NOTE, detail, remedy)
    for other in hidden:
        detail = f"{other.library} is not used: hosts find {first.library} first."
        remedy = f"quadpred vamp uninstall --path '{other.library.parent}'"
        yield Finding("vamp", "plugin", NOTE, detail, remedy)
