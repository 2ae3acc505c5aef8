#ifndef DUET_INTRINSICS_H
#define DUET_INTRINSICS_H

#include <getopt.h>
#include <malloc.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

// What Swift has no spelling for, or Glibc's module leaves out.

/// Asks the CPU to load the cache line at `address`. Never faults, whatever the address.
static inline void duet_prefetch(const void *address) { __builtin_prefetch(address, 0, 3); }

static inline void duet_spin_hint(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/// The bytes that malloc really gave for `block`.
static inline size_t duet_usable_size(void *block) { return malloc_usable_size(block); }

/// Bounds the number of malloc's arenas. Returns 1, or 0 if refused.
static inline int duet_limit_malloc_arenas(int count) { return mallopt(M_ARENA_MAX, count); }

/// Lets the kernel write a core file of this process. Returns 0, or -1 with errno.
static inline int duet_allow_core_file(void) { return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0); }

/// Names the calling thread for `top -H`; cut by the kernel's rules if longer than 15 bytes.
static inline void duet_name_thread(const char *name) { prctl(PR_SET_NAME, name, 0, 0, 0); }

extern int sync_file_range(int descriptor, long offset, long count, unsigned int flags);

/// Has the kernel begin to write a file's dirty pages in a range (SYNC_FILE_RANGE_WRITE); a hint, so nothing is answered.
static inline void duet_start_writing(int descriptor, long offset, long count) {
    sync_file_range(descriptor, offset, count, 2);
}

/// Columns of the terminal; 0 if the descriptor is none. ioctl's variadic form is not imported.
static inline int duet_terminal_width(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

// getopt_long's place is in global variables, which Swift 6 does not touch; callers hold a lock.
static inline void duet_getopt_restart(void) { optind = 0; }
static inline int duet_getopt_index(void) { return optind; }
static inline const char *duet_getopt_argument(void) { return optarg; }

#endif
