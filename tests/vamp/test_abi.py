"""Memory layout of the ctypes structures against the C compiler's layout of vamp.h."""

import ctypes
import re
import subprocess

from tests.limits import HANG
from vamp_wrapper import abi
from vamp_wrapper.build import SOURCES

STRUCTURES = {
    "VampParameterDescriptor": abi.ParameterDescriptor,
    "VampOutputDescriptor": abi.OutputDescriptor,
    "VampFeature": abi.Feature,
    "VampFeatureV2": abi.FeatureDuration,
    "VampFeatureList": abi.FeatureList,
    "VampPluginDescriptor": abi.PluginDescriptor,
}


def test_members_lie_where_the_compiler_puts_them(tmp_path):
    lines, expected = [], []
    for name, structure in STRUCTURES.items():
        for member, kind in structure._fields_:
            if member != "rest_of_union":
                lines.append(
                    f'printf("%zu %zu\\n", offsetof({name}, {member}), '
                    f"sizeof((({name} *)0)->{member}));"
                )
                expected.append(
                    (getattr(structure, member).offset, ctypes.sizeof(kind)),
                )
    for name, structure in STRUCTURES.items():
        shown = "VampFeatureUnion" if structure is abi.FeatureDuration else name
        lines.append(f'printf("%zu 0\\n", sizeof({shown}));')
        expected.append((ctypes.sizeof(structure), 0))
    for name, value in (
        ("vampTimeDomain", abi.TIME_DOMAIN),
        ("vampFixedSampleRate", abi.FIXED_SAMPLE_RATE),
        ("vampVariableSampleRate", abi.VARIABLE_SAMPLE_RATE),
        ("VAMP_API_VERSION", abi.API_VERSION),
    ):
        lines.append(f'printf("%d 0\\n", {name});')
        expected.append((value, 0))
    source = tmp_path / "layout.c"
    source.write_text(
        "#include <stddef.h>\n#include <stdio.h>\n#include <vamp/vamp.h>\n"
        f"int main(void) {{ {' '.join(lines)} return 0; }}\n"
    )
    program = tmp_path / "layout"
    subprocess.run(["cc", source, "-o", program], check=True, timeout=HANG)
    printed = subprocess.run([program], capture_output=True, text=True, check=True).stdout
    found = [tuple(map(int, line.split())) for line in printed.splitlines()]
    assert found == expected
    assert len(found) > 70


def test_the_librarys_own_header_has_the_layout_of_vamp_h(tmp_path):
    text = (SOURCES / "vamp_interface.h").read_text()
    body = text[text.index("struct vamp_plugin {") : text.index("};", text.index("vamp_plugin {"))]
    members = re.findall(r"(?:\(\*|[ *])(\w+)(?:;|\)\()", body)
    pairs = [
        *zip(members, (name for name, _ in abi.PluginDescriptor._fields_), strict=True),
    ]
    checks = [
        f"offsetof(struct vamp_plugin, {ours}) == offsetof(VampPluginDescriptor, {theirs})"
        for ours, theirs in pairs
    ]
    checks += [
        "sizeof(struct vamp_plugin) == sizeof(VampPluginDescriptor)",
        "sizeof(struct vamp_feature_list) == sizeof(VampFeatureList)",
    ]
    lines = "\n".join(f'_Static_assert({check}, "{check}");' for check in checks)
    source = tmp_path / "layout.c"
    source.write_text(
        f'#include <stddef.h>\n#include <vamp/vamp.h>\n#include "vamp_interface.h"\n{lines}\n'
    )
    command = ["cc", "-c", f"-I{SOURCES}", source, "-o", tmp_path / "layout.o"]
    subprocess.run(command, check=True, timeout=HANG)
    assert len(pairs) == 30
