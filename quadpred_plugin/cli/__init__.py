"""Command line. The command NAME is ``command`` in the module NAME.

To add a command, write its module and add a line to `main.COMMANDS`; environment variables of
its options, help and the documentation's page of commands follow. The code that does the work of
a long command is in NAME_run, which is imported when the command runs, so that help stays fast.

| module | subject |
|---|---|
| `main` | the program and its table of commands |
| `file_options`, `model_options`, `interpretation_options`, `message_options` | shared options |
| `time_options` | options of ``predict``: smoothing, rates, given sections |
| `environment_variables`, `shell_completion` | options from variables; completion in shells |
| `destinations` | output files and folders |
| `file_predictions` | predict files in worker processes |
| `interruption`, `progress`, `meter` | Ctrl-C; the progress bar; the meter of ``live`` |
"""
