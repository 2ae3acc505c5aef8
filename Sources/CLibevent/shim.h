#ifndef DUET_LIBEVENT_SHIM_H
#define DUET_LIBEVENT_SHIM_H

// libevent's event-config.h defines _GNU_SOURCE; including sys/select.h before it keeps fd_set
// in one module (swiftlang/swift issue 69311).
#include <sys/select.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/util.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

// What Swift's Glibc module leaves out.

extern int accept4(int fd, struct sockaddr *address, socklen_t *size, int flags);

/// The next connection, non-blocking and closed on exec; -1 with errno.
static inline int duet_accept(int fd) { return accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC); }

/// A counter that wakes a loop; -1 with errno.
static inline int duet_eventfd(void) { return eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC); }

/// Ends our side of the conversation; -1 with errno.
static inline int duet_shut_writing(int fd) { return shutdown(fd, SHUT_WR); }

#endif
