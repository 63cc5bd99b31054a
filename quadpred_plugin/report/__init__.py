"""The report: one page that shows predictions over time and plays the sound to them.

Templates, style and script are the files in ``assets``; the page that comes of them is one
file that needs nothing else, and forbids the browser to load anything.
"""
