"""Sonic Visualiser with a keyboard: what it opens may ask before it is read."""

import socket
import struct
import time
from xml.etree import ElementTree

from tests.vamp.sonic_visualiser import load_driver, read_picture, read_table

_RETURN = 0xFF0D

driver = load_driver()


class SonicVisualiser(driver.SonicVisualiser):
    """A run without a screen whose keyboard is reached over RFB, VNC's protocol."""

    def __init__(self, folder):
        # No plugins are needed; any folder without them will do.
        with socket.create_server(("127.0.0.1", 0)) as server:
            self._port = server.getsockname()[1]
        super().__init__(folder, folder, {"QT_QPA_PLATFORM": f"vnc:port={self._port}"})

    def new_pane(self):
        self.tell("/add timeruler")

    def open_layers(self, path):
        """Open a file of layers, which lie in the current pane then."""
        self.tell(f'/open "{path}"')

    def import_table(self, path):
        """Open a CSV file, take what the dialog proposes, and return the layer as CSV."""
        logs = self._folder
        before = self._guesses(logs)
        self.tell(f'/open "{path}"')
        self.wait(lambda: self._guesses(logs) > before, f"it asks about {path}")
        # The last line of the guess comes before the dialog is there.
        time.sleep(1)
        self._press(_RETURN)
        return self.layer()

    def layer(self, number=None):
        """Return a layer of the current pane, or its current one, as CSV."""
        if number is not None:
            # Panes are counted from one; of them the session has its own and the new one.
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
        with socket.create_connection(("127.0.0.1", self._port), timeout=30) as connection:
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
            # Connections that are closed at once are closed with what they said.
            time.sleep(0.5)
