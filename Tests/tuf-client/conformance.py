#!/usr/bin/env python3
"""Drives a TUF client through the corners of the specification, against repositories that python-tuf signs.

Usage: conformance.py CLIENT [WORD...]     only the cases whose name holds one of the words

Needs tuf and securesystemslib[crypto] from PyPI, and faketime.
"""

import datetime
import json
import os
import sys
import time
import traceback

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from securesystemslib.formats import encode_canonical
from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import Key, Metadata, MetaFile, Root

from repository import TOP, Client, Repository, Server, days

CASES = []
FIRST = [("root", 2), ("timestamp", None), ("snapshot", 1), ("targets", 1)]


def case(*rows):
    """Adds a case, or one for each row: a name and what the case is given."""

    def add(function):
        for row in rows or [()]:
            name = " ".join([function.__name__.replace("_", " "), *row[:1]])
            CASES.append((name, function, row[1:]))
        return function

    return add


def key_id(key):
    import hashlib

    return hashlib.sha256(encode_canonical(key.to_dict()).encode()).hexdigest()


# Basics


@case()
def a_refresh_asks_for_four_files(client, repo):
    assert client.start() and client.refresh()
    assert repo.requests == FIRST, repo.requests
    for role in TOP:
        assert client.kept_bytes(role) == repo.files[role][1]


@case()
def a_second_refresh_asks_for_two(client, repo):
    assert client.start() and client.refresh()
    repo.requests.clear()
    assert client.refresh()
    assert repo.requests == [("root", 2), ("timestamp", None)]


@case()
def a_download_refreshes_first(client, repo):
    assert client.start() and not client.download("nobody has this")
    assert repo.requests == FIRST
    assert client.trusted() == {role: 1 for role in TOP}


@case()
def without_init_nothing_is_asked(client, repo):
    assert not client.refresh() and repo.requests == []


@case(
    ("version", lambda root: root["signed"].pop("version")),
    ("signature", lambda root: root["signatures"][0].update(sig="00" * 64)),
    ("signatures", lambda root: root.update(signatures=[])),
    ("threshold", lambda root: root["signed"]["roles"]["root"].update(threshold=2)),
)
def a_first_root_without_its(client, repo, edit):
    root = json.loads(repo.files["root"][1])
    edit(root)
    client.start(json.dumps(root).encode())
    assert not client.refresh() and repo.requests == []


@case()
def a_first_root_may_have_expired(client, repo):
    repo.root.expires = days(-3)
    repo.root.version = 1
    repo.publish("root", bump=False)
    assert client.start()
    repo.root.expires = days(30)
    repo.publish("root")
    assert client.refresh() and client.trusted()["root"] == 2


@case()
def bytes_are_kept_as_they_came(client, repo):
    repo.files["timestamp"][1] += b" \n"
    assert client.start() and client.refresh()
    assert client.kept_bytes("timestamp") == repo.files["timestamp"][1]


@case()
def unknown_fields_are_signed_too(client, repo):
    assert client.start() and client.refresh()
    signer = CryptoSigner.generate_ecdsa()
    signer.public_key.unrecognized_fields["x-note"] = {"b": [1, "é"], "a": None}
    signer.public_key.keyid = key_id(signer.public_key)
    repo.root.unrecognized_fields["x-note"] = "ghi chú"
    repo.root.roles["root"].unrecognized_fields["x-note"] = True
    repo.add_key("root", signer)
    repo.publish("root")
    assert client.refresh(), client.said
    assert client.trusted()["root"] == 2


@case()
def the_id_of_a_key_must_be_its_hash(client, repo):
    signer = CryptoSigner.generate_ed25519()
    signer.public_key.keyid = "ab" * 32
    repo.add_key("root", signer)
    repo.publish("root")
    assert client.start() and not client.refresh()
    assert client.trusted() == {"root": 1}


@case()
def an_old_field_for_hashes_of_keys_means_nothing(client, repo):
    repo.root.roles["snapshot"].keyids.clear()
    repo.signers["snapshot"].clear()
    signer = CryptoSigner.generate_ed25519()
    signer.public_key.unrecognized_fields = {"keyid_hash_algorithms": ["md5"]}
    signer.public_key.keyid = key_id(signer.public_key)
    repo.add_key("snapshot", signer)
    repo.publish("root", "snapshot", "timestamp")
    assert client.start() and client.refresh()
    assert client.trusted()["snapshot"] == 2


@case(("1.0", "1.0"), ("1.0.99", "1.0.99"))
def a_specification_of(client, repo, version):
    repo.timestamp.spec_version = version
    repo.change("timestamp", lambda file: file["signed"].update(spec_version=version))
    resign(repo, "timestamp")
    assert client.start() and client.refresh(), client.said


@case(("2.0.0", "2.0.0"), ("1.1.0", "1.1.0"), ("1", "1"), ("1.0.x", "1.0.x"))
def never_a_specification_of(client, repo, version):
    repo.change("timestamp", lambda file: file["signed"].update(spec_version=version))
    resign(repo, "timestamp")
    assert client.start() and not client.refresh()
    assert client.trusted() == {"root": 1}


def resign(repo, role):
    """Signs what `change` made of a file."""

    def edit(file):
        data = encode_canonical(file["signed"]).encode()
        file["signatures"] = [
            {"keyid": s.public_key.keyid, "sig": s.sign(data).signature} for s in repo.signers[role]]

    repo.change(role, edit)


# Signatures, keys and thresholds


@case(*((role, role, kept) for role, kept in [
    ("root", ["root"]),
    ("timestamp", ["root"]),
    ("snapshot", ["root", "timestamp"]),
    ("targets", ["root", "timestamp", "snapshot"]),
]))
def an_unsigned(client, repo, role, kept):
    repo.signers[role].clear()
    repo.publish("root", "targets", "snapshot", "timestamp")
    assert client.start() and not client.refresh()
    assert client.trusted() == {name: 1 if role == "root" else 2 for name in kept}


@case(*((role, role, kept) for role, kept in [
    ("root", {"root": 1}),
    ("snapshot", {"root": 1, "timestamp": 2}),
    ("targets", {"root": 1, "timestamp": 2, "snapshot": 2}),
]))
def another_version_in_the_file_of(client, repo, role, kept):
    repo.documents[role].version += 2
    data = repo.sign(role)
    repo.documents[role].version -= 2
    repo.publish("targets", "snapshot", "timestamp")
    repo.put(role, 2, data)
    assert client.start() and not client.refresh()
    assert client.trusted() == kept, client.trusted()


@case()
def a_snapshot_is_no_timestamp(client, repo):
    signer = repo.signers["timestamp"][0]
    repo.add_key("snapshot", signer)
    repo.snapshot.meta = {"snapshot.json": MetaFile(1)}
    repo.publish("root", "snapshot")
    repo.files["timestamp"] = {2: repo.files["snapshot"][2]}
    assert client.start() and not client.refresh()
    assert client.trusted() == {"root": 2}


@case()
def too_few_signatures(client, repo):
    repo.root.roles["snapshot"].threshold = 3
    repo.add_key("snapshot"), repo.add_key("snapshot")
    repo.publish("root", "snapshot", "timestamp")
    assert client.start() and client.refresh()
    repo.signers["snapshot"].pop()
    repo.publish("snapshot", "timestamp")
    assert not client.refresh()
    assert client.trusted()["snapshot"] == 2 and client.trusted()["timestamp"] == 3


@case()
def a_threshold_above_the_number_of_keys(client, repo):
    repo.add_key("snapshot")
    repo.root.roles["snapshot"].threshold = 3
    repo.publish("root", "snapshot", "timestamp")
    assert client.start() and not client.refresh()
    assert "snapshot" not in client.trusted()


@case()
def one_key_that_signs_often_counts_once(client, repo):
    repo.root.roles["snapshot"].threshold = 2
    repo.publish("root", "snapshot", "timestamp")
    repo.change("snapshot", lambda file: file["signatures"].append(file["signatures"][0]))
    assert client.start() and not client.refresh()
    assert "snapshot" not in client.trusted()


@case()
def one_key_under_two_ids_counts_once(client, repo):
    signer = repo.signers["snapshot"][0]
    twin = Key.from_dict("", {**signer.public_key.to_dict(), "x-note": "twin"})
    twin.keyid = key_id(twin)
    repo.root.add_key(twin, "snapshot")
    repo.root.roles["snapshot"].threshold = 2
    repo.publish("root", "snapshot", "timestamp")

    def sign(file):
        file["signatures"].append({"keyid": twin.keyid, "sig": file["signatures"][0]["sig"]})

    repo.change("snapshot", sign)
    assert client.start() and not client.refresh()
    assert "snapshot" not in client.trusted()


@case()
def a_key_id_that_signs_twice_spoils_the_file(client, repo):
    repo.change("snapshot", lambda file: file["signatures"].append(file["signatures"][0]))
    assert client.start() and not client.refresh()
    assert "snapshot" not in client.trusted()


@case(("empty", ""), ("wrong", "00" * 64), ("no number", "xyz"), ("unknown key", None))
def a_signature_too_many(client, repo, signature):
    repo.add_key("timestamp")
    repo.publish("root", "timestamp")

    def spoil(file):
        if signature is None:
            file["signatures"].insert(0, {"keyid": "cd" * 32, "sig": "00" * 64})
        else:
            file["signatures"][0]["sig"] = signature

    repo.change("timestamp", spoil)
    assert client.start() and client.refresh(), client.said


@case(
    ("ed25519", CryptoSigner.generate_ed25519),
    ("ecdsa", CryptoSigner.generate_ecdsa),
    ("rsa", CryptoSigner.generate_rsa),
)
def a_key_of(client, repo, generate):
    signer = repo.add_key("root", generate())
    repo.root.roles["root"].threshold = 2
    repo.publish("root")
    assert client.start() and client.refresh(), client.said
    repo.publish("root")
    good = repo.files["root"][2]

    def spoil(file):
        # A signature of the right kind, of another message.
        old = {one["keyid"]: one["sig"] for one in json.loads(good)["signatures"]}
        for one in file["signatures"]:
            if one["keyid"] == signer.public_key.keyid:
                one["sig"] = old[one["keyid"]]

    repo.change("root", spoil)
    assert not client.refresh() and client.trusted()["root"] == 2


@case()
def an_older_name_of_ecdsa(client, repo):
    signer = CryptoSigner.generate_ecdsa()
    signer.public_key.keytype = "ecdsa-sha2-nistp256"
    signer.public_key.keyid = key_id(signer.public_key)
    repo.add_key("root", signer)
    repo.root.roles["root"].threshold = 2
    repo.publish("root")
    assert client.start() and client.refresh(), client.said


# For each root: its keys, the threshold, and who signs; whether the last one is taken.
ROTATIONS = {
    "all at once": ([([1], 1, [1]), ([2], 1, [2, 1]), ([2], 1, [2])], True),
    "with others' signatures": ([([1], 1, [3, 1, 4]), ([2], 1, [3, 2, 1, 4])], True),
    "other three of five": ([([0, 1, 2, 3, 4], 3, [0, 2, 4]), ([0, 1, 2, 3, 4], 3, [0, 4, 1])], True),
    "one of five": ([([0, 1, 2, 3, 4], 3, [0, 2, 4]), ([0, 1, 3, 4, 5], 3, [0, 4, 1])], True),
    "five of five": ([([0, 1, 2, 3, 4], 3, [0, 2, 4]), ([5, 6, 7, 8, 9], 3, [0, 2, 4, 5, 6, 7])], True),
    "threshold up": ([([1, 2, 3], 1, [1]), ([1, 2, 3], 2, [1, 2])], True),
    "threshold down": ([([1, 2, 3], 2, [1, 2]), ([1, 2, 3], 1, [1, 2]), ([1, 2, 3], 1, [1])], True),
    "key and threshold more": ([([1], 1, [1]), ([1, 2], 2, [1, 2])], True),
    "not by the old": ([([1], 1, [1]), ([2], 1, [2, 3, 4])], False),
    "not by the new": ([([1], 1, [1]), ([2], 1, [1, 3, 4])], False),
    "too few new of five": ([([0, 1, 2, 3, 4], 3, [0, 2, 4]), ([0, 1, 3, 4, 5], 3, [0, 2, 4])], False),
    "too few old of five": ([([0, 1, 2, 3, 4], 3, [0, 2, 4]), ([0, 1, 3, 4, 5], 3, [0, 4, 5])], False),
    "threshold up, too few": ([([1, 2, 3], 1, [1]), ([1, 2, 3], 2, [2])], False),
    "threshold down, too few": ([([1, 2, 3], 2, [1, 2]), ([1, 2, 3], 1, [1])], False),
}


@case(*((name, roots, taken) for name, (roots, taken) in ROTATIONS.items()))
def root_rotation(client, repo, roots, taken):
    signers = [CryptoSigner.generate_ed25519() for _ in range(10)]
    repo.files["root"] = {}
    repo.root.version = 0
    for keys, threshold, signing in roots:
        repo.root.roles["root"].keyids.clear()
        repo.signers["root"] = [signers[number] for number in signing]
        repo.root.roles["root"].threshold = threshold
        for number in keys:
            repo.root.add_key(signers[number].public_key, "root")
        repo.publish("root")
    assert client.start(repo.files["root"][1])
    assert client.refresh() == taken, client.said
    last = len(roots) if taken else len(roots) - 1
    assert client.kept_bytes("root") == repo.files["root"][last]


@case(*((f"{role}, {name}", role, keys, threshold, signing, taken)
        for role in ("timestamp", "snapshot", "targets")
        for name, keys, threshold, signing, taken in [
            ("one", [2], 1, [2], True),
            ("with others' signatures", [1], 1, [3, 1, 4], True),
            ("by the old", [2], 1, [1, 3, 4], False),
            ("three of five", [0, 1, 2, 3, 4], 3, [4, 1, 3], True),
            ("two of five", [0, 1, 3, 4, 5], 3, [0, 2, 4], False),
        ]))
def rotation(client, repo, role, keys, threshold, signing, taken):
    signers = [CryptoSigner.generate_ed25519() for _ in range(6)]
    assert client.start() and client.refresh()
    repo.root.roles[role].keyids.clear()
    repo.root.roles[role].threshold = threshold
    for number in keys:
        repo.root.add_key(signers[number].public_key, role)
    repo.signers[role] = [signers[number] for number in signing]
    repo.publish("root", "targets", "snapshot", "timestamp")
    assert client.refresh() == taken, client.said
    if taken:
        assert client.kept_bytes(role) == repo.files[role][2]
    else:
        assert client.trusted().get(role) != 2


@case()
def at_most_256_roots_in_a_cycle(client, repo):
    for _ in range(260):
        repo.publish("root")
    assert client.start() and client.refresh()
    assert client.trusted()["root"] == 257, client.trusted()
    assert client.refresh() and client.trusted()["root"] == 261


# Rollback and freeze


@case()
def an_older_timestamp(client, repo):
    repo.publish("timestamp")
    assert client.start() and client.refresh()
    del repo.files["timestamp"][2]
    assert not client.refresh() and client.trusted()["timestamp"] == 2
    assert repo.requests[-1] == ("timestamp", None)


@case()
def a_timestamp_changed_in_silence(client, repo):
    assert client.start() and client.refresh()
    repo.timestamp.snapshot_meta.version = 100
    repo.publish("timestamp", bump=False)
    before = client.kept_bytes("timestamp")
    assert client.refresh() and client.kept_bytes("timestamp") == before
    assert repo.requests[-1] == ("timestamp", None)


def everything_twice(client, repo, with_hashes):
    """The repository is at version 2 of all but its root, and the client knows."""
    repo.with_hashes = with_hashes
    repo.publish("targets", "snapshot", "timestamp")
    assert client.start() and client.refresh()


@case(("plain", False), ("with hashes", True))
def an_older_snapshot(client, repo, with_hashes):
    everything_twice(client, repo, with_hashes)
    repo.timestamp.snapshot_meta = repo.listing(repo.files["snapshot"][1], 1)
    repo.publish("timestamp")
    assert not client.refresh()
    assert client.trusted()["timestamp"] == 2 and client.trusted()["snapshot"] == 2
    assert repo.requests[-1] == ("timestamp", None)


@case(("plain", False), ("with hashes", True))
def older_targets_in_a_newer_snapshot(client, repo, with_hashes):
    everything_twice(client, repo, with_hashes)
    repo.snapshot.meta["targets.json"] = repo.listing(repo.files["targets"][1], 1)
    repo.publish("snapshot", "timestamp")
    assert not client.refresh()
    assert client.trusted() == {"root": 1, "timestamp": 3, "snapshot": 2, "targets": 2}


@case()
def a_role_gone_from_the_snapshot(client, repo):
    repo.snapshot.meta["other.json"] = MetaFile(1)
    repo.publish("snapshot", "timestamp")
    assert client.start() and client.refresh()
    del repo.snapshot.meta["other.json"]
    repo.publish("snapshot", "timestamp")
    assert not client.refresh() and client.trusted()["snapshot"] == 2


@case()
def an_expired_snapshot_still_keeps_older_targets_out(client, repo):
    repo.publish("targets")
    repo.snapshot.expires = days(5)
    repo.publish("snapshot", "timestamp")
    assert client.start() and client.refresh()
    repo.snapshot.expires = days(30)
    repo.snapshot.meta["targets.json"].version = 1
    repo.publish("snapshot", "timestamp")
    assert not client.refresh(at=days(10))
    assert client.trusted()["snapshot"] == 2 and client.trusted()["targets"] == 2


@case()
def a_mix_of_two_snapshots(client, repo):
    repo.with_hashes = True
    repo.publish("targets", "snapshot", "timestamp")
    repo.add_file("targets", "other", b"other")
    repo.put("targets", 2, repo.sign("targets"))
    assert client.start() and not client.refresh()
    assert client.trusted() == {"root": 1, "timestamp": 2, "snapshot": 2}


@case()
def a_snapshot_with_another_hash(client, repo):
    repo.with_hashes = True
    repo.publish("snapshot", "timestamp")
    repo.put("snapshot", 2, repo.files["snapshot"][2] + b" ")
    assert client.start() and not client.refresh()
    assert client.trusted() == {"root": 1, "timestamp": 2}


@case(*((role, role, rotated) for role, rotated in [
    ("timestamp", ["timestamp"]),
    ("snapshot", ["snapshot", "timestamp"]),
    ("targets", ["snapshot"]),
]))
def recovery_of_the(client, repo, role, rotated):
    order = ["targets", "snapshot", "timestamp"]
    roles = order[order.index(role):]
    repo.documents[role].version = 99998
    repo.publish(*roles)
    assert client.start() and client.refresh() and client.trusted()[role] == 99999
    repo.rotate(*rotated)
    repo.documents[role].version = 2
    repo.publish("root", *roles)
    assert client.refresh(), client.said
    assert client.trusted()[role] == 3


@case(*((role, role, kept) for role, kept in [
    ("root", {"root": 2}),
    ("timestamp", {"root": 2}),
    ("snapshot", {"root": 2, "timestamp": 2}),
    ("targets", {"root": 2, "timestamp": 2, "snapshot": 2}),
]))
def an_expired(client, repo, role, kept):
    repo.documents[role].expires = days(-1)
    repo.publish("root", "targets", "snapshot", "timestamp")
    assert client.start() and not client.refresh()
    assert client.trusted() == kept


@case()
def expiry_is_at_its_very_second(client, repo):
    repo.timestamp.expires = days(5)
    repo.publish("timestamp")
    assert client.start()
    assert not client.refresh(at=repo.timestamp.expires)
    assert client.refresh(at=repo.timestamp.expires - datetime.timedelta(seconds=20))


@case()
def expired_files_do_not_hinder_newer_ones(client, repo):
    repo.timestamp.expires = repo.snapshot.expires = repo.targets.expires = days(7)
    repo.publish("targets", "snapshot", "timestamp")
    assert client.start() and client.refresh()
    assert not client.refresh(at=days(18))
    repo.timestamp.expires = repo.snapshot.expires = repo.targets.expires = days(21)
    repo.publish("targets", "snapshot", "timestamp")
    assert client.refresh(at=days(18)), client.said
    assert client.trusted() == {"root": 1, "timestamp": 3, "snapshot": 3, "targets": 3}


@case(*((role, role, kept) for role, kept in [
    ("timestamp", {"root": 1, "timestamp": 1, "snapshot": 1, "targets": 1}),
    ("snapshot", {"root": 1, "timestamp": 2, "snapshot": 1, "targets": 1}),
    ("targets", {"root": 1, "timestamp": 2, "snapshot": 2, "targets": 1}),
]))
def the_server_has_no(client, repo, role, kept):
    assert client.start() and client.refresh()
    repo.publish("targets", "snapshot", "timestamp")
    repo.files[role] = {}
    assert not client.refresh()
    assert client.trusted() == kept
    assert repo.requests[-1][0] == role


@case(("403", 403, True), ("500", 500, False), ("301", 301, False), ("206", 206, False))
def the_next_root_is_a(client, repo, status, goes_on):
    repo.answers["metadata/2.root.json"] = (status, b"{}")
    assert client.start()
    assert client.refresh() == goes_on, client.said


@case()
def damaged_files_are_fetched_anew(client, repo):
    assert client.start() and client.refresh()
    for role in ("timestamp", "snapshot", "targets"):
        with open(os.path.join(client.kept, role + ".json"), "r+b") as file:
            file.truncate(100)
    assert client.refresh(), client.said
    for role in TOP:
        assert client.kept_bytes(role) == repo.files[role][1]


# Limits and lies


@case(
    ("root", "metadata/2.root.json", 512_001),
    ("timestamp", "metadata/timestamp.json", 16_385),
    ("snapshot", "metadata/1.snapshot.json", 2_000_001),
    ("targets", "metadata/1.targets.json", 5_000_001),
)
def too_long_a(client, repo, path, length):
    repo.answers[path] = (200, b" " * length)
    assert client.start() and not client.refresh()
    assert "longer than" in client.said or "bytes instead" in client.said, client.said


@case()
def a_timestamp_of_100_megabytes_is_not_read_to_its_end(client, repo):
    repo.answers["metadata/timestamp.json"] = (200, b" " * 100_000_000)
    assert client.start()
    started = time.monotonic()
    assert not client.refresh()
    assert time.monotonic() - started < 5


@case()
def a_listed_length_that_is_too_long_is_not_asked_for(client, repo):
    repo.snapshot.meta["targets.json"].length = 100_000_000
    repo.publish("snapshot", "timestamp")
    assert client.start() and not client.refresh()
    assert repo.requests[-1] == ("snapshot", 2)


@case(("cut", (9999, b"{")), ("html", b"<html>login</html>"), ("empty", b""), ("utf-16", "{}".encode("utf-16")),
      ("deep", b"[" * 10_000), ("number", b"1"), ("nothing signed", b'{"signatures":[],"signed":{}}'))
def instead_of_a_timestamp(client, repo, body):
    repo.answers["metadata/timestamp.json"] = (200, body)
    assert client.start() and client.refresh() is False
    assert client.trusted() == {"root": 1}


# Delegations

GRAPHS = {
    "one": ("tA", "A"),
    "two": ("tA tB", "A B"),
    "two levels": ("tA tB BC", "A B C"),
    "depth first": ("tA tB AC AD", "A C D B"),
    "three levels": ("tA tB AC CD", "A C D B"),
    "terminating": ("tA tB AC! AD", "A C"),
    "terminating above": ("tA tB AC! CD", "A C D"),
    "terminating at the top": ("tA! tB AC", "A C"),
    "not its path": ("tA- tB AC", "B"),
    "not its path below": ("tA tB AC- CD", "A B"),
    "cycle": ("tA tB BC CD DB", "A B C D"),
    "to oneself": ("tA AA AB", "A B"),
    "two roads": ("tA tB BC AC", "A C B"),
    "two roads, one closed": ("tA tB BC AC-", "A B C"),
}


@case(*((name, edges, order) for name, (edges, order) in GRAPHS.items()))
def delegations(client, repo, edges, order):
    for edge in edges.split():
        delegator = "targets" if edge[0] == "t" else edge[0]
        repo.delegate(delegator, edge[1], ["*.py"] if edge.endswith("-") else ["*"], edge.endswith("!"))
    roles = sorted(set(repo.documents) - set(TOP))
    repo.publish(*roles, "targets", "snapshot", "timestamp")
    assert client.start() and not client.download("missing")
    assert [role for role, _ in repo.requests[4:]] == order.split(), repo.requests


@case(*((f"{pattern} {path}", pattern, path, taken) for pattern, path, taken in [
    ("*.md", "a.md", True),
    ("*.md", "x/a.md", False),
    ("x/*/*", "x/y/z", True),
    ("x/*", "x/y/z", False),
    ("foo-?.tgz", "foo-2.tgz", True),
    ("foo-?.tgz", "foo-22.tgz", False),
    ("foo-?", "foo-é", True),
    ("x?y", "x/y", False),
    ("[ab].mp3", "b.mp3", True),
    ("[!ab].mp3", "b.mp3", False),
    ("a", "a", True),
    ("*", "a b", True),
    ("a*c*e", "abcde", True),
    ("*a*a*a*b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaa", False),
    ("A.md", "a.md", False),
]))
def pattern(client, repo, pattern, path, taken):
    repo.delegate("targets", "A", [pattern])
    repo.add_file("A", path, path.encode())
    repo.publish("A", "targets", "snapshot", "timestamp")
    assert client.start() and client.download(path) == taken, client.said
    assert client.contents() == ([path.encode()] if taken else [])


@case()
def a_path_must_be_delegated_all_along_the_chain(client, repo):
    repo.delegate("targets", "B", ["releases/*/*"])
    repo.delegate("B", "D", ["releases/y/*.zip"])
    repo.add_file("D", "releases/z/v1.zip", b"z")
    repo.add_file("D", "releases/y/v1.zip", b"y")
    repo.publish("B", "D", "targets", "snapshot", "timestamp")
    assert client.start() and not client.download("releases/z/v1.zip")
    assert repo.requests[4:] == [("B", 1)]
    assert client.download("releases/y/v1.zip") and client.contents() == [b"y"]


@case()
def the_first_who_may_is_believed(client, repo):
    repo.delegate("targets", "A", ["*"])
    repo.delegate("targets", "B", ["*"])
    repo.add_file("B", "x", b"from B")
    repo.add_file("A", "x", b"from A")
    repo.publish("A", "B", "targets", "snapshot", "timestamp")
    assert client.start() and client.download("x") and client.contents() == [b"from A"]


@case()
def hash_bins(client, repo):
    import hashlib

    for digit in "0123456789abcdef":
        repo.delegate("targets", "bin-" + digit, prefixes=[digit])
    for number in range(40):
        path = f"bản tin/{number}.mp3"
        bin = "bin-" + hashlib.sha256(path.encode()).hexdigest()[0]
        repo.add_file(bin, path, path.encode())
    repo.publish(*(role for role in repo.documents if role not in TOP), "targets", "snapshot", "timestamp")
    paths = [f"bản tin/{number}.mp3" for number in range(40)]
    assert client.start() and client.download(*paths), client.said
    assert client.contents() == sorted(path.encode() for path in paths)


@case(*(((name,) + (name,)) for name in ["?", "#", "/role", "../role", "a b", "bản tin", "%41", "..", "."]))
def a_role_named(client, repo, role):
    repo.delegate("targets", role, ["*"])
    repo.add_file(role, "x", b"x")
    repo.publish(role, "targets", "snapshot", "timestamp")
    assert client.start() and client.download("x"), client.said
    import urllib.parse

    assert (urllib.parse.quote(role, ""), 1) in repo.requests, repo.requests
    assert sorted(os.listdir(client.kept)) == sorted(
        [urllib.parse.quote(role, "") + ".json"] + [name + ".json" for name in TOP])
    assert set(os.listdir(client.folder.name)) == {"metadata", "targets", "root.json"}


@case(*((role, role) for role in ["root", "timestamp", "snapshot", "targets"]))
def nobody_is_delegated_the_name(client, repo, role):
    repo.delegate("targets", "A", ["*"])
    repo.publish("A", "targets", "snapshot", "timestamp")

    def rename(file):
        file["signed"]["delegations"]["roles"][0]["name"] = role

    repo.change("targets", rename)
    resign(repo, "targets")
    assert client.start() and not client.refresh()
    assert "targets" not in client.trusted()


@case()
def a_role_that_the_snapshot_does_not_list_is_not_asked_for(client, repo):
    repo.delegate("targets", "A", ["*"])
    repo.publish("A", "targets")
    del repo.snapshot.meta["A.json"]
    repo.publish("snapshot", "timestamp")
    assert client.start() and not client.download("x")
    assert repo.requests[-1] == ("targets", 2)


@case()
def an_expired_delegate(client, repo):
    repo.delegate("targets", "A", ["*"])
    repo.add_file("A", "x", b"x")
    repo.documents["A"].expires = days(-1)
    repo.publish("A", "targets", "snapshot", "timestamp")
    assert client.start() and client.refresh() and not client.download("x")
    assert client.contents() == [] and "A" not in client.trusted()


@case()
def a_delegate_that_expires_later(client, repo):
    repo.delegate("targets", "A", ["*"])
    repo.add_file("A", "x", b"x")
    repo.add_file("A", "y", b"y")
    repo.documents["A"].expires = days(7)
    repo.publish("A", "targets", "snapshot", "timestamp")
    assert client.start() and client.download("x")
    assert not client.download("y", at=days(18))
    repo.documents["A"].expires = days(25)
    repo.publish("A", "snapshot", "timestamp")
    assert client.download("y", at=days(18)), client.said


@case()
def a_delegate_signed_by_another(client, repo):
    repo.delegate("targets", "A", ["*"])
    repo.add_file("A", "x", b"x")
    repo.signers["A"] = [CryptoSigner.generate_ed25519()]
    repo.publish("A", "targets", "snapshot", "timestamp")
    assert client.start() and client.refresh() and not client.download("x")
    assert client.contents() == [] and "A" not in client.trusted()


@case()
def a_kept_delegate_is_checked_by_whoever_delegates_now(client, repo):
    # C is reached first through A, then, by a path of its own, through B, who trusts another key.
    repo.delegate("targets", "A", ["a*"])
    repo.delegate("targets", "B", ["b*"])
    repo.delegate("A", "C", ["*"])
    repo.delegate("B", "C", ["*"], signer=CryptoSigner.generate_ed25519())
    repo.signers["C"].pop()
    repo.add_file("C", "a", b"a")
    repo.add_file("C", "b", b"b")
    repo.publish("C", "A", "B", "targets", "snapshot", "timestamp")
    assert client.start()
    assert not client.download("b") and client.contents() == []
    # What stands before the one that is refused is fetched.
    assert not client.download("a", "b")
    assert client.contents() == [b"a"] and client.download("a")


@case()
def at_most_32_delegated_roles_are_asked(client, repo):
    for number in range(40):
        repo.delegate("targets", f"R{number:02}", ["*"])
    for number in (31, 32):
        repo.add_file(f"R{number}", str(number), b"x")
    repo.publish(*(role for role in repo.documents if role not in TOP), "targets", "snapshot", "timestamp")
    assert client.start() and client.download("31") and not client.download("32")


# Targets


@case()
def a_target_in_a_folder(client, repo):
    repo.add_file("targets", "path/to/a file.txt", b"content")
    repo.publish("targets", "snapshot", "timestamp")
    assert client.start() and client.download("path/to/a file.txt"), client.said
    assert client.contents() == [b"content"]
    name = repo.requests[-1].rpartition("/")[2]
    assert name.endswith(".a%20file.txt") and len(name.partition(".")[0]) == 64


@case(("other bytes", b"kontent"), ("longer", b"content and more"), ("shorter", b"conten"), ("nothing", b""))
def a_target_with(client, repo, content):
    repo.add_file("targets", "x", b"content")
    repo.publish("targets", "snapshot", "timestamp")
    repo.contents["x"] = content
    assert client.start() and not client.download("x")
    assert client.contents() == [] and os.listdir(client.targets) == []


@case()
def a_target_that_is_there_is_not_fetched_again(client, repo):
    repo.add_file("targets", "x", b"one")
    repo.publish("targets", "snapshot", "timestamp")
    assert client.start() and client.download("x")
    count = len([r for r in repo.requests if isinstance(r, str)])
    assert client.download("x")
    assert len([r for r in repo.requests if isinstance(r, str)]) == count
    repo.add_file("targets", "x", b"two")
    repo.publish("targets", "snapshot", "timestamp")
    assert client.download("x") and client.contents() == [b"two"]
    repo.contents["x"] = b"bad"
    with open(os.path.join(client.targets, os.listdir(client.targets)[0]), "wb") as file:
        file.write(b"damaged")
    assert not client.download("x") and client.contents() == [b"damaged"]


@case(*((repr(path)[:20], path) for path in [
    "../../etc/passwd", "/etc/passwd", "a/../b", "a//b", "a/./b", "a\x07b", "a/" + "x" * 4096, "a/"]))
def never_a_path_like(client, repo, path):
    repo.add_file("targets", path, b"x")
    repo.publish("targets", "snapshot", "timestamp")
    assert client.start() and client.refresh() and not client.download(path)
    assert client.contents() == []


@case()
def two_spellings_of_a_letter_are_two_targets(client, repo):
    repo.add_file("targets", "caf\u00e9", b"one")
    repo.add_file("targets", "cafe\u0301", b"two")
    repo.publish("targets", "snapshot", "timestamp")
    assert client.start() and client.download("caf\u00e9", "cafe\u0301"), client.said
    assert client.contents() == [b"one", b"two"]


@case()
def sha_512_alone_and_with_sha_256(client, repo):
    from tuf.api.metadata import TargetFile

    for path, algorithms in [("a", ["sha512"]), ("b", ["sha256", "sha512"])]:
        repo.targets.targets[path] = TargetFile.from_data(path, path.encode(), algorithms)
        repo.contents[path] = path.encode()
    repo.publish("targets", "snapshot", "timestamp")
    assert client.start() and client.download("a", "b"), client.said


# Without consistent snapshots


def plain(function):
    """The case's repository does not put versions and hashes into names."""
    function.consistent = False
    return function


@case()
@plain
def files_without_versions_in_their_names(client, repo):
    repo.delegate("targets", "A", ["folder/*"])
    repo.add_file("A", "folder/x", b"x")
    repo.publish("A", "targets", "snapshot", "timestamp")
    assert client.start() and client.download("folder/x"), client.said
    assert repo.requests == [
        ("root", 2), ("timestamp", None), ("snapshot", None), ("targets", None), ("A", None), "targets/folder/x"]


@case()
@plain
def without_versions_a_newer_file_is_not_the_listed_one(client, repo):
    repo.publish("targets")
    repo.snapshot.meta["targets.json"].version = 1
    repo.publish("snapshot", "timestamp")
    assert client.start() and not client.refresh()
    assert client.trusted() == {"root": 1, "timestamp": 2, "snapshot": 2}


def main():
    command, words = sys.argv[1], sys.argv[2:]
    server = Server()
    failed = []
    chosen = [row for row in CASES if not words or any(word in row[0] for word in words)]
    for name, function, arguments in chosen:
        repo = Repository(consistent=getattr(function, "consistent", True))
        client = Client(command, server, repo)
        try:
            function(client, repo, *arguments)
        except Exception:
            failed.append(name)
            print(f"✘ {name}\n{traceback.format_exc()}  client: {client.said}")
        client.folder.cleanup()
    print(f"{len(chosen) - len(failed)} of {len(chosen)} cases pass")
    sys.exit(1 if failed or not chosen else 0)


if __name__ == "__main__":
    main()
