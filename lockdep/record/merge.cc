#include "lockdep/record/merge.h"

#include "lockdep/record/merge_facts.h"

namespace lockdep::record {

class RecordingMerger::Facts : public MergeFacts {};

RecordingMerger::RecordingMerger() : facts_(std::make_unique<Facts>()) {}
RecordingMerger::~RecordingMerger() = default;
RecordingMerger::RecordingMerger(RecordingMerger&&) noexcept = default;
RecordingMerger& RecordingMerger::operator=(RecordingMerger&&) noexcept = default;

void RecordingMerger::Add(const Recording& recording) { AddToFacts(recording, facts_.get()); }

Recording RecordingMerger::Merged() const { return RecordingOf(*facts_); }

}  // namespace lockdep::record
