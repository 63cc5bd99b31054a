"""The chain as a Vamp plugin, for Sonic Visualiser and every other Vamp host.

`shim.c` is the library that hosts open. It starts Python and asks `library` for the
plugin's descriptor, whose functions lead to one `plugin.QuadpredPlugin` for each instance.
`outputs` and `settings` say what there is to see and to set, `abi` and `features` speak C,
`installation` builds the library and puts it where hosts look.
"""
