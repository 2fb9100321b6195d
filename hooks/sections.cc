#include "hooks/sections.h"

#include "hooks/session.h"

namespace lockdep::hooks {

constinit thread_local uint32_t open_sections = 0;

namespace {

struct Section {
  Resource* resource;
  Caller caller;
};

constexpr uint32_t kMostSections = 16;
constinit thread_local Section sections[kMostSections] = {};

bool IsLeft(const Section& section, uintptr_t frame) {
  if (!IsOnOwnStack(section.caller.frame)) return false;
  const uintptr_t* frame_of_section = reinterpret_cast<const uintptr_t*>(section.caller.frame);
  return frame > section.caller.frame || frame_of_section[1] != section.caller.pc;
}

}  // namespace

void OpenSection(Resource* resource, const Caller& caller) {
  if (open_sections < kMostSections) sections[open_sections] = {resource, caller};
  ++open_sections;
}

void CloseSection() {
  if (open_sections != 0) --open_sections;
}

void ReleaseLeftSections(uintptr_t frame) {
  if (!IsOnOwnStack(frame)) return;
  while (open_sections != 0) {
    if (open_sections > kMostSections) return;
    const Section& section = sections[open_sections - 1];
    if (!IsLeft(section, frame)) return;
    --open_sections;
    session().engine().CancelAcquire(*thread_slot.state->context, section.resource->map);
  }
}

}  // namespace lockdep::hooks
