#include "lockdep/report/symbolizer.h"

#include "absl/strings/str_cat.h"
#include "lockdep/report/debug_file.h"
#include "lockdep/report/utf8.h"

namespace lockdep::report {
namespace {

const record::Module* ModuleOf(const record::Recording& recording, const record::Address& address) {
  return address.module == record::Address::kNoModule ? nullptr
                                                      : &recording.modules[address.module];
}

}  // namespace

Symbolizer::Symbolizer() = default;
Symbolizer::~Symbolizer() = default;

DebugFile* Symbolizer::FileOf(const record::Module& module) {
  const auto [entry, is_new] = files_.try_emplace({module.path, module.build_id});
  // The vdso and the like are no files.
  if (!is_new || !module.path.starts_with("/")) return entry->second.get();
  absl::StatusOr<std::unique_ptr<DebugFile>> file = DebugFile::Open(module.path, module.build_id);
  if (file.ok()) {
    entry->second = *std::move(file);
  } else {
    warnings_.push_back(absl::StrCat(module.path, ": ", file.status().message(),
                                     "; its functions have no names in this report"));
  }
  return entry->second.get();
}

Stack Symbolizer::Lookup(const record::Module& module, uint64_t offset) {
  DebugFile* file = FileOf(module);
  Stack stack = file == nullptr ? Stack{} : file->Code(offset);
  if (stack.empty()) stack.emplace_back();
  for (Frame& frame : stack) {
    frame.function = ValidUtf8(frame.function);
    frame.file = ValidUtf8(frame.file);
    frame.module = ValidUtf8(module.path);
    frame.offset = offset;
  }
  return stack;
}

const Stack& Symbolizer::Call(const record::Recording& recording, const record::Address& address) {
  const record::Module* module = ModuleOf(recording, address);
  // A return address stands behind the call, maybe already in the next line or
  // even the next function.
  const uint64_t offset = address.value - (module == nullptr ? 0 : module->bias) - 1;
  const FileKey file = module == nullptr ? FileKey() : FileKey(module->path, module->build_id);
  const auto [entry, is_new] = calls_.try_emplace({file, offset});
  if (is_new) {
    entry->second = module == nullptr ? Stack{Frame{.offset = offset}} : Lookup(*module, offset);
  }
  return entry->second;
}

std::string Symbolizer::Object(const record::Recording& recording, const record::Address& address) {
  const record::Module* module = ModuleOf(recording, address);
  DebugFile* file = module == nullptr ? nullptr : FileOf(*module);
  return file == nullptr ? "" : ValidUtf8(file->Object(address.value - module->bias));
}

}  // namespace lockdep::report
