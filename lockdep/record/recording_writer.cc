#include "lockdep/record/recording_writer.h"

#include <algorithm>
#include <vector>

#include "lockdep/record/format.h"
#include "lockdep/record/layout.h"
#include "lockdep/record/layout_run.h"
#include "lockdep/record/payload_writer.h"

namespace lockdep::record {
namespace {

class Writer {
 public:
  std::string Write(const Recording& recording);

 private:
  // `encode` lays the payload out; it runs twice if the buffer was too small.
  template <typename Encode>
  void Put(RecordType type, const Encode& encode) {
    PayloadWriter payload(buffer_.data(), buffer_.size());
    encode(payload);
    if (!payload.fits()) {
      buffer_.resize(payload.size() * 2);
      return Put(type, encode);
    }
    PutFrame(type, payload);
  }

  void PutFrame(RecordType type, const PayloadWriter& payload);
  void PutNames(const Recording& recording);
  void PutChains(const std::vector<ChainEntry>& chains);
  void PutRun(const RunEntry& run);

  std::vector<unsigned char> buffer_ = std::vector<unsigned char>(4096);
  std::string out_;
};

void Writer::PutFrame(RecordType type, const PayloadWriter& payload) {
  const FrameBytes frame = FrameOf(type, payload.bytes());
  out_.append(frame.begin(), frame.end());
  out_.append(reinterpret_cast<const char*>(payload.data()), payload.size());
}

void Writer::PutNames(const Recording& recording) {
  for (const Module& module : recording.modules) {
    Put(RecordType::kModule, [&](PayloadWriter& out) {
      LayOutModule(out, module.begin, module.end, module.bias, module.build_id, module.path);
      out.U8(module.has_namesake);
    });
  }
  for (const ThreadEntry& thread : recording.threads) {
    Put(RecordType::kThread, [&](PayloadWriter& out) {
      LayOutThread(out, thread.id, thread.name);
      out.U32(thread.number);
    });
  }
  for (const StackEntry& stack : recording.stacks) {
    Put(RecordType::kStack, [&](PayloadWriter& out) { LayOutStack(out, stack.id, stack.pcs); });
  }
  for (const ClassEntry& entry : recording.classes) {
    Put(RecordType::kClass, [&](PayloadWriter& out) {
      LayOutClass(out, entry);
      out.Id(entry.origin_stack);
    });
  }
  for (const ContextEntry& context : recording.contexts) {
    Put(RecordType::kContext,
        [&](PayloadWriter& out) { LayOutContext(out, context.bit, context.name); });
  }
  for (const DeclaredArcEntry& arc : recording.declared_arcs) {
    Put(RecordType::kDeclaredArc,
        [&](PayloadWriter& out) { LayOutDeclaredArc(out, arc.from, arc.to, arc.declaration); });
  }
}

// In records of a bounded size, as a reader may lose one.
void Writer::PutChains(const std::vector<ChainEntry>& chains) {
  constexpr size_t kMost = 1024;
  for (size_t first = 0; first < chains.size(); first += kMost) {
    const size_t count = std::min(kMost, chains.size() - first);
    Put(RecordType::kChains, [&](PayloadWriter& out) {
      out.U32(static_cast<uint32_t>(count));
      for (size_t i = first; i < first + count; ++i) {
        LayOutChain(out, chains[i].link, chains[i].contexts);
      }
    });
  }
}

void Writer::PutRun(const RunEntry& run) {
  Put(RecordType::kRun, [&](PayloadWriter& out) {
    out.U64(run.start_time_ns);
    out.U64(run.pid);
    out.String(run.command);
    out.U64(run.classes);
    out.U64(run.dependencies);
    out.U64(run.threads);
    out.U8(run.is_damaged);
    out.U8(run.totals.has_value());
    if (run.totals.has_value()) LayOutTotals(out, *run.totals);
    out.U8(run.end_time_ns.has_value());
    if (run.end_time_ns.has_value()) out.U64(*run.end_time_ns);
    out.U8(run.stop_reason.has_value());
    if (run.stop_reason.has_value()) out.String(*run.stop_reason);
    for (const std::vector<std::string>* const texts : {&run.contexts, &run.unobserved}) {
      out.U32(static_cast<uint32_t>(texts->size()));
      for (const std::string& text : *texts) out.String(text);
    }
  });
}

std::string Writer::Write(const Recording& recording) {
  const HeaderBytes header = MakeFileHeader();
  out_.assign(header.begin(), header.end());
  Put(RecordType::kHeader,
      [&](PayloadWriter& out) { LayOutHeader(out, 0, 0, recording.machine, ""); });
  PutNames(recording);
  PutChains(recording.chains);
  auto dependency = recording.dependencies.begin();
  auto usage = recording.usages.begin();
  auto lock_stat = recording.lock_stats.begin();
  auto violation = recording.violations.begin();
  for (uint32_t run = 0; run < recording.runs.size(); ++run) {
    PutRun(recording.runs[run]);
    for (; dependency != recording.dependencies.end() && dependency->run == run; ++dependency) {
      Put(RecordType::kDependency, [&](PayloadWriter& out) {
        LayOutDependency(out, dependency->from, dependency->to, *dependency);
      });
    }
    for (; usage != recording.usages.end() && usage->run == run; ++usage) {
      Put(RecordType::kUsage,
          [&](PayloadWriter& out) { LayOutUsage(out, usage->class_id, *usage); });
    }
    for (; lock_stat != recording.lock_stats.end() && lock_stat->run == run; ++lock_stat) {
      Put(RecordType::kLockStat, [&](PayloadWriter& out) {
        out.Id(lock_stat->class_id);
        LayOutTimes(out, *lock_stat, lock_stat->contended_at);
      });
    }
    for (; violation != recording.violations.end() && violation->run == run; ++violation) {
      Put(RecordType::kViolation, [&](PayloadWriter& out) { LayOutViolation(out, *violation); });
    }
  }
  return std::move(out_);
}

}  // namespace

std::string EncodeMerged(const Recording& recording) { return Writer().Write(recording); }

}  // namespace lockdep::record
