"""``python -m quadpred_plugin``: the command line."""

from quadpred_plugin.cli.main import main

main()
