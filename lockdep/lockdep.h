// The whole engine, for those who embed it: one include.

#ifndef LOCKDEP_LOCKDEP_H_
#define LOCKDEP_LOCKDEP_H_

#include "lockdep/acquisition.h"
#include "lockdep/call_site.h"
#include "lockdep/context_state.h"
#include "lockdep/declared_order.h"
#include "lockdep/lock_class.h"
#include "lockdep/native_stack.h"
#include "lockdep/runtime.h"
#include "lockdep/thread_context.h"
#include "lockdep/types.h"
#include "lockdep/usage.h"
#include "lockdep/validator.h"
#include "lockdep/violation.h"

#endif  // LOCKDEP_LOCKDEP_H_
