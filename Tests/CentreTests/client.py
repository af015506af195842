"""python-tuf's client against a repository that `loa-centre` made: refreshes, and fetches every target named.

Usage: client.py REPO STATE AT TARGET...     AT is the time at which it is judged, in seconds since 1970.
"""

import datetime
import hashlib
import os
import pathlib
import sys

from tuf.api import exceptions
from tuf.ngclient import Updater, UpdaterConfig
from tuf.ngclient.fetcher import FetcherInterface


class Files(FetcherInterface):
    """Serves files of a folder as a web server would."""

    def _fetch(self, url):
        path = pathlib.Path(url.removeprefix("file://"))
        if not path.is_file():
            raise exceptions.DownloadHTTPError("not there", 404)
        yield path.read_bytes()


class Clock(datetime.datetime):
    """The time at which everything is judged."""

    at = 0

    @classmethod
    def now(cls, tz=None):
        return datetime.datetime.fromtimestamp(cls.at, tz)


def main():
    repository, state, at, *targets = sys.argv[1:]
    Clock.at = int(at)
    import tuf.ngclient._internal.trusted_metadata_set as judged

    judged.datetime.datetime = Clock
    os.makedirs(state, exist_ok=True)
    root = pathlib.Path(repository, "metadata", "1.root.json").read_bytes()
    client = Updater(
        metadata_dir=state,
        metadata_base_url=f"file://{repository}/metadata/",
        target_dir=state,
        target_base_url=f"file://{repository}/targets/",
        fetcher=Files(),
        config=UpdaterConfig(prefix_targets_with_hash=True),
        bootstrap=root,
    )
    client.refresh()
    for name in targets:
        found = client.get_targetinfo(name)
        if found is None:
            print(f"{name} none")
            continue
        path = client.download_target(found)
        print(f"{name} {hashlib.sha256(pathlib.Path(path).read_bytes()).hexdigest()}")


main()
