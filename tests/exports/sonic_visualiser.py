"""Sonic Visualiser with a keyboard, to answer its import dialog."""

import socket
import struct
import time
from xml.etree import ElementTree

from tests.limits import HANG
from tests.vamp.sonic_visualiser import load_driver, read_picture, read_table

_RETURN = 0xFF0D

driver = load_driver()


class SonicVisualiser(driver.SonicVisualiser):
    """A run without a screen; key presses are sent over RFB, the protocol of VNC."""

    def __init__(self, folder):
        # Any folder without plugins.
        with socket.create_server(("127.0.0.1", 0)) as server:
            self._port = server.getsockname()[1]
        super().__init__(folder, folder, {"QT_QPA_PLATFORM": f"vnc:port={self._port}"})

    def new_pane(self):
        self.tell("/add timeruler")

    def open_layers(self, path):
        """Open a file of layers in the current pane."""
        self.tell(f'/open "{path}"')

    def import_table(self, path):
        """Open a CSV file, accept the dialog's defaults and return the layer as CSV."""
        before = self._guesses(self._folder)
        self.tell(f'/open "{path}"')
        self.wait(lambda: self._guesses(self._folder) > before, f"it asks about {path}")
        # Executed once the dialog is closed.
        self._exports += 1
        table = self._folder / f"export{self._exports}.csv"
        self.tell(f'/exportlayer "{table}"')
        due = 0.0

        def accepted():
            nonlocal due
            if time.monotonic() >= due:
                # The guess is logged before the dialog opens, which can miss the key therefore.
                time.sleep(1)
                self._press(_RETURN)
                due = time.monotonic() + 10
            return table.exists()

        self.wait(accepted, f"the layer of {path} is exported")
        return read_table(table.read_bytes())

    def layer(self, number=None):
        """Return a layer of the current pane, or the current layer, as CSV."""
        if number is not None:
            # Panes are numbered from one; the session has its own and the new one.
            self.tell(f"/setcurrent 2 {number}")
        return read_table(self._export("/exportlayer", ".csv", lambda content: True))

    def session_tree(self):
        return ElementTree.fromstring(self.session())

    def pixels(self):
        return read_picture(self.picture())

    @staticmethod
    def _guesses(folder):
        logs = [path.read_text(errors="replace") for path in folder.rglob("sv-debug.log")]
        return sum(log.count("Estimated scale units") for log in logs)

    def _press(self, key):
        """Press and release a key (RFC 6143, without authentication)."""
        with socket.create_connection(("127.0.0.1", self._port), timeout=HANG) as connection:
            stream = connection.makefile("rwb")
            assert stream.read(12).startswith(b"RFB")
            stream.write(b"RFB 003.003\n")
            stream.flush()
            (security,) = struct.unpack(">I", stream.read(4))
            assert security == 1
            stream.write(b"\1")
            stream.flush()
            *_, length = struct.unpack(">HH16sI", stream.read(24))
            stream.read(length)
            for down in (1, 0):
                stream.write(struct.pack(">BBHI", 4, down, 0, key))
            stream.flush()
            # A connection that is closed at once loses its key presses.
            time.sleep(0.5)
