#define _GNU_SOURCE
#include "ww_splats.h"

#include <linux/ww_mutex.h>
#include <stdlib.h>

static DEFINE_WW_CLASS(lab_ww);
static DEFINE_WW_CLASS(other_ww);

struct ww_pair {
  struct ww_mutex first, second;
};
static struct ww_pair* new_ww_pair(void) {
  static struct ww_pair pair;
  ww_mutex_init(&pair.first, &lab_ww);
  ww_mutex_init(&pair.second, &lab_ww);
  return &pair;
}

void ww_ok(void) {
  struct ww_pair* pair = new_ww_pair();
  struct ww_acquire_ctx context;
  ww_acquire_init(&context, &lab_ww);
  if (ww_mutex_lock(&pair->first, &context) != 0) abort();
  if (ww_mutex_lock(&pair->second, &context) != 0) abort();
  ww_acquire_done(&context);
  ww_mutex_unlock(&pair->second);
  ww_mutex_unlock(&pair->first);
  ww_acquire_fini(&context);
}

void ww_noctx_after_ctx(void) {
  struct ww_pair* pair = new_ww_pair();
  struct ww_acquire_ctx context;
  ww_acquire_init(&context, &lab_ww);
  if (ww_mutex_lock(&pair->first, &context) != 0) abort();
  if (ww_mutex_lock(&pair->second, NULL) != 0) abort();
  ww_mutex_unlock(&pair->second);
  ww_mutex_unlock(&pair->first);
  ww_acquire_fini(&context);
}

void ww_noctx_two(void) {
  struct ww_pair* pair = new_ww_pair();
  if (ww_mutex_lock(&pair->first, NULL) != 0) abort();
  if (ww_mutex_lock(&pair->second, NULL) != 0) abort();
  ww_mutex_unlock(&pair->second);
  ww_mutex_unlock(&pair->first);
}

void ww_lock_after_done(void) {
  struct ww_pair* pair = new_ww_pair();
  struct ww_acquire_ctx context;
  ww_acquire_init(&context, &lab_ww);
  ww_acquire_done(&context);
  if (ww_mutex_lock(&pair->first, &context) != 0) abort();
  ww_mutex_unlock(&pair->first);
  ww_acquire_fini(&context);
}

void ww_wrong_class(void) {
  struct ww_pair* pair = new_ww_pair();
  struct ww_acquire_ctx context;
  ww_acquire_init(&context, &other_ww);
  if (ww_mutex_lock(&pair->first, &context) != 0) abort();
  ww_mutex_unlock(&pair->first);
  ww_acquire_fini(&context);
}
