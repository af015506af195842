"""What idling and playing cost: CPU, memory and wake-ups, everybody at the same time on the same machine."""

import contextlib
import math
import os
import time

import peers
from card import Card
from processes import spent, started
from station import Station


def idle(folder, build, blip, seconds):
    """Nothing to play: {name: Spent}."""
    os.makedirs(folder)
    wav, _ = blip
    library = f"{build}/libSimulatedCard.so"
    station = Station(f"{folder}/station", Card(f"{folder}/ours", library), build)
    station.play(math.ceil(time.time()) + 86_400, [wav], every=86_400, times=1000)
    mpd = peers.MPD(Card(f"{folder}/mpd", library))
    switch = peers.liquidsoap_schedule(Card(f"{folder}/switch", library), [0], f"{folder}/none.wav")
    with started(mpd.command, switch) as (player, liquid), station.run() as daemon:
        time.sleep(10)
        return spent({"ours": daemon, "MPD": player.pid, "Liquidsoap": liquid.pid}, seconds)


def playing(folder, build, speech, seconds):
    """A 64 kbit/s mono MP3 of 44.1 kHz on a card of 48 kHz, for a while after its start: {name: Spent}."""
    os.makedirs(folder)
    library = f"{build}/libSimulatedCard.so"
    cards = {name: Card(f"{folder}/{name}", library) for name in "ours mpg123 mpd sox ffmpeg liquidsoap vlc".split()}
    mpd = peers.MPD(cards["mpd"])
    commands = {
        "mpg123": peers.mpg123(cards["mpg123"], speech), "MPD": mpd.command, "sox": peers.sox(cards["sox"], speech),
        "ffmpeg": peers.ffmpeg(cards["ffmpeg"], speech),
        "Liquidsoap": peers.liquidsoap_files(cards["liquidsoap"], speech), "VLC": peers.vlc(cards["vlc"], speech),
    }
    station = Station(f"{folder}/station", cards["ours"], build)
    with contextlib.ExitStack() as stack:
        start = math.ceil(time.time()) + 8
        station.play(start, [speech])
        pids = {"ours": stack.enter_context(station.run())}
        children = stack.enter_context(started(*commands.values()))
        pids |= dict(zip(commands, (child.pid for child in children)))
        mpd.play(speech)
        time.sleep(max(0, start + 4 - time.time()))
        found = spent(pids, seconds)
    silent = [name for name, card in zip(["ours", *commands], _in_order(cards)) if not any(
        run.sounds() for run in card.runs())]
    return {name: cost for name, cost in found.items() if name not in silent}


def _in_order(cards):
    return [cards[name] for name in "ours mpg123 mpd sox ffmpeg liquidsoap vlc".split()]
