"""What fetching costs, with real servers on loopback: rate, memory, what a poll takes, and what cuts cost."""

import contextlib
import hashlib
import json
import os
import random
import signal
import socket
import subprocess
import threading
import time

NGINX = """
daemon off; user root; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
  log_format bytes '$msec $status $request_length $bytes_sent $body_bytes_sent $uri';
  access_log {folder}/access.log bytes; keepalive_requests 100000; sendfile on; tcp_nopush on;
  gzip on; gzip_types *; gzip_min_length 1;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{port} backlog=4096; root {folder}/www; {more} }}
}}
"""


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def nginx(folder, port, more=""):
    """Serves `folder`/www for as long as this lives; `more` are other lines of the server's configuration."""
    with open(f"{folder}/nginx.conf", "w") as file:
        file.write(NGINX.format(folder=folder, port=port, more=more))
    server = subprocess.Popen(["/usr/sbin/nginx", "-e", f"{folder}/error.log", "-c", f"{folder}/nginx.conf"])
    try:
        for _ in range(500):
            if os.path.exists(f"{folder}/nginx.pid"):
                break
            time.sleep(0.02)
        yield
    finally:
        server.terminate()
        server.wait()


def asked(folder):
    """What nginx was asked: (time, status, bytes asked, bytes sent, bytes of body, path)."""
    with open(f"{folder}/access.log") as file:
        for line in file:
            when, *numbers, path = line.rstrip("\n").split(" ", 5)
            yield float(when), *map(int, numbers), path


class Site:
    """A repository of that many files, and nginx before it."""

    def __init__(self, folder, tool, count, size):
        self.folder, self.tool, self.port = folder, tool, free_port()
        self.url = f"http://127.0.0.1:{self.port}/"
        self.bytes = count * size
        os.makedirs(f"{folder}/www/targets/ban-tin")
        lines, source = [], random.Random(1)
        for number in range(count):
            content = source.randbytes(size)
            digest = hashlib.sha256(content).hexdigest()
            path = f"ban-tin/{number:05}.mp3"
            with open(f"{folder}/www/targets/ban-tin/{digest}.{number:05}.mp3", "wb") as file:
                file.write(content)
            lines.append((digest, path))
        self.urls = [f"{self.url}targets/ban-tin/{digest}.{path.rpartition('/')[2]}" for digest, path in lines]
        subprocess.run(
            [tool, "sign", f"{folder}/www"], check=True, text=True,
            input="".join(f"{digest} {size} {path}\n" for digest, path in lines))
        self.root = f"{folder}/www/metadata/1.root.json"

    def served(self):
        """Serves it for as long as this lives."""
        return nginx(self.folder, self.port)

    def command(self, verb, state, *more, url=None):
        """The tool's command line; it makes the state's folder."""
        os.makedirs(state, exist_ok=True)
        return [self.tool, verb, url or self.url, self.root, state, *map(str, more)]

    def run(self, verb, state, *more):
        """Runs the tool; gives what it printed."""
        return json.loads(subprocess.run(
            self.command(verb, state, *more), check=True, capture_output=True, text=True).stdout)

    def log(self):
        """What nginx was asked."""
        return asked(self.folder)


def curl(site, folder, verb=()):
    """curl fetching the same list into a folder: one process, one connection. The seconds that it took."""
    os.makedirs(folder)
    with open(f"{folder}.list", "w") as file:
        for place, url in enumerate(site.urls):
            file.write(f'url = "{url}"\noutput = "{folder}/{place}"\n')
    begun = time.monotonic()
    subprocess.run(["curl", "-s", "--fail", *verb, "-K", f"{folder}.list"], check=True)
    return time.monotonic() - begun


class Cutter:
    """A proxy of TCP that cuts the connection after a number of bytes, as long as `cuts` has any."""

    def __init__(self, port, cuts):
        self._port, self._cuts = port, cuts
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self.forwarded = 0
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                threading.Thread(target=self._forward, args=[near], daemon=True).start()

    def _forward(self, near):
        left = self._cuts.pop() if self._cuts else 1 << 60
        with near, socket.create_connection(("127.0.0.1", self._port)) as far, contextlib.suppress(OSError):
            threading.Thread(target=_pipe, args=[near, far], daemon=True).start()
            while left > 0 and (piece := far.recv(min(left, 1 << 16))):
                near.sendall(piece)
                self.forwarded += len(piece)
                left -= len(piece)
            near.shutdown(socket.SHUT_RDWR)

    def close(self):
        """No connection is taken any more."""
        self._listener.close()


def _pipe(near, far):
    with contextlib.suppress(OSError):
        while piece := near.recv(1 << 16):
            far.sendall(piece)


def cut(site, folder, count):
    """(what bulk the station says it took beyond what is there, cuts that happened) of a sync that is cut so often."""
    each = site.bytes // count
    source = random.Random(2)
    cuts = [source.randrange(each // 10, each) for _ in range(count)]
    proxy = Cutter(site.port, cuts)
    subprocess.run(site.command("sync", folder, url=proxy.url), check=True, capture_output=True)
    proxy.close()
    with open(f"{folder}/usage.json") as file:
        return json.load(file)["bytes"] - site.bytes, count - len(cuts)


def killed(site, folder, count):
    """The same of a sync whose process is killed so often: by what went its way, what was in the air too."""
    source, kills = random.Random(3), 0
    proxy = Cutter(site.port, [])
    while True:
        process = subprocess.Popen(
            site.command("sync", folder, url=proxy.url), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(0.05 + source.random() * 0.1 if kills < count else 600)
            break
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.wait()
            kills += 1
    proxy.close()
    return proxy.forwarded - site.bytes, kills
