// Libraries that come and go.

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "check.h"

static void* open_library(const char* name) {
  char path[4096] = {0};
  CHECK(readlink("/proc/self/exe", path, sizeof(path) - 1) > 0);
  strcpy(strrchr(path, '/') + 1, name);
  void* library = dlopen(path, RTLD_NOW);
  CHECK(library != NULL);
  return library;
}

static void nest(void* library, int is_reversed) {
  ((void (*)(int))dlsym(library, "nest"))(is_reversed);
}

static void* place_of(void* library) { return ((void* (*)(void))dlsym(library, "place"))(); }

static void another_in_its_place(void) {
  void* first = open_library("libunload_first.so");
  void* const place = place_of(first);
  nest(first, 0);
  CHECK(dlclose(first) == 0);
  void* second = open_library("libunload_second.so");
  CHECK(place_of(second) == place);
  nest(second, 1);
  CHECK(dlclose(second) == 0);
}

static void opened_twice(void) {
  void* library = open_library("libunload_first.so");
  nest(library, 0);
  CHECK(open_library("libunload_first.so") == library);
  CHECK(dlclose(library) == 0);
  nest(library, 1);
  CHECK(dlclose(library) == 0);
}

static void held(void) {
  void* library = open_library("libunload_first.so");
  ((void (*)(void))dlsym(library, "keep"))();
  CHECK(dlclose(library) == 0);
}

static void no_library(void) {
  void* library = open_library("libunload_first.so");
  nest(library, 0);
  CHECK(dlopen("/nowhere/at/all.so", RTLD_NOW) == NULL);
  CHECK(dlerror() != NULL);
  CHECK(dlclose(library) == 0);
}

static const struct scenario scenarios[] = {
    {"another_in_its_place", another_in_its_place},
    {"opened_twice", opened_twice},
    {"held", held},
    {"no_library", no_library},
};

int main(int argc, char** argv) { return RUN_SCENARIO(scenarios, argc, argv); }
