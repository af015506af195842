"""The sounds that are played: made here, so that every frame of what leaves the card can be told."""

import array
import math
import random
import subprocess
import wave

# Hz. A period of the low one is 800 frames at 48 kHz, which no player is off by without a silence; codecs shift its
# phase by some frames (Opus takes direct current away), the high one's by hundredths. Both fill whole seconds.
TONE, FINE_TONE = 60, 960


def _write(path, rate, samples):
    with wave.open(path, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(array.array("h", samples).tobytes())


def blip(folder):
    """0.6 s of 1 kHz whose first sample is its loudest: where it begins is beyond doubt. WAV and MP3."""
    path = f"{folder}/blip.wav"
    _write(path, 48_000, (round(6000 * math.cos(math.tau * 1000 * n / 48_000)) for n in range(28_800)))
    return path, mp3(path)


def tone(path, rate, seconds):
    """Two steady sines, whose phases tell the position to a fraction of a frame."""
    period = [
        round(6000 * math.sin(math.tau * TONE * n / rate) + 3000 * math.sin(math.tau * FINE_TONE * n / rate))
        for n in range(rate)]
    _write(path, rate, period * seconds)
    return path


def noise(path, seconds, seed):
    """Noise that no two seeds have alike, a second of it over and over; 44.1 kHz."""
    generator = random.Random(seed)
    _write(path, 44_100, [generator.randrange(-3000, 3000) for _ in range(44_100)] * seconds)
    return path


def speech(folder, seconds):
    """Something as rich and as uneven as speech: noise in syllables. A 64 kbit/s mono MP3 at 44.1 kHz."""
    rate, generator = 44_100, random.Random(1)
    samples, low = [], 0.0
    for n in range(rate * 5):
        syllable = max(0.0, math.sin(math.tau * 2.5 * n / rate)) ** 2
        low += 0.25 * (generator.uniform(-1, 1) - low)
        voiced = 0.3 * math.sin(math.tau * 140 * n / rate) + 0.2 * math.sin(math.tau * 700 * n / rate)
        samples.append(round(14_000 * syllable * (0.9 * low + voiced)))
    path = f"{folder}/speech.wav"
    _write(path, rate, samples * (seconds // 5))
    return mp3(path)


def mp3(path):
    made = path.removesuffix(".wav") + ".mp3"
    subprocess.run(["lame", "--quiet", "-m", "m", "-b", "64", "--resample", "44.1", path, made], check=True)
    return made


def opus(path):
    made = path.removesuffix(".wav") + ".opus"
    subprocess.run(["opusenc", "--quiet", "--bitrate", "48", path, made], check=True)
    return made
