"""What is lost or added between the items of a playlist."""

import math
import os
import time

import peers
from card import Card
from processes import started
from station import Station
from tone import lost_frames


def measure(folder, build, own, same, seconds_each):
    """{player: frames lost at each join}: ours with its own mixture of formats, the peers with one format."""
    os.makedirs(folder)
    library = f"{build}/libSimulatedCard.so"
    cards = {
        name: Card(f"{folder}/{name}", library)
        for name in "ours mpg123 MPD ffmpeg Liquidsoap sox VLC".split()}
    mpd = peers.MPD(cards["MPD"])
    station = Station(f"{folder}/station", cards["ours"], build)
    start = math.ceil(time.time()) + 15
    station.play(start, own)
    with station.run(), started(
        peers.mpg123(cards["mpg123"], *same), mpd.command, peers.ffmpeg(cards["ffmpeg"], *same),
        peers.liquidsoap_files(cards["Liquidsoap"], *same), peers.sox(cards["sox"], *same),
        peers.vlc(cards["VLC"], *same)):
        mpd.play(*same)
        time.sleep(max(0, start + seconds_each * len(own) + 5 - time.time()))
    return {
        name: lost_frames(card.runs(), seconds_each, len(own if name == "ours" else same))
        for name, card in cards.items()}
