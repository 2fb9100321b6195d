#ifndef SHIM_LINUX_LOCKDEP_H_
#define SHIM_LINUX_LOCKDEP_H_

#include <linux/kernel.h>

#include "lockdep/kernel.h"

#endif  // SHIM_LINUX_LOCKDEP_H_
