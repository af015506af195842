// A sound card that is a computation: where it is follows from CLOCK_MONOTONIC alone, so nothing in it can be late.
//
// It has no thread. Every call first moves the card to the present (`advance`): what left since the last call goes
// to the capture file, and what was written over before it left never does. Real cards play on while nobody
// calls; this one computes afterwards what it would have played, which comes to the same.
#include "SimulatedCard.h"

#include <alsa/asoundlib.h>
#include <alsa/pcm_external.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { RATE_MIN = 8000, RATE_MAX = 192000, CHANNELS_MAX = 8, BUFFER_BYTES_MAX = 8 << 20 };

typedef struct {
    snd_pcm_ioplug_t io;
    const simulated_card_control *control;
    simulated_card_control no_faults;
    int capture;

    /// One byte run per frame of the buffer: frame n is at n % buffer_size.
    uint8_t *store;
    size_t frame_bytes;
    snd_pcm_uframes_t avail_min, stop_threshold, boundary;

    bool running, gone;
    int64_t run;
    /// The card's clock: `base_frame` leaves at `base_instant`, and so on with `rate_error`.
    double base_frame;
    int64_t base_instant, rate_error;
    bool stuck;
    /// Frames that left; those of them that stand in the capture file; what the last reported position was.
    snd_pcm_uframes_t left, captured, reported;
    /// The counters of the control file as far as they have been acted on.
    uint32_t unplugged, xrun, suspended;
} card;

static int64_t monotonic_now(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

// MARK: The capture file

static void record(card *card, uint32_t kind, uint32_t reason, double frame, int64_t instant, struct iovec *data,
                   int parts) {
    if (card->capture < 0) return;
    simulated_card_record header = {
        .magic = SIMULATED_CARD_RECORD_MAGIC, .kind = kind, .rate = card->io.rate, .channels = card->io.channels,
        .format = card->io.format, .reason = reason, .run = card->run, .rate_error = card->rate_error,
        .frame = frame, .instant = instant,
    };
    struct iovec all[3] = {{&header, sizeof header}};
    for (int part = 0; part < parts; part++) {
        all[part + 1] = data[part];
        header.bytes += data[part].iov_len;
    }
    // One call, in append mode: records of several processes do not mix, and a killed process leaves whole ones.
    if (writev(card->capture, all, parts + 1) < 0) abort();
}

/// Captures the frames that left, and silences them in the store, as a driver with a silence fill would.
static void capture(card *card) {
    snd_pcm_uframes_t end = card->left;
    snd_pcm_uframes_t size = card->io.buffer_size;
    while (card->captured < end) {
        snd_pcm_uframes_t first = card->captured % size, count = end - card->captured;
        if (count > size - first) count = size - first;
        struct iovec data = {card->store + first * card->frame_bytes, count * card->frame_bytes};
        record(card, SIMULATED_CARD_FRAMES, 0, (double)card->captured, 0, &data, 1);
        memset(data.iov_base, 0, data.iov_len);
        card->captured += count;
    }
}

// MARK: The clock

static double frames_per_nanosecond(const card *card) {
    return card->io.rate * (1 + card->rate_error * 1e-9) * 1e-9;
}

static double position_at(const card *card, int64_t instant) {
    if (card->stuck || instant < card->base_instant) return card->base_frame;
    return card->base_frame + (instant - card->base_instant) * frames_per_nanosecond(card);
}

static int64_t instant_of(const card *card, double frame) {
    return card->base_instant + (int64_t)((frame - card->base_frame) / frames_per_nanosecond(card));
}

/// Takes a change of the clock's rate, or its standing still, without a jump of the position.
static void rebase(card *card, int64_t now) {
    bool stuck = __atomic_load_n(&card->control->stuck, __ATOMIC_RELAXED) != 0;
    int64_t rate_error = __atomic_load_n(&card->control->rate_error, __ATOMIC_RELAXED);
    if (stuck == card->stuck && rate_error == card->rate_error) return;
    card->base_frame = position_at(card, now);
    card->base_instant = now;
    card->stuck = stuck;
    card->rate_error = rate_error;
    if (!stuck) record(card, SIMULATED_CARD_RATE, 0, card->base_frame, now, NULL, 0);
}

static void end_run(card *card, uint32_t reason, double frame, int64_t instant) {
    if (!card->running) return;
    card->running = false;
    capture(card);
    record(card, SIMULATED_CARD_END, reason, frame, instant, NULL, 0);
}

/// Whether a counter of the control file was raised since the last look.
static bool raised(const uint32_t *counter, uint32_t *seen) {
    uint32_t value = __atomic_load_n(counter, __ATOMIC_RELAXED);
    bool changed = value != *seen;
    *seen = value;
    return changed;
}

/// Moves the card to the present and acts on the control file.
static void advance(card *card) {
    int64_t now = monotonic_now();
    bool unplugged = raised(&card->control->unplugged, &card->unplugged);
    bool xrun = raised(&card->control->xrun, &card->xrun);
    bool suspended = raised(&card->control->suspended, &card->suspended);
    if (card->running) {
        rebase(card, now);
        double position = position_at(card, now);
        snd_pcm_uframes_t written = card->io.appl_ptr;
        bool runs_on = card->stop_threshold >= card->boundary;
        bool draining = card->io.state == SND_PCM_STATE_DRAINING;
        bool overtaken = position >= written && !runs_on;
        card->left = overtaken ? written : (snd_pcm_uframes_t)position;
        // Not at every call: a file written between two readings of the position would be felt in them.
        if (card->left - card->captured >= card->io.rate / 20) capture(card);
        if (overtaken && !draining) {
            end_run(card, SIMULATED_CARD_OVERTAKEN, written, instant_of(card, written));
            snd_pcm_ioplug_set_state(&card->io, SND_PCM_STATE_XRUN);
        } else if (unplugged || xrun || suspended) {
            end_run(card, unplugged ? SIMULATED_CARD_UNPLUGGED : xrun ? SIMULATED_CARD_XRUN : SIMULATED_CARD_SUSPENDED,
                    position, now);
            if (xrun) snd_pcm_ioplug_set_state(&card->io, SND_PCM_STATE_XRUN);
            if (suspended) snd_pcm_ioplug_set_state(&card->io, SND_PCM_STATE_SUSPENDED);
        }
        snd_pcm_uframes_t reported = card->left;
        uint32_t step = __atomic_load_n(&card->control->step_microseconds, __ATOMIC_RELAXED);
        uint64_t step_frames = (uint64_t)step * card->io.rate / 1000000;
        if (step_frames > 1 && !overtaken) reported -= reported % step_frames;
        if (reported > card->reported) card->reported = reported;
    }
    if (unplugged) card->gone = true;
    if (card->gone) snd_pcm_ioplug_set_state(&card->io, SND_PCM_STATE_DISCONNECTED);
}

/// Lets the poll descriptor become readable when `avail_min` frames can be written.
static void arm(card *card, snd_pcm_uframes_t written) {
    int64_t when = 1;  // at once
    if (card->running) {
        snd_pcm_uframes_t size = card->io.buffer_size;
        snd_pcm_uframes_t target = written + card->avail_min > size ? written + card->avail_min - size : 0;
        uint32_t step = __atomic_load_n(&card->control->step_microseconds, __ATOMIC_RELAXED);
        uint64_t step_frames = (uint64_t)step * card->io.rate / 1000000;
        if (step_frames > 1) target = (target + step_frames - 1) / step_frames * step_frames;
        if (target > written) target = written;
        when = instant_of(card, target) + 1;
        // A fault must be seen soon, as a real card's error wakes who polls.
        int64_t soon = monotonic_now() + 50000000;
        if (when > soon) when = soon;
        if (when < 1) when = 1;
    }
    struct itimerspec timer = {.it_value = {when / 1000000000, when % 1000000000}};
    timerfd_settime(card->io.poll_fd, TFD_TIMER_ABSTIME, &timer, NULL);
}

// MARK: The plug-in's calls

static int card_start(snd_pcm_ioplug_t *io) {
    card *card = io->private_data;
    advance(card);
    if (card->gone) return -ENODEV;
    card->run = card->base_instant = monotonic_now();
    card->base_frame = 0;
    card->stuck = __atomic_load_n(&card->control->stuck, __ATOMIC_RELAXED) != 0;
    card->rate_error = __atomic_load_n(&card->control->rate_error, __ATOMIC_RELAXED);
    card->left = card->captured = card->reported = 0;
    card->running = true;
    record(card, SIMULATED_CARD_RUN, 0, 0, card->run, NULL, 0);
    arm(card, io->appl_ptr);
    return 0;
}

static int card_stop(snd_pcm_ioplug_t *io) {
    card *card = io->private_data;
    advance(card);
    int64_t now = monotonic_now();
    double position = position_at(card, now);
    if (io->state == SND_PCM_STATE_DRAINING && position > io->appl_ptr) position = io->appl_ptr;
    end_run(card, SIMULATED_CARD_STOPPED, position, now);
    arm(card, io->appl_ptr);
    return 0;
}

/// An xrun or an unplugged card is told by the state: an error here would turn every cause into an xrun.
static snd_pcm_sframes_t card_pointer(snd_pcm_ioplug_t *io) {
    card *card = io->private_data;
    advance(card);
    return (snd_pcm_sframes_t)card->reported;
}

static int card_delay(snd_pcm_ioplug_t *io, snd_pcm_sframes_t *delay) {
    card *card = io->private_data;
    advance(card);
    switch (io->state) {
    case SND_PCM_STATE_DISCONNECTED: return -ENODEV;
    case SND_PCM_STATE_XRUN: return -EPIPE;
    case SND_PCM_STATE_SUSPENDED: return -ESTRPIPE;
    default: break;
    }
    *delay = (snd_pcm_sframes_t)io->appl_ptr - (snd_pcm_sframes_t)card->reported;
    return 0;
}

static snd_pcm_sframes_t card_transfer(snd_pcm_ioplug_t *io, const snd_pcm_channel_area_t *areas,
                                       snd_pcm_uframes_t offset, snd_pcm_uframes_t size) {
    card *card = io->private_data;
    while (__atomic_load_n(&card->control->blocked, __ATOMIC_RELAXED)) usleep(2000);
    advance(card);
    if (card->gone) return -ENODEV;
    if (io->state == SND_PCM_STATE_XRUN) return -EPIPE;
    if (io->state == SND_PCM_STATE_SUSPENDED) return -ESTRPIPE;
    capture(card);  // before what left is written over
    // Interleaved, as `card_limits` asks: a frame is one piece, and so is what lies before the store's end.
    const uint8_t *source = (const uint8_t *)areas->addr + areas->first / 8 + offset * card->frame_bytes;
    snd_pcm_uframes_t frame = io->appl_ptr, end = frame + size;
    // What is written too late has left already, as something else.
    if (frame < card->left) frame = card->left;
    while (frame < end) {
        snd_pcm_uframes_t place = frame % io->buffer_size, count = io->buffer_size - place;
        if (count > end - frame) count = end - frame;
        memcpy(card->store + place * card->frame_bytes, source + (frame - io->appl_ptr) * card->frame_bytes,
               count * card->frame_bytes);
        frame += count;
    }
    arm(card, io->appl_ptr + size);
    return (snd_pcm_sframes_t)size;
}

static int card_hw_params(snd_pcm_ioplug_t *io, snd_pcm_hw_params_t *params) {
    (void)params;
    card *card = io->private_data;
    int error = __atomic_load_n(&card->control->parameter_error, __ATOMIC_RELAXED);
    if (error) return -error;
    card->frame_bytes = snd_pcm_format_physical_width(io->format) / 8 * io->channels;
    free(card->store);
    card->store = calloc(io->buffer_size, card->frame_bytes);
    return card->store ? 0 : -ENOMEM;
}

static int card_sw_params(snd_pcm_ioplug_t *io, snd_pcm_sw_params_t *params) {
    card *card = io->private_data;
    snd_pcm_sw_params_get_avail_min(params, &card->avail_min);
    snd_pcm_sw_params_get_stop_threshold(params, &card->stop_threshold);
    snd_pcm_sw_params_get_boundary(params, &card->boundary);
    return 0;
}

static int card_prepare(snd_pcm_ioplug_t *io) {
    card *card = io->private_data;
    end_run(card, SIMULATED_CARD_STOPPED, card->left, monotonic_now());
    advance(card);
    card->left = card->captured = card->reported = 0;
    arm(card, 0);
    return card->gone ? -ENODEV : 0;
}

static int card_drain(snd_pcm_ioplug_t *io) {
    card *card = io->private_data;
    if (!card->running) {
        int error = card_start(io);
        if (error < 0) return error;
    }
    for (;;) {
        advance(card);
        if (card->gone) return -ENODEV;
        if (!card->running || card->left >= io->appl_ptr) return 0;
        if (io->nonblock) return -EAGAIN;
        usleep(2000);
    }
}

static int card_poll_revents(snd_pcm_ioplug_t *io, struct pollfd *descriptors, unsigned int count,
                             unsigned short *events) {
    (void)count;
    card *card = io->private_data;
    uint64_t expirations;
    *events = 0;
    if (!(descriptors[0].revents & POLLIN)) return 0;
    if (read(io->poll_fd, &expirations, sizeof expirations) < 0 && errno != EAGAIN) return -errno;
    advance(card);
    snd_pcm_uframes_t queued = io->appl_ptr - card->reported;
    if (io->state == SND_PCM_STATE_DISCONNECTED || io->state == SND_PCM_STATE_XRUN ||
        io->state == SND_PCM_STATE_SUSPENDED)
        *events = POLLERR | POLLOUT;
    else if (io->buffer_size - queued >= card->avail_min || io->state == SND_PCM_STATE_DRAINING)
        *events = POLLOUT;
    arm(card, io->appl_ptr);
    return 0;
}

static void card_free(card *card) {
    if (card->control && card->control != &card->no_faults) munmap((void *)card->control, sizeof *card->control);
    if (card->capture >= 0) close(card->capture);
    if (card->io.poll_fd >= 0) close(card->io.poll_fd);
    free(card->store);
    free(card);
}

static int card_close(snd_pcm_ioplug_t *io) {
    card *card = io->private_data;
    if (card->running) card_stop(io);
    card_free(card);
    return 0;
}

static const snd_pcm_ioplug_callback_t callbacks = {
    .start = card_start, .stop = card_stop, .pointer = card_pointer, .transfer = card_transfer,
    .close = card_close, .hw_params = card_hw_params, .sw_params = card_sw_params, .prepare = card_prepare,
    .drain = card_drain, .poll_revents = card_poll_revents, .delay = card_delay,
};

// MARK: Opening

/// Maps the control file and opens the capture file, and fails as the control file tells.
static int card_files(card *card, const char *folder) {
    char path[PATH_MAX];
    card->control = &card->no_faults;
    snprintf(path, sizeof path, "%s/control", folder);
    int descriptor = open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor >= 0) {
        void *mapped = mmap(NULL, sizeof *card->control, PROT_READ, MAP_SHARED, descriptor, 0);
        close(descriptor);
        if (mapped == MAP_FAILED) return -errno;
        card->control = mapped;
        if (card->control->magic != SIMULATED_CARD_CONTROL_MAGIC) return -EINVAL;
    }
    int error = __atomic_load_n(&card->control->open_error, __ATOMIC_RELAXED);
    if (error) return -error;
    usleep(1000 * card->control->opening_milliseconds);
    card->unplugged = card->control->unplugged;
    card->xrun = card->control->xrun;
    card->suspended = card->control->suspended;
    snprintf(path, sizeof path, "%s/capture", folder);
    card->capture = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    return card->capture < 0 ? -errno : 0;
}

/// What the configuration leaves open: 0, or NULL, is anything the card can do.
typedef struct {
    long rate, channels;
    const char *format;
} limits;

static int card_limits(card *card, const limits *limits) {
    snd_pcm_ioplug_t *io = &card->io;
    const unsigned int access[] = {SND_PCM_ACCESS_RW_INTERLEAVED, SND_PCM_ACCESS_MMAP_INTERLEAVED};
    unsigned int formats[] = {SND_PCM_FORMAT_S16_LE, SND_PCM_FORMAT_S32_LE, SND_PCM_FORMAT_FLOAT_LE};
    unsigned int format_count = 3;
    if (limits->format && *limits->format) {
        snd_pcm_format_t format = snd_pcm_format_value(limits->format);
        if (format == SND_PCM_FORMAT_UNKNOWN) return -EINVAL;
        formats[0] = (unsigned int)format;
        format_count = 1;
    }
    unsigned int rate = __atomic_load_n(&card->control->rate, __ATOMIC_RELAXED);
    if (!rate) rate = (unsigned)limits->rate;
    unsigned int rate_min = rate ? rate : RATE_MIN, rate_max = rate ? rate : RATE_MAX;
    unsigned int channels_min = limits->channels ? (unsigned)limits->channels : 1;
    unsigned int channels_max = limits->channels ? (unsigned)limits->channels : CHANNELS_MAX;
    int error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_ACCESS, 2, access);
    if (!error) error = snd_pcm_ioplug_set_param_list(io, SND_PCM_IOPLUG_HW_FORMAT, format_count, formats);
    if (!error) error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_RATE, rate_min, rate_max);
    if (!error) error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_CHANNELS, channels_min, channels_max);
    if (!error) error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIOD_BYTES, 64, BUFFER_BYTES_MAX / 2);
    if (!error) error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_BUFFER_BYTES, 128, BUFFER_BYTES_MAX);
    if (!error) error = snd_pcm_ioplug_set_param_minmax(io, SND_PCM_IOPLUG_HW_PERIODS, 2, 1024);
    return error;
}

static int card_open(snd_pcm_t **pcm, const char *name, snd_pcm_stream_t stream, int mode, const char *folder,
                     const limits *limits) {
    card *card = calloc(1, sizeof *card);
    if (!card) return -ENOMEM;
    card->capture = -1;
    card->io = (snd_pcm_ioplug_t){
        .version = SND_PCM_IOPLUG_VERSION, .name = "Simulated card", .callback = &callbacks, .private_data = card,
        .flags = SND_PCM_IOPLUG_FLAG_MONOTONIC | SND_PCM_IOPLUG_FLAG_BOUNDARY_WA, .poll_events = POLLIN,
        .poll_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK),
    };
    int error = card->io.poll_fd < 0 ? -errno : card_files(card, folder);
    if (!error) error = snd_pcm_ioplug_create(&card->io, name, stream, mode);
    if (error) {
        card_free(card);
        return error;
    }
    error = card_limits(card, limits);
    if (error) {
        snd_pcm_ioplug_delete(&card->io);
        return error;
    }
    arm(card, 0);
    *pcm = card->io.pcm;
    return 0;
}

SND_PCM_PLUGIN_DEFINE_FUNC(simulated) {
    (void)root;
    const char *folder = NULL;
    limits limits = {0};
    snd_config_iterator_t entry, next;
    snd_config_for_each(entry, next, conf) {
        snd_config_t *node = snd_config_iterator_entry(entry);
        const char *key;
        if (snd_config_get_id(node, &key) < 0) continue;
        int error = 0;
        if (!strcmp(key, "comment") || !strcmp(key, "type") || !strcmp(key, "hint")) continue;
        else if (!strcmp(key, "folder")) error = snd_config_get_string(node, &folder);
        else if (!strcmp(key, "format")) error = snd_config_get_string(node, &limits.format);
        else if (!strcmp(key, "rate")) error = snd_config_get_integer(node, &limits.rate);
        else if (!strcmp(key, "channels")) error = snd_config_get_integer(node, &limits.channels);
        else error = -EINVAL;
        if (error < 0) {
            SNDERR("simulated: unknown or wrong key %s", key);
            return error;
        }
    }
    if (!folder || stream != SND_PCM_STREAM_PLAYBACK) return -EINVAL;
    return card_open(pcmp, name, stream, mode, folder, &limits);
}

SND_PCM_PLUGIN_SYMBOL(simulated);
