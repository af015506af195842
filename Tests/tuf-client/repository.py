"""A repository that python-tuf signs and a web server in this process serves, and the client that reads it."""

import datetime
import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import urllib.parse

from securesystemslib.signer import CryptoSigner
from tuf.api.metadata import (
    DelegatedRole,
    Delegations,
    Metadata,
    MetaFile,
    Root,
    Snapshot,
    TargetFile,
    Targets,
    Timestamp,
)

UTC = datetime.timezone.utc
TOP = ["root", "timestamp", "snapshot", "targets"]


def days(number):
    """That many days from now, as python-tuf wants it."""
    return datetime.datetime.now(UTC).replace(microsecond=0) + datetime.timedelta(days=number)


class Repository:
    """Signed files by role and version; `documents` are edited, `publish` signs what they say then."""

    def __init__(self, consistent=True):
        self.documents = {
            "root": Root(expires=days(30), consistent_snapshot=consistent),
            "timestamp": Timestamp(expires=days(30)),
            "snapshot": Snapshot(expires=days(30)),
            "targets": Targets(expires=days(30)),
        }
        self.files = {}
        self.signers = {role: [] for role in TOP}
        self.contents = {}
        self.requests = []
        self.with_hashes = False
        self.answers = {}
        for role in TOP:
            self.add_key(role)
        self.publish("targets", "snapshot", "timestamp", "root")

    def __getattr__(self, name):
        return self.documents[name]

    def add_key(self, role, signer=None, delegator="root"):
        """Lets one more key sign for the role."""
        signer = signer or CryptoSigner.generate_ed25519()
        self.documents[delegator].add_key(signer.public_key, role)
        self.signers.setdefault(role, []).append(signer)
        return signer

    def rotate(self, *roles):
        """Takes the roles' keys away and gives them others."""
        for role in roles:
            self.root.roles[role].keyids.clear()
            self.signers[role].clear()
            self.add_key(role)

    def sign(self, role):
        """The role's file as it would be now."""
        metadata = Metadata(self.documents[role])
        for signer in self.signers[role]:
            metadata.sign(signer, append=True)
        return metadata.to_bytes()

    def publish(self, *roles, bump=True):
        """Signs the roles in this order; each is listed by whoever lists it, once that is published too."""
        for role in roles:
            document = self.documents[role]
            if bump and role in self.files:
                document.version += 1
            data = self.sign(role)
            self.put(role, document.version, data)
            meta = self.listing(data, document.version)
            if role == "snapshot":
                self.timestamp.snapshot_meta = meta
            elif role not in ("root", "timestamp"):
                self.snapshot.meta[role + ".json"] = meta

    def listing(self, data, version):
        if not self.with_hashes:
            return MetaFile(version)
        return MetaFile.from_data(version, data, ["sha256"])

    def put(self, role, version, data):
        files = self.files.setdefault(role, {})
        files.pop(version, None)
        files[version] = data

    def change(self, role, edit):
        """Changes the newest file of a role behind everybody's back."""
        version = list(self.files[role])[-1]
        content = json.loads(self.files[role][version])
        edit(content)
        self.files[role][version] = json.dumps(content).encode()

    def delegate(self, delegator, role, paths=None, terminating=False, prefixes=None, signer=None):
        """Hands paths on to a role, which is made with a key of its own."""
        parent = self.documents[delegator]
        if parent.delegations is None:
            parent.delegations = Delegations({}, roles={})
        parent.delegations.roles[role] = DelegatedRole(role, [], 1, terminating, paths, prefixes)
        if role in self.signers and signer is None:
            signer = self.signers[role][0]
            self.documents[delegator].add_key(signer.public_key, role)
        else:
            self.add_key(role, signer, delegator)
        self.documents.setdefault(role, Targets(expires=days(30)))
        return role

    def add_file(self, role, path, content):
        """Offers a file."""
        self.documents[role].targets[path] = TargetFile.from_data(path, content, ["sha256"])
        self.contents[path] = content

    def answer(self, path):
        """The status and body for a path behind `metadata/` or `targets/`."""
        kind, _, name = path.partition("/")
        if path in self.answers:
            return self.answers[path]
        if kind == "targets":
            self.requests.append(path)
            folder, slash, last = name.rpartition("/")
            if self.root.consistent_snapshot:
                last = last.partition(".")[2]
            content = self.contents.get(urllib.parse.unquote(folder + slash + last))
            return (404, b"no") if content is None else (200, content)
        name = name.removesuffix(".json")
        version = None
        if name.startswith(tuple("0123456789")) and "." in name:
            number, _, name = name.partition(".")
            version = int(number)
        self.requests.append((name, version))
        files = self.files.get(urllib.parse.unquote(name), {})
        data = files.get(version) if version else (list(files.values())[-1] if files else None)
        return (404, b"no") if data is None else (200, data)


class Server(http.server.ThreadingHTTPServer):
    """Serves the repository of the case that runs."""

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.repository = None
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request, client_address):
        """A client that has had enough is no news; anything else is."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        status, body = self.server.repository.answer(self.path.lstrip("/"))
        self.send_response(status)
        # A body of its own length, unless the case makes it lie.
        length, body = body if isinstance(body, tuple) else (len(body), body)
        self.send_header("Content-Length", str(length))
        self.close_connection = length != len(body)
        try:
            self.end_headers()
            self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True  # The client has had enough of it.

    def log_message(self, *arguments):
        pass


class Client:
    """The command under test, with folders of its own."""

    def __init__(self, command, server, repository):
        self.folder = tempfile.TemporaryDirectory()
        self.command, self.server, self.repository = command, server, repository
        server.repository = repository
        self.kept = os.path.join(self.folder.name, "metadata")
        self.targets = os.path.join(self.folder.name, "targets")
        os.mkdir(self.kept)
        os.mkdir(self.targets)
        self.said = ""

    def run(self, *arguments, at=None):
        words = [*self.command.split(), "--metadata-dir", self.kept, *arguments]
        if at:
            words = ["faketime", at.strftime("%Y-%m-%d %H:%M:%S"), *words]
        done = subprocess.run(words, capture_output=True, timeout=60, env={**os.environ, "TZ": "UTC"})
        self.said = done.stderr.decode()
        assert done.returncode in (0, 1), f"exit {done.returncode}: {self.said}"
        return done.returncode == 0

    def start(self, root=None):
        path = os.path.join(self.folder.name, "root.json")
        with open(path, "wb") as file:
            file.write(root or self.repository.files["root"][1])
        return self.run("init", path)

    def refresh(self, at=None):
        return self.run("--metadata-url", self.server.url + "metadata", "refresh", at=at)

    def download(self, *paths, at=None):
        names = [word for path in paths for word in ("--target-name", path)]
        return self.run(
            "--metadata-url", self.server.url + "metadata/", *names, "--target-dir", self.targets,
            "--target-base-url", self.server.url + "targets", "download", at=at)

    def contents(self):
        """What was downloaded, whatever it is called."""
        found = []
        for name in sorted(os.listdir(self.targets)):
            with open(os.path.join(self.targets, name), "rb") as file:
                found.append(file.read())
        return sorted(found)

    def trusted(self):
        """The versions of what is kept, by the names of the files; nothing else may lie there."""
        found = {}
        for name in os.listdir(self.kept):
            with open(os.path.join(self.kept, name), "rb") as file:
                found[name.removesuffix(".json")] = json.load(file)["signed"]["version"]
        return found

    def kept_bytes(self, role):
        with open(os.path.join(self.kept, role + ".json"), "rb") as file:
            return file.read()
