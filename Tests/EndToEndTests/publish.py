"""Writes a repository that python-tuf signs of a channel's folder, as a centre without `loa-centre` would.

Usage: publish.py CHANNEL REPO     what lies below `emergency/` is signed by a role of its own
"""

import datetime
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "tuf-client"))
import repository


def main():
    channel, target = map(pathlib.Path, sys.argv[1:])
    signed = repository.Repository()
    now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    patterns = ["emergency/" + "*/" * depth + "*" for depth in range(5)]
    signed.delegate("targets", "emergency", paths=patterns, terminating=True)
    for role in ("emergency", "timestamp"):
        signed.documents[role].unrecognized_fields["x-loa-issued"] = now
    for file in sorted(channel.rglob("*")):
        if not file.is_file():
            continue
        path, content = file.relative_to(channel).as_posix(), file.read_bytes()
        role = "emergency" if path.startswith("emergency/") else "targets"
        signed.add_file(role, path, content)
        name = signed.documents[role].targets[path].hashes["sha256"] + "." + file.name
        write(target / "targets" / pathlib.PurePosixPath(path).parent / name, content)
    signed.publish("targets", "emergency", "snapshot", "timestamp")
    for role, versions in signed.files.items():
        for version, content in versions.items():
            name = "timestamp.json" if role == "timestamp" else f"{version}.{role}.json"
            write(target / "metadata" / name, content)


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


main()
