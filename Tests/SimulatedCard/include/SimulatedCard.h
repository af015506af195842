/// What the simulated sound card and the tests agree on: its control file and its capture file.
///
/// The card is an ALSA plug-in (`type simulated`, key `folder`). It reads `FOLDER/control`, a mapped
/// `simulated_card_control`, at every call, and appends what "left the card" to `FOLDER/capture`, a sequence of
/// `simulated_card_record`, each followed by `bytes` bytes. Both files are native-endian: nothing carries them to
/// another machine.
#pragma once
#include <stdint.h>

#define SIMULATED_CARD_CONTROL_MAGIC 0x4c505343u  // "CSPL"
#define SIMULATED_CARD_RECORD_MAGIC 0x4c505243u   // "CRPL"

/// The faults, each taken at the next call into the plug-in. A counter acts once each time it is raised;
/// the others act as long as they are not zero.
typedef struct simulated_card_control {
    uint32_t magic;
    /// Counter. A handle that is open while it is raised answers ENODEV for the rest of its life.
    uint32_t unplugged;
    /// errno with which opening fails: ENODEV or ENOENT while it is unplugged, EBUSY while another has it.
    int32_t open_error;
    /// errno with which hw_params fails: EINVAL.
    int32_t parameter_error;
    /// The card's clock stands still.
    uint32_t stuck;
    /// Counter. The stream is in an xrun, however much is buffered.
    uint32_t xrun;
    /// Counter. The stream is suspended; it cannot resume, only be prepared.
    uint32_t suspended;
    /// Writing does not return.
    uint32_t blocked;
    /// How much faster than nominal the card's clock runs, in parts per billion.
    int64_t rate_error;
    /// The position that the card reports moves in steps of so many microseconds of sound, downwards. 0: frames.
    uint32_t step_microseconds;
    /// The only rate that the card can do, at its next opening. 0: as configured.
    uint32_t rate;
    /// Opening takes so many milliseconds.
    uint32_t opening_milliseconds;
    uint32_t reserved[3];
} simulated_card_control;

enum simulated_card_record_kind {
    /// The stream was started: frame 0 leaves at `instant`.
    SIMULATED_CARD_RUN = 1,
    /// From `frame` on, which leaves at `instant`, frames leave at `rate` × (1 + `rate_error` / 10⁹).
    SIMULATED_CARD_RATE = 2,
    /// `bytes` of frames that left, the first of them `frame`.
    SIMULATED_CARD_FRAMES = 3,
    /// The stream ended at `frame` and `instant`, for `reason`.
    SIMULATED_CARD_END = 4,
};

enum simulated_card_end_reason {
    SIMULATED_CARD_STOPPED = 1,
    SIMULATED_CARD_OVERTAKEN = 2,
    SIMULATED_CARD_XRUN = 3,
    SIMULATED_CARD_SUSPENDED = 4,
    SIMULATED_CARD_UNPLUGGED = 5,
};

/// One record of the capture file. Frames have `channels` samples of ALSA's `format`, interleaved.
typedef struct simulated_card_record {
    uint32_t magic;
    uint32_t kind;
    uint32_t rate;
    uint32_t channels;
    int32_t format;
    uint32_t reason;
    /// Which run: CLOCK_MONOTONIC nanoseconds of its start, the same in all its records.
    int64_t run;
    int64_t rate_error;
    double frame;
    /// CLOCK_MONOTONIC nanoseconds.
    int64_t instant;
    uint64_t bytes;
} simulated_card_record;

_Static_assert(sizeof(simulated_card_control) == 64, "a file format");
_Static_assert(sizeof(simulated_card_record) == 64, "a file format");
