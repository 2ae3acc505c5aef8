#ifndef DUET_INTRINSICS_H
#define DUET_INTRINSICS_H

#include <getopt.h>
#include <malloc.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

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

/// The processor's time stamp counter: it ticks at one rate whatever the core's clock does. Reading it is no system call and
/// orders nothing: what stands around it may still be under way.
static inline uint64_t duet_ticks(void) {
#if defined(__x86_64__)
    return __builtin_ia32_rdtsc();
#elif defined(__aarch64__)
    uint64_t ticks;
    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
    return ticks;
#else
#error "which counter tells time here?"
#endif
}

/// Has the calling thread step aside for others: less weight (nice 10), and turns of a tenth of a millisecond, the
/// shortest that the kernel gives (6.12 and later; before, the weight alone). A wish: what is refused stays as it was.
static inline void duet_step_aside(void) {
    struct {
        uint32_t size, policy;
        uint64_t flags;
        int32_t nice;
        uint32_t priority;
        uint64_t runtime, deadline, period;
    } attributes = {sizeof attributes, 0, 0, 10, 0, 100000, 0, 0};
    syscall(SYS_sched_setattr, 0, &attributes, 0);
}

/// Has the calling thread, and what it starts from now on, run on the cores whose bits are set in `count` words. Returns 0,
/// or -1 with errno. The C library's form wants macros and _GNU_SOURCE.
static inline long duet_set_cores(const uint64_t *words, size_t count) {
    return syscall(SYS_sched_setaffinity, 0, count * sizeof *words, words);
}

/// The cores that the calling thread may run on. Returns the bytes that were written, or -1 with errno.
static inline long duet_get_cores(uint64_t *words, size_t count) {
    return syscall(SYS_sched_getaffinity, 0, count * sizeof *words, words);
}

/// Whether `duet_fold_crc64` works on this CPU.
static inline int duet_can_fold_crc64(void) {
#if defined(__x86_64__)
    unsigned int a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_PCLMUL);
#else
    return 0;
#endif
}

/// Makes sixteen bytes of `count` (a multiple of 64, and not 0) whose CRC from 0 is that of all of them from `sum`: the
/// CRC-64 of Redis, Jones' polynomial with bits reflected. Source: Gopal et al., Fast CRC Computation for Generic
/// Polynomials Using PCLMULQDQ Instruction; the factors are the reflected x^n mod P, of n 575 and 511 for steps of 64
/// bytes, 191 and 127 for those of 16.
#if defined(__x86_64__)
__attribute__((target("pclmul,sse2")))
#endif
static inline void duet_fold_crc64(const void *bytes, size_t count, uint64_t sum, uint64_t *folded) {
#if defined(__x86_64__)
    typedef long long block __attribute__((vector_size(16)));
    typedef block unaligned __attribute__((aligned(1), may_alias));
#define DUET_FOLD(x, factors, next) \
    (__builtin_ia32_pclmulqdq128(x, factors, 0x00) ^ __builtin_ia32_pclmulqdq128(x, factors, 0x11) ^ (next))
    const block far = {(long long)0xaf86efb16d9ab4fb, (long long)0xf49784a634f014e4};
    const block near = {(long long)0xd9d7be7d505da32c, (long long)0x381d0015c96f4444};
    const unaligned *at = (const unaligned *)bytes;
    const unaligned *end = (const unaligned *)((const char *)bytes + count);
    block a = at[0] ^ (block){(long long)sum, 0}, b = at[1], c = at[2], d = at[3];
    for (at += 4; at < end; at += 4) {
        a = DUET_FOLD(a, far, at[0]);
        b = DUET_FOLD(b, far, at[1]);
        c = DUET_FOLD(c, far, at[2]);
        d = DUET_FOLD(d, far, at[3]);
    }
    b = DUET_FOLD(a, near, b);
    c = DUET_FOLD(b, near, c);
    d = DUET_FOLD(c, near, d);
    folded[0] = (uint64_t)d[0];
    folded[1] = (uint64_t)d[1];
#undef DUET_FOLD
#else
    (void)bytes, (void)count, (void)sum, (void)folded;
#endif
}

extern int posix_spawn_file_actions_addchdir_np(void *actions, const char *path);

/// Has the child begin in the folder `path`; `actions` is a posix_spawn_file_actions_t. Its header shows the call under
/// _GNU_SOURCE alone.
static inline int duet_spawn_in(void *actions, const char *path) {
    return posix_spawn_file_actions_addchdir_np(actions, path);
}

/// The bytes that malloc really gave for `block`.
static inline size_t duet_usable_size(void *block) { return malloc_usable_size(block); }

/// Gives the system what malloc has free. Returns 1 if that was anything.
static inline int duet_trim(void) { return malloc_trim(0); }

/// What malloc says of itself, in bytes.
static inline struct mallinfo2 duet_malloc_facts(void) { return mallinfo2(); }

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
