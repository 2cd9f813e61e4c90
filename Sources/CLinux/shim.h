#pragma once

// Calls and instructions that Swift cannot reach by itself.

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <fcntl.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

// Flags behind _GNU_SOURCE, which the importer's Glibc module does not show.
static const int carryon_o_direct = O_DIRECT;
static const int carryon_o_tmpfile = O_TMPFILE;
static const int carryon_at_symlink_follow = AT_SYMLINK_FOLLOW;

static inline int carryon_eventfd(void) {
    return eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
}

static inline int carryon_signalfd(const sigset_t *signals) {
    return signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
}

// The number of the next signal that has come in, or 0.
static inline int carryon_next_signal(int descriptor) {
    struct signalfd_siginfo info;
    return read(descriptor, &info, sizeof info) == sizeof info ? (int)info.ssi_signo : 0;
}

static inline void carryon_name_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

// When a file was made, in nanoseconds since 1970; 0 where that is not known. An empty path means the descriptor itself.
static inline int64_t carryon_birth_time(int descriptor, const char *path) {
    struct statx status;
    int flags = AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH;
    if (statx(descriptor, path, flags, STATX_BTIME, &status) != 0 || !(status.stx_mask & STATX_BTIME)) return 0;
    return (int64_t)status.stx_btime.tv_sec * 1000000000 + status.stx_btime.tv_nsec;
}

static const int carryon_at_fdcwd = AT_FDCWD;

static inline int carryon_rename_noreplace(const char *from, const char *to) {
    return renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE);
}

static inline int carryon_renameat_noreplace(int from, const char *old, int to, const char *name) {
    return renameat2(from, old, to, name, RENAME_NOREPLACE);
}

// Gives blocks to a range without changing how long the file is.
static inline int carryon_fallocate_keeping_size(int descriptor, int64_t offset, int64_t length) {
    return fallocate(descriptor, FALLOC_FL_KEEP_SIZE, offset, length);
}

static inline int carryon_fallocate(int descriptor, int64_t length) {
    return fallocate(descriptor, 0, 0, length);
}

static inline int carryon_syncfs(int descriptor) {
    return syncfs(descriptor);
}

// CRC-32C with the instruction made for it, 8 bytes at a time. The caller has asked carryon_has_crc32c first.
#if defined(__x86_64__)
// The compiler's own names: the functions of <nmmintrin.h> are not emitted for code that Swift imports.
typedef long long carryon_two_words __attribute__((vector_size(16)));

static inline int carryon_has_crc32c(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul");
}

__attribute__((target("sse4.2"))) static inline uint32_t carryon_crc32c_serial(
    uint32_t state, const uint8_t *bytes, size_t count) {
    uint64_t wide = state;
    for (; count >= 8; bytes += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        wide = __builtin_ia32_crc32di(wide, word);
    }
    state = (uint32_t)wide;
    for (; count > 0; bytes++, count--) state = __builtin_ia32_crc32qi(state, *bytes);
    return state;
}

// Three streams side by side hide the three cycles that the instruction takes. `shift1` and `shift2` move a state
// over one and two lanes: x^(8n-33) modulo the polynomial, bit-reflected.
__attribute__((target("sse4.2,pclmul"))) static inline uint32_t carryon_crc32c_lanes(
    uint32_t state, const uint8_t *bytes, size_t lane, uint32_t shift1, uint32_t shift2) {
    uint64_t a = state, b = 0, c = 0;
    for (size_t i = 0; i < lane; i += 8) {
        uint64_t x, y, z;
        memcpy(&x, bytes + i, 8);
        memcpy(&y, bytes + lane + i, 8);
        memcpy(&z, bytes + 2 * lane + i, 8);
        a = __builtin_ia32_crc32di(a, x);
        b = __builtin_ia32_crc32di(b, y);
        c = __builtin_ia32_crc32di(c, z);
    }
    carryon_two_words farA = __builtin_ia32_pclmulqdq128(
        (carryon_two_words){(long long)a, 0}, (carryon_two_words){shift2, 0}, 0);
    carryon_two_words farB = __builtin_ia32_pclmulqdq128(
        (carryon_two_words){(long long)b, 0}, (carryon_two_words){shift1, 0}, 0);
    uint64_t moved = (uint64_t)farA[0] ^ (uint64_t)farB[0];
    return (uint32_t)(__builtin_ia32_crc32di(0, moved) ^ c);
}
#elif defined(__aarch64__)
#include <arm_acle.h>
#include <sys/auxv.h>

static inline int carryon_has_crc32c(void) {
    return (getauxval(AT_HWCAP) & (1 << 7)) != 0;
}

__attribute__((target("crc"))) static inline uint32_t carryon_crc32c_serial(
    uint32_t state, const uint8_t *bytes, size_t count) {
    for (; count >= 8; bytes += 8, count -= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        state = __crc32cd(state, word);
    }
    for (; count > 0; bytes++, count--) state = __crc32cb(state, *bytes);
    return state;
}
#else
static inline int carryon_has_crc32c(void) { return 0; }
static inline uint32_t carryon_crc32c_serial(uint32_t state, const uint8_t *bytes, size_t count) {
    (void)bytes, (void)count;
    return state;
}
#endif
