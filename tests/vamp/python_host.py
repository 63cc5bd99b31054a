"""A Vamp host in Python for tests that call the plugin's C functions in any order."""

import ctypes
import functools
import tempfile
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from vamp_wrapper import abi
from vamp_wrapper.build import build_library
from vamp_wrapper.outputs import OUTPUTS
from vamp_wrapper.places import library_name


@functools.cache
def loaded_library():
    """Build the library and open it in this process, whose Python it uses."""
    with tempfile.TemporaryDirectory() as folder:
        library = ctypes.CDLL(build_library(Path(folder), library_name()))
    library.vampGetPluginDescriptor.restype = ctypes.c_void_p
    return library


def descriptor_address(version, index):
    return loaded_library().vampGetPluginDescriptor(version, index) or 0


def descriptor():
    return abi.PluginDescriptor.from_address(descriptor_address(2, 0))


@contextmanager
def instance(rate):
    one = Instance(rate)
    try:
        yield one
    finally:
        one.descriptor.cleanup(one.handle)


class Instance:
    def __init__(self, rate):
        self.descriptor = descriptor()
        self.handle = self.descriptor.instantiate(ctypes.byref(self.descriptor), rate)
        self.rate = rate

    def set(self, **values):
        for index in range(self.descriptor.parameterCount):
            name = self.descriptor.parameters[index].contents.identifier.decode()
            if name in values:
                self.descriptor.setParameter(self.handle, index, values.pop(name))
        assert not values, "no such parameter"

    def get(self, name):
        for index in range(self.descriptor.parameterCount):
            if self.descriptor.parameters[index].contents.identifier.decode() == name:
                return self.descriptor.getParameter(self.handle, index)
        raise KeyError(name)

    def initialise(self, channels=1, step=4096, block=None):
        self.channels, self.step = channels, step
        return self.descriptor.initialise(self.handle, channels, step, block or step)

    def reset(self):
        self.descriptor.reset(self.handle)

    def output(self, index):
        """Copy an output's descriptor before it is released."""
        address = self.descriptor.getOutputDescriptor(self.handle, index)
        found = abi.OutputDescriptor.from_address(address)
        names = found.binNames[: found.binCount] if found.binNames else []
        values = {name: getattr(found, name) for name, _ in abi.OutputDescriptor._fields_}
        values["binNames"] = [name.decode() for name in names]
        self.descriptor.releaseOutputDescriptor(address)
        return values

    def process(self, block, nanoseconds=0):
        """Feed one block, shape (samples, channels); its memory is overwritten afterwards."""
        columns = [np.array(column, dtype=np.float32) for column in block.T]
        addresses = (ctypes.c_void_p * len(columns))(*(column.ctypes.data for column in columns))
        lists = self.descriptor.process(
            self.handle, addresses, *divmod(int(nanoseconds), 1_000_000_000)
        )
        assert read_set(lists) == [[] for _ in OUTPUTS]
        self.descriptor.releaseFeatureSet(lists)
        for column in columns:
            column.fill(np.nan)

    def feed(self, samples, start=0.0):
        """Feed a signal in blocks, the last filled up with zeros."""
        columns = samples.reshape(len(samples), -1)
        for first in range(0, len(columns), self.step):
            block = columns[first : first + self.step]
            missing = self.step - len(block)
            block = np.pad(block, ((0, missing), (0, 0)))
            self.process(block, round((start + first / self.rate) * 1e9))

    def remaining(self):
        lists = self.descriptor.getRemainingFeatures(self.handle)
        features = read_set(lists)
        self.descriptor.releaseFeatureSet(lists)
        return {output.identifier: rows for output, rows in zip(OUTPUTS, features, strict=True)}

    def run(self, samples, start=0.0):
        self.feed(samples, start)
        return self.remaining()


def read_set(address):
    """Copy a feature set: for each output rows of (time ns, duration ns, label, values)."""
    found = []
    for features in (abi.FeatureList * len(OUTPUTS)).from_address(address):
        rows = []
        count = features.featureCount
        size = ctypes.sizeof(abi.Feature)
        for index in range(count):
            one = abi.Feature.from_address(features.features + index * size)
            more = abi.FeatureDuration.from_address(features.features + (count + index) * size)
            assert one.hasTimestamp and 0 <= one.nsec < 1_000_000_000
            values = (ctypes.c_float * one.valueCount).from_address(one.values)
            label = ctypes.string_at(one.label).decode() if one.label else None
            duration = (
                more.durationSec * 1_000_000_000 + more.durationNsec if more.hasDuration else None
            )
            rows.append((one.sec * 1_000_000_000 + one.nsec, duration, label, tuple(values)))
        found.append(rows)
    return found
