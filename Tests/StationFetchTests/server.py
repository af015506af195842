#!/usr/bin/env python3
"""A web server that does to ranges, lengths and connections what servers on the way to a village do.

    server.py FOLDER ADDRESS     prints its port, serves until its standard input ends

A path ends with /MODE/COUNT/[HASH.]NAME: COUNT bytes that hang on NAME, served as MODE says; or it is /www/PATH: a
file of the folder, served as `GET /misbehave/MODE/PART` said of the paths with that part, else soundly. `GET /requests`
tells what was asked so far, a line a request: path, Range, If-Range, If-None-Match; `GET /connections` over how many
connections.
"""

import contextlib
import hashlib
import http.server
import os
import socket
import sys
import threading
import time
import urllib.request

BLOCK = 32
asked = []
connections = set()
seen = {}
misbehaviours = {}


def content(name, count):
    blocks = (hashlib.sha256(f"{name} {index}".encode()).digest() for index in range((count + BLOCK - 1) // BLOCK))
    return b"".join(blocks)[:count]


def pipe(near, far):
    with contextlib.suppress(OSError):
        while piece := near.recv(65536):
            far.sendall(piece)
        far.shutdown(socket.SHUT_WR)


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_CONNECT(self):
        """A tunnel, as a proxy makes it."""
        asked.append(f"CONNECT {self.path}")
        host, port = self.path.split(":")
        with socket.create_connection((host, int(port))) as far:
            self.send_response(200)
            self.end_headers()
            threading.Thread(target=pipe, args=[self.connection, far], daemon=True).start()
            pipe(far, self.connection)
        self.close_connection = True

    def do_GET(self):
        if self.path.startswith("http:") and f":{self.server.server_address[1]}/" not in self.path:
            # As a proxy for what is asked of another.
            asked.append(self.path)
            with urllib.request.urlopen(self.path) as answer:
                return self.answer(answer.status, answer.read())
        if self.path == "/requests":
            return self.answer(200, "\n".join(asked).encode())
        if self.path.startswith("/misbehave/"):
            mode, part = self.path.split("/", 3)[2:]
            misbehaviours[part] = mode
            return self.answer(200, b"")
        if self.path == "/connections":
            return self.answer(200, str(len(connections)).encode())
        connections.add(self.client_address)
        fields = [self.headers.get(name, "-") for name in ("Range", "If-Range", "If-None-Match")]
        asked.append(" ".join([self.path, *fields]))
        seen[self.path] = seen.get(self.path, 0) + 1
        *_, mode, count, name = ["", "", *self.path.split("/")]
        if not count.isdigit():
            return self.file(self.path.removeprefix("/www/"))
        name = name.split(".")[-1]
        getattr(self, mode.replace("-", "_"))(content(name, int(count)), name)

    def file(self, path):
        name = os.path.join(sys.argv[1], path)
        body = b""
        mode = next((mode for part, mode in misbehaviours.items() if part in path), "sound")
        if os.path.isfile(name):
            with open(name, "rb") as file:
                body = file.read()
        elif mode == "sound":
            mode = "gone"
        getattr(self, mode.replace("-", "_"))(body, hashlib.sha256(body).hexdigest())

    def answer(self, status, body, **fields):
        self.send_response(status)
        self.send_header("Content-Length", fields.pop("length", len(body)))
        for name, value in fields.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def start(self):
        wanted = self.headers.get("Range")
        return int(wanted.removeprefix("bytes=").split("-")[0]) if wanted else 0

    def part(self, body, start, **fields):
        self.answer(206, body[start:], Content_Range=f"bytes {start}-{len(body) - 1}/{len(body)}", **fields)

    def tagged(self, body, tag, **fields):
        """What a sound server does."""
        if self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.send_header("ETag", tag)
            self.end_headers()
        elif self.start() and self.headers.get("If-Range") in (None, tag):
            self.part(body, self.start(), ETag=tag, **fields)
        else:
            self.answer(200, body, ETag=tag, **fields)

    def sound(self, body, name):
        self.tagged(body, f'"{name}"')

    def cut(self, body, name):
        """The first answer to each path breaks off in the middle; the length tells."""
        if seen[self.path] == 1:
            self.answer(200, body[: len(body) // 2], length=len(body), ETag=f'"{name}"')
            self.close_connection = True
        else:
            self.sound(body, name)

    def no_tag(self, body, _):
        self.part(body, self.start()) if self.start() else self.first_half(body)

    def weak(self, body, name):
        tag = f'W/"{name}"'
        self.part(body, self.start(), ETag=tag) if self.start() else self.first_half(body, ETag=tag)

    def first_half(self, body, **fields):
        self.answer(200, body[: len(body) // 2], length=len(body), **fields)
        self.close_connection = True

    def no_range(self, body, name):
        self.first_half(body, ETag='"a"') if seen[self.path] == 1 else self.answer(200, body, ETag='"a"')

    def other_start(self, body, _):
        if not self.start():
            return self.first_half(body, ETag='"a"') if seen[self.path] == 1 else self.answer(200, body, ETag='"a"')
        self.part(body, self.start() // 2, ETag='"a"')

    def changed(self, body, _):
        """The file was another one when its first half was served; If-Range tells."""
        if seen[self.path] == 1:
            return self.first_half(bytes(len(body)), ETag='"old"')
        self.tagged(body, '"new"')

    def changed_unseen(self, body, _):
        """The same, by a server that does not know If-Range."""
        if seen[self.path] == 1:
            return self.first_half(bytes(len(body)), ETag='"old"')
        self.part(body, self.start(), ETag='"new"') if self.start() else self.answer(200, body, ETag='"new"')

    def whole_with_range(self, body, _):
        if not self.start():
            return self.first_half(body, ETag='"a"') if seen[self.path] == 1 else self.answer(200, body, ETag='"a"')
        self.answer(200, body[self.start():], ETag='"a"', Content_Range=f"bytes {self.start()}-9/10")

    def not_satisfiable(self, body, _):
        if not self.start():
            return self.first_half(body, ETag='"a"') if seen[self.path] == 1 else self.answer(200, body, ETag='"a"')
        self.answer(416, b"", Content_Range=f"bytes */{len(body)}")

    def compressed(self, body, _):
        self.answer(200, body, Content_Encoding="gzip")

    def portal(self, body, _):
        self.answer(200, b"<html>please log in</html>".ljust(len(body))[: len(body)], Content_Type="text/html")

    def short_portal(self, _body, _name):
        self.answer(200, b"<html>please log in</html>", Content_Type="text/html")

    def silent_portal(self, body, _):
        """A page that is called something else, as long as the file."""
        page = b"\r\n<!DOCTYPE html><html>please log in</html>".ljust(len(body))
        self.answer(200, page, Content_Type="application/octet-stream")

    def longer(self, body, _):
        self.answer(200, body + b"more")

    def endless(self, _body, _name):
        self.send_response(200)
        self.end_headers()
        self.pour()

    def pour(self):
        self.close_connection = True
        try:
            while True:
                self.wfile.write(b"x" * 65536)
        except OSError:
            pass

    def loop(self, _body, _name):
        self.answer(302, b"", Location=self.path)

    def to_file(self, _body, _name):
        self.answer(302, b"", Location="file:///etc/hostname")

    def moved(self, body, name):
        self.answer(302, b"moved", Location=f"/sound/{len(body)}/{name}")

    def always_cut(self, body, name):
        """As often as it is asked: the length tells that more should come."""
        self.first_half(body, ETag=f'"{name}"')

    def shorter(self, body, _):
        """Half of it, as if that were all."""
        self.answer(200, body[: len(body) // 2])

    def no_validators(self, body, _):
        self.answer(200, body)

    def stalled(self, body, _):
        """Half of it, and then nothing, without an end."""
        self.send_response(200)
        self.send_header("Content-Length", len(body))
        self.end_headers()
        self.wfile.write(body[: len(body) // 2])
        self.wfile.flush()
        time.sleep(60)

    def cut_each(self, body, name):
        """Every answer breaks off after another 100,000 bytes."""
        start = self.start()
        fields = {"ETag": f'"{name}"', "length": len(body) - start}
        if start:
            fields["Content_Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
        self.answer(206 if start else 200, body[start : start + 100_000], **fields)
        self.close_connection = True

    def cut_then_portal(self, body, name):
        if seen[self.path] == 1:
            self.always_cut(body, name)
        elif seen[self.path] == 2:
            self.short_portal(body, name)
        else:
            self.sound(body, name)

    def cut_then_silent_portal(self, body, name):
        if seen[self.path] == 2:
            self.silent_portal(body, name)
        else:
            self.cut(body, name)

    def other(self, body, _):
        self.answer(200, bytes(len(body)))

    def other_first(self, body, name):
        self.other(body, name) if seen[self.path] == 1 else self.sound(body, name)

    def throttled(self, body, name):
        """A hundred kilobytes a second."""
        self.slow(body, name, 5000)

    def throttled_20(self, body, name):
        """Twenty kilobytes a second."""
        self.slow(body, name, 1000)

    def throttled_1000(self, body, name):
        """A thousand kilobytes a second."""
        self.slow(body, name, 50_000)

    def slow(self, body, name, piece):
        start = self.start()
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", len(body) - start)
        self.send_header("ETag", f'"{name}"')
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(body) - 1}/{len(body)}")
        self.end_headers()
        try:
            for place in range(start, len(body), piece):
                self.wfile.write(body[place:place + piece])
                self.wfile.flush()
                time.sleep(0.05)
        except OSError:
            pass

    def elsewhere(self, body, name):
        """To the same server by another name of its host."""
        self.answer(302, b"", Location=f"http://localhost:{self.server.server_address[1]}/sound/{len(body)}/{name}")

    def moved_relative(self, _body, name):
        self.answer(301, b"moved", Location=f"../../sound/{self.path.split('/')[-2]}/{name}")

    def old(self, body, _):
        """HTTP/1.0: no length, no ranges, and the end of the connection is that of the file."""
        self.protocol_version = "HTTP/1.0"
        self.send_response(200)
        self.end_headers()
        self.wfile.write(body)
        self.close_connection = True

    def old_cut(self, body, name):
        self.old(body[: len(body) // 2], name)

    def lying(self, body, _):
        """More comes than was told."""
        self.answer(200, body + b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmore", length=len(body))

    def huge(self, _body, _name):
        """A hundred megabytes, as the length tells."""
        self.answer(200, bytes(65536), length=100_000_000)
        self.close_connection = True

    def endless_error(self, _body, _name):
        self.send_response(500)
        self.end_headers()
        self.pour()

    def cut_then_error(self, body, name):
        if seen[self.path] == 1:
            self.answer(200, body[: len(body) * 9 // 10], length=len(body), ETag=f'"{name}"')
            self.close_connection = True
        elif seen[self.path] == 2:
            self.answer(503, bytes(200_000))
        else:
            self.sound(body, name)

    def gone(self, _body, _name):
        self.answer(404, b"<html>no such file</html>")

    def broken(self, _body, _name):
        self.answer(500, b"<html>something broke</html>")

    def trickle(self, body, _):
        """A byte now and then."""
        self.send_response(200)
        self.send_header("Content-Length", len(body))
        self.end_headers()
        try:
            for index in range(len(body)):
                self.wfile.write(body[index:index + 1])
                self.wfile.flush()
                time.sleep(0.5)
        except OSError:
            pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        pass


if __name__ == "__main__":
    server = Server((sys.argv[2], 0), Handler)
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
