"""Adds the shipped models, which lie in ``models/``, to the packages that setup.cfg finds."""

from setuptools import setup
from setuptools.command.build_py import build_py


class BuildWithModels(build_py):
    """Install the folder ``models/`` as the package ``quadpred_plugin.shipped_models``."""

    def finalize_options(self) -> None:
        """Append the one package that isn't below its parent's folder."""
        super().finalize_options()
        self.packages = [*self.packages, "quadpred_plugin.shipped_models"]


setup(cmdclass={"build_py": BuildWithModels})
