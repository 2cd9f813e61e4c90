#pragma once

// Swift cannot call C functions with variable arguments. Each kind of option and of information gets one typed
// function here; libcurl tells the kinds apart by the option itself.

#include <curl/curl.h>

static inline CURLcode carryon_easy_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}

// CURLOPT_*_LARGE.
static inline CURLcode carryon_easy_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode carryon_easy_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode carryon_easy_set_pointer(CURL *handle, CURLoption option, void *value) {
    return curl_easy_setopt(handle, option, value);
}

static inline CURLcode carryon_easy_set_list(CURL *handle, CURLoption option, struct curl_slist *value) {
    return curl_easy_setopt(handle, option, value);
}

typedef size_t (*carryon_data_callback)(char *bytes, size_t size, size_t count, void *context);

static inline CURLcode carryon_easy_set_callback(CURL *handle, CURLoption option, carryon_data_callback value) {
    return curl_easy_setopt(handle, option, value);
}

// CURLOPT_SEEKFUNCTION.
static inline CURLcode carryon_easy_set_seek(CURL *handle, curl_seek_callback value) {
    return curl_easy_setopt(handle, CURLOPT_SEEKFUNCTION, value);
}

// CURLOPT_PREREQFUNCTION.
static inline CURLcode carryon_easy_set_prerequest(CURL *handle, curl_prereq_callback value) {
    return curl_easy_setopt(handle, CURLOPT_PREREQFUNCTION, value);
}

// CURLOPT_SOCKOPTFUNCTION.
static inline CURLcode carryon_easy_set_socket_callback(CURL *handle, curl_sockopt_callback value) {
    return curl_easy_setopt(handle, CURLOPT_SOCKOPTFUNCTION, value);
}

static inline CURLcode carryon_easy_get_long(CURL *handle, CURLINFO info, long *value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode carryon_easy_get_offset(CURL *handle, CURLINFO info, curl_off_t *value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLcode carryon_easy_get_pointer(CURL *handle, CURLINFO info, void **value) {
    return curl_easy_getinfo(handle, info, value);
}

static inline CURLMcode carryon_multi_set_long(CURLM *handle, CURLMoption option, long value) {
    return curl_multi_setopt(handle, option, value);
}

// Macros whose definitions the importer cannot read.
static const size_t carryon_write_pause = CURL_WRITEFUNC_PAUSE;
static const size_t carryon_read_pause = CURL_READFUNC_PAUSE;
static const size_t carryon_read_abort = CURL_READFUNC_ABORT;

// The result of a finished transfer lies in a union.
static inline CURLcode carryon_message_result(const CURLMsg *message) {
    return message->data.result;
}
