#include "lockdep/report/json.h"

#include <cstdint>
#include <exception>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "lockdep/report/json_fields.h"
#include "lockdep/report/render.h"

namespace lockdep::report {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char kSchema[] = "lockdep-report";
constexpr int kVersion = 1;

template <typename T>
Json ToJson(const T& object);

Json ToJson(const std::string& text) { return text; }
Json ToJson(const int& number) { return number; }
Json ToJson(const int64_t& number) { return number; }
Json ToJson(const uint64_t& number) { return number; }

template <typename T>
Json ToJson(const std::optional<T>& value) {
  return value.has_value() ? ToJson(*value) : Json(nullptr);
}

template <typename T>
Json ToJson(const std::vector<T>& items) {
  Json array = Json::array();
  for (const T& item : items) array.push_back(ToJson(item));
  return array;
}

struct Writer {
  template <typename T>
  void operator()(const char* key, const T& value) {
    object[key] = ToJson(value);
  }
  template <typename T>
  void Optional(const char* key, const T& value) {
    object[key] = ToJson(value);
  }

  Json object = Json::object();
};

template <typename T>
Json ToJson(const T& object) {
  Writer writer;
  Visit(object, writer);
  return std::move(writer.object);
}

// Reads values, keeping the first fault and where it was.
class Reader {
 public:
  explicit Reader(const Json& json) : json_(&json) {}

  template <typename T>
  void operator()(const char* key, T& value) {
    Member(key, /*required=*/true, value);
  }
  template <typename T>
  void Optional(const char* key, T& value) {
    Member(key, /*required=*/false, value);
  }

  // Reads the value at hand.
  void Read(std::string& text) {
    if (!json_->is_string()) return Fail("should be a string");
    text = json_->get_ref<const std::string&>();
  }
  void Read(int& number) {
    int64_t wide = 0;
    Read(wide);
    if (wide < std::numeric_limits<int>::min() || wide > std::numeric_limits<int>::max()) {
      return Fail("is out of range");
    }
    number = static_cast<int>(wide);
  }
  void Read(int64_t& number) {
    if (!json_->is_number_integer()) return Fail("should be a whole number");
    if (json_->is_number_unsigned() &&
        json_->get<uint64_t>() > uint64_t{std::numeric_limits<int64_t>::max()}) {
      return Fail("is out of range");
    }
    number = json_->get<int64_t>();
  }
  void Read(uint64_t& number) {
    if (!json_->is_number_unsigned()) return Fail("should be a whole number, not negative");
    number = json_->get<uint64_t>();
  }
  template <typename T>
  void Read(std::optional<T>& value) {
    value.reset();
    if (!json_->is_null()) Read(value.emplace());
  }
  template <typename T>
  void Read(std::vector<T>& items) {
    if (!json_->is_array()) return Fail("should be a list");
    items.clear();
    for (size_t i = 0; i < json_->size() && fault_.empty(); ++i) {
      Inside(absl::StrCat("[", i, "]"), (*json_)[i], items.emplace_back());
    }
  }
  template <typename T>
  void Read(T& object) {
    if (!json_->is_object()) return Fail("should be an object");
    Visit(object, *this);
  }

  // Enters a member that holds other members only.
  bool Enter(const char* key) {
    const auto found = json_->find(key);
    if (found == json_->end() || !found->is_object()) {
      Fail(absl::StrCat("has no object \"", key, "\""));
      return false;
    }
    absl::StrAppend(&path_, path_.empty() ? "" : ".", key);
    json_ = &*found;
    return true;
  }

  const std::string& fault() const { return fault_; }

 private:
  template <typename T>
  void Member(const char* key, bool required, T& value) {
    if (!fault_.empty()) return;
    const auto found = json_->find(key);
    if (found != json_->end()) {
      Inside(absl::StrCat(path_.empty() ? "" : ".", key), *found, value);
    } else if (required) {
      Fail(absl::StrCat("has no \"", key, "\""));
    }
  }

  template <typename T>
  void Inside(const std::string& step, const Json& json, T& value) {
    const size_t size = path_.size();
    const Json* outer = json_;
    path_ += step;
    json_ = &json;
    Read(value);
    json_ = outer;
    path_.resize(size);
  }

  void Fail(const std::string& what) {
    if (!fault_.empty()) return;
    fault_ = path_.empty() ? absl::StrCat("the report ", what) : absl::StrCat(path_, ": ", what);
  }

  const Json* json_;
  std::string path_;
  std::string fault_;
};

// Checks that this is our schema.  Returns the fault, or nothing.
std::string CheckSchema(const Json& json) {
  if (!json.is_object() || json.value("schema", Json()) != kSchema) {
    return "not a lockdep report: \"schema\" should be \"lockdep-report\"";
  }
  const Json version = json.value("version", Json());
  if (!version.is_number_integer()) return "\"version\" should be a number";
  if (version != kVersion) {
    return absl::StrCat("report version ", version.dump(), "; this tool reads version ", kVersion,
                        "; use the tool that wrote it");
  }
  return "";
}

absl::Status Fault(const std::string& name, const std::string& fault) {
  return absl::InvalidArgumentError(absl::StrCat(name, ": ", fault));
}

}  // namespace

std::string RenderJson(const Report& report) {
  Json json = {{"schema", kSchema}, {"version", kVersion}};
  json["subject"] = ToJson(report.subject);
  json["coverage"] = ToJson(report.coverage);
  json["runs"] = ToJson(report.runs);
  json["findings"] = ToJson(report.findings);
  json["graph"] = {{"classes", ToJson(report.classes)},
                   {"dependencies", ToJson(report.dependencies)}};
  if (!report.lock_times.empty()) json["lock_stat"] = ToJson(report.lock_times);
  json["losses"] = ToJson(report.losses);
  if (!report.tables.empty()) json["tables"] = ToJson(report.tables);
  // ASCII alone: nothing in a name acts on a terminal that shows the file.
  return json.dump(/*indent=*/1, ' ', /*ensure_ascii=*/true, Json::error_handler_t::replace) + "\n";
}

absl::StatusOr<Report> ReadJson(const std::string& name, std::string_view text) {
  Json json;
  try {
    json = Json::parse(text);
  } catch (const std::exception& error) {
    const std::string what = error.what();
    // Its own prefix, "[json.exception.parse_error.101] ", helps nobody.
    const size_t start = what.find("] ");
    return Fault(name,
                 absl::StrCat("no valid JSON: ", what.substr(start == what.npos ? 0 : start + 2)));
  }
  if (const std::string fault = CheckSchema(json); !fault.empty()) return Fault(name, fault);

  Report report;
  Reader reader(json);
  reader("subject", report.subject);
  reader("coverage", report.coverage);
  reader.Optional("runs", report.runs);
  reader("findings", report.findings);
  reader.Optional("lock_stat", report.lock_times);
  reader.Optional("losses", report.losses);
  reader.Optional("tables", report.tables);
  if (reader.fault().empty() && reader.Enter("graph")) {
    reader("classes", report.classes);
    reader("dependencies", report.dependencies);
  }
  if (!reader.fault().empty()) return Fault(name, reader.fault());
  return report;
}

}  // namespace lockdep::report
