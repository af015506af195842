/// ALSA for Swift: what its header offers, and what Swift cannot call of it.
#pragma once
#include <alsa/asoundlib.h>

/// Says nothing. ALSA's own handler prints to standard error; our errors carry the call and the code.
static inline void calsa_say_nothing(const char *file, int line, const char *function, int error, const char *format,
                                     ...) {
    (void)file, (void)line, (void)function, (void)error, (void)format;
}

/// Silences ALSA in this process. Swift cannot pass a variadic function.
static inline void calsa_be_quiet(void) { snd_lib_error_set_handler(calsa_say_nothing); }
