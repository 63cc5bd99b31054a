"""An S3 server on loopback whose answers can be cut off."""

import threading
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server

KEYS = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
}


class Server:
    """A running server.

    Attributes
    ----------
    environment : dict of str
        Variables by which clients find it.
    client : object
        Of boto3.
    cut : Counter of str
        How many of the next reads of an object, by the end of its path, are cut off: the
        connection ends after half of the promised bytes.
    refused : Counter of str
        How many of the next writes of an object, by the end of its path, get no answer.
    reads : Counter of str
        How many reads of each path were begun.
    """

    def __init__(self) -> None:
        self.cut: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.reads: Counter[str] = Counter()
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        self.environment = {**KEYS, "AWS_ENDPOINT_URL": self.address}
        self.thread = threading.Thread(target=self._server.serve_forever)
        self.thread.start()
        self.client = boto3.client(
            "s3",
            endpoint_url=self.address,
            aws_access_key_id="test",
            aws_secret_access_key="test",
            region_name="us-east-1",
        )

    def put(self, bucket: str, files: dict[str, bytes]) -> None:
        """Make a bucket with objects."""
        self.client.create_bucket(Bucket=bucket)
        for key, content in files.items():
            self.client.put_object(Bucket=bucket, Key=key, Body=content)

    def close(self) -> None:
        """End the server."""
        self._server.shutdown()
        self._server.server_close()
        self.thread.join()

    def _answer(self, environ: dict[str, Any], start: Any) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if environ["REQUEST_METHOD"] == "PUT":
            ending = next((end for end in self.refused if path.endswith(end)), None)
            if ending is not None and self.refused[ending] > 0:
                self.refused[ending] -= 1
                raise ConnectionAbortedError
        if environ["REQUEST_METHOD"] != "GET" or path.count("/") < 2 or path.endswith("/"):
            return self._moto(environ, start)
        self.reads[path] += 1
        cut = next((end for end, left in self.cut.items() if left > 0 and path.endswith(end)), None)
        if cut is None:
            return self._moto(environ, start)
        self.cut[cut] -= 1
        content = b"".join(self._moto(environ, start))
        return [content[: len(content) // 2]]


@contextmanager
def s3_server() -> Iterator[Server]:
    """Start a server, and end it at the end of the ``with`` statement."""
    server = Server()
    try:
        yield server
    finally:
        server.close()
