// Dining philosophers as a program of the model: each takes the fork at his left,
// then the one at his right, and puts them back; the last one begins at his right,
// so that nobody starves.
//
// Source: Dijkstra, "Hierarchical ordering of sequential processes", 1971.

#ifndef TESTS_BENCHMARKS_PHILOSOPHERS_H_
#define TESTS_BENCHMARKS_PHILOSOPHERS_H_

#include "mm_model/program.h"

namespace mm_model {

// REQUIRES: 2 to 6 philosophers.
Program DiningPhilosophers(unsigned count);

// How many executions it has, if no order is left out: the number of ways through
// its states, which are few.
double ExecutionsOfPhilosophers(unsigned count);

}  // namespace mm_model

#endif  // TESTS_BENCHMARKS_PHILOSOPHERS_H_
