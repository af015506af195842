"""The peers: how each is told to do what the station does.

Each resamples to the card's 48 kHz by its own means, as the station does; where it has none, ALSA's `plug` does.
"""

import os
import re
import shutil
import subprocess
import time

PACKAGES = (
    "mpg123 mpd mpc liquidsoap sox libsox-fmt-alsa libsox-fmt-mp3 ffmpeg vlc-bin vlc-plugin-base"
    " libasound2-plugins lame opus-tools").split()
PROGRAMS = "mpg123 mpd mpc liquidsoap sox ffmpeg cvlc lame opusenc".split()
# VLC refuses to run as root.
_DROP = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []


def install():
    """Installs what is missing, if it may."""
    missing = [name for name in PROGRAMS if not shutil.which(name)]
    if not missing:
        return
    if os.geteuid() != 0:
        raise SystemExit(f"missing: {' '.join(missing)}; apt-get install {' '.join(PACKAGES)}")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-q"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(
        ["apt-get", "install", "-qy", "--no-install-recommends", *PACKAGES], check=True, env=environment,
        stdout=subprocess.DEVNULL)


def versions():
    """What is measured against, for the table's foot."""
    shown = []
    for name in "mpg123 mpd liquidsoap sox ffmpeg vlc-bin".split():
        line = subprocess.run(["dpkg-query", "-Wf", "${Version}", name], capture_output=True, text=True).stdout
        shown.append(f"{name} {re.sub(r'^[0-9]+:|[-+].*$', '', line) or '?'}")
    return ", ".join(shown)


def mpg123(card, *files):
    return (["mpg123", "-q", "-o", "alsa", "-a", "card", "-r", "48000", "--stereo", *files], card.environment)


def mpg123_at(card, instant, path):
    """What a script does: sleep until the time has come, then play."""
    play = " ".join(mpg123(card, path)[0])
    return (["sh", "-c", f"sleep {instant - time.time():.6f}; exec {play}"], card.environment)


def sox(card, *files):
    return (["sox", "-q", *files, "-r", "48000", "-c", "2", "-t", "alsa", "plugged"], card.environment)


def ffmpeg(card, *files):
    """Several files go through its concat demuxer."""
    source = ["-i", files[0]]
    if len(files) > 1:
        entries = f"{card.folder}/files.txt"
        with open(entries, "w") as file:
            file.writelines(f"file '{path}'\n" for path in files)
        source = ["-f", "concat", "-safe", "0", "-i", entries]
    return (
        ["ffmpeg", "-nostdin", "-loglevel", "error", *source, "-ar", "48000", "-ac", "2", "-c:a", "pcm_s16le",
         "-f", "alsa", "card"], card.environment)


def vlc(card, *files):
    return (
        [*_DROP, "cvlc", "-q", "--aout=alsa", "--alsa-audio-device=plugged", "--no-video", "--play-and-exit", *files],
        {**card.environment, "HOME": card.folder})


def liquidsoap(card, script):
    """A script in Liquidsoap's language, to which the output is appended; `source` is what it plays."""
    path = f"{card.folder}/script.liq"
    with open(path, "w") as file:
        file.write(
            "settings.init.allow_root.set(true)\nsettings.log.stdout.set(false)\nsettings.log.file.set(false)\n"
            "settings.frame.audio.samplerate.set(48000)\n"
            # In bytes, 85 ms: of a card without limits it would take eleven seconds.
            "settings.alsa.alsa_buffer.set(16384)\n"
            f'{script}\noutput.alsa(device="card", source)\n')
    return (["liquidsoap", path], card.environment)


def liquidsoap_files(card, *files):
    singles = ", ".join(f'once(single("{path}"))' for path in files)
    return liquidsoap(card, f"source = fallback([sequence([{singles}]), blank()])")


def liquidsoap_schedule(card, seconds, path):
    """Plays a file whenever the minute's second is one of these, and is silent otherwise."""
    when = " or ".join(f"{second}s-{second + 2}s" for second in seconds)
    return liquidsoap(
        card,
        f'source = switch(track_sensitive=false, [({{{when}}}, single("{path}")), ({{true}}, blank())])')


class MPD:
    """MPD with a card of its own; it is told what to play by mpc."""

    def __init__(self, card):
        self.socket = f"{card.folder}/mpd.socket"
        path = f"{card.folder}/mpd.conf"
        with open(path, "w") as file:
            file.write(
                f"""music_directory "{card.folder}"
db_file "{card.folder}/mpd.db"
state_file "{card.folder}/mpd.state"
bind_to_address "{self.socket}"
audio_output {{
  type "alsa"
  name "card"
  device "card"
  mixer_type "none"
}}
""")
        self.command = (["mpd", "--no-daemon", "--stderr", path], card.environment)

    def play(self, *files):
        for _ in range(50):
            if os.path.exists(self.socket):
                break
            time.sleep(0.1)
        self._mpc("add", *[f"file://{path}" for path in files])
        self._mpc("play")

    def _mpc(self, *arguments):
        subprocess.run(
            ["mpc", "-q", "-h", self.socket, *arguments], check=True, timeout=10, stdout=subprocess.DEVNULL)
