// The cases of splats.tsv that are about wound/wait mutexes.

#ifndef TESTS_SPLATS_WW_SPLATS_H_
#define TESTS_SPLATS_WW_SPLATS_H_

void ww_ok(void);
void ww_noctx_after_ctx(void);
void ww_noctx_two(void);
void ww_lock_after_done(void);
void ww_wrong_class(void);

#endif  // TESTS_SPLATS_WW_SPLATS_H_
