#ifndef DUET_LIBEVENT_SHIM_H
#define DUET_LIBEVENT_SHIM_H

// libevent's event-config.h defines _GNU_SOURCE; including sys/select.h before it keeps fd_set
// in one module (swiftlang/swift issue 69311).
#include <sys/select.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <event2/util.h>

#endif
