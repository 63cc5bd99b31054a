"""Reports: HTML pages with predictions over time and synchronous audio playback.

Templates, style sheet and script are in ``assets``. A page is one self-contained file, and its
content security policy forbids the browser to load anything.
"""

# Time axes on which the curves of several files are put together, the default first.
AXES = ("seconds", "relative", "aligned")
