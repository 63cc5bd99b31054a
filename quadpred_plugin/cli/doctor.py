"""``quadpred doctor``: check the installation and print remedies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from quadpred_plugin.doctor.findings import Finding


@click.command(
    "doctor",
    epilog="""\b
Examples:
  quadpred doctor
  quadpred doctor --json > report.json
""",
)
@click.option("--json", "as_json", is_flag=True, help="Print all findings as one JSON object.")
@click.pass_context
def command(context: click.Context, as_json: bool) -> int:
    """Check this installation and print how to repair it.

    Checks the required packages and their native libraries, a worker process, the models
    and their hashes, the prediction of each model's golden vectors, the decoding of a tone
    in each common container, the Vamp plugin, the optional packages and the environment
    variables of options. Nothing is changed, and nothing is sent over the network.

    Exit code 0: no problems; 1: problems were found.
    """
    findings = _examine(context.find_root().command)
    if as_json:
        return _print_json(list(findings))
    return _print_text(findings)


def _examine(root: click.Command) -> Iterator[Finding]:
    from functools import partial

    from quadpred_plugin.cli.environment_variables import examine_environment
    from quadpred_plugin.doctor.examination import TOPICS, examine
    from vamp_wrapper.examination import examine_installation

    return examine(
        {
            **TOPICS,
            "vamp": examine_installation,
            "environment": partial(examine_environment, root),
        }
    )


def _print_text(findings: Iterator[Finding]) -> int:
    from quadpred_plugin.doctor.findings import PROBLEM
    from quadpred_plugin.system.text import printable

    topic, problems = "", 0
    for finding in findings:
        if finding.topic != topic:
            click.echo(("\n" if topic else "") + finding.topic)
            topic = finding.topic
        problems += finding.state == PROBLEM
        click.echo(f"  {finding.state:8} {finding.name}: {printable(finding.detail)}")
        if finding.remedy:
            click.echo(f"           -> {printable(finding.remedy)}")
    if problems:
        found = "One problem" if problems == 1 else f"{problems} problems"
        click.echo(f"\n{found}; the arrow below each gives the remedy.")
    else:
        click.echo("\nNo problems found.")
    return 1 if problems else 0


def _print_json(findings: list[Finding]) -> int:
    import json
    from dataclasses import asdict

    from quadpred_plugin.doctor.findings import PROBLEM
    from quadpred_plugin.version import VERSION

    well = not any(finding.state == PROBLEM for finding in findings)
    content = {
        "version": VERSION,
        "well": well,
        "findings": [asdict(finding) for finding in findings],
    }
    click.echo(json.dumps(content, indent=2))
    return 0 if well else 1
