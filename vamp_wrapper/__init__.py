"""The chain as a Vamp plugin, for Sonic Visualiser and other Vamp hosts.

- `shim.c`: the library that hosts open; starts Python and gets the descriptor of `library`.
- `library`: the plugin's descriptor and its C functions.
- `plugin`: one instance of the plugin.
- `outputs`, `settings`: outputs, parameters and programs.
- `abi`, `features`: C structures of Vamp's interface.
- `build`, `installation`, `places`: building and installing the library.
- `examination`: findings for ``quadpred doctor``.
"""
