#ifndef DUET_LZF_SHIM_H
#define DUET_LZF_SHIM_H

#include <liblzf/lzf.h>

#endif
