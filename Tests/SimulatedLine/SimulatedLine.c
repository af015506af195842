// A GPIO chip that is not there: preloaded, it answers for /dev/gpiochip-simulated, whose one line is a named pipe.
//
// The pipe is what LOA_SIMULATED_LINE names; what the test writes into it are the line's events. A request that a
// caretaker's button could not live with (no pull-up, no debouncing, one edge alone) is refused.
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/gpio.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

static const char chip[] = "/dev/gpiochip-simulated";
enum { LINE = 17, MOST_DEBOUNCE = 50000 };

static int chip_descriptor = -1;

int open(const char *path, int flags, ...) {
    static int (*next)(const char *, int, ...);
    if (!next) next = (int (*)(const char *, int, ...))dlsym(RTLD_NEXT, "open");
    va_list arguments;
    va_start(arguments, flags);
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if (strcmp(path, chip)) return next(path, flags, mode);
    return chip_descriptor = next("/dev/null", flags, 0);
}

static int is_fit(const struct gpio_v2_line_request *request) {
    const struct gpio_v2_line_config *config = &request->config;
    const __u64 wanted = GPIO_V2_LINE_FLAG_INPUT | GPIO_V2_LINE_FLAG_BIAS_PULL_UP | GPIO_V2_LINE_FLAG_EDGE_RISING |
                         GPIO_V2_LINE_FLAG_EDGE_FALLING;
    return request->num_lines == 1 && request->offsets[0] == LINE && config->flags == wanted &&
           config->num_attrs == 1 && config->attrs[0].mask == 1 &&
           config->attrs[0].attr.id == GPIO_V2_LINE_ATTR_ID_DEBOUNCE &&
           config->attrs[0].attr.debounce_period_us > 0 &&
           config->attrs[0].attr.debounce_period_us <= MOST_DEBOUNCE;
}

int ioctl(int descriptor, unsigned long request, ...) {
    static int (*next)(int, unsigned long, ...);
    if (!next) next = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
    va_list arguments;
    va_start(arguments, request);
    void *argument = va_arg(arguments, void *);
    va_end(arguments);
    if (request != GPIO_V2_GET_LINE_IOCTL || descriptor != chip_descriptor) return next(descriptor, request, argument);
    struct gpio_v2_line_request *line = argument;
    if (!is_fit(line)) {
        errno = EINVAL;
        return -1;
    }
    // For writing too, so that the pipe has no end when a test closes it.
    line->fd = open(getenv("LOA_SIMULATED_LINE"), O_RDWR | O_CLOEXEC);
    return line->fd < 0 ? -1 : 0;
}
