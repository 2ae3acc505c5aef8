#ifndef DUET_INTRINSICS_H
#define DUET_INTRINSICS_H

#include <malloc.h>
#include <stddef.h>

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

#endif
