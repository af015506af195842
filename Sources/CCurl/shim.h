/// libcurl for Swift: what its header offers, and what Swift cannot call of it (`curl_easy_setopt` is variadic).
#pragma once
#include <curl/curl.h>

/// A body's next piece: returns how many bytes were taken; fewer than came end the transfer.
typedef size_t (*ccurl_take)(char *bytes, size_t size, size_t count, void *user);

/// Sets an option that is a text; libcurl copies it.
static inline CURLcode ccurl_set_text(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

/// Sets an option that is a `long`, or a truth value.
static inline CURLcode ccurl_set_number(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

/// Sets who takes the body, and what is handed to it; the pointer must outlive the transfer.
static inline CURLcode ccurl_set_taker(CURL *handle, ccurl_take take, void *user) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, take);
    return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_WRITEDATA, user);
}

/// The status of the last answer, 0 if there was none.
static inline long ccurl_status(CURL *handle) {
    long status = 0;
    return curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0;
}
