/// libcurl for Swift: what its header offers, and what Swift cannot call of it (`curl_easy_setopt` is variadic).
#pragma once
#include <curl/curl.h>
#include <time.h>

// OpenSSL's libssl.so.3, which libcurl brings without its headers; Tests/crypto-prototypes compares.
struct ssl_ctx_st;
struct X509_VERIFY_PARAM_st;
struct X509_VERIFY_PARAM_st *SSL_CTX_get0_param(struct ssl_ctx_st *ctx);
void X509_VERIFY_PARAM_set_time(struct X509_VERIFY_PARAM_st *param, time_t t);

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

/// Sets the body that is sent; libcurl copies it, and can send it again over another connection.
static inline CURLcode ccurl_set_body(CURL *handle, const void *bytes, int64_t count) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
    return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, (const char *)bytes);
}

/// The status of the last answer, 0 if there was none.
static inline long ccurl_status(CURL *handle) {
    long status = 0;
    return curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status) == CURLE_OK ? status : 0;
}

/// Where the last answer says that the file is instead, as a whole URL; NULL if it does not.
static inline const char *ccurl_redirect(CURL *handle) {
    const char *url = NULL;
    return curl_easy_getinfo(handle, CURLINFO_REDIRECT_URL, &url) == CURLE_OK ? url : NULL;
}

/// Sets an option that is a count of bytes.
static inline CURLcode ccurl_set_large(CURL *handle, CURLoption option, int64_t value) {
    return curl_easy_setopt(handle, option, (curl_off_t)value);
}

/// Sets the header lines of a request; the list must outlive the transfer.
static inline CURLcode ccurl_set_headers(CURL *handle, struct curl_slist *lines) {
    return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, lines);
}

/// Prepares a connection's `SSL_CTX`: returns CURLE_OK, or what ends the transfer.
typedef CURLcode (*ccurl_prepare)(CURL *handle, void *ssl_ctx, void *user);

/// Sets who prepares the connection's `SSL_CTX`, and what is handed to it; the pointer must outlive the transfer.
static inline CURLcode ccurl_set_preparer(CURL *handle, ccurl_prepare prepare, void *user) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_SSL_CTX_FUNCTION, prepare);
    return code != CURLE_OK ? code : curl_easy_setopt(handle, CURLOPT_SSL_CTX_DATA, user);
}

/// Sets an option of a multi handle that is a `long`.
static inline CURLMcode ccurl_multi_set_number(CURLM *multi, CURLMoption option, long value) {
    return curl_multi_setopt(multi, option, value);
}

/// The last answer's header field of that name, NULL if it has none; it lives as long as the handle is not used anew.
static inline const char *ccurl_field(CURL *handle, const char *name) {
    struct curl_header *field = NULL;
    return curl_easy_header(handle, name, 0, CURLH_HEADER, -1, &field) == CURLHE_OK ? field->value : NULL;
}

/// Checks certificates of a connection at a time, in seconds since 1970, in place of the clock's; 1 on success.
///
/// `context` is the `SSL_CTX` that a preparer is handed.
static inline int ccurl_check_certificates_at(void *context, int64_t seconds) {
    struct X509_VERIFY_PARAM_st *param = SSL_CTX_get0_param((struct ssl_ctx_st *)context);
    if (param) X509_VERIFY_PARAM_set_time(param, (time_t)seconds);
    return param != NULL;
}
